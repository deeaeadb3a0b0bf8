"""The second factor: set up, asked for, never twice the same code, and no staff page without it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.factors import actions, rules
from app.accounts.notices.models import Notice
from app.accounts.people.actions import HalfSignedIn, SignedIn, mark_of, token_hash
from app.accounts.people.models import DeviceSession, Person, RecoveryCode, SecondFactor
from app.core import clock, sealing, totp
from app.core.access import Role
from app.core.db import reading, transaction
from tests.factories import PASSWORD, TOTP_SECRET, a_factor, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.conftest import Client, Outcomes

RIGHT = {"phone": "0812-000-000001", "password": PASSWORD}
ON_PAPER = "ABCDEFGHJKMN"


class Hand:
    """The clock of these tests, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand(clock.now().replace(second=10, microsecond=0))
    monkeypatch.setattr(clock, "now", made)
    return made


def protect(person_id: int) -> None:
    """A working second factor with one recovery code."""
    with transaction() as session:
        a_factor(session, person_id)
        session.add(RecoveryCode(person_id=person_id, code_mark=actions._mark(person_id, ON_PAPER), made_at=clock.now()))


@pytest.fixture
def admin(app: Flask) -> Person:
    """An admin without a second factor."""
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001", roles=[Role.ADMIN])


@pytest.fixture
def safe_admin(admin: Person) -> Person:
    """An admin with one."""
    protect(admin.id)
    return admin


def a_code() -> str:
    return totp.code_at(TOTP_SECRET, clock.now())


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def live_sessions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DeviceSession).where(DeviceSession.ended_at.is_(None))) or 0


# Signing in


@pytest.mark.both
def test_password_and_code_open_the_staff_pages(client: Client, safe_admin: Person, hand: Hand) -> None:
    asked = client.post("/masuk", data=RIGHT | {"next": "/petugas/orang"})
    assert asked.location == "/masuk/kode?next=/petugas/orang"
    assert client.get("/akun").location == "/masuk?next=/akun", "half is not in"
    assert live_sessions() == 0
    answer = client.fill(asked.location, {"code": a_code()})
    assert answer.location == "/petugas/orang"
    assert client.get("/petugas/orang").status_code == 200


def test_a_code_may_be_typed_with_a_space_and_be_a_step_old(client: Client, safe_admin: Person, hand: Hand) -> None:
    client.post("/masuk", data=RIGHT)
    code = a_code()
    hand.on(35)
    assert client.post("/masuk/kode", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303


@pytest.mark.parametrize("seconds", [-90, 90])
def test_a_code_of_another_time_is_refused(client: Client, safe_admin: Person, hand: Hand, seconds: int) -> None:
    client.post("/masuk", data=RIGHT)
    code = totp.code_at(TOTP_SECRET, clock.now() + timedelta(seconds=seconds))
    refused = client.post("/masuk/kode", data={"code": code})
    assert refused.status_code == 422
    assert "Kode belum cocok" in text(refused)
    assert code in text(refused), "what was typed is kept"
    assert live_sessions() == 0


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "٣٤٥٦٧٨", "ABCD-EFGH-JKMP", "x" * 300, "' OR 1=1 --"])
def test_anything_else_is_a_sentence(client: Client, safe_admin: Person, typed: str) -> None:
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode", data={"code": typed}).status_code == 422
    assert live_sessions() == 0


def test_a_code_enters_once(app: Flask, client: Client, safe_admin: Person, hand: Hand) -> None:
    code = a_code()
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode", data={"code": code}).status_code == 303
    other: Any = app.test_client()
    other.post("/masuk", data=RIGHT)
    assert other.post("/masuk/kode", data={"code": code}).status_code == 422
    hand.on(30)
    assert other.post("/masuk/kode", data={"code": a_code()}).status_code == 303


def test_an_older_code_does_not_enter_after_a_newer_one(app: Flask, client: Client, safe_admin: Person, hand: Hand) -> None:
    older = a_code()
    hand.on(30)
    client.post("/masuk", data=RIGHT)
    client.post("/masuk/kode", data={"code": a_code()})
    other: Any = app.test_client()
    other.post("/masuk", data=RIGHT)
    assert other.post("/masuk/kode", data={"code": older}).status_code == 422


def test_a_recovery_code_enters_once_and_the_person_is_told(app: Flask, client: Client, safe_admin: Person) -> None:
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode", data={"code": "abcd efgh jkmn"}).status_code == 303
    assert "Satu kode cadangan dipakai untuk masuk. Sisa 0." in text(client.get("/kabar"))
    other: Any = app.test_client()
    other.post("/masuk", data=RIGHT)
    assert other.post("/masuk/kode", data={"code": "ABCD-EFGH-JKMN"}).status_code == 422


