"""Proving and changing a number: whose hand it is in, and what the others keep."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.accounts.contacts import actions, contrib, handlers, queries, rules
from app.accounts.contacts.models import ContactChange
from app.accounts.notices.models import Notice
from app.accounts.people.models import DeviceSession, Person
from app.accounts.proofs.models import Proof, Purpose
from app.core import brakes, clock, once
from app.core.access import Actor
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.refusals import NotThere, TooFast
from tests.accounts.contacts.conftest import MINE, NEW
from tests.accounts.contacts.doors import choose, code_to, sent, wrong
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.conftest import Client


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def kept(person: Person) -> Person:
    with reading() as session:
        return session.scalars(select(Person).where(Person.id == person.id)).one()


def notices(person: Person) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Notice.kind).where(Notice.person_id == person.id).order_by(Notice.id)))


def audited() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(AuditRow.act).order_by(AuditRow.id)))


def prove(person: Person, phone: str = MINE) -> None:
    with transaction() as session:
        actions.prove_phone(session, person.id, phone, clock.now())


def as_actor(person: Person) -> Actor:
    return Actor(person.id, person.name)


# Without a gateway


def test_without_a_gateway_nothing_is_blocked_and_the_page_says_where_to_go(mama: Person, sign_in: Callable[[Person], Client]) -> None:
    hers = sign_in(mama)
    shown = text(hers.get("/akun/kontak"))
    assert "Belum dibuktikan" in shown
    assert "kantor kelurahan" in shown
    assert "/akun/kontak/nomor/buktikan" not in shown
    assert "Tidak ada yang terhalang" in text(hers.get("/akun/kontak/nomor/buktikan"))
    refused = hers.post("/akun/kontak/nomor/buktikan", follow_redirects=True)
    assert "belum bisa mengirim kode" in text(refused)
    with reading() as session:
        assert session.scalars(select(Proof.id)).all() == []


@pytest.mark.both
def test_without_a_gateway_a_new_number_counts_at_once_but_unproven(mama: Person, sign_in: Callable[[Person], Client]) -> None:
    prove(mama)
    hers, elsewhere = sign_in(mama), sign_in(mama)
    answer = hers.fill("/akun/kontak/nomor/ganti", {"phone": "0812-3456-700"})
    assert answer.location == "/akun/kontak"
    now = kept(mama)
    assert (now.phone, now.phone_proven_at, now.phone_lost_at) == (NEW, None, None)
    assert hers.get("/akun").status_code == 200
    assert elsewhere.get("/akun").status_code == 303, "other sign-ins end"
    assert "phone.changed" in notices(mama)
    assert audited() == ["contact.phone_changed"]
    shown = text(hers.get("/akun/kontak"))
    assert "nomor 0812-3456-789 diganti" in shown
    assert "Bukan Anda yang mengubahnya?" in shown


def test_the_new_number_signs_in(mama: Person, sign_in: Callable[[Person], Client], client: Client) -> None:
    sign_in(mama).fill("/akun/kontak/nomor/ganti", {"phone": NEW})
    assert client.post("/masuk", data={"phone": MINE, "password": PASSWORD}).status_code == 422
    assert client.post("/masuk", data={"phone": NEW, "password": PASSWORD}).status_code == 303


def test_a_dangerous_act_asks_for_a_fresh_proof(mama: Person, sign_in: Callable[[Person], Client]) -> None:
    hers = sign_in(mama)
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - timedelta(minutes=16)))
    for page in ("/akun/kontak/nomor/ganti", "/akun/kontak/nomor/ganti/kode", "/akun/kontak/email"):
        assert hers.get(page).location == f"/akun/pastikan?next={page}"
        assert hers.post(page, data={"phone": NEW, "email": "a@b.example", "code": "123456"}).status_code == 303
    assert hers.post("/akun/kontak/email/lepas").location.startswith("/akun/pastikan")
    assert kept(mama).phone == MINE


@pytest.mark.parametrize("gate", ["", "file"])
def test_the_answer_is_the_same_whether_or_not_the_number_is_known(
    app: Flask, mama: Person, stranger: Person, sign_in: Callable[[Person], Client], gate: str
) -> None:
    choose(app, sms_gateway=gate)
    prove(stranger, "+628123456722")
    answers = []
    for number in (NEW, "+628123456722"):  # nobody's, and one that a stranger has proven
        with transaction() as session:
            me = a_person(session)
        answer = sign_in(me).fill("/akun/kontak/nomor/ganti", {"phone": number})
        answers.append((answer.status_code, answer.location, answer.get_data()))
    assert answers[0] == answers[1]


def test_what_cannot_be_a_number_is_a_sentence_and_stays_typed(mama: Person, sign_in: Callable[[Person], Client]) -> None:
    hers = sign_in(mama)
    refused = hers.fill("/akun/kontak/nomor/ganti", {"phone": "12"})
    assert refused.status_code == 422
    assert 'value="12"' in text(refused)
    assert "Ini nomor Anda sekarang" in text(hers.fill("/akun/kontak/nomor/ganti", {"phone": "0812 3456 789"}))


@pytest.mark.both
def test_a_number_takes_three_accounts_and_a_fourth_goes_to_the_desk(app: Flask, sign_in: Callable[[Person], Client]) -> None:
    people = []
    for _account in range(4):
        with transaction() as session:
            people.append(a_person(session))
    answers = [sign_in(person).fill("/akun/kontak/nomor/ganti", {"phone": NEW}).status_code for person in people]
    assert answers == [303, 303, 303, 422]
    assert sorted(kept(person).phone_slot for person in people[:3]) == [0, 1, 2]


# With a gateway


@pytest.mark.both
def test_a_code_to_the_number_proves_it(
    gateway: Flask, mama: Person, sign_in: Callable[[Person], Client], run_outbox: Callable[[], int]
) -> None:
    hers = sign_in(mama)
    assert "/akun/kontak/nomor/buktikan" in text(hers.get("/akun/kontak"))
    asked = hers.fill("/akun/kontak/nomor/buktikan", {}, action="/akun/kontak/nomor/buktikan")
    assert asked.location == "/akun/kontak/nomor/buktikan/kode"
    run_outbox()
    page = text(hers.get(asked.location))
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    code = code_to(gateway, MINE)
    assert hers.fill(asked.location, {"code": wrong(code)}).status_code == 422
    assert kept(mama).phone_proven_at is None
    assert hers.fill(asked.location, {"code": f"{code[:3]} {code[3:]}"}).location == "/akun/kontak"
    assert kept(mama).phone_proven_at is not None
    assert "Terbukti" in text(hers.get("/akun/kontak"))
    assert notices(mama) == ["phone.proven"]
    assert audited() == ["contact.phone_proven"]
    assert hers.get(asked.location).location == "/akun/kontak", "nothing is left to prove"


def test_a_code_is_good_once_and_for_ten_minutes(
    gateway: Flask, mama: Person, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.ask_own_code(as_actor(mama), once.new_key(), address=None)
    run_outbox()
    code, began = code_to(gateway, MINE), clock.now()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=10, seconds=1))
    with pytest.raises(actions.CodeNoMatch):
        actions.prove_own(as_actor(mama), code)
    monkeypatch.setattr(clock, "now", lambda: began)
    actions.prove_own(as_actor(mama), code)
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=None))
    with pytest.raises(actions.CodeNoMatch):
        actions.prove_own(as_actor(mama), code)


def test_a_code_of_another_purpose_proves_no_number(gateway: Flask, mama: Person, run_outbox: Callable[[], int]) -> None:
    from app.accounts.proofs.actions import post_code

    with transaction() as session:
        post_code(session, Purpose.SIGN_IN, MINE, mama.id, clock.now())
        post_code(session, Purpose.PHONE, MINE, mama.id, clock.now())
    run_outbox()
    of_sign_in, of_phone = (words.split(": ")[1][:6] for _to, words in sent(gateway))
    assert of_sign_in != of_phone
    with pytest.raises(actions.CodeNoMatch):
        actions.prove_own(as_actor(mama), of_sign_in)
    actions.prove_own(as_actor(mama), of_phone)


@pytest.mark.both
def test_proving_takes_the_number_from_who_had_it_and_lets_nobody_in(
    gateway: Flask, mama: Person, stranger: Person, sign_in: Callable[[Person], Client], client: Client
) -> None:
    prove(stranger)
    prove(mama)
    loser, winner = kept(stranger), kept(mama)
    assert (winner.phone_proven_at is not None, winner.phone_lost_at) == (True, None)
    assert (loser.phone, loser.phone_proven_at, loser.phone_lost_at is not None) == (MINE, None, True)
    assert notices(stranger)[-1] == "phone.lost"
    # The other account stands as it was: its password, its devices, its name.
    assert loser.password_hash == stranger.password_hash
    theirs = sign_in(stranger)
    assert "sudah dibuktikan orang lain" in text(theirs.get("/"))
    assert "Dibuktikan orang lain" in text(theirs.get("/akun/kontak"))
    assert "sudah dibuktikan orang lain" not in text(sign_in(mama).get("/"))


@pytest.mark.both
def test_an_account_that_never_proved_the_number_learns_nothing(
    gateway: Flask, mama: Person, stranger: Person, sign_in: Callable[[Person], Client]
) -> None:
    """Somebody names a survivor's number and waits for the day she comes: her proof must not tell him."""
    theirs, pages = sign_in(stranger), ("/", "/akun", "/akun/kontak", "/kabar", "/akun/kontak/nomor/buktikan")

    def seen() -> list[str]:
        return [re.sub(r'value="[^"]*"', "", text(theirs.get(page))) for page in pages]

    before = seen()
    prove(mama)
    assert seen() == before
    assert notices(stranger) == []
    assert kept(stranger).phone_lost_at is None


