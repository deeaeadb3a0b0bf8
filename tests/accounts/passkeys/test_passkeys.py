"""Passkeys: in without a number, as the second factor, to prove again; and everything a stranger could send instead."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.entries.models import Entry
from app.accounts.entries.rules import Outcome, Way
from app.accounts.factors import actions as factors
from app.accounts.notices.models import Notice
from app.accounts.passkeys import actions, queries, rules
from app.accounts.passkeys.models import PasskeyHandle, SpentChallenge
from app.accounts.people.models import DeviceSession, Passkey, Person, PersonRole, RecoveryCode, SecondFactor
from app.core import clock
from app.core.access import PROOF_HOLDS, STAFF, Role
from app.core.db import reading, transaction
from tests.accounts.passkeys.phones import CAN_BACK_UP, IS_BACKED_UP, PRESENT, VERIFIED, Phone
from tests.factories import PASSWORD, a_factor, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from app.config import Settings
    from tests.conftest import Client

PHONE_NUMBER = "+62812000000001"
RIGHT = {"phone": "0812-000-000001", "password": PASSWORD}
BEGIN, IN = "/masuk/sidik-jari/mulai", "/masuk/sidik-jari"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def live_sessions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DeviceSession).where(DeviceSession.ended_at.is_(None))) or 0


def let_proof_run_out() -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - PROOF_HOLDS - timedelta(seconds=1)))


def options_of(client: Client, path: str = BEGIN) -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    found: dict[str, Any] = answer.get_json()
    return found


def add_key(client: Client, phone: Phone | None = None, label: str = "HP Mama") -> Phone:
    """Set up a passkey on the page for it."""
    phone = phone or Phone()
    answer = client.post(
        "/akun/sidik-jari/tambah", data={"jawaban": phone.make(options_of(client, "/akun/sidik-jari/tambah/mulai")), "label": label}
    )
    assert answer.status_code in (200, 303), text(answer)
    return phone


def enter_with(client: Client, phone: Phone, **bent: Any) -> TestResponse:
    return client.post(IN, data={"jawaban": phone.use(options_of(client), **bent), "next": "/kabar"})


def is_refused(client: Client, answer: TestResponse) -> bool:
    """The one answer for everything that does not fit."""
    assert answer.status_code == 303
    assert answer.location == "/masuk?next=/kabar"
    return "Sidik jari belum cocok, atau waktunya sudah lewat." in text(client.get(answer.location))


@pytest.fixture
def member(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Mama Oesapa", phone=PHONE_NUMBER)


@pytest.fixture
def admin(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone=PHONE_NUMBER, roles=[Role.ADMIN])


@pytest.fixture
def mine(member: Person, sign_in: Callable[[Any], Client]) -> Client:
    return sign_in(member)


@pytest.fixture
def office(admin: Person, sign_in: Callable[[Any], Client]) -> Client:
    """Staff, in by the password: their roles rest until a factor is there."""
    made = sign_in(admin)
    in_by_the_password()
    return made


def in_by_the_password() -> None:
    """Every sign-in there is was by the password alone."""
    with transaction() as session:
        session.execute(update(DeviceSession).values(factor_at=None))


# Adding


@pytest.mark.both
def test_a_key_is_added_told_and_kept_without_its_secret(mine: Client, member: Person) -> None:
    options = options_of(mine, "/akun/sidik-jari/tambah/mulai")
    assert options["authenticatorSelection"] == {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"}
    assert options["rp"] == {"name": "Katong", "id": "localhost"}
    assert options["attestation"] == "none"
    phone = Phone(flags=PRESENT | VERIFIED | CAN_BACK_UP | IS_BACKED_UP)
    answer = mine.post("/akun/sidik-jari/tambah", data={"jawaban": phone.make(options), "label": "HP Mama"})
    assert answer.location == "/akun/sidik-jari", "her password still opens: no codes are forced on her"
    assert len(phone.handle) == 64
    with reading() as session:
        key = session.scalars(select(Passkey)).one()
        assert (key.person_id, key.credential_id, key.label, key.transports, key.is_backed_up, key.rp_id) == (
            member.id, phone.credential_id, "HP Mama", "internal", True, "localhost",
        )  # fmt: skip
        assert session.scalars(select(Notice.kind)).all() == ["passkey.added"]
    listed = text(mine.get("/akun/sidik-jari"))
    assert "HP Mama" in listed
    assert "belum pernah dipakai" in listed
    assert "/akun/kode-pemulihan" in listed, "codes on paper are offered"
    assert "dipasang di akun Anda" in text(mine.get("/kabar"))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 0


@pytest.mark.both
def test_the_first_key_of_staff_shows_codes_and_passes_the_factor(office: Client) -> None:
    assert office.get("/petugas/orang").status_code == 404
    options = options_of(office, "/akun/sidik-jari/tambah/mulai")
    answer = office.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options)})
    assert text(answer).count("<li><code>") == 10, "codes on paper for the day the phone is gone"
    assert office.get("/petugas/orang").status_code == 200


def test_the_page_says_what_a_key_will_mean(mine: Client, app: Flask, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        trainer, officer = (a_person(session, roles=[role]) for role in (Role.TRAINER, Role.OFFICER))
    for hers, is_second in ((mine, False), (sign_in(trainer), False), (sign_in(officer), True)):
        for answer in (hers.get("/akun/sidik-jari/tambah"), hers.post("/akun/sidik-jari/tambah", data={"jawaban": "{}"})):
            assert ("kami juga meminta sidik jari" in text(answer)) is is_second
            assert ("Kata sandi tetap berlaku" in text(answer)) is not is_second
        assert ("Ini juga pengaman kedua" in text(hers.get("/akun/pengaman"))) is is_second
        assert ("bukan pengaman kedua" in text(hers.get("/akun/pengaman"))) is not is_second


def test_the_handle_stays_the_same_for_every_key_of_a_person(mine: Client) -> None:
    assert add_key(mine).handle == add_key(mine, Phone()).handle
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PasskeyHandle)) == 1
        assert session.scalar(select(func.count()).select_from(Passkey)) == 2


def test_the_second_key_of_staff_shows_no_codes(office: Client) -> None:
    add_key(office)
    options = options_of(office, "/akun/sidik-jari/tambah/mulai")
    assert len(options["excludeCredentials"]) == 1
    assert office.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options)}).location == "/akun/sidik-jari"


def test_adding_needs_a_fresh_proof(mine: Client) -> None:
    options = options_of(mine, "/akun/sidik-jari/tambah/mulai")
    let_proof_run_out()
    for answer in (mine.get("/akun/sidik-jari/tambah"), mine.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options)})):
        assert answer.location.startswith("/akun/pastikan")
    assert mine.post("/akun/sidik-jari/tambah/mulai").status_code == 303
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None


@pytest.mark.both
def test_a_key_that_is_there_already_is_not_added_to_another_account(mine: Client, sign_in: Callable[[Any], Client]) -> None:
    phone = add_key(mine)
    with transaction() as session:
        other = a_person(session, name="Ina")
    theirs = sign_in(other)
    options = options_of(theirs, "/akun/sidik-jari/tambah/mulai")
    assert options["excludeCredentials"] == []
    answer = theirs.post("/akun/sidik-jari/tambah", data={"jawaban": phone.make(options)})
    assert answer.location == "/akun/sidik-jari"
    assert "sudah terpasang" in text(theirs.get("/akun/sidik-jari"))
    with reading() as session:
        assert session.scalars(select(Passkey.person_id)).all() != [other.id]
        assert session.scalar(select(func.count()).select_from(Passkey)) == 1


@pytest.mark.parametrize("is_staff", [True, False])
def test_the_same_form_sent_twice_adds_one_key_and_shows_the_same_codes(
    app: Flask, sign_in: Callable[[Any], Client], *, is_staff: bool
) -> None:
    with transaction() as session:
        person = a_person(session, roles=[Role.DESK] if is_staff else [])
    hers = sign_in(person)
    sent = {"jawaban": Phone().make(options_of(hers, "/akun/sidik-jari/tambah/mulai")), "kunci": "kunci-yang-sama-1234"}
    kept = hers.get_cookie("katong")
    first = hers.post("/akun/sidik-jari/tambah", data=sent)
    assert kept
    hers.set_cookie("katong", kept.value)  # the second tap left before the first answer came
    again = hers.post("/akun/sidik-jari/tambah", data=sent)
    if is_staff:
        codes = [text(answer).split("<ol>")[1].split("</ol>")[0] for answer in (first, again)]
        assert codes[0] == codes[1]
    else:
        assert [answer.location for answer in (first, again)] == ["/akun/sidik-jari"] * 2
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Passkey)) == 1


def test_ten_keys_are_enough(mine: Client) -> None:
    for _turn in range(rules.MOST_KEYS):
        add_key(mine, Phone())
    assert "Pasang di HP ini" not in text(mine.get("/akun/sidik-jari"))
    mine.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options_of(mine, "/akun/sidik-jari/tambah/mulai"))})
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Passkey)) == rules.MOST_KEYS


@pytest.mark.parametrize(
    "phone",
    [
        Phone(origin="https://evil.example"),
        Phone(rp_id="evil.example"),
        Phone(flags=PRESENT),
        Phone(flags=VERIFIED),
        Phone(credential_id=b"x" * 1024),
    ],
    ids=["another origin", "another site", "no finger", "nobody there", "a name too long"],
)
def test_a_bent_key_is_not_added(mine: Client, phone: Phone) -> None:
    answer = mine.post(
        "/akun/sidik-jari/tambah", data={"jawaban": phone.make(options_of(mine, "/akun/sidik-jari/tambah/mulai")), "label": "HP Mama"}
    )
    assert answer.status_code == 422
    assert "belum terpasang" in text(answer)
    assert "HP Mama" in text(answer), "what was typed is kept"
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None


def test_an_answer_to_a_sign_in_adds_nothing(mine: Client, app: Flask) -> None:
    """A challenge is for one purpose."""
    let_proof_run_out()
    asked = options_of(mine, "/akun/pastikan/sidik-jari/mulai")
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now()))
    made = Phone().make({**asked, "rp": {"id": asked["rpId"]}, "user": {"id": "AA"}})
    assert mine.post("/akun/sidik-jari/tambah", data={"jawaban": made}).status_code == 422


@pytest.mark.parametrize("label", ["", "x" * 300, "\0\u202e", "😀" * 61])
def test_no_name_loses_a_key_that_the_phone_has_made(mine: Client, label: str) -> None:
    add_key(mine, label=label)
    with reading() as session:
        kept = session.scalars(select(Passkey.label)).one()
    assert 0 < len(kept) <= rules.MOST_LABEL_LETTERS


# Signing in


@pytest.mark.both
def test_a_finger_opens_the_account_without_number_or_password(app: Flask, mine: Client, client: Client, member: Person) -> None:
    phone = add_key(mine)
    options = options_of(client)
    assert options["allowCredentials"] == [], "the phone knows which one; nothing is told"
    assert options["userVerification"] == "required"
    answer = client.post(IN, data={"jawaban": phone.use(options), "next": "/kabar"})
    assert answer.location == "/kabar"
    assert client.get("/kabar").status_code == 200
    answer.close()  # the history is written after the answer has gone out
    with reading() as session:
        row = session.scalars(select(DeviceSession).order_by(DeviceSession.id.desc())).first()
        assert row is not None
        assert (row.person_id, row.is_remembered) == (member.id, False)
        assert row.factor_at is not None
        assert row.proved_at is not None
        key = session.scalars(select(Passkey)).one()
        assert key.used_at is not None
        assert key.sign_count == 1
        entry = session.scalars(select(Entry)).one()
        assert (entry.way, entry.outcome) == (Way.PASSKEY, Outcome.IN)


def test_remembered_only_when_ticked(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    client.post(IN, data={"jawaban": phone.use(options_of(client)), "remember": "y"})
    with reading() as session:
        assert session.scalars(select(DeviceSession.is_remembered).order_by(DeviceSession.id.desc())).first() is True


def test_what_the_cookie_held_before_is_gone(mine: Client, client: Client) -> None:
    """No fixation: the sign-in is new, and the challenge is not left behind."""
    phone = add_key(mine)
    enter_with(client, phone)
    with client.session_transaction() as kept:
        assert "tantangan" not in kept
        assert kept["_user_id"] != mine.token


def test_staff_with_a_passkey_alone_are_not_held_back(app: Flask, admin: Person, sign_in: Callable[[Any], Client], client: Client) -> None:
    phone = add_key(sign_in(admin))
    client.post(IN, data={"jawaban": phone.use(options_of(client))})
    assert client.get("/petugas/orang").status_code == 200


@pytest.mark.both
def test_an_answer_enters_once(app: Flask, mine: Client, client: Client) -> None:
    """Cookie and answer copied together: the challenge is spent all the same. The key does not count, so the count cannot help."""
    phone = add_key(mine, Phone(counts=False))
    answer = phone.use(options_of(client))
    copied = client.get_cookie("katong")
    assert copied
    assert client.post(IN, data={"jawaban": answer, "next": "/kabar"}).location == "/kabar"
    thief: Any = app.test_client()
    thief.set_cookie("katong", copied.value)
    before = live_sessions()
    assert is_refused(thief, thief.post(IN, data={"jawaban": answer, "next": "/kabar"}))
    assert live_sessions() == before


def test_control_without_the_spent_challenges_a_copied_answer_enters(
    app: Flask, mine: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = add_key(mine, Phone(counts=False))
    monkeypatch.setattr(actions, "_spend_challenge", lambda *_: None)
    answer = phone.use(options_of(client))
    copied = client.get_cookie("katong")
    assert copied
    client.post(IN, data={"jawaban": answer})
    thief: Any = app.test_client()
    thief.set_cookie("katong", copied.value)
    assert thief.post(IN, data={"jawaban": answer, "next": "/kabar"}).location == "/kabar"


def test_an_answer_is_good_in_the_browser_that_asked(app: Flask, mine: Client, client: Client) -> None:
    phone = add_key(mine)
    other: Any = app.test_client()
    answer = phone.use(options_of(client))
    assert is_refused(other, other.post(IN, data={"jawaban": answer, "next": "/kabar"})), "it asked for nothing"
    options_of(other)
    assert is_refused(other, other.post(IN, data={"jawaban": answer, "next": "/kabar"})), "it was asked something else"
    assert client.post(IN, data={"jawaban": answer, "next": "/kabar"}).location == "/kabar"


def test_a_challenge_is_over_after_five_minutes(mine: Client, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = add_key(mine)
    monkeypatch.setattr(rules, "CHALLENGE_SECONDS", -1)
    assert is_refused(client, enter_with(client, phone))


def test_a_wrong_answer_uses_the_challenge_up(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    options = options_of(client)
    good = phone.use(options)
    assert is_refused(client, client.post(IN, data={"jawaban": "{}", "next": "/kabar"}))
    assert is_refused(client, client.post(IN, data={"jawaban": good, "next": "/kabar"}))


BENT: dict[str, Callable[[Phone], Any]] = {
    "another origin": lambda phone: setattr(phone, "origin", "https://evil.example"),
    "another port": lambda phone: setattr(phone, "origin", "http://localhost:81"),
    "https of the same name": lambda phone: setattr(phone, "origin", "https://localhost"),
    "another site": lambda phone: setattr(phone, "rp_id", "evil.example"),
    "no finger": lambda phone: setattr(phone, "flags", PRESENT),
    "nobody there": lambda phone: setattr(phone, "flags", VERIFIED),
    "another key's signature": lambda phone: setattr(phone, "key", Phone().key),
    "an unknown key": lambda phone: setattr(phone, "credential_id", b"0123456789abcdef"),
    "another person's handle": lambda phone: setattr(phone, "handle", b"x" * 64),
}


@pytest.mark.parametrize("how", BENT)
def test_a_bent_answer_does_not_enter_and_every_no_is_the_same(mine: Client, client: Client, how: str) -> None:
    phone = add_key(mine)
    good = copy.copy(phone)
    BENT[how](phone)
    before = live_sessions()
    assert is_refused(client, enter_with(client, phone))
    assert live_sessions() == before
    with reading() as session:
        assert session.scalars(select(Passkey.used_at)).one() is None
    good.count = phone.count
    assert enter_with(client, good).location == "/kabar", "the guard above refused for this reason alone"


def test_an_answer_of_another_kind_does_not_enter(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    assert is_refused(client, enter_with(client, phone, kind="webauthn.create"))


@pytest.mark.parametrize(
    "sent",
    ["", "null", "[]", "{}", "1", '{"response": {}}', "{" * 100_000, "[" * 15_000, "x" * 30_000, '{"rawId": 3, "response": {"userHandle": {}}}',
     '{"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "", "authenticatorData": "", "signature": ""}}'],
)  # fmt: skip
def test_anything_else_is_the_same_sentence(client: Client, mine: Client, sent: str) -> None:
    add_key(mine)
    options_of(client)
    assert is_refused(client, client.post(IN, data={"jawaban": sent, "next": "/kabar"}))


def test_broken_parts_of_a_true_answer_are_the_same_sentence(client: Client, mine: Client) -> None:
    phone = add_key(mine)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for value in ("", "AA", "%%%", "w" * 200, None, 7):
            answer = json.loads(phone.use(options_of(client)))
            answer["response"][part] = value
            assert is_refused(client, client.post(IN, data={"jawaban": json.dumps(answer), "next": "/kabar"})), (part, value)


@pytest.mark.both
def test_a_key_whose_count_went_back_is_refused_and_its_owner_is_told(mine: Client, client: Client, app: Flask) -> None:
    phone = add_key(mine, Phone(count=5))
    clone = copy.copy(phone)
    for _turn in range(3):
        other: Any = app.test_client()
        assert enter_with(other, phone).location == "/kabar"
    assert is_refused(client, enter_with(client, clone))
    assert "kuncinya mungkin ada dua" in text(mine.get("/kabar"))
    assert enter_with(client, phone).location == "/kabar"


def test_control_without_the_count_the_copy_enters(mine: Client, client: Client, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = add_key(mine, Phone(count=5))
    clone = copy.copy(phone)
    for _turn in range(2):
        other: Any = app.test_client()
        enter_with(other, phone)
    monkeypatch.setattr(rules, "has_gone_back", lambda _kept, _shown: False)
    with transaction() as session:
        session.execute(update(Passkey).values(sign_count=0))
    assert enter_with(client, clone).location == "/kabar"


def test_a_key_that_never_counts_is_welcome(mine: Client, app: Flask) -> None:
    phone = add_key(mine, Phone(counts=False))
    for _turn in range(2):
        browser: Any = app.test_client()
        assert enter_with(browser, phone).location == "/kabar"


@pytest.mark.parametrize(
    ("kept", "shown", "gone_back"), [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 4, True), (5, 0, True)]
)
def test_when_a_count_has_gone_back(kept: int, shown: int, gone_back: bool) -> None:
    assert rules.has_gone_back(kept, shown) is gone_back


def test_suspended_people_are_told_and_those_who_left_are_unknown(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=1)))
    answer = enter_with(client, phone)
    assert "dihentikan sementara" in text(client.get(answer.location))
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=None, left_at=clock.now()))
    before = live_sessions()
    assert is_refused(client, enter_with(client, phone))
    assert live_sessions() == before


def test_the_way_on_stays_on_this_site(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    answer = client.post(IN, data={"jawaban": phone.use(options_of(client)), "next": "https://evil.example/"})
    assert answer.location == "/"


def test_another_site_cannot_ask_or_answer(mine: Client, client: Client) -> None:
    assert client.post(BEGIN, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(IN, headers={"Origin": "https://evil.example"}).status_code == 403


class TestBrakes:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        from dataclasses import replace

        return replace(settings, rate_limits=True)

    def test_one_network_is_stopped_at_last(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from app.core.brakes import Limit

        monkeypatch.setattr(actions, "SIGN_IN_ADDRESS", Limit("sign-in address", 5, 900, actions._WAIT))
        answers = []
        for _turn in range(6):
            options_of(client)
            answers.append(client.post(IN, data={"jawaban": "{}"}).status_code)
        assert answers == [303] * 5 + [429]


# The second factor


@pytest.mark.both
def test_staff_with_a_passkey_alone_are_asked_for_it_after_the_password(client: Client, office: Client) -> None:
    phone = add_key(office)
    asked = client.post("/masuk", data=RIGHT | {"next": "/kabar"})
    assert asked.location == "/masuk/kode?next=/kabar"
    page = text(client.get(asked.location))
    assert "Pakai sidik jari" in page
    assert "kode cadangan" in page
    assert client.get("/kabar").status_code == 303, "half is not in"
    options = options_of(client, "/masuk/kode/sidik-jari/mulai")
    assert len(options["allowCredentials"]) == 1
    answer = client.post("/masuk/kode/sidik-jari", data={"jawaban": phone.use(options), "next": "/kabar"})
    assert answer.location == "/kabar"
    assert client.get("/kabar").status_code == 200


def test_a_code_on_paper_enters_where_the_phone_of_staff_is_gone(client: Client, office: Client) -> None:
    answer = office.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options_of(office, "/akun/sidik-jari/tambah/mulai"))})
    code = text(answer).split("<li><code>")[1].split("</code>")[0]
    client.post("/masuk", data=RIGHT)
    assert client.fill("/masuk/kode", {"code": code}).status_code == 303
    assert client.get("/kabar").status_code == 200


def test_both_are_offered_where_both_are_there(client: Client, mine: Client, member: Person) -> None:
    add_key(mine)
    with transaction() as session:
        a_factor(session, member.id)
    client.post("/masuk", data=RIGHT)
    page = text(client.get("/masuk/kode"))
    assert "buka aplikasi kode" in page
    assert "Pakai sidik jari" in page


def test_another_persons_key_is_no_second_factor(client: Client, office: Client, sign_in: Callable[[Any], Client]) -> None:
    add_key(office)
    with transaction() as session:
        other = a_person(session, name="Ina")
    theirs = add_key(sign_in(other))
    client.post("/masuk", data=RIGHT)
    options = options_of(client, "/masuk/kode/sidik-jari/mulai")
    answer = client.post("/masuk/kode/sidik-jari", data={"jawaban": theirs.use(options)})
    assert answer.location == "/masuk/kode"
    assert client.get("/kabar").status_code == 303


def test_half_a_sign_in_is_stale_when_the_password_changed(client: Client, office: Client) -> None:
    phone = add_key(office)
    client.post("/masuk", data=RIGHT)
    options = options_of(client, "/masuk/kode/sidik-jari/mulai")
    with transaction() as session:
        session.execute(update(Person).values(password_hash="changed"))
    assert client.post("/masuk/kode/sidik-jari", data={"jawaban": phone.use(options)}).location == "/masuk"
    assert client.get("/kabar").status_code == 303


def test_a_sign_ins_answer_is_no_second_half(client: Client, office: Client) -> None:
    phone = add_key(office)
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode/sidik-jari", data={"jawaban": phone.use(options_of(client))}).location == "/masuk/kode"


# One more door, never a second lock: for members


def asked_after_the_password(app: Flask) -> bool:
    """Whether this sign-in by number and password, on a new phone, is asked for more."""
    browser: Any = app.test_client()
    entered = browser.post("/masuk", data=RIGHT | {"next": "/kabar"})
    assert entered.status_code == 303
    is_asked = str(entered.location).startswith("/masuk/kode")
    assert (browser.get("/akun").status_code == 303) == is_asked
    return is_asked


def give(person: Person, role: Role) -> None:
    with transaction() as session:
        session.add(PersonRole(person_id=person.id, role=role, given_at=clock.now()))


@pytest.mark.both
@pytest.mark.parametrize("roles", [[], [Role.TRAINER]])
def test_a_stolen_phone_leaves_the_password_as_good_as_before(app: Flask, sign_in: Callable[[Any], Client], roles: list[Role]) -> None:
    with transaction() as session:
        mama = a_person(session, phone=PHONE_NUMBER, roles=roles)
    stolen = sign_in(mama)
    in_by_the_password()
    add_key(stolen)
    another: Any = app.test_client()
    assert another.post("/masuk", data=RIGHT).location == "/"
    assert another.get("/akun").status_code == 200
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    path = f"/akun/sidik-jari/{key}/hapus"
    gone = another.fill(path, {"keluarkan": "1"}, action=path)
    assert gone.location == "/akun/sidik-jari", "and the key on the stolen phone is removed with the password alone"
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None
    assert live_sessions() == 1


@pytest.mark.both
def test_control_codes_of_an_app_make_it_two_steps(app: Flask, mine: Client, member: Person) -> None:
    add_key(mine)
    assert not asked_after_the_password(app)
    with transaction() as session:
        a_factor(session, member.id)
    assert asked_after_the_password(app)


@pytest.mark.both
@pytest.mark.parametrize("role", sorted(STAFF))
def test_a_staff_role_makes_the_key_count_until_it_is_taken(app: Flask, mine: Client, member: Person, role: Role) -> None:
    add_key(mine)
    assert not asked_after_the_password(app)
    give(member, role)
    assert asked_after_the_password(app)
    with transaction() as session:
        session.execute(delete(PersonRole))
    assert not asked_after_the_password(app)


@pytest.mark.both
def test_a_new_role_rests_where_the_factor_was_not_passed(app: Flask, mine: Client, member: Person, client: Client) -> None:
    """Whoever knew the password and added the key holds no more than the password here, until the key itself was used."""
    in_by_the_password()
    phone = add_key(mine)
    with_finger: Any = app.test_client()
    enter_with(with_finger, phone)
    give(member, Role.ADMIN)
    assert mine.get("/petugas/orang").status_code == 404, "in by the password: the role rests"
    assert with_finger.get("/petugas/orang").status_code == 200, "in by the finger: the factor was passed"
    client.post("/masuk", data=RIGHT)
    options = options_of(client, "/masuk/kode/sidik-jari/mulai")
    client.post("/masuk/kode/sidik-jari", data={"jawaban": phone.use(options)})
    assert client.get("/petugas/orang").status_code == 200
    assert mine.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options_of(mine, "/akun/sidik-jari/tambah/mulai"))}).location == "/akun", "nor is another key put beside it from there"  # fmt: skip


@pytest.mark.both
def test_a_member_proves_by_password_or_finger(mine: Client) -> None:
    phone = add_key(mine)
    let_proof_run_out()
    asked = text(mine.get("/akun/pastikan?next=/akun/pengaman"))
    assert 'name="password"' in asked
    assert "Pakai sidik jari" in asked
    assert mine.fill("/akun/pastikan?next=/akun/pengaman", {"password": PASSWORD}).location == "/akun/pengaman"
    let_proof_run_out()
    options = options_of(mine, "/akun/pastikan/sidik-jari/mulai")
    answer = mine.post("/akun/pastikan/sidik-jari", data={"jawaban": phone.use(options), "next": "/akun/pengaman"})
    assert answer.location == "/akun/pengaman"


def test_codes_on_paper_are_offered_until_there_are_some(mine: Client) -> None:
    add_key(mine)
    assert "/akun/kode-pemulihan" in text(mine.get("/akun/sidik-jari"))
    made = mine.fill("/akun/kode-pemulihan", {}, action="/akun/kode-pemulihan/buat")
    assert text(made).count("<li><code>") == 10
    assert "/akun/kode-pemulihan" not in text(mine.get("/akun/sidik-jari"))


# Proving again


@pytest.mark.both
def test_a_finger_proves_again(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(admin)
    phone = add_key(mine)
    let_proof_run_out()
    page = text(mine.get("/akun/pastikan?next=/akun/pengaman"))
    assert "Pakai sidik jari" in page
    assert 'name="password"' not in page, "staff with a passkey are not asked for less"
    options = options_of(mine, "/akun/pastikan/sidik-jari/mulai")
    answer = mine.post("/akun/pastikan/sidik-jari", data={"jawaban": phone.use(options), "next": "/akun/pengaman"})
    assert answer.location == "/akun/pengaman"
    assert mine.get("/akun/pengaman").status_code == 200


def test_another_persons_finger_proves_nothing(mine: Client, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        other = a_person(session, name="Ina")
    theirs = add_key(sign_in(other))
    let_proof_run_out()
    options = options_of(mine, "/akun/pastikan/sidik-jari/mulai")
    answer = mine.post("/akun/pastikan/sidik-jari", data={"jawaban": theirs.use(options), "next": "/akun/pengaman"})
    assert answer.location == "/akun/pastikan?next=/akun/pengaman"
    assert mine.get("/akun/pengaman").status_code == 303


def test_a_sign_ins_answer_proves_nothing(mine: Client, app: Flask, client: Client) -> None:
    """The challenge of /masuk names nobody; the one of a proof names who is asked."""
    phone = add_key(mine)
    let_proof_run_out()
    asked = options_of(client)
    assert mine.post("/akun/pastikan/sidik-jari", data={"jawaban": phone.use(asked)}).location == "/akun/pastikan"


# My keys


def test_a_key_gets_another_name(mine: Client) -> None:
    add_key(mine)
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    assert mine.fill(f"/akun/sidik-jari/{key}/nama", {"label": "Samsung biru"}).location == "/akun/sidik-jari"
    assert "Samsung biru" in text(mine.get("/akun/sidik-jari"))
    refused = mine.post(f"/akun/sidik-jari/{key}/nama", data={"label": ""})
    assert refused.status_code == 422


@pytest.mark.both
def test_a_removed_key_is_worth_nothing_and_its_owner_is_told(mine: Client, client: Client) -> None:
    phone = add_key(mine)
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    let_proof_run_out()
    assert mine.post(f"/akun/sidik-jari/{key}/hapus").location.startswith("/akun/pastikan")
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now()))
    assert mine.fill(f"/akun/sidik-jari/{key}/hapus", {}, action=f"/akun/sidik-jari/{key}/hapus").location == "/akun/sidik-jari"
    assert is_refused(client, enter_with(client, phone))
    assert "dihapus dari akun Anda" in text(mine.get("/kabar"))
    assert client.post("/masuk", data=RIGHT).location == "/", "the password opens as before"


def test_another_persons_key_is_not_there(mine: Client, sign_in: Callable[[Any], Client]) -> None:
    add_key(mine)
    with transaction() as session:
        other = a_person(session, name="Ina")
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    theirs = sign_in(other)
    for path in (f"/akun/sidik-jari/{key}/nama", f"/akun/sidik-jari/{key}/hapus"):
        assert theirs.get(path).status_code == 404
        assert theirs.post(path, data={"label": "milik saya"}).status_code == 404
    assert "HP Mama" not in text(theirs.get("/akun/sidik-jari"))


def test_the_last_way_in_is_not_removed(mine: Client) -> None:
    add_key(mine)
    with transaction() as session:
        session.execute(update(Person).values(password_hash=None))
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    answer = mine.post(f"/akun/sidik-jari/{key}/hapus")
    assert answer.location == "/akun/sidik-jari"
    assert "satu-satunya cara Anda masuk" in text(mine.get("/akun/sidik-jari"))
    add_key(mine, Phone())
    mine.post(f"/akun/sidik-jari/{key}/hapus")
    with reading() as session:
        assert session.scalars(select(Passkey.id)).one() != key


@pytest.mark.both
def test_staff_roles_rest_again_without_the_last_factor(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(admin)
    add_key(mine)
    assert mine.get("/petugas/orang").status_code == 200
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    mine.post(f"/akun/sidik-jari/{key}/hapus")
    assert mine.get("/petugas/orang").status_code == 404


def test_but_not_while_another_factor_is_left(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        a_factor(session, admin.id)
    mine = sign_in(admin)
    add_key(mine)
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    mine.post(f"/akun/sidik-jari/{key}/hapus")
    assert mine.get("/petugas/orang").status_code == 200


def test_removing_can_end_every_other_sign_in(mine: Client, member: Person, sign_in: Callable[[Any], Client]) -> None:
    other = sign_in(member)
    add_key(mine)
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    mine.post(f"/akun/sidik-jari/{key}/hapus", data={"keluarkan": "1"})
    assert other.get("/kabar").status_code == 303
    assert mine.get("/akun/sidik-jari").status_code == 200


def test_a_device_that_passed_no_factor_cannot_add_or_remove(office: Client) -> None:
    """Whoever has the password of staff with a passkey must not put their own beside it."""
    mine = office
    add_key(mine)
    with reading() as session:
        key = session.scalars(select(Passkey.id)).one()
    with transaction() as session:
        session.execute(update(DeviceSession).values(factor_at=None))
    answer = mine.post("/akun/sidik-jari/tambah", data={"jawaban": Phone().make(options_of(mine, "/akun/sidik-jari/tambah/mulai"))})
    assert answer.location == "/akun"
    assert mine.post(f"/akun/sidik-jari/{key}/hapus").location == "/akun"
    with reading() as session:
        assert session.scalars(select(Passkey.id)).all() == [key]


def test_a_new_password_leaves_the_keys_and_shows_them(mine: Client) -> None:
    phone = add_key(mine)
    assert "HP Mama" in text(mine.get("/akun/sandi"))
    mine.fill("/akun/sandi", {"old": PASSWORD, "new": "lontar biru empat"})
    browser: Any = mine.application.test_client()
    assert enter_with(browser, phone).location == "/kabar"


def test_the_operator_takes_a_lost_factor_away_with_its_keys(mine: Client, member: Person) -> None:
    add_key(mine)
    factors.remove(member.id)
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None
    assert mine.get("/kabar").status_code == 303


def test_the_own_copy_names_keys_and_never_holds_one(mine: Client, member: Person) -> None:
    phone = add_key(mine)
    with reading() as session:
        found = queries.all_of(session, member.id)
    assert [key["label"] for key in found["passkeys"]] == ["HP Mama"]
    assert phone.credential_id.hex() not in repr(found)
    assert set(found["passkeys"][0]) == {"label", "made_at", "used_at", "is_backed_up"}


@pytest.mark.both
def test_keys_and_factors_go_with_their_owner(mine: Client, member: Person) -> None:
    add_key(mine)
    with transaction() as session:
        a_factor(session, member.id)
    with transaction() as session:
        actions.forget_person(session, member.id, clock.now())
        factors.forget_person(session, member.id, clock.now())
    with reading() as session:
        for table in (Passkey, PasskeyHandle, SecondFactor, RecoveryCode):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_spent_challenges_are_forgotten_after_a_day(mine: Client) -> None:
    add_key(mine)
    actions.forget_spent(clock.now() + timedelta(hours=23))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SpentChallenge)) == 1
    actions.forget_spent(clock.now() + timedelta(hours=25))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(SpentChallenge)) == 0


def test_the_pages_are_cheap(mine: Client, sql_count: Callable[[], Any]) -> None:
    for _turn in range(3):
        add_key(mine, Phone())
    with reading() as session:
        key = session.scalars(select(Passkey.id)).first()
    for path in (
        "/akun/sidik-jari",
        "/akun/sidik-jari/tambah",
        f"/akun/sidik-jari/{key}/nama",
        f"/akun/sidik-jari/{key}/hapus",
        "/akun/pengaman",
    ):
        with sql_count() as counted:
            assert mine.get(path).status_code == 200
        assert len(counted) <= 4, path


# Whom keys are made for


@pytest.mark.parametrize(
    ("base_url", "host_url", "expected"),
    [
        ("https://katong.example", "https://katong.example/", rules.Site("katong.example", "https://katong.example")),
        ("https://katong.example", "http://katong.example/", rules.Site("katong.example", "https://katong.example")),
        ("https://katong.example:443", "https://katong.example/", rules.Site("katong.example", "https://katong.example")),
        ("https://katong.example:8443", "https://katong.example:8443/", rules.Site("katong.example", "https://katong.example:8443")),
        ("https://katong.example", "https://evil.example/", None),
        ("https://katong.example", "https://katong.example:8443/", None),
        ("http://katong.example", "http://katong.example/", None),
        ("", "https://katong.example/", rules.Site("katong.example", "https://katong.example")),
        ("", "http://katong.example/", None),
        ("", "http://localhost:8000/", rules.Site("localhost", "http://localhost:8000")),
        ("", "http://127.0.0.1:8000/", None),
        ("", "https://[::1]/", None),
        ("", "https://[/", None),
        ("", "https:///", None),
    ],
)
def test_whom_keys_are_made_for(base_url: str, host_url: str, expected: rules.Site | None) -> None:
    assert rules.site(base_url, host_url) == expected


def test_a_key_of_one_host_opens_no_other(mine: Client, client: Client) -> None:
    """Without BASE_URL the Host header decides: a key stays with the host it was made for."""
    phone = add_key(mine)
    elsewhere: dict[str, Any] = {"base_url": "https://lain.example"}
    asked = client.post(BEGIN, **elsewhere).get_json()
    assert asked["rpId"] == "lain.example"
    phone.origin = "https://lain.example"
    answer = client.post(IN, data={"jawaban": phone.use(asked), "next": "/kabar"}, **elsewhere)
    assert answer.location == "/masuk?next=/kabar"


def test_where_no_browser_makes_keys_nothing_is_offered(client: Client, mine: Client) -> None:
    bare: dict[str, Any] = {"base_url": "http://127.0.0.1:8000"}
    assert client.post(BEGIN, **bare).status_code == 404
    assert client.post(IN, **bare).status_code == 404