def test_another_persons_codes_do_not_enter(app: Flask, client: Client, safe_admin: Person) -> None:
    with transaction() as session:
        other = a_person(session, name="Ina", phone="+62812000000002", roles=[Role.DESK])
    with transaction() as session:
        sealed = sealing.seal(totp.new_secret().encode(), "second_factor", other.id, "secret")
        session.add(SecondFactor(person_id=other.id, secret=sealed, confirmed_at=clock.now(), last_step=0))
    client.post("/masuk", data=RIGHT | {"phone": "0812-000-000002"})
    assert client.post("/masuk/kode", data={"code": a_code()}).status_code == 422
    assert client.post("/masuk/kode", data={"code": ON_PAPER}).status_code == 422


def test_half_a_sign_in_ends_after_ten_minutes(client: Client, safe_admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/masuk", data=RIGHT | {"next": "/kabar"})
    monkeypatch.setattr(rules, "HALF_SECONDS", -1)
    answer = client.post("/masuk/kode", data={"code": a_code(), "next": "/kabar"})
    assert answer.location == "/masuk?next=/kabar"
    assert "sudah lewat" in text(client.get(answer.location))
    assert live_sessions() == 0


def test_half_a_sign_in_is_stale_when_the_password_changed(client: Client, safe_admin: Person) -> None:
    client.post("/masuk", data=RIGHT)
    with transaction() as session:
        session.execute(update(Person).values(password_hash="changed"))
    assert client.post("/masuk/kode", data={"code": a_code()}).location == "/masuk"
    assert live_sessions() == 0


def test_half_a_sign_in_is_nothing_when_suspended_meanwhile_or_gone(client: Client, safe_admin: Person) -> None:
    client.post("/masuk", data=RIGHT)
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=1)))
    assert "dihentikan sementara" in text(client.post("/masuk/kode", data={"code": a_code()}))
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=None, left_at=clock.now()))
    assert client.post("/masuk/kode", data={"code": a_code()}).location == "/masuk"
    assert live_sessions() == 0


def test_a_made_up_half_is_no_half(client: Client, safe_admin: Person) -> None:
    for made_up in ("", "x.y.z", "WzEsImEiLHRydWVd.aaaa.bbbb"):
        with client.session_transaction() as kept:
            kept["setengah"] = made_up
        assert client.post("/masuk/kode", data={"code": a_code()}).location.startswith("/masuk")
    assert live_sessions() == 0


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_second_page_leads_to_no_other_site(client: Client, safe_admin: Person, elsewhere: str) -> None:
    assert client.post("/masuk", data=RIGHT | {"next": elsewhere}).location == "/masuk/kode"
    assert "evil" not in text(client.get("/masuk/kode", query_string={"next": elsewhere}))
    assert client.post("/masuk/kode", data={"code": a_code(), "next": elsewhere}).location == "/"


def test_a_second_tap_goes_on(client: Client, safe_admin: Person) -> None:
    client.post("/masuk", data=RIGHT)
    sent = {"code": a_code(), "next": "/kabar"}
    assert client.post("/masuk/kode", data=sent).location == "/kabar"
    assert client.post("/masuk/kode", data=sent).location == "/kabar"
    assert live_sessions() == 1


def test_guessing_codes_is_braked(client: Client, safe_admin: Person, hand: Hand) -> None:
    client.post("/masuk", data=RIGHT)
    statuses = [client.post("/masuk/kode", data={"code": f"{turn:06d}"}).status_code for turn in range(7)]
    assert statuses == [422] * 6 + [429]
    assert client.post("/masuk/kode", data={"code": a_code()}).status_code == 429, "even the right one has to wait"


def test_remembering_is_kept_over_the_second_page(client: Client, safe_admin: Person) -> None:
    client.post("/masuk", data=RIGHT | {"remember": "y"})
    assert "Expires" in client.post("/masuk/kode", data={"code": a_code()}).headers["Set-Cookie"]


def _half_of(person: Person) -> HalfSignedIn:
    return HalfSignedIn(person.id, mark_of(person.password_hash or ""), is_remembered=False)


@pytest.mark.both
@pytest.mark.parametrize("code", ["of the app", "on paper"])
def test_one_code_at_the_same_instant_enters_once(safe_admin: Person, hand: Hand, race: Callable[..., Outcomes], code: str) -> None:
    half, typed = _half_of(safe_admin), a_code() if code == "of the app" else ON_PAPER
    came = race(6, lambda _number: actions.pass_code(half, typed, device="", address=None))
    assert len(came.wins) == 1
    assert len(came.refusals(actions.CodeNoMatch)) == 5
    assert live_sessions() == 1


