"""The kelurahan desk: whom it finds, what it may start, what it never learns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.counter import actions, queries, rules
from app.accounts.deliveries.rules import hands
from app.accounts.notices.models import Notice
from app.accounts.people.actions import NewPerson
from app.accounts.people.models import Consent, DeviceSession, Person
from app.accounts.people.rules import CONSENTS
from app.accounts.proofs.models import Proof
from app.accounts.recovery import actions as recovery
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.rules import DeskFlag
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.contrib import NoticeKind, offered
from app.core.db import reading, transaction
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.conftest import Client

PHONE, TYPED = "+62812000000001", "0812-000-000001"
NEW_PHONE, NEW_TYPED = "+62812000000777", "0812-000-000777"
NEW = "periuk tikar lesung"
TICKS = {"seen": "y", "matches": "y"}
INA = {"name": "Mama Ina", "phone": "0812-000-000055", "place": "Oesapa", "agree": "y"}


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros Tanaem", phone=PHONE, place_code="53.71.04.1014")


@pytest.fixture
def officer(app: Flask, ros: Person) -> Person:
    with transaction() as session:
        return a_person(session, name="Pak Surat", phone="+62812000000900", roles=[Role.DESK])


@pytest.fixture
def desk(sign_in: Callable[[Any], Client], officer: Person) -> Client:
    return sign_in(officer)


def as_actor(person: Person, *roles: Role) -> Actor:
    return Actor(person.id, person.name, frozenset(roles or (Role.DESK,)))


def code_in(answer: TestResponse) -> str:
    found = re.search(r'plate--big">([A-Z0-9]{4}-[A-Z0-9]{4})<', answer.get_data(as_text=True))
    assert found is not None, answer.status_code
    return found[1]


def looked_for(actor: Actor, phone: str = PHONE) -> None:
    actions.search(actor, phone, phone)


def a_code(desk: Client, person: Person, way: str = "sandi", **more: str) -> str:
    desk.post("/petugas/loket/cari", data={"who": person.phone or person.name})
    return code_in(desk.post(f"/petugas/loket/orang/{person.id}/{way}", data={**TICKS, **more}))


def how_many(model: Any, *where: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def resets() -> list[DeskReset]:
    with reading() as session:
        return list(session.scalars(select(DeskReset).order_by(DeskReset.id)))


# Looking for somebody


def test_a_number_is_masked_but_known_to_its_owner() -> None:
    assert rules.masked("+6281234567890") == "0812-••••-7890"
    assert rules.masked("+60123456789") == "+6012•••6789"


def test_the_desk_sees_little_and_leaves_a_trail(desk: Client, officer: Person, ros: Person) -> None:
    for words in (TYPED, "ros tan", "Tanaem"):
        text = desk.post("/petugas/loket/cari", data={"who": words}).get_data(as_text=True)
        assert "Ros Tanaem" in text, words
        assert "0812-••••-•0001" in text, words
        assert "000000001" not in text.replace(words, ""), "never the whole number"
    with reading() as session:
        rows = list(session.scalars(select(AuditRow).where(AuditRow.act == queries.FOUND)))
    assert [(row.actor_id, row.subject_id, row.codes) for row in rows] == [
        (officer.id, ros.id, {"by": "number"}),
        (officer.id, ros.id, {"by": "name"}),
        (officer.id, ros.id, {"by": "name"}),
    ]


def test_too_short_too_many_and_nobody(desk: Client, ros: Person) -> None:
    with transaction() as session:
        for number in range(6):
            a_person(session, name=f"Yohana {number}", phone=f"+6281300000{number:04d}")
    for words, said in (("Ros", "paling sedikit empat huruf"), ("Yohana", "lebih dari lima"), ("%%%%", "Tidak ada yang cocok")):
        answer = desk.post("/petugas/loket/cari", data={"who": words}).get_data(as_text=True)
        assert said in answer, words
        assert "Ros Tanaem" not in answer
    assert how_many(AuditRow, AuditRow.act == "counter.searched") == 2, "what found nobody is in the trail, too"


def test_nobody_is_helped_by_an_address_typed_by_hand(desk: Client, ros: Person) -> None:
    for way in ("sandi", "nomor"):
        assert desk.get(f"/petugas/loket/orang/{ros.id}/{way}").status_code == 404
        assert desk.post(f"/petugas/loket/orang/{ros.id}/{way}", data={**TICKS, "phone": NEW_TYPED, "rang": "y"}).status_code == 404
    desk.post("/petugas/loket/cari", data={"who": TYPED})
    assert desk.get(f"/petugas/loket/orang/{ros.id}/sandi").status_code == 200, "the control: looked for, she may be helped"
    with transaction() as session:
        session.execute(update(AuditRow).values(at=clock.now() - rules.FOUND_HOLDS - timedelta(seconds=1)))
    assert desk.get(f"/petugas/loket/orang/{ros.id}/sandi").status_code == 404


def test_the_desk_proves_again_that_it_is_she(desk: Client, ros: Person) -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - timedelta(minutes=16)))
    for path in ("/petugas/loket", f"/petugas/loket/orang/{ros.id}/sandi", "/petugas/loket/daftarkan"):
        assert desk.get(path).location.startswith("/akun/pastikan"), path


# A new password


@pytest.mark.both
def test_the_desk_starts_and_the_person_ends_it(desk: Client, app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    hers = sign_in(ros)
    code = a_code(desk, ros)
    assert hers.get("/akun").status_code == 200, "nothing has changed yet"
    assert app.test_client().post("/masuk", data={"phone": TYPED, "password": PASSWORD}).status_code == 303
    phone = app.test_client()
    answer = phone.post("/pulihkan/loket", data={"phone": TYPED, "code": code.lower().replace("-", " "), "password": NEW})
    assert (answer.status_code, answer.location) == (303, "/akun")
    assert hers.get("/akun").status_code == 303, "now the old sign-ins have ended"
    assert app.test_client().post("/masuk", data={"phone": TYPED, "password": NEW}).status_code == 303
    assert resets()[0].done_at is not None
    assert phone.post("/pulihkan/loket", data={"phone": TYPED, "code": code, "password": NEW}, headers={"Cookie": ""}).status_code in (
        400,
        422,
    )


def test_the_slip_shows_little_and_its_picture_no_code(desk: Client, ros: Person) -> None:
    desk.post("/petugas/loket/cari", data={"who": TYPED})
    slip = desk.post(f"/petugas/loket/orang/{ros.id}/sandi", data=TICKS)
    text, code = slip.get_data(as_text=True), code_in(slip)
    assert slip.headers["Cache-Control"] == "no-store"
    assert text.count(code) == 1
    assert "/pulihkan/loket" in text
    assert "0812-••••-•0001" in text, "a slip that is lost does not say whose it is"
    assert "Ros Tanaem" not in text
    with reading() as session:
        assert code.replace("-", "") not in str(session.execute(select(Proof.code_mark, Proof.target)).all())


def test_the_same_form_twice_shows_the_same_slip_once_recorded(desk: Client, ros: Person) -> None:
    desk.post("/petugas/loket/cari", data={"who": TYPED})
    form = {**TICKS, "kunci": "k" * 20}
    first, second = (code_in(desk.post(f"/petugas/loket/orang/{ros.id}/sandi", data=form)) for _tap in range(2))
    assert first == second
    assert len(resets()) == 1
    recovery.at_desk(PHONE, first, NEW, device="", address=None)
    again = desk.post(f"/petugas/loket/orang/{ros.id}/sandi", data=form)
    assert again.status_code == 303, "used up, it is not shown again"


def test_without_the_ticks_there_is_no_code(desk: Client, ros: Person) -> None:
    desk.post("/petugas/loket/cari", data={"who": TYPED})
    answer = desk.post(f"/petugas/loket/orang/{ros.id}/sandi", data={"seen": "y"})
    assert answer.status_code == 422
    assert "Cocokkan wajah" in answer.get_data(as_text=True)
    assert resets() == []


@pytest.mark.both
def test_five_wrong_codes_kill_the_right_one(app: Flask, officer: Person, ros: Person) -> None:
    actor = as_actor(officer)
    looked_for(actor)
    code = actions.start(actor, ros.id, once.new_key()).code
    for _turn in range(5):
        with pytest.raises(recovery.CodeNoMatch):
            recovery.at_desk(PHONE, "AAAA-AAAA", NEW, device="", address=None)
    with pytest.raises(recovery.CodeNoMatch):
        recovery.at_desk(PHONE, code, NEW, device="", address=None)


def test_control_four_wrong_codes_do_not(app: Flask, officer: Person, ros: Person) -> None:
    actor = as_actor(officer)
    looked_for(actor)
    code = actions.start(actor, ros.id, once.new_key()).code
    for _turn in range(4):
        with pytest.raises(recovery.CodeNoMatch):
            recovery.at_desk(PHONE, "AAAA-AAAA", NEW, device="", address=None)
    assert recovery.at_desk(PHONE, code, NEW, device="", address=None).person_id == ros.id


def test_a_code_ends_after_half_an_hour(app: Flask, officer: Person, ros: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = as_actor(officer)
    looked_for(actor)
    code = actions.start(actor, ros.id, once.new_key()).code
    later = clock.now() + timedelta(minutes=30, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(recovery.CodeNoMatch):
        recovery.at_desk(PHONE, code, NEW, device="", address=None)


def test_staff_are_not_reset_at_the_desk(desk: Client, officer: Person, sign_in: Callable[[Any], Client]) -> None:
    """A desk officer who could set an admin's password would be an admin."""
    with transaction() as session:
        boss = a_person(session, name="Ibu Kelola", phone="+62812000000901", roles=[Role.ADMIN])
    desk.post("/petugas/loket/cari", data={"who": "0812-000-000901"})
    for way in ("sandi", "nomor"):
        answer = desk.post(f"/petugas/loket/orang/{boss.id}/{way}", data={**TICKS, "phone": NEW_TYPED, "rang": "y"})
        assert answer.status_code == 303
    assert resets() == []
    assert "hanya bisa diurus lewat pengelola" in desk.get("/petugas/loket").get_data(as_text=True)
    with transaction() as session:
        other = a_person(session, name="Ibu Lain", phone="+62812000000902", roles=[Role.ADMIN])
    admin = sign_in(other)
    assert a_code(admin, boss), "the control: an admin may, and she does not become her: the second factor stands"


