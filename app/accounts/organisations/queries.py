"""Reads about offices, training centres and NGOs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.accounts.organisations.models import Organisation, OrganisationMember
from app.accounts.organisations.rules import Function, OrganisationKind
from app.accounts.people.models import Person, PersonRole
from app.core.access import Role

MOST_SHOWN = 300


@dataclass(frozen=True)
class Service:
    """One organisation that a person acts for."""

    organisation_id: int
    name: str
    short_name: str
    function: str  # trainer, counsellor, supervisor
    is_verified: bool


def of_person(session: Session, person_id: int) -> list[Service]:
    """The organisations a person acts for, by name."""
    rows = session.execute(
        select(
            Organisation.id, Organisation.name, Organisation.short_name, OrganisationMember.function, Organisation.verified_at.is_not(None)
        )
        .join(Organisation, Organisation.id == OrganisationMember.organisation_id)
        .where(OrganisationMember.person_id == person_id)
        .order_by(Organisation.name, Organisation.id)
        .limit(20)
    )
    return [Service(*row) for row in rows]


@dataclass(frozen=True)
class Listed:
    """A line of the staff's list."""

    organisation_id: int
    name: str
    short_name: str
    kind: OrganisationKind
    verified_at: datetime | None
    people: int


def listed(session: Session) -> list[Listed]:
    """Every organisation, those to be checked first, then by name; at most `MOST_SHOWN`. One statement."""
    people = select(func.count()).where(OrganisationMember.organisation_id == Organisation.id).correlate(Organisation).scalar_subquery()
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.short_name, Organisation.kind, Organisation.verified_at, people)
        .order_by(Organisation.verified_at.is_not(None), Organisation.name, Organisation.id)
        .limit(MOST_SHOWN)
    )
    return [Listed(*row) for row in rows]


def unchecked(session: Session) -> int:
    """How many organisations nobody has checked."""
    return session.scalar(select(func.count()).where(Organisation.verified_at.is_(None))) or 0


def mark_of(kind: OrganisationKind, name: str) -> str:
    """A short mark of what is checked: another name or kind has another mark."""
    return hashlib.sha256(f"{kind.value}|{name}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class OrganisationFacts:
    organisation_id: int
    slug: str
    name: str
    short_name: str
    kind: OrganisationKind
    verified_at: datetime | None
    verified_by: str | None
    made_at: datetime

    @property
    def mark(self) -> str:
        return mark_of(self.kind, self.name)


def one(session: Session, organisation_id: int) -> OrganisationFacts | None:
    row = session.execute(
        select(
            Organisation.id, Organisation.slug, Organisation.name, Organisation.short_name, Organisation.kind, Organisation.verified_at, Person.name,
            Organisation.made_at,
        )
        .outerjoin(Person, Person.id == Organisation.verified_by_id)
        .where(Organisation.id == organisation_id)
    ).one_or_none()  # fmt: skip
    return OrganisationFacts(*row) if row else None


@dataclass(frozen=True)
class Worker:
    """Somebody who acts for an organisation."""

    person_id: int
    name: str
    function: str
    is_trainer: bool  # has the role on the site

    @property
    def lacks_role(self) -> bool:
        return self.function == Function.TRAINER and not self.is_trainer


_HAS_TRAINER_ROLE = exists().where(PersonRole.person_id == Person.id, PersonRole.role == Role.TRAINER)


def workers(session: Session, organisation_id: int) -> list[Worker]:
    """Who acts for an organisation, by function and name; at most `MOST_SHOWN`."""
    rows = session.execute(
        select(Person.id, Person.name, OrganisationMember.function, _HAS_TRAINER_ROLE)
        .join(Person, Person.id == OrganisationMember.person_id)
        .where(OrganisationMember.organisation_id == organisation_id)
        .order_by(OrganisationMember.function, Person.name, Person.id)
        .limit(MOST_SHOWN)
    )
    return [Worker(*row) for row in rows]


@dataclass(frozen=True)
class Candidate:
    """An account with the number that was asked for."""

    person_id: int
    name: str
    has_proven: bool  # the number
    function: str | None  # what she does there already


def candidates(session: Session, organisation_id: int, phone: str) -> list[Candidate]:
    """The accounts with this number, at most three, the one that has proven it first."""
    mine = (OrganisationMember.person_id == Person.id) & (OrganisationMember.organisation_id == organisation_id)
    rows = session.execute(
        select(Person.id, Person.name, Person.phone_proven_at.is_not(None), OrganisationMember.function)
        .outerjoin(OrganisationMember, mine)
        .where(Person.phone == phone, Person.left_at.is_(None))
        .order_by(Person.phone_proven_at.is_(None), Person.phone_slot)
        .limit(3)
    )
    return [Candidate(*row) for row in rows]


def own_data(session: Session, person_id: int) -> Mapping[str, Any]:
    """For the person's own copy."""
    return {"organisations": [{"name": service.name, "function": service.function} for service in of_person(session, person_id)]}
