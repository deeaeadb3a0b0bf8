"""Taking a seat, giving it back, and who hears and sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.notices.models import Notice
from app.core import clock, once
from app.core.contrib import LeaveBlocker, offered
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.training.courses.models import Cohort
from app.training.enrolments import actions
from app.training.enrolments.models import Enrolment, EnrolmentState
from tests.community.factories import a_person, signed_in
from tests.conftest import Client
from tests.training.factories import a_course, a_trainer, an_organisation

PAGE = "/pelatihan/menjahit-pakaian-dengan-mesin"


@pytest.fixture
def trainer(app: Flask) -> Any:
    who = a_trainer()
    a_course(who, an_organisation(who), quota=2)
    return who


def taken() -> tuple[int, int]:
    with reading() as session:
        seats = session.scalar(select(Cohort.seats_taken))
        held = session.scalar(select(func.count()).where(Enrolment.state == EnrolmentState.ENROLLED))
    assert seats is not None
    assert held is not None
    return seats, held


def test_a_member_enrols_and_leaves(app: Flask, trainer: Any, sql_count: Callable[[], Any]) -> None:
    browser = signed_in(app, a_person())
    assert "terlihat oleh pelatih" in browser.get(PAGE).get_data(as_text=True)
    assert browser.fill(PAGE, {}, action="/pelatihan/angkatan/1/daftar").location == PAGE
    with sql_count() as counted:
        shown = browser.get(PAGE).get_data(as_text=True)
    assert len(counted) <= 5
    assert "Anda terdaftar" in shown
    assert taken() == (1, 1)
    assert "Menjahit" in browser.get("/pelatihan/saya").get_data(as_text=True)
    assert "dibuka untuk orang lain" in browser.get("/pelatihan/angkatan/1/batal").get_data(as_text=True)
    assert browser.post("/pelatihan/angkatan/1/batal").location == PAGE
    assert browser.post("/pelatihan/angkatan/1/batal").location == PAGE
    assert browser.get("/pelatihan/angkatan/1/batal").status_code == 404
    assert taken() == (0, 0)
    assert "Anda batal ikut" in browser.get("/pelatihan/saya").get_data(as_text=True)
    assert browser.fill(PAGE, {}, action="/pelatihan/angkatan/1/daftar").status_code == 303
    assert taken() == (1, 1)


@pytest.mark.both
def test_enrolling_twice_takes_one_seat(app: Flask, trainer: Any) -> None:
    person = a_person()
    key = once.new_key()
    first = actions.enrol(person, 1, key)
    assert actions.enrol(person, 1, key) == first
    assert actions.enrol(person, 1, once.new_key()) == first
    assert taken() == (1, 1)


@pytest.mark.both
def test_a_full_cohort_refuses_and_a_freed_seat_is_open_again(app: Flask, trainer: Any) -> None:
    people = [a_person(f"Peserta {n}") for n in range(3)]
    actions.enrol(people[0], 1, once.new_key())
    actions.enrol(people[1], 1, once.new_key())
    with pytest.raises(actions.CohortFull):
        actions.enrol(people[2], 1, once.new_key())
    actions.leave(people[0], 1)
    actions.leave(people[0], 1)
    actions.enrol(people[2], 1, once.new_key())
    assert taken() == (2, 2)


def test_full_is_said_kindly_and_a_late_tap_comes_back_to_the_page(app: Flask, client: Client, trainer: Any) -> None:
    for number in range(2):
        actions.enrol(a_person(f"Peserta {number}"), 1, once.new_key())
    shown = client.get(PAGE).get_data(as_text=True)
    assert "sudah penuh" in shown
    assert "/daftar" not in shown.split("<main")[1].split("</main>")[0]
    late = signed_in(app, a_person("Terlambat"))
    answer = late.post("/pelatihan/angkatan/1/daftar")
    assert answer.location == PAGE
    assert "kursi terakhir baru saja terisi" in late.get(PAGE).get_data(as_text=True)


def test_a_closed_or_unknown_cohort_refuses(app: Flask, trainer: Any) -> None:
    with transaction() as session:
        session.execute(update(Cohort).values(closes_at=clock.now() - timedelta(seconds=1)))
    with pytest.raises(actions.CohortClosed):
        actions.enrol(a_person(), 1, once.new_key())
    with pytest.raises(NotThere):
        actions.enrol(a_person(), 99, once.new_key())
    assert taken() == (0, 0)


def test_person_and_trainer_hear_of_it_once(app: Flask, trainer: Any, run_outbox: Callable[[], int]) -> None:
    person = a_person()
    actions.enrol(person, 1, once.new_key())
    run_outbox()
    actions.leave(person, 1)
    run_outbox()
    with reading() as session:
        told = [tuple(row) for row in session.execute(select(Notice.person_id, Notice.kind).order_by(Notice.id))]
    assert told == [
        (person.person_id, "enrolment.made"),
        (trainer.person_id, "enrolment.trainer"),
        (trainer.person_id, "enrolment.left"),
    ]
    shown = signed_in(app, person).get("/kabar")
    if shown.status_code == 200:
        assert "Anda terdaftar di kelas Menjahit" in shown.get_data(as_text=True)


def test_the_roster_is_the_trainers_alone(app: Flask, client: Client, trainer: Any) -> None:
    actions.enrol(a_person("Mama <Ina>", phone="+6281239876543"), 1, once.new_key())
    gone = a_person("Sudah Batal")
    actions.enrol(gone, 1, once.new_key())
    actions.leave(gone, 1)
    shown = signed_in(app, trainer).get("/pelatih/angkatan/1/peserta").get_data(as_text=True)
    assert "Mama &lt;Ina&gt;" in shown
    assert "0812-3987-6543" in shown
    assert "https://wa.me/6281239876543" in shown
    assert "Sudah Batal" not in shown
    public = client.get(PAGE).get_data(as_text=True)
    assert "Mama" not in public
    assert "0812" not in public


def test_a_seat_keeps_a_person_from_leaving_silently(app: Flask, trainer: Any) -> None:
    person = a_person()
    actions.enrol(person, 1, once.new_key())
    with reading() as session:
        sentences = [words for blocker in offered(LeaveBlocker) for words in blocker.load(session, person.person_id, clock.now())]
        teaching = [words for blocker in offered(LeaveBlocker) for words in blocker.load(session, trainer.person_id, clock.now())]
    assert any("Menjahit" in words for words in sentences)
    assert any("Menjahit" in words for words in teaching)
