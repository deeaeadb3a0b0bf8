"""Reads of courses and cohorts: columns only, a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.organisations import queries as organisations
from app.accounts.organisations.models import Organisation
from app.accounts.organisations.queries import Service
from app.accounts.people.models import Person
from app.accounts.people.rules import shown_name
from app.core.clock import day_of
from app.core.db import Id
from app.core.reads import Prepared
from app.training.courses import rules
from app.training.courses.models import CertificateKind, Cohort, CohortState, Course, CourseState
from app.training.courses.rules import Stage

TRAINER = "trainer"  # organisation_member.function


def course_address(slug: str) -> str:
    return f"/pelatihan/{slug}"


@dataclass(frozen=True, slots=True)
class CohortCard:
    """A cohort in a list, with its course."""

    id: int
    slug: str
    title: str
    vocation: str
    photo_key: str | None
    photo_alt: str
    lesson_hours: int
    cost_rupiah: int
    has_childcare: bool
    is_women_only: bool
    is_sample: bool
    organisation: str
    starts_on: date
    quota: int
    seats_taken: int
    closes_at: datetime

    @property
    def address(self) -> str:
        return course_address(self.slug)

    @property
    def seats_left(self) -> int:
        return max(self.quota - self.seats_taken, 0)


@dataclass(frozen=True, slots=True)
class OtherCourse:
    """A course that takes nobody just now."""

    slug: str
    title: str
    photo_key: str | None
    photo_alt: str
    lesson_hours: int
    organisation: str

    @property
    def address(self) -> str:
        return course_address(self.slug)


@dataclass(frozen=True, slots=True)
class OpenCohorts:
    cohorts: list[CohortCard]
    following: str | None  # cursor of the next page


@dataclass(frozen=True, slots=True)
class CoursePage:
    id: int
    slug: str
    title: str
    summary: str
    body_html: str
    vocation: str
    lesson_hours: int
    requirements: str
    provided: str
    cost_rupiah: int
    certificate: CertificateKind
    has_childcare: bool
    is_women_only: bool
    photo_key: str | None
    photo_alt: str
    is_sample: bool
    state: CourseState
    trainer_id: int
    trainer: str
    organisation: str
    organisation_id: int
    organisation_verified_at: datetime | None

    @property
    def address(self) -> str:
        return course_address(self.slug)


@dataclass(frozen=True, slots=True)
class CohortFacts:
    id: int
    number: int
    starts_on: date
    ends_on: date
    schedule: str
    place: str
    quota: int
    least_people: int
    seats_taken: int
    closes_at: datetime
    state: CohortState

    @property
    def seats_left(self) -> int:
        return max(self.quota - self.seats_taken, 0)

    @property
    def closes_on(self) -> date:
        return day_of(self.closes_at)

    def stage(self, now: datetime) -> Stage:
        return rules.stage(
            self.state, self.starts_on, self.ends_on, self.closes_at, self.quota, self.seats_taken, now=now, today=day_of(now)
        )


_CARD = (
    select(
        Cohort.id, Course.slug, Course.title, Course.vocation, Course.photo_key, Course.photo_alt, Course.lesson_hours, Course.cost_rupiah,
        Course.has_childcare, Course.is_women_only, Course.is_sample, Organisation.short_name, Cohort.starts_on, Cohort.quota, Cohort.seats_taken,
        Cohort.closes_at,
    )
    .join(Course, Course.id == Cohort.course_id)
    .join(Organisation, Organisation.id == Course.organisation_id)
    .where(Cohort.state == CohortState.OPEN, Cohort.closes_at > bindparam("now"), Course.state == CourseState.SHOWN)
    .order_by(Cohort.starts_on, Cohort.id)
)  # fmt: skip
_PAGE = (
    select(
        Course.id, Course.slug, Course.title, Course.summary, Course.body_html, Course.vocation, Course.lesson_hours, Course.requirements,
        Course.provided, Course.cost_rupiah, Course.certificate, Course.has_childcare, Course.is_women_only, Course.photo_key, Course.photo_alt,
        Course.is_sample, Course.state, Course.trainer_id, Person.name, Organisation.name, Organisation.id,
        Organisation.verified_at,
    )
    .join(Organisation, Organisation.id == Course.organisation_id)
    .join(Person, Person.id == Course.trainer_id)
)  # fmt: skip
_BY_SLUG = Prepared(_PAGE.where(Course.slug == bindparam("slug")))
_COHORT_COLUMNS = (
    Cohort.id, Cohort.number, Cohort.starts_on, Cohort.ends_on, Cohort.schedule, Cohort.place, Cohort.quota, Cohort.least_people, Cohort.seats_taken,
    Cohort.closes_at, Cohort.state,
)  # fmt: skip
_COHORTS = Prepared(
    select(*_COHORT_COLUMNS).where(Cohort.course_id == bindparam("course_id")).order_by(Cohort.starts_on.desc(), Cohort.id.desc()).limit(40)
)


@cache
def _open_page(by_vocation: bool, after: bool) -> Prepared:
    """The statement of a page of open cohorts, built once a kind."""
    asked = _CARD.limit(bindparam("most"))
    if by_vocation:
        asked = asked.where(Course.vocation == bindparam("vocation"))
    if after:
        asked = asked.where(tuple_(Cohort.starts_on, Cohort.id) > tuple_(bindparam("day", type_=Date()), bindparam("cohort_id", type_=Id)))
    return Prepared(asked)


def open_cohorts(session: Session, now: datetime, *, vocation: str = "", after: str = "", most: int = rules.COHORTS_A_PAGE) -> OpenCohorts:
    """Cohorts that take people, the next to begin first; `after` is the cursor of the page before."""
    place = read_cursor(after)
    params: dict[str, Any] = {"now": now, "most": most + 1}
    if vocation:
        params["vocation"] = vocation
    if place is not None:
        params |= {"day": place[0], "cohort_id": place[1]}
    rows = _open_page(bool(vocation), place is not None).all(session, **params)
    cards = [CohortCard(*row) for row in rows[:most]]
    return OpenCohorts(cards, f"{cards[-1].starts_on.isoformat()}-{cards[-1].id}" if len(rows) > most else None)


def read_cursor(text: str) -> tuple[date, int] | None:
    """The place in a list of cohorts that a cursor names; None when it names none."""
    day, _dash, cohort_id = text.rpartition("-")
    if not (cohort_id.isascii() and cohort_id.isdigit() and len(cohort_id) < 19):
        return None
    try:
        return date.fromisoformat(day), int(cohort_id)
    except ValueError:
        return None


@cache
def _others(by_vocation: bool) -> Prepared:
    has_open = exists().where(Cohort.course_id == Course.id, Cohort.state == CohortState.OPEN, Cohort.closes_at > bindparam("now"))
    asked = (
        select(Course.slug, Course.title, Course.photo_key, Course.photo_alt, Course.lesson_hours, Organisation.short_name)
        .join(Organisation, Organisation.id == Course.organisation_id)
        .where(Course.state == CourseState.SHOWN, ~has_open)
        .order_by(Course.id.desc())
        .limit(bindparam("most"))
    )
    return Prepared(asked.where(Course.vocation == bindparam("vocation")) if by_vocation else asked)


def other_courses(session: Session, now: datetime, *, vocation: str = "", most: int = 40) -> list[OtherCourse]:
    """Courses with no open cohort, newest first."""
    params = {"now": now, "most": most} | ({"vocation": vocation} if vocation else {})
    return [OtherCourse(*row) for row in _others(bool(vocation)).all(session, **params)]


def course_by_slug(session: Session, slug: str) -> CoursePage | None:
    return _course_page(_BY_SLUG.one(session, slug=slug))


def course_by_id(session: Session, course_id: int) -> CoursePage | None:
    return _course_page(session.execute(_PAGE.where(Course.id == course_id)).one_or_none())


def _course_page(row: Row[Any] | None) -> CoursePage | None:
    if row is None:
        return None
    page = CoursePage(*row)
    return page if page.trainer else replace(page, trainer=shown_name(page.trainer))


def cohorts_of(session: Session, course_id: int) -> list[CohortFacts]:
    """The newest cohorts of a course, the latest to begin first."""
    return [CohortFacts(*row) for row in _COHORTS.all(session, course_id=course_id)]


def newest_open(session: Session, course_id: int, now: datetime) -> CohortFacts | None:
    """The cohort of a published course that was opened last and takes people now."""
    row = session.execute(
        select(*_COHORT_COLUMNS)
        .join(Course, Course.id == Cohort.course_id)
        .where(Cohort.course_id == course_id, Cohort.state == CohortState.OPEN, Cohort.closes_at > now, Course.state == CourseState.SHOWN)
        .order_by(Cohort.number.desc())
        .limit(1)
    ).one_or_none()
    return CohortFacts(*row) if row else None


def source_of(session: Session, course_id: int) -> str | None:
    """The course's long text as typed."""
    return session.scalar(select(Course.body).where(Course.id == course_id))


