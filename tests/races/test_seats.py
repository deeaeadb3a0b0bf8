"""The last seat: 200 people at once, one wins, on both databases; and a process killed in the middle leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice
from app.core import clock, once
from app.core.db import db, reading, transaction
from app.core.outbox import OutboxRow
from app.training.courses.models import Cohort
from app.training.enrolments import actions
from app.training.enrolments.models import Enrolment, EnrolmentState
from tests import factories
from tests.community.factories import a_person
from tests.training.factories import a_course, a_trainer, an_organisation

if TYPE_CHECKING:
    from flask import Flask

    from app.core.access import Actor
    from tests.conftest import Outcomes

ROOT = Path(__file__).resolve().parents[2]


def a_class(quota: int, already: int = 0) -> None:
    """Cohort 1 with this many seats, some of them taken."""
    trainer = a_trainer()
    a_course(trainer, an_organisation(trainer), quota=quota)
    for number in range(already):
        actions.enrol(a_person(f"Peserta {number}"), 1, once.new_key())


def many(most: int) -> list[Actor]:
    from app.core.access import Actor

    with transaction() as session:
        return [Actor(factories.a_person(session, name=f"Pendaftar {n}").id, f"Pendaftar {n}") for n in range(most)]


def seats() -> tuple[int, int]:
    """What the cohort counts, and how many hold a seat."""
    with reading() as session:
        counted = session.scalar(select(Cohort.seats_taken).where(Cohort.id == 1)) or 0
        held = session.scalar(select(func.count()).select_from(Enrolment).where(Enrolment.state == EnrolmentState.ENROLLED)) or 0
    return counted, held


@pytest.mark.both
def test_of_two_hundred_people_one_gets_the_last_seat(app: Flask, race: Callable[..., Outcomes]) -> None:
    a_class(quota=16, already=15)
    people = many(200)
    outcome = race(200, lambda i: actions.enrol(people[i], 1, once.new_key()))
    assert not outcome.others(actions.CohortFull), outcome.others(actions.CohortFull)[:3]
    assert len(outcome.wins) == 1
    assert len(outcome.refusals(actions.CohortFull)) == 199
    assert seats() == (16, 16)


@pytest.mark.both
def test_control_read_first_then_write_sells_the_last_seat_twice(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control of the race above: the guards off (no condition in the UPDATE, no CHECK), and the oversale is seen."""
    a_class(quota=16, already=15)
    people = many(8)
    _drop_check()
    all_read = threading.Barrier(8)

    def naive(number: int) -> int:
        with reading() as session:
            free = session.scalar(select(Cohort.quota - Cohort.seats_taken).where(Cohort.id == 1)) or 0
        all_read.wait(60)
        if free < 1:
            raise actions.CohortFull
        with Session(db.engine) as session, session.begin():
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("PRAGMA ignore_check_constraints=ON"))
            session.execute(update(Cohort).where(Cohort.id == 1).values(seats_taken=Cohort.seats_taken + 1))
            session.add(Enrolment(cohort_id=1, person_id=people[number].person_id, state=EnrolmentState.ENROLLED, made_at=clock.now()))
            session.flush()
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("PRAGMA ignore_check_constraints=OFF"))
        return number

    outcome = race(8, naive)
    assert len(outcome.wins) > 1, "The control saw no oversale: then the race above proves nothing."
    assert seats()[1] > 16


def _drop_check() -> None:
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:
            session.execute(text("ALTER TABLE cohort DROP CONSTRAINT ck_cohort_seats"))


@pytest.mark.both
def test_the_schema_alone_refuses_one_seat_too_many(app: Flask) -> None:
    """Whatever code forgets, the CHECK does not."""
    from sqlalchemy.exc import IntegrityError

    a_class(quota=2, already=2)
    with pytest.raises(IntegrityError, match="seats"), transaction() as session:
        session.execute(update(Cohort).where(Cohort.id == 1).values(seats_taken=Cohort.seats_taken + 1))


@pytest.mark.both
def test_one_person_with_many_taps_takes_one_seat(app: Flask, race: Callable[..., Outcomes]) -> None:
    a_class(quota=16)
    person = a_person()
    same = once.new_key()
    outcome = race(20, lambda i: actions.enrol(person, 1, same if i % 2 else once.new_key()))
    assert not outcome.others(), outcome.others()[:3]
    assert len(set(outcome.wins)) == 1
    assert seats() == (1, 1)


@pytest.mark.both
def test_coming_and_going_at_once_keeps_the_count_true(app: Flask, race: Callable[..., Outcomes]) -> None:
    a_class(quota=5)
    people = many(12)

    def come_and_go(number: int) -> int:
        came = 0
        for turn in range(3):
            try:
                actions.enrol(people[number], 1, once.new_key())
            except actions.CohortFull:
                continue
            came += 1
            if (number + turn) % 2:
                actions.leave(people[number], 1)
        return came

    outcome = race(12, come_and_go)
    assert not outcome.others(), outcome.others()[:3]
    assert sum(outcome.wins) >= 5, "Hardly anybody got a seat: then nothing was raced for."
    counted, held = seats()
    assert counted == held <= 5


KILLED = """
import os, signal, sys
from app import create_app
from app.config import Settings
from app.core import once
from app.core.access import Actor
from app.training.enrolments import actions
app = create_app(Settings.from_env())
person_id, where = int(sys.argv[1]), sys.argv[2]
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    if where == "middle":
        once.keep = die  # the seat is taken, the enrolment and its effects are written, nothing is committed
    actions.enrol(Actor(person_id, "Mama Ros"), 1, "kunci-yang-sama-1234")
    die()
"""


def _run_and_die(person: Actor, where: str, database_url: str, folder: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(person.person_id), where],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.both
def test_killed_in_the_middle_leaves_nothing_half_done(
    app: Flask, database_url: str, tmp_path: Path, run_outbox: Callable[[], int]
) -> None:
    a_class(quota=16)
    person = a_person()
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(OutboxRow))
    _run_and_die(person, "middle", database_url, tmp_path)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == before
        assert session.scalar(select(func.count()).select_from(Enrolment)) == 0
        assert session.scalar(select(func.count()).select_from(once.OnceKey).where(once.OnceKey.key == "kunci-yang-sama-1234")) == 0
    assert seats() == (0, 0)
    actions.enrol(person, 1, "kunci-yang-sama-1234")
    assert seats() == (1, 1)


@pytest.mark.both
def test_killed_after_the_commit_still_tells(app: Flask, database_url: str, tmp_path: Path, run_outbox: Callable[[], Any]) -> None:
    a_class(quota=16)
    person = a_person()
    _run_and_die(person, "end", database_url, tmp_path)
    assert seats() == (1, 1)
    run_outbox()
    with reading() as session:
        assert list(session.scalars(select(Notice.kind).where(Notice.person_id == person.person_id))) == ["enrolment.made"]
