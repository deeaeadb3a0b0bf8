"""Reads of the breach register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.breaches import rules
from app.accounts.breaches.models import Breach, BreachNotice
from app.accounts.breaches.rules import Audience, BreachState, Way
from app.accounts.people.models import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One leak of data with what is known of it, and when each side was first told."""

    id: int
    title: str
    what: str
    happened: str
    data: str
    people_count: int
    measures: str
    contact: str
    lang: str
    noticed_at: datetime
    state: BreachState
    version: int
    made_by: str
    made_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    agency_told_at: datetime | None
    people_told_at: datetime | None

    @property
    def due_at(self) -> datetime:
        return rules.due_at(self.noticed_at)

    @property
    def is_told(self) -> bool:
        return self.agency_told_at is not None and self.people_told_at is not None

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_told and now > self.due_at


def _first(audience: Audience) -> object:
    told = select(func.min(BreachNotice.told_at)).where(BreachNotice.breach_id == Breach.id, BreachNotice.audience == audience)
    return told.correlate(Breach).scalar_subquery()


_ENTRY = select(
    Breach.id, Breach.title, Breach.what, Breach.happened, Breach.data, Breach.people_count, Breach.measures, Breach.contact, Breach.lang,
    Breach.noticed_at, Breach.state, Breach.version, func.coalesce(Person.name, ""), Breach.made_at, Breach.changed_at, Breach.closed_at,
    _first(Audience.AGENCY), _first(Audience.PEOPLE),
).outerjoin(Person, Person.id == Breach.made_by_id)  # type: ignore[call-overload]  # fmt: skip


def entry(session: Session, breach_id: int) -> Entry | None:
    row = session.execute(_ENTRY.where(Breach.id == breach_id)).one_or_none()
    return Entry(*row) if row else None


def entries(session: Session) -> list[Entry]:
    """The register: open ones first, the one noticed last on top."""
    rows = session.execute(_ENTRY.order_by(Breach.state.desc(), Breach.noticed_at.desc(), Breach.id.desc()).limit(rules.MOST_LISTED))
    return [Entry(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Told:
    audience: Audience
    way: Way
    people_count: int
    told_at: datetime
    by: str


def told_of(session: Session, breach_id: int) -> list[Told]:
    """Who was told when, the earliest first."""
    rows = session.execute(
        select(BreachNotice.audience, BreachNotice.way, BreachNotice.people_count, BreachNotice.told_at, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == BreachNotice.by_id)
        .where(BreachNotice.breach_id == breach_id)
        .order_by(BreachNotice.told_at, BreachNotice.id)
        .limit(200)
    )
    return [Told(*row) for row in rows]


def count_overdue(session: Session, now: datetime) -> int:
    """How many leaks were not told of within 3×24 hours: to the agency, or to the people."""
    untold = [
        ~exists().where(BreachNotice.breach_id == Breach.id, BreachNotice.audience == audience).correlate(Breach) for audience in Audience
    ]
    found = select(func.count()).select_from(Breach).where(Breach.noticed_at < now - timedelta(hours=rules.HOURS_TO_TELL), or_(*untold))
    return session.scalar(found) or 0