def test_proving_again_tells_nobody_anew(mama: Person, stranger: Person) -> None:
    prove(stranger)
    prove(mama)
    first = kept(stranger).phone_lost_at
    prove(mama)
    assert kept(stranger).phone_lost_at == first
    assert notices(stranger) == ["phone.proven", "phone.lost"], "told once"


def test_who_has_left_proves_nothing(mama: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).values(left_at=clock.now()))
    with pytest.raises(NotThere), transaction() as session:
        actions.prove_phone(session, mama.id, MINE, clock.now())


@pytest.mark.both
def test_the_desk_may_prove_a_number_whose_places_are_all_taken(app: Flask, mama: Person) -> None:
    """Three accounts name it; the one that misses it least makes room."""
    squatters = []
    for slot in range(3):
        with transaction() as session:
            person = a_person(session, name=f"Akun {slot}")
            person.phone, person.phone_slot = NEW, slot
            if slot == 1:
                person.email, person.email_proven_at = "satu@contoh.example", clock.now()
            squatters.append(person)
    prove(mama, NEW)
    assert (kept(mama).phone, kept(mama).phone_slot) == (NEW, 1)
    assert kept(squatters[1]).phone is None
    assert notices(squatters[1]) == ["phone.gone"]
    assert all(kept(other).phone == NEW for other in (squatters[0], squatters[2]))