def test_an_officer_does_not_help_herself(desk: Client, officer: Person, ros: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == officer.id).values(name="Pak Surat Sendiri"))
    desk.post("/petugas/loket/cari", data={"who": "0812-000-000900"})
    with pytest.raises(actions.OwnAccount):
        actions.start(as_actor(officer, Role.DESK, Role.ADMIN), officer.id, once.new_key())
    assert resets() == []


def test_she_is_told_by_whom_and_where(desk: Client, ros: Person, sign_in: Callable[[Any], Client], officer: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == officer.id).values(place_code="53.71.04.1014"))
    a_code(desk, ros)
    text = sign_in(ros).get("/kabar").get_data(as_text=True)
    assert "Pak Surat" in text
    assert "menyiapkan kata sandi baru" in text
    assert "Tuak Daun Merah" in text


def test_the_desk_does_not_pass_on_the_warning_of_the_desk(app: Flask) -> None:
    kinds = {kind.code: kind for kind in offered(NoticeKind)}
    assert hands(kinds["desk.reset_started"]) is Role.ADMIN
    assert hands(kinds["password.recovered"]) is Role.ADMIN
    assert hands(kinds["recovery.codes"]) is Role.DESK, "the control: what befell an account otherwise is the desk's to pass on"


@pytest.mark.both
def test_this_was_not_me_kills_the_code_and_calls_an_admin(desk: Client, app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    code = a_code(desk, ros)
    hers, number = sign_in(ros), resets()[0].id
    assert hers.fill(f"/akun/loket/{number}", {}, action=f"/akun/loket/{number}/bukan-saya").status_code == 303
    with pytest.raises(recovery.CodeNoMatch):
        recovery.at_desk(PHONE, code, NEW, device="", address=None)
    (row,) = resets()
    assert (row.flag, row.stopped_at is not None, row.done_at) == (DeskFlag.DENIED, True, None)
    assert app.test_client().post("/masuk", data={"phone": TYPED, "password": PASSWORD}).status_code == 303
    with transaction() as session:
        stranger = a_person(session, phone="+62812000000444")
    assert sign_in(stranger).post(f"/akun/loket/{number}/bukan-saya").status_code == 404


def test_from_the_second_a_day_on_an_admin_is_shown_it(desk: Client, sign_in: Callable[[Any], Client], officer: Person) -> None:
    with transaction() as session:
        people = [a_person(session, name=f"Orang {n}", phone=f"+6281400000{n:04d}") for n in range(4)]
        boss = a_person(session, name="Ibu Kelola", phone="+62812000000901", roles=[Role.ADMIN])
    for person in people:
        assert a_code(desk, person), "it goes on: nobody is sent home"
    assert [row.flag for row in resets()] == [None, DeskFlag.MANY, DeskFlag.MANY, DeskFlag.MANY]
    assert how_many(AuditRow, AuditRow.act == "desk.reset_flagged") == 3
    admin = sign_in(boss)
    assert "3 menunggu" in admin.get("/petugas").get_data(as_text=True)
    shown = admin.get("/petugas/loket/ditandai").get_data(as_text=True)
    assert shown.count("Pak Surat") == 3
    assert admin.post(f"/petugas/loket/ditandai/{resets()[3].id}/dilihat").status_code == 303
    assert admin.get("/petugas/loket/ditandai").get_data(as_text=True).count("Pak Surat") == 2
    assert desk.get("/petugas/loket/ditandai").status_code == 404


def test_the_same_person_twice_a_day_is_shown_and_only_the_last_code_works(desk: Client, ros: Person) -> None:
    first, second = a_code(desk, ros), a_code(desk, ros)
    assert [row.flag for row in resets()] == [None, DeskFlag.AGAIN]
    with pytest.raises(recovery.CodeNoMatch):
        recovery.at_desk(PHONE, first, NEW, device="", address=None)
    recovery.at_desk(PHONE, second, NEW, device="", address=None)
    assert [(row.done_at is not None, row.stopped_at is not None) for row in resets()] == [(False, True), (True, False)]


def test_the_day_begins_at_midnight_in_kupang(desk: Client, ros: Person) -> None:
    a_code(desk, ros)
    with transaction() as session:
        session.execute(update(DeskReset).values(made_at=clock.at(clock.today(), 0) - timedelta(seconds=1)))
    a_code(desk, ros)
    assert [row.flag for row in resets()] == [None, None]


# A new number


@pytest.mark.both
def test_a_new_number_holds_once_its_owner_has_used_the_slip(desk: Client, app: Flask, ros: Person) -> None:
    code = a_code(desk, ros, "nomor", phone=NEW_TYPED, rang="y")
    with reading() as session:
        assert session.get_one(Person, ros.id).phone == PHONE, "the officer's own finger changes nothing"
    assert app.test_client().post("/pulihkan/loket", data={"phone": TYPED, "code": code, "password": NEW}).status_code == 422
    answer = app.test_client().post("/pulihkan/loket", data={"phone": NEW_TYPED, "code": code, "password": NEW})
    assert answer.status_code == 303
    with reading() as session:
        her = session.get_one(Person, ros.id)
        assert (her.phone, her.phone_proven_at is not None) == (NEW_PHONE, True)
    assert app.test_client().post("/masuk", data={"phone": NEW_TYPED, "password": NEW}).status_code == 303


def test_the_new_number_was_heard_ringing(desk: Client, ros: Person) -> None:
    desk.post("/petugas/loket/cari", data={"who": TYPED})
    answer = desk.post(f"/petugas/loket/orang/{ros.id}/nomor", data={**TICKS, "phone": NEW_TYPED})
    assert answer.status_code == 422
    assert "Telepon dulu" in answer.get_data(as_text=True)


def test_a_number_others_name_becomes_hers_and_they_keep_their_account(desk: Client, app: Flask, ros: Person) -> None:
    with transaction() as session:
        other = a_person(session, name="Ina", phone=NEW_PHONE)
        other.phone_proven_at = clock.now()
    code = a_code(desk, ros, "nomor", phone=NEW_TYPED, rang="y")
    assert recovery.at_desk(NEW_PHONE, code, NEW, device="", address=None).person_id == ros.id
    with reading() as session:
        left = session.get_one(Person, other.id)
        assert (left.phone, left.phone_proven_at) == (NEW_PHONE, None)


# Signing up with help


@pytest.mark.both
def test_an_assisted_account_can_do_nothing_until_she_confirms_it(desk: Client, app: Flask, officer: Person) -> None:
    code = code_in(desk.fill("/petugas/loket/daftarkan", INA, action="/petugas/loket/daftarkan"))
    with reading() as session:
        ina = session.scalars(select(Person).where(Person.name == "Mama Ina")).one()
        consents = set(session.scalars(select(Consent.purpose).where(Consent.person_id == ina.id, Consent.withdrawn_at.is_(None))))
        helped_by = session.get_one(AssistedSignUp, ina.id).helped_by_id
    assert (ina.password_hash, ina.phone_proven_at, consents, helped_by) == (None, None, {"assisted"}, officer.id)
    for password in ("", PASSWORD):
        assert app.test_client().post("/masuk", data={"phone": INA["phone"], "password": password}).status_code == 422
    hers = app.test_client()
    form = {"phone": INA["phone"], "code": code, "password": NEW}
    refused = hers.post("/daftar/lanjut", data=form)
    assert refused.status_code == 422, "she agrees by herself"
    assert hers.post("/pulihkan/loket", data=form).status_code == 422, "her code is for one door only"
    answer = hers.post("/daftar/lanjut", data={**form, "agree": "y"})
    assert (answer.status_code, answer.location) == (303, "/akun")
    assert "Selamat datang, Mama Ina" in hers.get("/akun").get_data(as_text=True)
    for path in ("/akun/data", "/akun/data/persetujuan"):
        assert hers.get(path).status_code == 200, "what was said at the desk is in her log"
    with reading() as session:
        live = set(session.scalars(select(Consent.purpose).where(Consent.person_id == ina.id, Consent.withdrawn_at.is_(None))))
    assert live == set(CONSENTS)
    assert "1 pendaftaran" in desk.get("/petugas/loket").get_data(as_text=True)


def test_the_desk_types_no_password(desk: Client) -> None:
    text = desk.get("/petugas/loket/daftarkan").get_data(as_text=True)
    assert 'type="password"' not in text
    desk.fill("/petugas/loket/daftarkan", INA, action="/petugas/loket/daftarkan")
    assert desk.post("/petugas/loket/daftarkan", data={**INA, "password": NEW, "other": "y"}).status_code == 200
    assert how_many(Person, Person.password_hash.is_not(None), Person.name == "Mama Ina") == 0


def test_a_number_known_already_is_asked_about(desk: Client, ros: Person) -> None:
    known = {**INA, "phone": TYPED}
    answer = desk.post("/petugas/loket/daftarkan", data=known)
    assert answer.status_code == 422
    assert "Kalau memang orang lain" in answer.get_data(as_text=True)
    assert "Ros" not in answer.get_data(as_text=True)
    code_in(desk.post("/petugas/loket/daftarkan", data={**known, "other": "y"}))
    assert how_many(Person, Person.phone == PHONE) == 2


def test_who_waits_is_given_another_slip_and_no_reset(desk: Client, officer: Person) -> None:
    first = code_in(desk.fill("/petugas/loket/daftarkan", INA, action="/petugas/loket/daftarkan"))
    desk.post("/petugas/loket/cari", data={"who": INA["phone"]})
    with reading() as session:
        ina_id = session.scalars(select(Person.id).where(Person.name == "Mama Ina")).one()
    with pytest.raises(actions.NotConfirmedYet):
        actions.start(as_actor(officer), ina_id, once.new_key())
    second = code_in(desk.post(f"/petugas/loket/orang/{ina_id}/kode"))
    with pytest.raises(recovery.CodeNoMatch):
        recovery.finish("+62812000000055", first, NEW, device="", address=None)
    assert recovery.finish("+62812000000055", second, NEW, device="", address=None).person_id == ina_id


@pytest.mark.both
def test_what_nobody_confirmed_goes_after_thirty_days(officer: Person) -> None:
    actor = as_actor(officer)
    new = NewPerson("Mama Ina", "+62812000000055", "", "53.71.04.1014")
    actions.sign_up(actor, new, once.new_key(), is_somebody_else=False)
    now = clock.now()
    assert recovery.forget_unconfirmed(now + timedelta(days=29)) == 0
    assert recovery.forget_unconfirmed(now + timedelta(days=30, seconds=1)) == 1
    assert recovery.forget_unconfirmed(now + timedelta(days=31)) == 0
    assert how_many(Person, Person.name == "Mama Ina") == 0
    assert how_many(Person, Person.phone == "+62812000000055") == 0
    assert how_many(AssistedSignUp) == 0
    assert how_many(AuditRow, AuditRow.act == "assisted.forgotten") == 1


def test_who_confirmed_stays(officer: Person) -> None:
    new = NewPerson("Mama Ina", "+62812000000055", "", "53.71.04.1014")
    code = actions.sign_up(as_actor(officer), new, once.new_key(), is_somebody_else=False).code
    recovery.finish("+62812000000055", code, NEW, device="", address=None)
    assert recovery.forget_unconfirmed(clock.now() + timedelta(days=31)) == 0


# What the trail holds


def test_the_trail_holds_codes_and_ids_only(desk: Client, ros: Person) -> None:
    code = a_code(desk, ros, "nomor", phone=NEW_TYPED, rang="y")
    recovery.at_desk(NEW_PHONE, code, NEW, device="", address=None)
    desk.fill("/petugas/loket/daftarkan", INA, action="/petugas/loket/daftarkan")
    with reading() as session:
        told = " ".join(str(row.codes) for row in session.scalars(select(AuditRow)))
    for secret in ("Ros", "Ina", "62812", "0812", code, "Oesapa"):
        assert secret not in told
    assert how_many(Notice, Notice.kind == "desk.reset_started", Notice.person_id == ros.id) == 1
