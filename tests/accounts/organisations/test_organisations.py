"""Organisations: who checks them, who acts for them, and what the trail says of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.notices.models import Notice
from app.accounts.organisations import actions, queries
from app.accounts.organisations.models import Organisation, OrganisationMember
from app.accounts.organisations.rules import Function, OrganisationKind
from app.accounts.people.models import DeviceSession, Person
from app.core import clock, once, search
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.contrib import Farewell, PersonalData, offered
from app.core.db import reading, transaction
from app.core.refusals import NotThere, Refusal
from tests.factories import a_person
from tests.training.factories import a_course, a_trainer, an_organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.conftest import Client, Outcomes

NAME = "Balai Latihan Kerja Kupang"


@pytest.fixture
def admin(app: Flask) -> Actor:
    with transaction() as session:
        return Actor(a_person(session, name="Kelola", roles=[Role.ADMIN]).id, "Kelola", frozenset({Role.ADMIN}))


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros Liliba", phone="+6281211112222")


@pytest.fixture
def blk(admin: Actor) -> int:
    return actions.make(admin, OrganisationKind.TRAINING_CENTRE, NAME, "BLK Kupang", once.new_key())


def acts() -> list[tuple[str, int, dict[str, Any]]]:
    with reading() as session:
        rows = session.execute(select(AuditRow.act, AuditRow.subject_id, AuditRow.codes).order_by(AuditRow.id))
        return [(row.act, row.subject_id, row.codes) for row in rows]


def facts(organisation_id: int) -> queries.OrganisationFacts:
    with reading() as session:
        found = queries.one(session, organisation_id)
    assert found is not None
    return found


def verify(admin: Actor, organisation_id: int) -> None:
    actions.verify(admin, organisation_id, facts(organisation_id).mark)


def told(person_id: int) -> list[tuple[str, dict[str, Any]]]:
    with reading() as session:
        rows = session.execute(select(Notice.kind, Notice.params).where(Notice.person_id == person_id).order_by(Notice.id))
        return [(row.kind, dict(row.params)) for row in rows]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


# The list


def test_an_organisation_is_added_once_unchecked_and_on_record(app: Flask, admin: Actor) -> None:
    key = once.new_key()
    made = [actions.make(admin, OrganisationKind.BANK, "Bank Contoh", "Bank Contoh", key) for _tap in range(2)]
    assert made[0] == made[1]
    assert facts(made[0]).verified_at is None
    assert acts() == [("organisation.made", made[0], {"kind": "bank"})]
    with pytest.raises(actions.NameTaken):
        actions.make(admin, OrganisationKind.BANK, "bank contoh", "BC", once.new_key())


def test_an_address_part_is_free_again_only_under_another_number(admin: Actor, blk: int) -> None:
    actions.change(admin, blk, OrganisationKind.TRAINING_CENTRE, "BLK Nusa Tenggara", "BLK NTT")
    assert facts(blk).slug == "balai-latihan-kerja-kupang"
    other = actions.make(admin, OrganisationKind.TRAINING_CENTRE, NAME, "BLK", once.new_key())
    assert facts(other).slug == "balai-latihan-kerja-kupang-2"
    with pytest.raises(actions.NameTaken):
        actions.change(admin, other, OrganisationKind.TRAINING_CENTRE, "blk nusa tenggara", "BLK")


def test_staff_add_and_change_one_by_its_forms(sign_in: Callable[[Any], Client], admin: Actor) -> None:
    desk = sign_in(admin.person_id)
    typed = {"kind": "ngo", "name": "Yayasan Contoh", "short_name": "Contoh"}
    made = desk.fill("/petugas/lembaga/baru", typed)
    assert made.status_code == 303
    page = made.headers["Location"]
    assert "Yayasan Contoh" in text(desk.get(page))
    refused = desk.fill("/petugas/lembaga/baru", typed)
    assert refused.status_code == 422
    assert "sudah ada di daftar" in text(refused)
    assert 'value="Yayasan Contoh"' in text(refused)
    assert desk.fill(f"{page}/ubah", {"kind": "office", "name": "Dinas Contoh", "short_name": "Dinas"}).status_code == 303
    assert "Kantor pemerintah" in text(desk.get(page))
    for broken in ({"name": ""}, {"kind": "circus"}, {"short_name": "x" * 41}):
        assert desk.fill("/petugas/lembaga/baru", typed | {"name": "Lain"} | broken).status_code == 422


def test_the_list_costs_few_statements_whatever_its_length(
    sign_in: Callable[[Any], Client], admin: Actor, sql_count: Callable[[], Any]
) -> None:
    for number in range(25):
        actions.make(admin, OrganisationKind.OFFICE, f"Kantor {number}", f"K {number}", once.new_key())
    desk = sign_in(admin.person_id)
    desk.get("/petugas/lembaga")
    with sql_count() as statements:
        shown = text(desk.get("/petugas/lembaga"))
    assert len(statements) == 2
    assert shown.count("Belum diperiksa") == 25


# Checking


def test_a_check_has_a_name_and_a_date_and_can_be_taken_back(sign_in: Callable[[Any], Client], admin: Actor, blk: int) -> None:
    desk = sign_in(admin.person_id)
    page = f"/petugas/lembaga/{blk}"
    assert "Belum diperiksa" in text(desk.get(page))
    assert desk.fill(page, {}, action=f"{page}/periksa").status_code == 303
    found = facts(blk)
    assert found.verified_by == "Kelola"
    assert found.verified_at is not None
    assert ", oleh Kelola" in text(desk.get(page))
    assert desk.fill(page, {}, action=f"{page}/tarik").status_code == 303
    assert facts(blk).verified_at is None
    assert [act[0] for act in acts()] == ["organisation.made", "organisation.verified", "organisation.unverified"]
    actions.withdraw(admin, blk)
    assert len(acts()) == 3


def test_what_was_renamed_meanwhile_is_not_checked_unseen(admin: Actor, blk: int) -> None:
    seen = facts(blk).mark
    actions.change(admin, blk, OrganisationKind.TRAINING_CENTRE, "BLK Palsu", "BLK")
    with pytest.raises(actions.NameMoved):
        actions.verify(admin, blk, seen)
    assert facts(blk).verified_at is None


def test_another_name_or_kind_loses_the_check_a_short_name_does_not(admin: Actor, blk: int) -> None:
    verify(admin, blk)
    assert not actions.change(admin, blk, OrganisationKind.TRAINING_CENTRE, NAME, "BLK")
    assert facts(blk).verified_at is not None
    assert not actions.change(admin, blk, OrganisationKind.TRAINING_CENTRE, NAME, "BLK")
    assert actions.change(admin, blk, OrganisationKind.OFFICE, NAME, "BLK")
    assert facts(blk).verified_at is None
    assert acts()[-2:] == [
        ("organisation.changed", blk, {"fields": ["kind"]}),
        ("organisation.unverified", blk, {"by": "change"}),
    ]


@pytest.mark.both
def test_two_admins_who_check_at_once_leave_one_line(app: Flask, admin: Actor, blk: int, race: Callable[..., Outcomes]) -> None:
    mark = facts(blk).mark
    outcomes = race(12, lambda _number: actions.verify(admin, blk, mark))
    assert not outcomes.others()
    assert [act[0] for act in acts()].count("organisation.verified") == 1


def test_control_without_the_condition_each_leaves_a_line(
    app: Flask, admin: Actor, blk: int, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def always(session: Session, organisation_id: int, by_id: int, now: Any) -> bool:
        session.execute(update(Organisation).where(Organisation.id == organisation_id).values(verified_at=now, verified_by_id=by_id))
        return True

    monkeypatch.setattr(actions, "_set_checked", always)
    mark = facts(blk).mark
    race(12, lambda _number: actions.verify(admin, blk, mark))
    assert [act[0] for act in acts()].count("organisation.verified") == 12


@pytest.mark.both
def test_two_admins_who_add_the_same_name_at_once_add_one(app: Flask, admin: Actor, race: Callable[..., Outcomes]) -> None:
    outcomes = race(8, lambda _number: actions.make(admin, OrganisationKind.BANK, "Bank Contoh", "BC", once.new_key()))
    assert len(outcomes.wins) == 1
    assert not outcomes.others(actions.NameTaken)


@pytest.mark.parametrize("path", ["periksa", "tarik", "orang", "beri", "lepas", "ubah"])
def test_dangerous_acts_ask_who_it_is_when_the_proof_is_old(
    sign_in: Callable[[Any], Client], admin: Actor, blk: int, ros: Person, path: str
) -> None:
    desk = sign_in(admin.person_id)
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - timedelta(hours=1)))
    before = acts()
    data = {"yang-dibaca": facts(blk).mark, "orang": ros.id, "tugas": "trainer", "phone": ros.phone}
    answer = desk.post(f"/petugas/lembaga/{blk}/{path}", data={**data, "csrf": desk.csrf()})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/akun/pastikan")
    assert acts() == before
    assert facts(blk).verified_at is None


def test_the_search_learns_a_new_name(app: Flask, run_outbox: Callable[[], int]) -> None:
    trainer = a_trainer()
    organisation_id = an_organisation(trainer, "BLK Lama")
    a_course(trainer, organisation_id)
    run_outbox()
    with transaction() as session:
        chief = Actor(a_person(session, name="Kelola", roles=[Role.ADMIN]).id, "Kelola", frozenset({Role.ADMIN}))
    actions.change(chief, organisation_id, OrganisationKind.TRAINING_CENTRE, "BLK Baru", "BLK")
    run_outbox()
    (hit,) = search.search("menjahit", ["course"], 1).hits
    assert hit.facts["organisation"] == "BLK Baru"


# People and functions


def test_somebody_found_by_number_gets_a_function_and_is_told_but_no_role(
    sign_in: Callable[[Any], Client], admin: Actor, blk: int, ros: Person
) -> None:
    desk = sign_in(admin.person_id)
    page = f"/petugas/lembaga/{blk}"
    shown = text(desk.post(f"{page}/orang", data={"phone": "0812-1111-2222"}))
    assert "Ros Liliba" in shown
    assert "nomor belum dibuktikan" in shown
    assert desk.post(f"{page}/beri", data={"orang": ros.id, "tugas": "trainer"}).status_code == 303
    shown = text(desk.get(page))
    assert "Belum punya peran Pelatih" in shown
    assert f'href="/petugas/orang/{ros.id}"' in shown
    assert told(ros.id) == [("organisation.joined", {"organisation": "BLK Kupang", "function": "trainer"})]
    assert acts()[1:] == [
        ("person.searched", 0, {"by": "phone", "found": 1, "organisation": blk}),
        ("organisation.function_given", ros.id, {"organisation": blk, "function": "trainer"}),
    ]
    member = sign_in(ros)
    assert member.get("/pelatih").status_code == 404
    assert "Pelatih, BLK Kupang" in text(member.get("/akun"))
    assert 'href="/akun/lembaga"' in text(member.get("/akun"))
    assert "Anda sekarang bertugas di BLK Kupang sebagai Pelatih." in text(member.get("/kabar"))


def test_an_unknown_number_and_no_number_are_sentences(sign_in: Callable[[Any], Client], admin: Actor, blk: int) -> None:
    desk = sign_in(admin.person_id)
    assert "Belum ada akun dengan nomor ini" in text(desk.post(f"/petugas/lembaga/{blk}/orang", data={"phone": "0812-9999-8888"}))
    refused = desk.post(f"/petugas/lembaga/{blk}/orang", data={"phone": "abc"})
    assert refused.status_code == 422
    assert 'value="abc"' in text(refused)


def test_of_several_accounts_with_a_number_the_proven_one_comes_first(
    sign_in: Callable[[Any], Client], admin: Actor, blk: int, ros: Person
) -> None:
    with transaction() as session:
        later = a_person(session, name="Ros Asli", phone="+628999")
        later.phone, later.phone_slot, later.phone_proven_at = ros.phone, 1, clock.now()
    shown = text(sign_in(admin.person_id).post(f"/petugas/lembaga/{blk}/orang", data={"phone": "0812-1111-2222"}))
    assert shown.index("Ros Asli") < shown.index("Ros Liliba")
    assert "Beberapa akun memakai nomor ini" in shown


def test_another_function_takes_the_place_of_the_first(admin: Actor, blk: int, ros: Person) -> None:
    for _turn in range(2):
        actions.give_function(admin, blk, ros.id, Function.TRAINER)
    actions.give_function(admin, blk, ros.id, Function.SUPERVISOR)
    with reading() as session:
        assert [service.function for service in queries.of_person(session, ros.id)] == ["supervisor"]
    assert [act[0] for act in acts()].count("organisation.function_given") == 2
    assert len(told(ros.id)) == 2


def test_a_function_is_taken_once_and_the_person_is_told(admin: Actor, blk: int, ros: Person) -> None:
    actions.give_function(admin, blk, ros.id, Function.COUNSELLOR)
    for _turn in range(2):
        actions.take_function(admin, blk, ros.id)
    assert [kind for kind, _params in told(ros.id)] == ["organisation.joined", "organisation.ended"]
    assert acts()[-1] == ("organisation.function_taken", ros.id, {"organisation": blk, "function": "counsellor"})


def test_a_person_leaves_an_organisation_herself_and_only_her_own(
    sign_in: Callable[[Any], Client], admin: Actor, blk: int, ros: Person
) -> None:
    with transaction() as session:
        other = a_person(session, name="Ani").id
    actions.give_function(admin, blk, ros.id, Function.SUPERVISOR)
    assert sign_in(other).post(f"/akun/lembaga/{blk}/keluar").status_code == 404
    member = sign_in(ros)
    assert NAME in text(member.get("/akun/lembaga"))
    assert member.post(f"/akun/lembaga/{blk}/keluar").status_code == 303
    assert "Anda tidak bertugas di lembaga mana pun" in text(member.get("/akun/lembaga"))
    assert acts()[-1] == ("organisation.left", ros.id, {"organisation": blk, "function": "supervisor"})
    assert member.post(f"/akun/lembaga/{blk}/keluar").status_code == 404


def test_nobody_gets_a_function_who_has_left_or_never_was(admin: Actor, blk: int, ros: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros.id).values(left_at=clock.now()))
    for person_id in (ros.id, 999_999):
        with pytest.raises(Refusal):
            actions.give_function(admin, blk, person_id, Function.TRAINER)
    with pytest.raises(NotThere):
        actions.give_function(admin, 999_999, admin.person_id, Function.TRAINER)
    with reading() as session:
        assert session.scalars(select(OrganisationMember.person_id)).all() == []


@pytest.mark.both
def test_the_copy_names_them_and_a_farewell_ends_them(app: Flask, admin: Actor, blk: int, ros: Person) -> None:
    actions.give_function(admin, blk, ros.id, Function.TRAINER)
    (data,) = [found for found in offered(PersonalData) if found.name == "organisations"]
    with reading() as session:
        assert data.load(session, ros.id) == {"organisations": [{"name": NAME, "function": "trainer"}]}
    (farewell,) = [found for found in offered(Farewell) if found.name == "organisations"]
    with transaction() as session:
        farewell.leave(session, ros.id, clock.now())
    with reading() as session:
        assert queries.of_person(session, ros.id) == []


def test_a_broken_form_is_not_there(sign_in: Callable[[Any], Client], admin: Actor, blk: int, ros: Person) -> None:
    desk = sign_in(admin.person_id)
    for data in ({"orang": "x", "tugas": "trainer"}, {"orang": "9" * 30, "tugas": "trainer"}, {"orang": ros.id, "tugas": "king"}, {}):
        assert desk.post(f"/petugas/lembaga/{blk}/beri", data={**data, "csrf": desk.csrf()}).status_code == 404
