"""Getting back in: every way, what it changes, what it leaves standing, and what a stranger learns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.entries.models import Entry
from app.accounts.factors import actions as factors
from app.accounts.notices.models import Notice
from app.accounts.people.models import DeviceSession, Person, PersonRole, RecoveryCode, SecondFactor
from app.accounts.proofs.actions import issue_code, issue_link
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.recovery import actions, handlers
from app.accounts.recovery.models import DeskReset
from app.accounts.recovery.rules import DeskAct
from app.core import brakes, clock, mail, messages
from app.core.access import Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.outbox import OutboxRow
from tests.factories import PASSWORD, a_factor, a_passkey, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

PHONE, TYPED = "+62812000000001", "0812-000-000001"
NEW = "periuk tikar lesung"
ON_PAPER = "ABCDEFGHJKMN"


class Hand:
    """The clock of these tests, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand(clock.now())
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        made = a_person(session, name="Ros", phone=PHONE)
        made.email, made.email_proven_at, made.phone_proven_at = "ros@contoh.id", clock.now(), clock.now()
        return made


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[mail.Letter]:
    """Mail is on; what goes out lands here."""
    out: list[mail.Letter] = []
    monkeypatch.setattr(mail, "is_on", lambda: True)
    monkeypatch.setattr(mail, "send", out.append)
    return out


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A gateway is on; what goes out lands here."""
    out: list[tuple[str, str]] = []
    monkeypatch.setattr(messages, "is_on", lambda: True)
    monkeypatch.setattr(messages, "send", lambda phone, text, _key: out.append((phone, text)))
    return out


def paper(person_id: int) -> None:
    with transaction() as session:
        session.add(RecoveryCode(person_id=person_id, code_mark=factors._mark(person_id, ON_PAPER), made_at=clock.now()))


def signs_in(client: Client, password: str) -> bool:
    return client.post("/masuk", data={"phone": TYPED, "password": password}).status_code == 303


def how_many(model: Any, *where: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


# On paper


@pytest.mark.both
def test_a_code_on_paper_sets_a_new_password_once(client: Client, app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    old = sign_in(ros)
    paper(ros.id)
    answer = client.fill("/pulihkan/kertas", {"phone": TYPED, "code": "abcd-efgh jkmn", "password": NEW})
    assert (answer.status_code, answer.location) == (303, "/akun")
    assert client.get("/akun").status_code == 200, "she is in at once"
    assert old.get("/akun").status_code == 303, "every older sign-in has ended"
    assert signs_in(app.test_client(), NEW)  # type: ignore[arg-type]
    assert not signs_in(app.test_client(), PASSWORD)  # type: ignore[arg-type]
    again = app.test_client().post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": "tikar lesung periuk"})
    assert again.status_code == 422
    assert how_many(Notice, Notice.kind == "password.recovered", Notice.person_id == ros.id) == 1
    assert how_many(AuditRow, AuditRow.act == "password.recovered", AuditRow.subject_id == ros.id) == 1
    assert how_many(Entry, Entry.person_id == ros.id, Entry.way == "recovery") == 1


def test_paper_does_not_open_two_locks(client: Client, ros: Person) -> None:
    """Where a second factor stands its codes are that factor: they do not set the password, too."""
    with transaction() as session:
        a_factor(session, ros.id)
    paper(ros.id)
    answer = client.post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": NEW})
    assert answer.status_code == 422
    assert how_many(RecoveryCode, RecoveryCode.used_at.is_(None)) == 1


@pytest.mark.both
@pytest.mark.parametrize("path", ["/pulihkan/kertas", "/pulihkan/loket"])
def test_a_passkey_of_a_member_is_no_lock_on_the_way_back_and_is_shown(client: Client, app: Flask, ros: Person, path: str) -> None:
    """Her phone was stolen, and its finger with it: paper or the desk let her in, and she sees the key that still opens."""
    with transaction() as session:
        a_passkey(session, ros.id, label="HP yang dicuri")
        if path == "/pulihkan/loket":
            now, officer = clock.now(), a_person(session, roles=[Role.DESK])
            times = {"made_at": now, "ends_at": now + timedelta(minutes=30)}
            session.add(DeskReset(act=DeskAct.PASSWORD, person_id=ros.id, officer_id=officer.id, phone=PHONE, **times))
            issue_code(session, Purpose.DESK_RESET, PHONE, ros.id, now, code=ON_PAPER[:8], made_by_id=officer.id)
    paper(ros.id)
    answer = client.fill(path, {"phone": TYPED, "code": ON_PAPER if path == "/pulihkan/kertas" else ON_PAPER[:8], "password": NEW})
    assert answer.location == "/akun/masuk-lagi"
    shown = client.get(answer.location).get_data(as_text=True)
    assert "HP yang dicuri" in shown
    assert 'href="/akun/sidik-jari"' in shown
    assert signs_in(app.test_client(), NEW)  # type: ignore[arg-type]


def test_paper_of_staff_with_a_passkey_does_not_open_two_locks(client: Client, ros: Person) -> None:
    with transaction() as session:
        a_passkey(session, ros.id)
        session.add(PersonRole(person_id=ros.id, role=Role.DESK, given_at=clock.now()))
    paper(ros.id)
    assert client.post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": NEW}).status_code == 422
    assert how_many(RecoveryCode, RecoveryCode.used_at.is_(None)) == 1


def test_a_member_makes_codes_without_an_app(sign_in: Callable[[Any], Client], app: Flask, ros: Person) -> None:
    mine = sign_in(ros)
    shown = mine.fill("/akun/kode-pemulihan", {}, action="/akun/kode-pemulihan/buat")
    codes = re.findall(r"<code>([A-Z0-9-]{14})</code>", shown.get_data(as_text=True))
    assert len(codes) == 10
    answer = app.test_client().post("/pulihkan/kertas", data={"phone": TYPED, "code": codes[3], "password": NEW})
    assert answer.status_code == 303
    assert "Sisa 9 dari 10" in sign_in(ros).get("/akun/kode-pemulihan").get_data(as_text=True)


def test_the_form_sent_twice_shows_the_same_codes(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    first, second = (mine.post("/akun/kode-pemulihan/buat", data={"kunci": "k" * 20}).get_data(as_text=True) for _ in range(2))
    assert re.findall(r"<code>(.+?)</code>", first) == re.findall(r"<code>(.+?)</code>", second)
    assert how_many(RecoveryCode) == 10


# By mail


@pytest.mark.both
def test_a_link_sets_a_new_password_once(
    client: Client, app: Flask, letters: list[mail.Letter], run_outbox: Callable[[], int], ros: Person
) -> None:
    assert client.fill("/pulihkan/email", {"email": "Ros@Contoh.id"}).status_code == 200
    run_outbox()
    (letter,) = [letter for letter in letters if "pulihkan/tautan" in letter.text]
    assert letter.to == "ros@contoh.id"
    link = re.search(r"http://[^/]+(/pulihkan/tautan\?k=\S+)", letter.text)
    assert link is not None
    for _look in range(3):  # mail programs look first
        assert client.get(link[1]).status_code == 200
    assert client.fill(link[1], {"password": NEW}).status_code == 303
    assert client.get("/akun").status_code == 200
    assert app.test_client().get(link[1]).status_code == 410
    assert signs_in(app.test_client(), NEW)  # type: ignore[arg-type]


def test_a_link_ends_after_two_hours(client: Client, hand: Hand, ros: Person) -> None:
    with transaction() as session:
        token = issue_link(session, Purpose.RECOVERY, "ros@contoh.id", ros.id, clock.now())
    hand.now += timedelta(hours=2, seconds=1)
    assert client.get(f"/pulihkan/tautan?k={token}").status_code == 410
    assert client.post("/pulihkan/tautan", data={"k": token, "password": NEW}).status_code == 410
    hand.now -= timedelta(seconds=2)
    assert client.get(f"/pulihkan/tautan?k={token}").status_code == 200, "the control: a moment earlier it works"


def test_the_page_of_a_link_leads_nowhere_else(client: Client, ros: Person) -> None:
    """The address holds a secret: no link, picture or form of the page leaves the site or repeats it, and no log line holds it."""
    with transaction() as session:
        token = issue_link(session, Purpose.RECOVERY, "ros@contoh.id", ros.id, clock.now())
    shown = client.get(f"/pulihkan/tautan?k={token}")
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert shown.headers["Cache-Control"] == "no-store" or "no-cache" in shown.headers["Cache-Control"]
    text = shown.get_data(as_text=True)
    assert text.count(token) == 1, "in the hidden field and nowhere else"
    for address in re.findall(r'(?:href|src|action)="([^"]+)"', text):
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//"), address
        assert token not in address


def test_no_log_holds_a_secret(
    client: Client, letters: list[mail.Letter], run_outbox: Callable[[], int], ros: Person, caplog: pytest.LogCaptureFixture
) -> None:
    paper(ros.id)
    with caplog.at_level("DEBUG"):
        client.post("/pulihkan/email", data={"email": "ros@contoh.id"})
        run_outbox()
        token = re.search(r"k=(\S+)", letters[-1].text if "k=" in letters[-1].text else letters[0].text)
        assert token is not None
        client.get(f"/pulihkan/tautan?k={token[1]}")
        client.post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": NEW})
    assert "/pulihkan/tautan" in caplog.text, "the control: the page itself is logged"
    for secret in (token[1], ON_PAPER, NEW, PHONE, "ros@contoh.id"):
        assert secret not in caplog.text


# By a code to the number


@pytest.mark.both
def test_a_code_to_the_number_sets_a_new_password(
    client: Client, app: Flask, texts: list[tuple[str, str]], run_outbox: Callable[[], int], ros: Person
) -> None:
    asked = client.fill("/pulihkan/kode", {"phone": TYPED})
    assert asked.location == "/pulihkan/kode/sandi"
    run_outbox()
    to, text = next((to, text) for to, text in texts if re.search(r"\d{6}", text))
    code = re.search(r"\b(\d{6})\b", text)
    assert to == PHONE
    assert code is not None
    thief = app.test_client()
    thief.post("/pulihkan/kode", data={"phone": "0812-999-000001"})
    stolen = thief.post("/pulihkan/kode/sandi", data={"phone": TYPED, "code": code[1], "password": "tikar lesung periuk"})
    assert stolen.status_code == 422, "read over a shoulder it is of no use in another browser"
    assert client.fill("/pulihkan/kode/sandi", {"phone": TYPED, "code": code[1], "password": NEW}).status_code == 303
    assert signs_in(app.test_client(), NEW)  # type: ignore[arg-type]


def test_an_unproven_number_is_sent_nothing(
    client: Client, texts: list[tuple[str, str]], run_outbox: Callable[[], int], ros: Person
) -> None:
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=None))
    assert client.post("/pulihkan/kode", data={"phone": TYPED}).location == "/pulihkan/kode/sandi"
    run_outbox()
    assert texts == []


# What stays, what a stranger learns


def test_the_second_factor_stays(client: Client, ros: Person) -> None:
    with transaction() as session:
        a_factor(session, ros.id)
        issue_code(session, Purpose.RECOVERY, PHONE, ros.id, clock.now(), code="123456")
    recovered = actions.by_code(PHONE, "123456", NEW, "", device="", address=None)
    assert recovered.signed_in is None, "the door asks for the second factor"
    assert how_many(SecondFactor, SecondFactor.confirmed_at.is_not(None)) == 1
    answer = client.post("/masuk", data={"phone": TYPED, "password": NEW})
    assert answer.location.startswith("/masuk/kode")


def test_staff_without_a_factor_go_through_the_door(app: Flask) -> None:
    with transaction() as session:
        officer = a_person(session, phone=PHONE, roles=[Role.OFFICER])
        officer.phone_proven_at = clock.now()
        issue_code(session, Purpose.RECOVERY, PHONE, officer.id, clock.now(), code="123456")
    assert actions.by_code(PHONE, "123456", NEW, "", device="", address=None).signed_in is None


def test_the_suspended_stay_suspended(app: Flask, ros: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=3)))
        issue_code(session, Purpose.RECOVERY, PHONE, ros.id, clock.now(), code="123456")
    assert actions.by_code(PHONE, "123456", NEW, "", device="", address=None).signed_in is None
    assert how_many(DeviceSession) == 0


def test_a_new_password_makes_every_other_way_worthless(app: Flask, ros: Person) -> None:
    with transaction() as session:
        issue_code(session, Purpose.DESK_RESET, PHONE, ros.id, clock.now(), code="ABCDEFGH")
        issue_code(session, Purpose.SIGN_IN, PHONE, ros.id, clock.now())
        issue_code(session, Purpose.RECOVERY, PHONE, ros.id, clock.now(), code="123456")
    actions.by_code(PHONE, "123456", NEW, "", device="", address=None)
    assert how_many(Proof, Proof.used_at.is_(None)) == 0


def test_a_mailbox_or_number_that_is_hers_no_more_opens_nothing(client: Client, ros: Person) -> None:
    with transaction() as session:
        token = issue_link(session, Purpose.RECOVERY, "ros@contoh.id", ros.id, clock.now())
        session.execute(update(Person).values(email="lain@contoh.id"))
    assert client.post("/pulihkan/tautan", data={"k": token, "password": NEW}).location == "/pulihkan"
    with transaction() as session:
        session.execute(update(Person).values(email="ros@contoh.id"))
    assert client.post("/pulihkan/tautan", data={"k": token, "password": NEW}).location == "/akun", "the control: hers again, it opens"
    with transaction() as session:
        issue_code(session, Purpose.RECOVERY, PHONE, ros.id, clock.now(), code="123456")
        session.execute(update(Person).values(phone_proven_at=None))
    with pytest.raises(actions.CodeNoMatch):
        actions.by_code(PHONE, "123456", NEW, "", device="", address=None)


@pytest.mark.both
def test_known_and_unknown_are_answered_alike(
    app: Flask, sql_count: Callable[[], Any], letters: list[mail.Letter], texts: list[tuple[str, str]], ros: Person
) -> None:
    """The same words, status and number of statements, so that nobody learns who is here."""
    for path, known, unknown in (
        ("/pulihkan/email", {"email": "ros@contoh.id"}, {"email": "ina@contoh.id"}),
        ("/pulihkan/kode", {"phone": TYPED}, {"phone": "0812-999-000001"}),
        ("/pulihkan/loket", {"phone": TYPED, "code": "ABCD-EFGH", "password": NEW}, {"phone": "0812-999-000001", "code": "ABCD-EFGH", "password": NEW}),
        ("/daftar/lanjut", {"phone": TYPED, "code": "ABCD-EFGH", "password": NEW, "agree": "y"}, {"phone": "0812-999-000001", "code": "ABCD-EFGH", "password": NEW, "agree": "y"}),
        ("/pulihkan/kertas", {"phone": TYPED, "code": "ABCDEFGHJKM2", "password": NEW}, {"phone": "0812-999-000001", "code": "ABCDEFGHJKM2", "password": NEW}),
    ):  # fmt: skip
        seen = []
        for data in (known, unknown):
            with sql_count() as counted:
                answer = app.test_client().post(path, data=data)
            text = answer.get_data(as_text=True)
            for typed in data.values():
                text = text.replace(typed, "…")
            seen.append((answer.status_code, answer.location, text, len(counted)))
        first, second = seen
        assert first[:3] == second[:3], path
        assert abs(first[3] - second[3]) <= 3, (path, "the work is alike: beside a hash of tens of milliseconds, a look more or less")


def test_nobody_is_asked_for_too_often(client: Client, letters: list[mail.Letter], ros: Person) -> None:
    statuses = [client.post("/pulihkan/email", data={"email": "ros@contoh.id"}).status_code for _turn in range(11)]
    assert statuses == [200] * 10 + [429]
    assert client.post("/pulihkan/email", data={"email": "ina@contoh.id"}).status_code == 200, "others go on"


def test_a_mailbox_is_not_filled(letters: list[mail.Letter], ros: Person) -> None:
    assert brakes.are_on()
    for _turn in range(9):
        handlers.send_link(ros.id)
    assert len(letters) == 6
    handlers.send_link(0)
    assert len(letters) == 6


def test_an_unknown_address_puts_the_same_effect(client: Client, letters: list[mail.Letter], run_outbox: Callable[[], int]) -> None:
    client.post("/pulihkan/email", data={"email": "ina@contoh.id"})
    assert how_many(OutboxRow, OutboxRow.topic == "recovery.link_asked") == 1
    run_outbox()
    assert letters == []


def test_a_password_that_can_not_be_uses_nothing_up(client: Client, ros: Person) -> None:
    paper(ros.id)
    for password, words in (("pendek", "Terlalu pendek"), ("password1", "mudah ditebak"), ("0812000000001", "nama atau nomor")):
        answer = client.post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": password})
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert client.post("/pulihkan/kertas", data={"phone": TYPED, "code": ON_PAPER, "password": NEW}).status_code == 303


def test_ways_that_are_off_are_not_offered(client: Client, app: Flask) -> None:
    shown = client.get("/pulihkan").get_data(as_text=True)
    assert "/pulihkan/email" not in shown
    assert "/pulihkan/kode" not in shown
    assert "/pulihkan/kertas" in shown
    assert "belum dibuka" in client.get("/pulihkan/email").get_data(as_text=True)
    client.post("/pulihkan/email", data={"email": "ros@contoh.id"})
    assert how_many(OutboxRow) == 0