@dataclass(frozen=True, slots=True)
class OwnCohort:
    """A cohort with the course it belongs to, for its trainer and for what happens to it."""

    cohort: CohortFacts
    course_id: int
    slug: str
    title: str
    trainer_id: int
    course_state: CourseState

    @property
    def address(self) -> str:
        return course_address(self.slug)


def own_cohort(session: Session, cohort_id: int, *, lock: bool = False) -> OwnCohort | None:
    asked = (
        select(*_COHORT_COLUMNS, Course.id, Course.slug, Course.title, Course.trainer_id, Course.state)
        .join(Course, Course.id == Cohort.course_id)
        .where(Cohort.id == cohort_id)
    )
    row = session.execute(asked.with_for_update(of=Cohort) if lock else asked).one_or_none()
    return OwnCohort(CohortFacts(*row[:11]), row[11], row[12], row[13], row[14], row[15]) if row else None


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    """A line of the trainer's desk: the course and its latest cohort."""

    id: int
    slug: str
    title: str
    state: CourseState
    lesson_hours: int
    cohort: CohortFacts | None


def taught_by(session: Session, person_id: int, most: int = 100) -> list[TaughtCourse]:
    """A trainer's courses with the newest cohort of each, newest course first."""
    newest = (
        select(Cohort.id)
        .where(Cohort.course_id == Course.id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(1)
        .correlate(Course)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Course.id, Course.slug, Course.title, Course.state, Course.lesson_hours, *_COHORT_COLUMNS)
        .outerjoin(Cohort, Cohort.id == newest)
        .where(Course.trainer_id == person_id)
        .order_by(Course.id.desc())
        .limit(most)
    )
    return [
        TaughtCourse(row[0], row[1], row[2], row[3], row[4], CohortFacts(*row[5:]) if row[5] is not None else None)  # a draft may have none
        for row in rows
    ]


