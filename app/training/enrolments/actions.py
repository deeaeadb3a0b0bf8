"""Taking a seat and giving it back. A seat is taken by one conditional UPDATE; the cohort's CHECK is the last guard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from app.accounts.people.actions import hold_here
from app.core import clock, once, outbox, pagecache
from app.core.access import Actor
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal
from app.core.words import _l
from app.training.courses import queries as courses
from app.training.courses.models import Cohort, CohortState, Course, CourseState
from app.training.enrolments import queries
from app.training.enrolments.models import Enrolment, EnrolmentState


class CohortFull(Refusal):
    words = _l("Maaf, kursi terakhir baru saja terisi. Kalau ada yang batal, kursinya dibuka lagi di halaman ini.")


class CohortClosed(Refusal):
    words = _l("Pendaftaran kelas ini sudah ditutup. Lihat kelas lain yang masih dibuka.")


class AlreadyEnrolled(Refusal):
    """The same person came twice at once; the first sending counts."""

    words = _l("Anda sudah terdaftar di kelas ini.")


def enrol(actor: Actor, cohort_id: int, key: str) -> int:
    """Take a seat; returns the enrolment's id, the same one if the person has a seat already. Refuses `CohortFull`, `CohortClosed`."""
    try:
        with transaction() as session:
            earlier = once.claim(session, key, actor.person_id)
            if earlier is not None:
                return earlier
            hold_here(session, actor.person_id)
            enrolment_id = _enrol(session, actor.person_id, cohort_id, clock.now())
            once.keep(session, key, actor.person_id, enrolment_id)
            return enrolment_id
    except AlreadyEnrolled:
        # Everything of the second sending is rolled back, its seat too.
        with transaction() as session:
            return queries.enrolment_id(session, cohort_id, actor.person_id) or 0


def _enrol(session: Session, person_id: int, cohort_id: int, now: datetime) -> int:
    mine = session.scalar(for_update(select(Enrolment).where(Enrolment.cohort_id == cohort_id, Enrolment.person_id == person_id)))
    if mine is not None and mine.state is EnrolmentState.ENROLLED:
        return mine.id
    take_seat(session, cohort_id, now)
    if mine is not None:
        mine.state, mine.made_at, mine.left_at = EnrolmentState.ENROLLED, now, None
    else:
        mine = Enrolment(cohort_id=cohort_id, person_id=person_id, state=EnrolmentState.ENROLLED, made_at=now)
        add_or_refuse(session, mine, unique="uq_enrolment_cohort_person", refusal=AlreadyEnrolled())
    outbox.put(session, "enrolment.made", mine.id)
    pagecache.touch(session, "training")
    return mine.id


def take_seat(session: Session, cohort_id: int, now: datetime) -> None:
    """One more seat is taken, or a refusal says why not."""
    taken = session.scalar(
        update(Cohort)
        .where(
            Cohort.id == cohort_id,
            Cohort.seats_taken < Cohort.quota,
            Cohort.state == CohortState.OPEN,
            Cohort.closes_at > now,
            exists().where(Course.id == Cohort.course_id, Course.state == CourseState.SHOWN),
        )
        .values(seats_taken=Cohort.seats_taken + 1)
        .returning(Cohort.id)
    )
    if taken is not None:
        return
    found = courses.own_cohort(session, cohort_id)
    if found is None or found.course_state is not CourseState.SHOWN:
        raise NotThere
    back = courses.course_address(found.slug)
    raise CohortClosed(back=back) if found.cohort.state is not CohortState.OPEN or found.cohort.closes_at <= now else CohortFull(back=back)


def leave(actor: Actor, cohort_id: int) -> None:
    """Give the seat back; somebody else may take it at once. Twice is once."""
    with transaction() as session:
        now = clock.now()
        left = session.scalar(
            update(Enrolment)
            .where(Enrolment.cohort_id == cohort_id, Enrolment.person_id == actor.person_id, Enrolment.state == EnrolmentState.ENROLLED)
            .values(state=EnrolmentState.LEFT, left_at=now)
            .returning(Enrolment.id)
        )
        if left is None:
            return
        session.execute(update(Cohort).where(Cohort.id == cohort_id, Cohort.seats_taken > 0).values(seats_taken=Cohort.seats_taken - 1))
        outbox.put(session, "enrolment.left", left)
        pagecache.touch(session, "training")


def farewell(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: seats given back are forgotten; seats in courses that are over stay counted, without a name."""
    session.execute(delete(Enrolment).where(Enrolment.person_id == person_id, Enrolment.state == EnrolmentState.LEFT))