@pytest.mark.both
def test_with_a_gateway_a_new_number_counts_once_its_code_was_typed(
    gateway: Flask, mama: Person, sign_in: Callable[[Person], Client], run_outbox: Callable[[], int]
) -> None:
    prove(mama)
    hers, elsewhere = sign_in(mama), sign_in(mama)
    asked = hers.fill("/akun/kontak/nomor/ganti", {"phone": NEW})
    assert asked.location == "/akun/kontak/nomor/ganti/kode"
    run_outbox()
    assert kept(mama).phone == MINE
    code = code_to(gateway, NEW)
    assert hers.fill(asked.location, {"code": wrong(code)}).status_code == 422
    assert elsewhere.get("/akun").status_code == 200
    assert hers.fill(asked.location, {"code": code}).location == "/akun/kontak"
    run_outbox()
    now = kept(mama)
    assert now.phone == NEW
    assert now.phone_proven_at is not None
    assert elsewhere.get("/akun").status_code == 303
    told = [words for to, words in sent(gateway) if to == MINE]
    assert told == ["Katong: nomor ini tidak dipakai lagi di akun Anda. Bukan Anda yang menggantinya? Datang ke kantor kelurahan."]
    assert audited() == ["contact.phone_changed"]


def test_the_code_for_a_new_number_does_not_prove_the_old_one(
    gateway: Flask, mama: Person, run_outbox: Callable[[], int], sign_in: Callable[[Person], Client]
) -> None:
    """The page that needs no fresh proof can't be used to change the number."""
    actions.ask_change(as_actor(mama), NEW, once.new_key(), address=None)
    run_outbox()
    with pytest.raises(actions.CodeNoMatch):
        actions.prove_own(as_actor(mama), code_to(gateway, NEW))
    assert sign_in(mama).get("/akun/kontak/nomor/buktikan/kode").location == "/akun/kontak/nomor/buktikan"
    actions.prove_new(as_actor(mama), code_to(gateway, NEW))
    assert kept(mama).phone == NEW


def test_an_unproven_number_is_told_nothing(gateway: Flask, mama: Person, run_outbox: Callable[[], int]) -> None:
    """It may be a stranger's: what was typed wrong must not ring somebody's phone."""
    prove(mama, NEW)
    run_outbox()
    assert sent(gateway) == []
    handlers.tell_former(987654321)  # long forgotten


# Brakes


