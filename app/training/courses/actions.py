"""What a trainer does: write a course down, publish it, open cohorts, change, close and cancel them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.accounts.people.actions import hold_here
from app.core import audit, clock, markdown, once, outbox, pagecache
from app.core.access import Actor
from app.core.db import add_or_refuse, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.web import slug_of
from app.core.words import _l
from app.training.courses import policy, queries, rules
from app.training.courses.models import CertificateKind, Cohort, CohortState, Course, CourseState


class OrganisationUnchecked(Refusal):
    words = _l("Penyelenggara ini belum diperiksa petugas kota, jadi kelasnya belum bisa diterbitkan. Simpan dulu sebagai konsep.")


class NotTheirTrainer(Refusal):
    words = _l("Anda tidak tercatat sebagai pelatih di penyelenggara ini. Pilih penyelenggara yang lain.")


class QuotaBelowSeats(Refusal):
    words = _l("Sudah ada lebih banyak peserta dari jumlah itu. Tulis angka yang lebih besar.")


class SlugTaken(Refusal):
    words = _l("Sudah ada kelas dengan alamat ini. Ubah sedikit nama kelasnya, lalu coba lagi.")


class NumberTaken(Refusal):
    words = _l("Angkatan ini baru saja dibuat. Periksa dulu daftar angkatan.")


class NeedsCohort(Refusal):
    words = _l("Kelas ini belum punya angkatan. Buat angkatan dulu, baru terbitkan.")


class ClosingDayOver(Refusal):
    words = _l("Hari penutupan pendaftaran sudah lewat. Ubah dulu harinya, lalu buka lagi.")


@dataclass(frozen=True, slots=True)
class CourseDraft:
    title: str
    vocation: str
    summary: str
    body: str
    lesson_hours: int
    requirements: str
    provided: str
    cost_rupiah: int
    certificate: CertificateKind
    has_childcare: bool
    is_women_only: bool
    photo_key: str | None  # None: keep the one it has
    photo_alt: str


@dataclass(frozen=True, slots=True)
class CohortDraft:
    starts_on: date
    ends_on: date
    closes_on: date  # until the end of this day in Kupang
    schedule: str
    place: str
    quota: int
    least_people: int

    def columns(self) -> dict[str, object]:
        return {
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "closes_at": clock.at(self.closes_on + timedelta(days=1), 0) - timedelta(seconds=1),
            "schedule": self.schedule,
            "place": self.place,
            "quota": self.quota,
            "least_people": self.least_people,
        }


def _columns(draft: CourseDraft) -> dict[str, object]:
    columns: dict[str, object] = {
        "title": draft.title,
        "vocation": draft.vocation,
        "summary": draft.summary,
        "body": draft.body,
        "body_html": markdown.to_html(draft.body),
        "lesson_hours": draft.lesson_hours,
        "requirements": draft.requirements,
        "provided": draft.provided,
        "cost_rupiah": draft.cost_rupiah,
        "certificate": draft.certificate,
        "has_childcare": draft.has_childcare,
        "is_women_only": draft.is_women_only,
        "photo_alt": draft.photo_alt,
    }
    return columns | ({"photo_key": draft.photo_key} if draft.photo_key else {})


def _free_slug(session: Session, title: str) -> str:
    """An address part nobody has; the unique constraint is the last guard."""
    base = slug_of(title, 100)
    taken = set(session.scalars(select(Course.slug).where(Course.slug.startswith(base, autoescape=True)))) | rules.RESERVED_SLUGS
    return next(slug for number in range(1, len(taken) + 2) if (slug := base if number == 1 else f"{base}-{number}") not in taken)


def new_course(actor: Actor, organisation_id: int, draft: CourseDraft, cohort: CohortDraft, key: str, *, publish: bool) -> int:
    """Write a course with its first cohort down, published or as a draft; returns its id. Refuses `NotTheirTrainer`, `OrganisationUnchecked`."""
    columns = _columns(draft)
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        hold_here(session, actor.person_id)
        service = queries.teaches_for(session, actor.person_id, organisation_id)
        if service is None:
            raise NotTheirTrainer
        require(service.is_verified or not publish, OrganisationUnchecked())
        now = clock.now()
        course = Course(
            slug=_free_slug(session, draft.title),
            organisation_id=organisation_id,
            trainer_id=actor.person_id,
            state=CourseState.SHOWN if publish else CourseState.DRAFT,
            made_at=now,
            published_at=now if publish else None,
            **columns,
        )
        add_or_refuse(session, course, unique="uq_course_slug", refusal=SlugTaken())
        session.add(Cohort(course_id=course.id, number=1, **cohort.columns()))
        if publish:
            _announce_published(session, actor, course.id)
        once.keep(session, key, actor.person_id, course.id)
        return course.id


def _announce_published(session: Session, actor: Actor, course_id: int) -> None:
    audit.write(session, actor.person_id, "course.published", "course", course_id)
    outbox.put(session, "course.changed", course_id)
    outbox.put(session, "course.opened", course_id)
    pagecache.touch(session, "training")


def _mine(session: Session, actor: Actor, course_id: int) -> queries.CoursePage:
    course = queries.course_by_id(session, course_id)
    if course is None:
        raise NotThere
    require(policy.may_manage(actor, course.trainer_id))
    return course


def _my_cohort(session: Session, actor: Actor, cohort_id: int) -> queries.OwnCohort:
    found = queries.own_cohort(session, cohort_id, lock=True)
    if found is None:
        raise NotThere
    require(policy.may_manage(actor, found.trainer_id))
    return found


def change_course(actor: Actor, course_id: int, draft: CourseDraft) -> None:
    """Change what a course says; its address stays."""
    columns = _columns(draft)
    with transaction() as session:
        course = _mine(session, actor, course_id)
        session.execute(update(Course).where(Course.id == course_id).values(**columns))
        if course.state is CourseState.SHOWN:
            outbox.put(session, "course.changed", course_id)
            pagecache.touch(session, "training")


def publish(actor: Actor, course_id: int) -> None:
    """Show a draft to everybody. Twice is once. Refuses `OrganisationUnchecked`, `NeedsCohort`."""
    with transaction() as session:
        course = _mine(session, actor, course_id)
        if course.state is CourseState.SHOWN:
            return
        service = queries.teaches_for(session, actor.person_id, course.organisation_id)
        require(service is not None and service.is_verified, OrganisationUnchecked())
        require(bool(queries.cohorts_of(session, course_id)), NeedsCohort())
        session.execute(update(Course).where(Course.id == course_id).values(state=CourseState.SHOWN, published_at=clock.now()))
        _announce_published(session, actor, course_id)


def new_cohort(actor: Actor, course_id: int, draft: CohortDraft, key: str) -> int:
    """Open the next cohort (angkatan) of a course; returns its id."""
    with transaction() as session:
        hold_here(session, actor.person_id)
        course = _mine(session, actor, course_id)
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        cohort = Cohort(course_id=course_id, number=queries.next_number(session, course_id), **draft.columns())
        add_or_refuse(session, cohort, unique="uq_cohort_course_number", refusal=NumberTaken())
        audit.write(session, actor.person_id, "cohort.opened", "cohort", cohort.id, {"number": cohort.number})
        if course.state is CourseState.SHOWN:
            outbox.put(session, "course.changed", course_id)
            outbox.put(session, "course.opened", course_id)
            pagecache.touch(session, "training")
        once.keep(session, key, actor.person_id, cohort.id)
        return cohort.id


def change_cohort(actor: Actor, cohort_id: int, draft: CohortDraft) -> None:
    """Change days, place and seats; who is enrolled hears of it. Refuses `QuotaBelowSeats`."""
    with transaction() as session:
        found = _my_cohort(session, actor, cohort_id)
        require(found.cohort.state in (CohortState.OPEN, CohortState.CLOSED))
        changed = session.scalar(
            update(Cohort).where(Cohort.id == cohort_id, Cohort.seats_taken <= draft.quota).values(**draft.columns()).returning(Cohort.id)
        )
        require(changed is not None, QuotaBelowSeats())
        now_so = (draft.starts_on, draft.ends_on, draft.schedule, draft.place)
        if now_so != (found.cohort.starts_on, found.cohort.ends_on, found.cohort.schedule, found.cohort.place):
            outbox.put(session, "cohort.changed", cohort_id)
        pagecache.touch(session, "training")


def close_cohort(actor: Actor, cohort_id: int) -> None:
    """Take no more people; who is enrolled stays."""
    _set_state(actor, cohort_id, CohortState.CLOSED, "cohort.closed", (CohortState.OPEN,))


def reopen_cohort(actor: Actor, cohort_id: int) -> None:
    """Take people again. Refuses `ClosingDayOver`."""
    _set_state(actor, cohort_id, CohortState.OPEN, "cohort.reopened", (CohortState.CLOSED, CohortState.OPEN))


def cancel_cohort(actor: Actor, cohort_id: int) -> None:
    """The cohort does not take place; everybody enrolled hears of it."""
    _set_state(actor, cohort_id, CohortState.CANCELLED, "cohort.cancelled", (CohortState.OPEN, CohortState.CLOSED))


def _set_state(actor: Actor, cohort_id: int, state: CohortState, act: str, possible: tuple[CohortState, ...]) -> None:
    with transaction() as session:
        found = _my_cohort(session, actor, cohort_id)
        if found.cohort.state is state and state is not CohortState.OPEN:
            return
        require(found.cohort.state in possible)
        if state is CohortState.OPEN:
            require(found.cohort.closes_at > clock.now(), ClosingDayOver())
        session.execute(update(Cohort).where(Cohort.id == cohort_id).values(state=state))
        audit.write(session, actor.person_id, act, "cohort", cohort_id)
        if state is CohortState.CANCELLED:
            outbox.put(session, "cohort.cancelled", cohort_id)
        pagecache.touch(session, "training")


def hold(session: Session, person_id: int) -> None:
    """Step before a farewell: nobody takes a seat in this trainer's cohorts until it is over."""
    session.execute(_own_cohorts(person_id).order_by(Cohort.id).with_for_update(of=Cohort)).all()


def leave(session: Session, person_id: int, now: datetime) -> None:
    """Step of a farewell: the trainer's courses go to the archive of their organisation, and cohorts that nobody joined are called off."""
    ahead = (
        Cohort.id.in_(_own_cohorts(person_id)),
        Cohort.ends_on >= clock.day_of(now),
        Cohort.state.in_((CohortState.OPEN, CohortState.CLOSED)),
    )
    session.execute(update(Cohort).where(*ahead).values(state=CohortState.CANCELLED).execution_options(synchronize_session=False))
    own = session.scalars(update(Course).where(Course.trainer_id == person_id).values(state=CourseState.ARCHIVED).returning(Course.id))
    for course_id in own.all():
        outbox.put(session, "course.changed", course_id)
    pagecache.touch(session, "training")


def _own_cohorts(person_id: int) -> Select[tuple[int]]:
    return select(Cohort.id).join(Course, Course.id == Cohort.course_id).where(Course.trainer_id == person_id)
