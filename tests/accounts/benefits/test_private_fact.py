"""What people tell about themselves, and the checks of programmes: sealed, taken back at will, seen by few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.benefits import actions, contrib, queries, rules
from app.accounts.benefits.actions import Draft
from app.accounts.benefits.models import PrivateFact, Programme, ProgrammeAsk
from app.accounts.benefits.rules import Check, Told
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.once import OnceKey
from app.core.outbox import OutboxRow
from app.core.refusals import NotAllowed
from tests.conftest import Client
from tests.factories import a_person


def member(name: str = "Mama Oesapa", *roles: Role) -> Actor:
    with transaction() as session:
        return Actor(a_person(session, name=name, roles=roles).id, name, frozenset(roles))


def officer(name: str = "Pak Liliba") -> Actor:
    return member(name, Role.OFFICER)


def a_programme(by: Actor, check: Check = Check.ABROAD, name: str = "Alat kerja", ends_on: date | None = None) -> int:
    ends_on = ends_on or clock.today() + timedelta(days=30)
    return actions.open_programme(by, Draft(name, "Dinas contoh", "Kompor", "Loket 2", "id", check, ends_on), once.new_key())


def told(person: Actor) -> Told | None:
    with reading() as session:
        return queries.told(session, person.person_id)


@pytest.mark.both
def test_an_answer_is_kept_changed_and_removed(app: Flask) -> None:
    ina = member()
    assert told(ina) is None
    actions.tell_fact(ina, Told.ABROAD)
    actions.tell_fact(ina, Told.SILENT)
    assert told(ina) is Told.SILENT
    actions.forget_fact(ina)
    actions.forget_fact(ina)
    assert told(ina) is None


@pytest.mark.both
def test_a_copied_database_does_not_tell_the_answers_apart(app: Flask) -> None:
    """Every answer is a row of one length, and the same answer twice is not the same bytes."""
    people = [member(f"Orang {n}") for n in range(8)]
    for person, answer in zip(people, [*Told, *Told], strict=True):
        actions.tell_fact(person, answer)
    with reading() as session:
        sealed = list(session.scalars(select(PrivateFact.told)))
    assert len({len(value) for value in sealed}) == 1
    assert len(set(sealed)) == 8


@pytest.mark.both
def test_a_request_ties_nobody_to_a_programme_in_the_database(app: Flask) -> None:
    by, ina = officer(), member()
    programme_id = a_programme(by)
    actions.ask(ina, programme_id)
    actions.ask(ina, programme_id)
    with reading() as session:
        rows = session.execute(select(ProgrammeAsk.__table__)).mappings().all()
        assert len(rows) == 1
        assert ina.person_id not in [value for name, value in rows[0].items() if name not in ("id", "programme_id")]
        assert [key for key in session.scalars(select(OnceKey.owner)) if key == f"p{ina.person_id}"] == []
        assert set(session.scalars(select(OutboxRow.topic))) <= {"programme.opened"}  # of the programme, before anybody asked
        assert session.scalars(select(AuditRow.act).where(AuditRow.actor_id == ina.person_id)).all() == []


@pytest.mark.both
def test_an_officer_checks_and_the_person_reads_the_result(app: Flask) -> None:
    by, ina = officer(), member()
    programme_id = a_programme(by)
    actions.ask(ina, programme_id)
    asked = actions.read_asks(by, programme_id)
    assert [(ask.person_id, ask.result) for ask in asked] == [(ina.person_id, None)]
    actions.check(by, programme_id, asked[0].id, fits=True)
    with reading() as session:
        card = queries.programme_for(session, ina.person_id, programme_id)
        assert card is not None
        assert card.ask is not None
        assert (card.ask.result, card.ask.checked_on, card.ask.checked_by) == (True, clock.today(), by.name)
        trail = session.execute(select(AuditRow.act, AuditRow.subject, AuditRow.subject_id, AuditRow.codes).order_by(AuditRow.id)).all()
    assert [row.act for row in trail] == ["programme.opened", "programme.asks_read", "benefit.checked"]
    # The trail holds neither the person, nor her request, nor what came of it.
    assert (trail[2].subject, trail[2].subject_id, trail[2].codes) == ("programme", programme_id, {})


@pytest.mark.both
@pytest.mark.parametrize("is_checked", [False, True])
def test_a_request_is_taken_back_before_and_after_the_check(app: Flask, is_checked: bool) -> None:
    by, ina = officer(), member()
    programme_id = a_programme(by)
    actions.ask(ina, programme_id)
    (asked,) = actions.read_asks(by, programme_id)
    if is_checked:
        actions.check(by, programme_id, asked.id, fits=False)
    actions.take_back(ina, programme_id)
    actions.take_back(ina, programme_id)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProgrammeAsk)) == 0
    with pytest.raises(actions.AskTakenBack):
        actions.check(by, programme_id, asked.id, fits=True)


def test_only_the_officers_of_a_programme_see_who_asked(app: Flask) -> None:
    by, other, admin = officer(), officer("Ibu Alak"), member("Kelola", Role.ADMIN)
    programme_id = a_programme(by)
    for somebody in (other, admin, member("Rina")):
        with pytest.raises(NotAllowed):
            actions.read_asks(somebody, programme_id)
    actions.add_officer(by, programme_id, other.person_id)
    assert actions.read_asks(other, programme_id) == []
    former = Actor(by.person_id, by.name)  # the role is gone, the row is still there
    with pytest.raises(NotAllowed):
        actions.read_asks(former, programme_id)


def test_nobody_checks_her_own_paper(app: Flask) -> None:
    by = officer()
    programme_id = a_programme(by)
    actions.ask(by, programme_id)
    (asked,) = actions.read_asks(by, programme_id)
    with pytest.raises(actions.NotYourOwn):
        actions.check(by, programme_id, asked.id, fits=True)


def test_a_request_of_another_programme_is_not_there(app: Flask) -> None:
    by, other, ina = officer(), officer("Ibu Alak"), member()
    theirs, mine = a_programme(by), a_programme(other, name="Lain")
    actions.ask(ina, theirs)
    (asked,) = actions.read_asks(by, theirs)
    with pytest.raises(actions.AskTakenBack):
        actions.check(other, mine, asked.id, fits=True)


def test_a_closed_programme_and_one_without_a_check_take_no_requests(app: Flask) -> None:
    by, ina = officer(), member()
    for_all, closed = a_programme(by, Check.NONE), a_programme(by)
    actions.close_programme(by, closed)
    with pytest.raises(actions.NothingToCheck):
        actions.ask(ina, for_all)
    with pytest.raises(actions.ProgrammeOver):
        actions.ask(ina, closed)
    with pytest.raises(actions.DayIsPast):
        a_programme(by, ends_on=clock.today() - timedelta(days=1))


def test_a_programme_keeps_one_officer_and_takes_officers_only(app: Flask) -> None:
    by = officer()
    programme_id = a_programme(by)
    with pytest.raises(actions.OneOfficerStays):
        actions.remove_officer(by, programme_id, by.person_id)
    with pytest.raises(actions.NotAnOfficer):
        actions.add_officer(by, programme_id, member("Rina").person_id)


@pytest.mark.both
def test_checks_are_forgotten_two_years_after_the_end(app: Flask) -> None:
    by, ina = officer(), member()
    old, new = a_programme(by), a_programme(by, name="Baru")
    for programme_id in (old, new):
        actions.ask(ina, programme_id)
    with transaction() as session:
        session.query(Programme).filter(Programme.id == old).update({"ends_on": clock.today() - timedelta(days=366 * 2)})
    actions.forget(clock.now())
    actions.forget(clock.now())
    with reading() as session:
        assert session.scalars(select(ProgrammeAsk.programme_id)).all() == [new]


@pytest.mark.both
def test_whoever_leaves_takes_everything_along(app: Flask) -> None:
    by, ina, rina = officer(), member(), member("Rina")
    programme_id = a_programme(by)
    for person in (ina, rina):
        actions.tell_fact(person, Told.ABROAD)
        actions.ask(person, programme_id)
    with transaction() as session:
        contrib._leave(session, ina.person_id, clock.now())
    with reading() as session:
        assert queries.told(session, ina.person_id) is None
        assert queries.asked_by(session, ina.person_id) == []
        assert queries.told(session, rina.person_id) is Told.ABROAD
        assert len(queries.asked_by(session, rina.person_id)) == 1


def test_my_data_holds_my_own_only(app: Flask) -> None:
    by, ina, rina = officer(), member(), member("Rina")
    programme_id = a_programme(by)
    actions.tell_fact(ina, Told.FAMILY)
    actions.ask(ina, programme_id)
    with reading() as session:
        mine, hers = contrib._mine(session, ina.person_id), contrib._mine(session, rina.person_id)
    assert mine["private_fact"] == "family"
    assert [row["programme"] for row in mine["requests"]] == ["Alat kerja"]
    assert hers == {"private_fact": None, "requests": []}


# Pages


def test_the_page_takes_an_answer_and_gives_it_back(app: Flask, sign_in: Callable[[int], Client]) -> None:
    browser = sign_in(member().person_id)
    assert "checked" not in browser.get("/akun/purna-pmi").get_data(as_text=True)
    assert browser.fill("/akun/purna-pmi", {"told": "abroad"}, action="/akun/purna-pmi").status_code == 303
    assert 'value="abroad" checked' in browser.get("/akun/purna-pmi").get_data(as_text=True)
    refused = browser.post("/akun/purna-pmi", data={"told": "malaysia"})
    assert refused.status_code == 422
    assert "Pilih salah satu" in refused.get_data(as_text=True)
    assert browser.fill("/akun/purna-pmi", {}, action="/akun/purna-pmi/hapus").status_code == 303
    assert "Hapus jawaban saya" not in browser.get("/akun/purna-pmi").get_data(as_text=True)


def test_a_programme_is_opened_asked_for_checked_and_read(app: Flask, sign_in: Callable[[int], Client]) -> None:
    by, ina = officer(), member()
    desk, phone = sign_in(by.person_id), sign_in(ina.person_id)
    typed = {
        "name": "Alat kerja",
        "office": "Dinas contoh",
        "gives": "Kompor",
        "check": "abroad",
        "counter": "Loket 2",
        "ends_on": "2099-12-01",
    }
    opened = desk.fill("/petugas/program/baru", typed, action="/petugas/program/baru")
    assert opened.status_code == 303
    programme_id = int(opened.location.rsplit("/", 1)[1])
    page = phone.get(f"/akun/program/{programme_id}").get_data(as_text=True)
    assert "empat angka terakhir" in page
    assert "Pak Liliba" in page
    assert phone.fill(f"/akun/program/{programme_id}", {}, action=f"/akun/program/{programme_id}/minta").status_code == 303
    listed = desk.get(opened.location).get_data(as_text=True)
    assert "Mama Oesapa" in listed
    with reading() as session:
        ask_id = session.scalar(select(ProgrammeAsk.id))
    desk.post(f"{opened.location}/periksa/{ask_id}", data={"hasil": "tidak"})
    answered = phone.get(f"/akun/program/{programme_id}").get_data(as_text=True)
    assert "belum memenuhi syarat" in answered
    assert "Pernah bekerja di luar negeri" in answered
    assert "minta petugas lain" in answered
    assert phone.post(f"/akun/program/{programme_id}/tarik").status_code == 303
    assert "Mama Oesapa" not in desk.get(opened.location).get_data(as_text=True)


def test_the_list_of_programmes_says_the_same_of_every_special_one(app: Flask, sign_in: Callable[[int], Client]) -> None:
    by = officer()
    a_programme(by, Check.ABROAD)
    a_programme(by, Check.FAMILY, name="Lain")
    page = sign_in(member().person_id).get("/akun/program").get_data(as_text=True)
    assert page.count("Dengan syarat khusus") == 2
    assert "luar negeri" not in page


def test_the_officers_page_stays_within_its_statements(
    app: Flask, sign_in: Callable[[int], Client], sql_count: Callable[[], object]
) -> None:
    by = officer()
    programme_id = a_programme(by)
    desk, counts = sign_in(by.person_id), []
    for number in range(2):
        for one in range(4):
            actions.ask(member(f"Orang {number} {one}"), programme_id)
        with sql_count() as counted:  # type: ignore[attr-defined]
            assert desk.get(f"/petugas/program/{programme_id}").status_code == 200
        counts.append(len(counted))
    assert counts[1] <= counts[0] <= 12


def test_checks_live_two_years_also_over_a_leap_day() -> None:
    assert rules.kept_since(date(2028, 2, 29)) == date(2026, 2, 28)