@pytest.mark.both
def test_without_the_guard_one_code_enters_twice(
    safe_admin: Person, hand: Hand, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the race above: it can see a double."""
    monkeypatch.setattr(actions, "_spend_step", lambda *_: True)
    half, typed = _half_of(safe_admin), a_code()
    assert len(race(6, lambda _number: actions.pass_code(half, typed, device="", address=None)).wins) > 1


# Staff without one


@pytest.mark.both
def test_staff_pages_are_not_there_until_a_factor_is_set_up(client: Client, admin: Person, hand: Hand) -> None:
    answer = client.post("/masuk", data=RIGHT | {"next": "/petugas"})
    assert answer.location == "/akun/pengaman"
    with reading() as session:
        client.token = _token_of(client)
        assert session.scalar(select(DeviceSession.token_hash)) == token_hash(client.token)
    for path in ("/petugas", "/petugas/orang"):
        assert client.get(path).status_code == 404, path
    assert "menunggu pengaman" in text(client.get("/akun"))
    codes = set_up(client)
    assert len(set(codes)) == 10
    assert client.get("/petugas/orang").status_code == 200
    assert "menunggu pengaman" not in text(client.get("/akun"))


def _token_of(client: Client) -> str:
    with client.session_transaction() as kept:
        return str(kept["_user_id"])


def secret_shown(client: Client) -> str:
    shown = text(client.get("/akun/pengaman/pasang"))
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", shown)
    assert found, shown
    return found[1].replace(" ", "")


def set_up(client: Client) -> list[str]:
    """Set a factor up as a person does; returns the recovery codes shown."""
    assert client.post("/akun/pengaman/mulai").location == "/akun/pengaman/pasang"
    answer = client.fill("/akun/pengaman/pasang", {"code": totp.code_at(secret_shown(client), clock.now())})
    assert answer.status_code == 200
    return re.findall(r"<li><code>([A-Z0-9-]{14})</code></li>", text(answer))


def test_a_role_given_later_rests_until_then_too(app: Flask, client: Client, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        ina = a_person(session, name="Ina", phone="+62812000000001")
        boss = a_person(session, name="Ros", phone="+62812000000002", roles=[Role.ADMIN])
    client.post("/masuk", data=RIGHT)
    assert sign_in(boss).post(f"/petugas/orang/{ina.id}/beri", data={"role": "officer"}).status_code == 303
    assert client.get("/petugas").status_code == 404
    assert "menunggu pengaman" in text(client.get("/akun"))


def test_a_trainer_may_do_without(client: Client) -> None:
    with transaction() as session:
        a_person(session, name="Pelatih", phone="+62812000000001", roles=[Role.TRAINER])
    assert client.post("/masuk", data=RIGHT | {"next": "/pelatih"}).location == "/pelatih"
    assert client.get("/pelatih").status_code == 200


# Setting up


@pytest.fixture
def mine(admin: Person, sign_in: Callable[[Any], Client]) -> Client:
    return sign_in(admin)


@pytest.mark.both
def test_setting_up_ends_other_sign_ins_tells_and_is_audited(admin: Person, mine: Client, sign_in: Callable[[Any], Client]) -> None:
    from app.core.audit import AuditRow

    other = sign_in(admin)
    set_up(mine)
    assert mine.get("/akun").status_code == 200
    assert other.get("/akun").status_code == 303
    with reading() as session:
        assert session.scalars(select(AuditRow.act)).all() == ["factor.set"]
        assert session.scalars(select(Notice.kind)).all() == ["factor.set"]
        kept = session.execute(select(SecondFactor.secret, SecondFactor.next_secret)).one()
        marks = session.scalars(select(RecoveryCode.code_mark)).all()
    assert kept.next_secret is None
    assert all(len(mark) == 32 for mark in marks)


def test_nothing_readable_is_stored(admin: Person, mine: Client) -> None:
    mine.post("/akun/pengaman/mulai")
    secret = secret_shown(mine)
    with reading() as session:
        sealed = session.scalar(select(SecondFactor.next_secret))
    assert sealed is not None
    assert secret.encode() not in sealed
    with pytest.raises(sealing.Unsealable):
        sealing.unseal(sealed, "second_factor", admin.id + 1, "secret")


def test_a_wrong_first_code_sets_nothing_up(admin: Person, mine: Client) -> None:
    mine.post("/akun/pengaman/mulai")
    secret = secret_shown(mine)
    refused = mine.fill("/akun/pengaman/pasang", {"code": "000000"})
    assert refused.status_code == 422
    assert secret_shown(mine) == secret, "the app on the phone need not be connected again"
    with reading() as session:
        assert session.scalar(select(SecondFactor.confirmed_at)) is None


def test_the_same_form_sent_twice_shows_the_same_codes(app: Flask, admin: Person, mine: Client) -> None:
    mine.post("/akun/pengaman/mulai")
    sent = {"code": totp.code_at(secret_shown(mine), clock.now()), "kunci": "kunci-yang-sama-1234"}
    first, again = (re.findall(r"<li><code>(.+?)</code>", text(mine.post("/akun/pengaman/pasang", data=sent))) for _turn in range(2))
    assert first == again
    assert len(first) == 10


def test_but_not_for_ever(admin: Person, mine: Client, hand: Hand) -> None:
    mine.post("/akun/pengaman/mulai")
    sent = {"code": totp.code_at(secret_shown(mine), clock.now()), "kunci": "kunci-yang-sama-1234"}
    mine.post("/akun/pengaman/pasang", data=sent)
    hand.on(601)
    late = mine.post("/akun/pengaman/pasang", data=sent)
    assert late.location == "/akun/pengaman"


def test_the_picture_is_an_image_that_nothing_keeps(mine: Client) -> None:
    assert mine.get("/akun/pengaman/gambar.svg").status_code == 404
    mine.post("/akun/pengaman/mulai")
    picture = mine.get("/akun/pengaman/gambar.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert "<script" not in text(picture)
    assert "style=" not in text(picture)
    page = mine.get("/akun/pengaman/pasang")
    assert page.headers["Cache-Control"] == "no-store"
    assert "otpauth://totp/" in text(page)


def test_renewing_keeps_the_old_until_the_new_one_is_confirmed(
    app: Flask, client: Client, safe_admin: Person, sign_in: Callable[[Any], Client], hand: Hand
) -> None:
    mine = sign_in(safe_admin)
    mine.post("/akun/pengaman/mulai")
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode", data={"code": a_code()}).status_code == 303
    hand.on(60)
    codes = set_up(mine)
    other: Any = app.test_client()
    other.post("/masuk", data=RIGHT)
    assert other.post("/masuk/kode", data={"code": a_code()}).status_code == 422
    assert other.post("/masuk/kode", data={"code": ON_PAPER}).status_code == 422, "old recovery codes are gone"
    assert other.post("/masuk/kode", data={"code": codes[3]}).status_code == 303


def test_new_codes_replace_the_old(app: Flask, client: Client, safe_admin: Person, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(safe_admin)
    answer = mine.fill("/akun/pengaman", {}, action="/akun/pengaman/kode")
    codes = re.findall(r"<li><code>(.+?)</code>", text(answer))
    assert len(codes) == 10
    assert "Sisa 10 dari 10" in text(mine.get("/akun/pengaman"))
    client.post("/masuk", data=RIGHT)
    assert client.post("/masuk/kode", data={"code": ON_PAPER}).status_code == 422
    assert client.post("/masuk/kode", data={"code": codes[0].lower()}).status_code == 303


def test_codes_without_a_factor_are_refused(mine: Client) -> None:
    assert mine.post("/akun/pengaman/kode").location == "/akun/pengaman"


def test_a_device_that_passed_no_code_cannot_replace_the_factor(app: Flask, safe_admin: Person, sign_in: Callable[[Any], Client]) -> None:
    """Such a device can be left from before the factor was set up, by a crash or an older version."""
    mine = sign_in(safe_admin)
    with transaction() as session:
        session.execute(update(DeviceSession).values(factor_at=None))
    assert mine.post("/akun/pengaman/mulai").location == "/akun"
    assert mine.post("/akun/pengaman/kode").location == "/akun"
    with reading() as session:
        assert session.scalar(select(SecondFactor.next_secret)) is None


def test_pages_of_the_factor_are_cheap(safe_admin: Person, sign_in: Callable[[Any], Client], sql_count: Callable[[], Any]) -> None:
    mine = sign_in(safe_admin)
    mine.post("/akun/pengaman/mulai")
    for path in ("/akun/pengaman", "/akun/pengaman/pasang", "/akun/pengaman/gambar.svg", "/petugas/orang"):
        with sql_count() as counted:
            assert mine.get(path).status_code == 200
        assert len(counted) <= 4, path


def test_a_fresh_sign_in_is_whole_or_half(app: Flask, safe_admin: Person) -> None:
    from app.accounts.people.actions import sign_in as begin

    came = begin("+62812000000001", PASSWORD, device="", is_remembered=False, address=None)
    assert isinstance(came, HalfSignedIn)
    assert isinstance(actions.pass_code(came, a_code(), device="", address=None), SignedIn)