def organisations_of(session: Session, person_id: int) -> list[Service]:
    """The organisations a person teaches for, checked ones first."""
    taught = [service for service in organisations.of_person(session, person_id) if service.function == TRAINER]
    return sorted(taught, key=lambda service: not service.is_verified)


def teaches_for(session: Session, person_id: int, organisation_id: int) -> Service | None:
    """The person's place as a trainer of this organisation, if there is one."""
    return next((service for service in organisations_of(session, person_id) if service.organisation_id == organisation_id), None)


def next_number(session: Session, course_id: int) -> int:
    return (session.scalar(select(func.max(Cohort.number)).where(Cohort.course_id == course_id)) or 0) + 1


@dataclass(frozen=True, slots=True)
class Findable:
    id: int
    slug: str
    title: str
    text: str
    organisation: str
    lesson_hours: int
    photo_key: str | None
    published_at: datetime | None


_FINDABLE = (
    select(
        Course.id, Course.slug, Course.title, Course.summary, Course.body, Course.requirements, Course.vocation, Organisation.name, Course.lesson_hours,
        Course.photo_key, Course.published_at,
    )
    .join(Organisation, Organisation.id == Course.organisation_id)
    .where(Course.state == CourseState.SHOWN)
    .order_by(Course.id)
)  # fmt: skip


def findable(session: Session, course_id: int) -> Findable | None:
    return next(iter(_findables(session.execute(_FINDABLE.where(Course.id == course_id)).all())), None)


def all_findable(session: Session) -> Iterator[Findable]:
    yield from _findables(session.execute(_FINDABLE).yield_per(500))


def _findables(rows: Iterable[Row[Any]]) -> Iterator[Findable]:
    for id_, slug, title, summary, body, requirements, vocation, organisation, hours, photo_key, published_at in rows:
        words = rules.VOCATIONS.get(vocation)
        text = "\n".join(part for part in (summary, body, requirements, words.text if words else "") if part)
        yield Findable(id_, slug, title, text, organisation, hours, photo_key, published_at)


def course_ids_of(session: Session, organisation_id: int) -> list[int]:
    """The published courses of an organisation."""
    return list(session.scalars(select(Course.id).where(Course.organisation_id == organisation_id, Course.state == CourseState.SHOWN)))


def sitemap(session: Session) -> Iterator[tuple[str, datetime | None]]:
    for slug, published_at in session.execute(
        select(Course.slug, Course.published_at).where(Course.state == CourseState.SHOWN).order_by(Course.id)
    ):
        yield course_address(slug), published_at


def taught_data(session: Session, person_id: int) -> list[dict[str, object]]:
    """What a trainer published, for the trainer's own copy of the data."""
    rows = session.execute(select(Course.title, Course.state, Course.made_at).where(Course.trainer_id == person_id).order_by(Course.id))
    return [{"title": title, "state": state.value, "made_at": made_at} for title, state, made_at in rows]


def running_for(session: Session, person_id: int, today: date) -> list[str]:
    """Titles of the trainer's courses with people in a cohort that is not over."""
    asked = (
        select(Course.title)
        .join(Cohort, Cohort.course_id == Course.id)
        .where(
            Course.trainer_id == person_id,
            Cohort.state.in_([CohortState.OPEN, CohortState.CLOSED]),
            Cohort.ends_on >= today,
            Cohort.seats_taken > 0,
        )
        .distinct()
        .order_by(Course.title)
    )
    return list(session.scalars(asked))
