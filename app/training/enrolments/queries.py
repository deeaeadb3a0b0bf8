"""Reads of who has a seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.people.models import Person
from app.accounts.people.rules import shown_name
from app.training.courses.models import Cohort, CohortState, Course
from app.training.courses.queries import CohortFacts, course_address
from app.training.enrolments.models import Enrolment, EnrolmentState

_COHORT = (
    Cohort.id, Cohort.number, Cohort.starts_on, Cohort.ends_on, Cohort.schedule, Cohort.place, Cohort.quota, Cohort.least_people, Cohort.seats_taken,
    Cohort.closes_at, Cohort.state,
)  # fmt: skip


def enrolled_in(session: Session, person_id: int, cohort_ids: Sequence[int]) -> set[int]:
    """In which of these cohorts the person has a seat."""
    if not cohort_ids:
        return set()
    held = select(Enrolment.cohort_id).where(
        Enrolment.person_id == person_id, Enrolment.cohort_id.in_(cohort_ids), Enrolment.state == EnrolmentState.ENROLLED
    )
    return set(session.scalars(held))


@dataclass(frozen=True, slots=True)
class MySeat:
    """One of a person's own courses."""

    title: str
    slug: str
    state: EnrolmentState
    cohort: CohortFacts

    @property
    def address(self) -> str:
        return course_address(self.slug)


def seats_of(session: Session, person_id: int, most: int = 60) -> list[MySeat]:
    """A person's courses, the latest to begin first; those left come too."""
    rows = session.execute(
        select(Course.title, Course.slug, Enrolment.state, *_COHORT)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(most)
    )
    return [MySeat(row[0], row[1], row[2], CohortFacts(*row[3:])) for row in rows]


@dataclass(frozen=True, slots=True)
class Participant:
    person_id: int
    name: str
    phone: str | None
    enrolled_at: datetime


def roster(session: Session, cohort_id: int) -> list[Participant]:
    """Who has a seat, in the order they enrolled. Names and phones: for the cohort's trainer only."""
    rows = session.execute(
        select(Person.id, Person.name, Person.phone, Enrolment.made_at)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ENROLLED)
        .order_by(Enrolment.made_at, Enrolment.id)
    )
    return [Participant(person_id, shown_name(name), phone, at) for person_id, name, phone, at in rows]


def enrolment_id(session: Session, cohort_id: int, person_id: int) -> int | None:
    """The person's live seat in a cohort."""
    return session.scalar(
        select(Enrolment.id).where(
            Enrolment.cohort_id == cohort_id, Enrolment.person_id == person_id, Enrolment.state == EnrolmentState.ENROLLED
        )
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """What a notice about one enrolment needs."""

    enrolment_id: int
    cohort_id: int
    person_id: int
    trainer_id: int
    state: EnrolmentState
    at: datetime  # of the last change
    title: str
    slug: str
    starts_on: date
    schedule: str
    place: str
    seats_taken: int
    quota: int


def happening(session: Session, enrolment_id: int) -> Happening | None:
    row = session.execute(
        select(
            Enrolment.id, Cohort.id, Enrolment.person_id, Course.trainer_id, Enrolment.state, Enrolment.made_at, Enrolment.left_at, Course.title,
            Course.slug, Cohort.starts_on, Cohort.schedule, Cohort.place, Cohort.seats_taken, Cohort.quota,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Course, Course.id == Cohort.course_id)
        .where(Enrolment.id == enrolment_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    at = row[6] if row[4] is EnrolmentState.LEFT and row[6] is not None else row[5]
    return Happening(row[0], row[1], row[2], row[3], row[4], at, row[7], row[8], row[9], row[10], row[11], row[12], row[13])


def participant_ids(session: Session, cohort_id: int) -> list[int]:
    held = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ENROLLED)
    return list(session.scalars(held.order_by(Enrolment.person_id)))


def coming_for(session: Session, person_id: int, today: date) -> list[str]:
    """Titles of courses not over in which the person has a seat."""
    asked = (
        select(Course.title)
        .join(Cohort, Cohort.course_id == Course.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state == EnrolmentState.ENROLLED,
            Cohort.ends_on >= today,
            Cohort.state.in_([CohortState.OPEN, CohortState.CLOSED]),
        )
        .order_by(Cohort.starts_on)
    )
    return list(session.scalars(asked))