def test_a_double_tap_sends_one_code(gateway: Flask, mama: Person, run_outbox: Callable[[], int]) -> None:
    key = once.new_key()
    for _tap in range(2):
        actions.ask_own_code(as_actor(mama), key, address=None)
    run_outbox()
    assert len(sent(gateway)) == 1


def test_codes_to_one_number_are_few_whoever_asks(gateway: Flask, mama: Person, stranger: Person) -> None:
    for _time in range(actions.CODES_NUMBER.most):
        actions.ask_own_code(as_actor(mama), once.new_key(), address="203.0.113.1")
    with pytest.raises(TooFast):
        actions.ask_own_code(as_actor(stranger), once.new_key(), address="203.0.113.2")
    with pytest.raises(TooFast):
        actions.ask_entry_code(MINE, once.new_key(), address="203.0.113.3")


def test_codes_of_one_person_are_few_to_whatever_number(gateway: Flask, mama: Person) -> None:
    for number in range(actions.CODES_PERSON.most):
        actions.ask_change(as_actor(mama), f"+62812345670{number}", once.new_key(), address=None)
    with pytest.raises(TooFast):
        actions.ask_change(as_actor(mama), "+628123456709", once.new_key(), address=None)


def test_a_brake_is_a_sentence_beside_the_field(gateway: Flask, mama: Person, sign_in: Callable[[Person], Client]) -> None:
    hers = sign_in(mama)
    for _time in range(actions.CODES_PERSON.most):
        assert hers.fill("/akun/kontak/nomor/ganti", {"phone": NEW}).status_code == 303
    refused = hers.fill("/akun/kontak/nomor/ganti", {"phone": NEW})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Kode sudah beberapa kali diminta" in text(refused)


def test_a_day_has_a_most_for_a_number_and_for_abroad(
    gateway: Flask, mama: Person, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever asks, the handler has the last word: nobody earns by our messages."""
    from app.accounts.proofs import handlers as post
    from app.accounts.proofs.actions import post_code

    monkeypatch.setattr(post, "ABROAD_DAY", brakes.Limit("abroad", 2, 86400, TooFast.words))
    for number in range(post.NUMBER_DAY.most + 3):
        with transaction() as session:
            post_code(session, Purpose.RECOVERY, MINE, mama.id, clock.now())
            post_code(session, Purpose.PHONE, f"+60123456{number:03d}", mama.id, clock.now())
        run_outbox()
    assert len([to for to, _words in sent(gateway) if to == MINE]) == post.NUMBER_DAY.most
    assert len([to for to, _words in sent(gateway) if to.startswith("+60")]) == 2


def test_guesses_of_a_code_are_few(gateway: Flask, mama: Person, run_outbox: Callable[[], int]) -> None:
    for _code in range(2):
        actions.ask_own_code(as_actor(mama), once.new_key(), address=None)
        run_outbox()
        code = code_to(gateway, MINE)
        for _try in range(5):
            with pytest.raises(actions.CodeNoMatch):
                actions.prove_own(as_actor(mama), wrong(code))
    with pytest.raises(TooFast):
        actions.prove_own(as_actor(mama), code)


# What is kept


def test_changes_are_forgotten_after_thirty_days_and_go_with_their_owner(mama: Person) -> None:
    prove(mama)
    prove(mama, NEW)
    with reading() as session:
        copy = queries.personal(session, mama.id)
        assert copy["phone"] == NEW
        assert [line["was"] for line in copy["before"]] == [MINE]
    now = clock.now()
    actions.tidy(now + rules.CHANGES_SHOWN - timedelta(minutes=1))
    with reading() as session:
        assert len(session.scalars(select(ContactChange.id)).all()) == 1
    actions.tidy(now + rules.CHANGES_SHOWN + timedelta(minutes=1))
    with reading() as session:
        assert session.scalars(select(ContactChange.id)).all() == []
    prove(mama, MINE)
    with transaction() as session:
        actions.forget_person(session, mama.id, now)
    with reading() as session:
        assert session.scalars(select(ContactChange.id)).all() == []
    assert (kept(mama).phone, kept(mama).phone_proven_at, kept(mama).email) == (None, None, None)
    assert contrib.CONTRIBUTIONS


def test_pages_are_within_their_statements(
    gateway: Flask, mama: Person, sign_in: Callable[[Person], Client], sql_count: Callable[[], object]
) -> None:
    hers = sign_in(mama)
    for page in ("/akun/kontak", "/akun/kontak/nomor/buktikan", "/akun/kontak/nomor/ganti", "/akun/kontak/email"):
        with sql_count() as counted:  # type: ignore[attr-defined]
            assert hers.get(page).status_code == 200
        assert len(counted) <= 6, (page, counted.statements)
