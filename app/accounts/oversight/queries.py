"""Reads for staff: people, suspensions, the trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.oversight.models import Suspension
from app.accounts.people.models import DeviceSession, Person, PersonRole
from app.accounts.people.queries import roles_of
from app.accounts.people.rules import SuspensionReason
from app.core.access import Role
from app.core.audit import AuditRow

MOST_FOUND = 30


@dataclass(frozen=True)
class FoundPerson:
    person_id: int
    name: str
    phone: str | None
    phone_proven_at: datetime | None
    place_code: str | None
    made_at: datetime
    suspended_until: datetime | None
    roles: tuple[Role, ...]


_FOUND = (
    Person.id.label("person_id"), Person.name, Person.phone, Person.phone_proven_at, Person.place_code, Person.made_at, Person.suspended_until,
)  # fmt: skip


def with_roles(session: Session) -> list[FoundPerson]:
    """Everybody who works for the site or teaches, by name, at most 300."""
    return _found(session, select(*_FOUND).where(Person.left_at.is_(None), Person.id.in_(select(PersonRole.person_id))), 300)


def find_people(session: Session, words: str, phone: str | None) -> list[FoundPerson]:
    """Up to `MOST_FOUND` people whose number it is, or whose name, or a word of it, begins with the words (any case)."""
    people = select(*_FOUND).where(Person.left_at.is_(None))
    if phone:
        people = people.where(Person.phone == phone)
    else:
        escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        lowered = func.lower(Person.name)
        people = people.where(or_(lowered.like(f"{escaped}%", escape="\\"), lowered.like(f"% {escaped}%", escape="\\")))
    return _found(session, people, MOST_FOUND)


def _found(session: Session, people: Select[Any], most: int) -> list[FoundPerson]:
    rows = session.execute(people.order_by(Person.name, Person.id).limit(most)).all()
    roles = roles_of(session, [row.person_id for row in rows])
    return [FoundPerson(**row._mapping, roles=roles.get(row.person_id, ())) for row in rows]


def found_person(session: Session, person_id: int) -> FoundPerson | None:
    """One person who has not left."""
    return next(iter(_found(session, select(*_FOUND).where(Person.id == person_id, Person.left_at.is_(None)), 1)), None)


def live_devices(session: Session, person_id: int, now: datetime) -> int:
    """On how many devices somebody is signed in."""
    live = select(func.count()).where(DeviceSession.person_id == person_id, DeviceSession.ended_at.is_(None), DeviceSession.ends_at > now)
    return session.scalar(live) or 0


@dataclass(frozen=True)
class PastSuspension:
    suspension_id: int
    reason: SuspensionReason
    words: str
    from_at: datetime
    until_at: datetime
    made_by: str | None
    lifted_at: datetime | None
    lifted_by: str | None

    def holds(self, now: datetime) -> bool:
        return self.lifted_at is None and self.until_at > now


def suspensions(session: Session, person_id: int) -> list[PastSuspension]:
    """The latest 20 suspensions of a person, newest first."""
    maker, lifter = aliased(Person), aliased(Person)
    rows = session.execute(
        select(
            Suspension.id,
            Suspension.reason,
            Suspension.words,
            Suspension.from_at,
            Suspension.until_at,
            maker.name,
            Suspension.lifted_at,
            lifter.name,
        )
        .join(maker, maker.id == Suspension.made_by_id)
        .outerjoin(lifter, lifter.id == Suspension.lifted_by_id)
        .where(Suspension.person_id == person_id)
        .order_by(Suspension.id.desc())
        .limit(20)
    )
    return [PastSuspension(*row) for row in rows]


# The trail

PAGE_LENGTH = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class TrailFilter:
    """What of the trail is asked for; None and "" ask for everything. Days are turned into instants by the caller: from ≤ at < until."""

    actor_id: int | None = None
    act: str = ""  # an act such as `role.given`, or its first word
    subject: str = ""
    subject_id: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True)
class TrailRow:
    audit_id: int
    at: datetime
    actor_id: int | None
    actor_name: str | None  # None: the operator of the machine, or somebody who has left
    act: str
    subject: str
    subject_id: int
    codes: Mapping[str, Any]


_TRAIL = (AuditRow.id, AuditRow.at, AuditRow.actor_id, Person.name, AuditRow.act, AuditRow.subject, AuditRow.subject_id, AuditRow.codes)


def _trail(asked: TrailFilter) -> Select[Any]:
    rows = select(*_TRAIL).outerjoin(Person, and_(Person.id == AuditRow.actor_id, Person.left_at.is_(None)))
    if asked.actor_id is not None:
        rows = rows.where(AuditRow.actor_id == asked.actor_id)
    if asked.act:
        rows = rows.where(AuditRow.act == asked.act if "." in asked.act else AuditRow.act.startswith(f"{asked.act}.", autoescape=True))
    if asked.subject:
        rows = rows.where(AuditRow.subject == asked.subject)
    if asked.subject_id is not None:
        rows = rows.where(AuditRow.subject_id == asked.subject_id)
    if asked.from_at is not None:
        rows = rows.where(AuditRow.at >= asked.from_at)
    if asked.until_at is not None:
        rows = rows.where(AuditRow.at < asked.until_at)
    return rows


def trail(session: Session, asked: TrailFilter, before: int | None) -> list[TrailRow]:
    """A page of the trail, newest first, older than row `before`; one more than a page holds tells that there is a next."""
    rows = _trail(asked)
    if before is not None:
        rows = rows.where(AuditRow.id < before)
    return [TrailRow(*row) for row in session.execute(rows.order_by(AuditRow.id.desc()).limit(PAGE_LENGTH + 1))]


def whole_trail(session: Session, asked: TrailFilter) -> Iterator[TrailRow]:
    """The newest `MOST_EXPORTED` rows, newest first, read a thousand at a time."""
    before: int | None = None
    for _part in range(MOST_EXPORTED // 1000):
        part = _trail(asked) if before is None else _trail(asked).where(AuditRow.id < before)
        rows = [TrailRow(*row) for row in session.execute(part.order_by(AuditRow.id.desc()).limit(1000))]
        yield from rows
        if len(rows) < 1000:
            return
        before = rows[-1].audit_id


def count_of_trail(session: Session, asked: TrailFilter) -> int:
    """How many rows an export would hold."""
    return session.scalar(select(func.count()).select_from(_trail(asked).limit(MOST_EXPORTED).subquery())) or 0


def viewed_since(session: Session, actor_id: int, person_id: int, instant: datetime) -> bool:
    """Whether it is on record already that the actor looked at this person, since the instant."""
    row = select(AuditRow.id).where(
        AuditRow.subject == "person",
        AuditRow.subject_id == person_id,
        AuditRow.act == "person.viewed",
        AuditRow.actor_id == actor_id,
        AuditRow.at >= instant,
    )
    return session.execute(row.limit(1)).first() is not None
