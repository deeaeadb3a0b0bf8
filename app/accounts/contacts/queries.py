"""Reads about a person's number and address; for nobody else's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.contacts import rules
from app.accounts.contacts.models import Contact, ContactChange
from app.accounts.people.models import Person
from app.accounts.proofs.actions import Proven
from app.core.reads import Prepared

MOST_CHANGES = 10


@dataclass(frozen=True)
class Contacts:
    phone: str | None
    phone_proven_at: datetime | None
    phone_lost_at: datetime | None
    email: str | None
    email_proven_at: datetime | None


def contacts(session: Session, person_id: int) -> Contacts | None:
    """How a person is reached."""
    row = session.execute(
        select(Person.phone, Person.phone_proven_at, Person.phone_lost_at, Person.email, Person.email_proven_at).where(
            Person.id == person_id, Person.left_at.is_(None)
        )
    ).one_or_none()
    return Contacts(*row) if row else None


_LOST = Prepared(select(Person.phone_lost_at).where(Person.id == bindparam("person_id")))


def has_lost_number(session: Session, person_id: int) -> bool:
    """Whether somebody else has proven the number this person named."""
    return _LOST.value(session, person_id=person_id) is not None


@dataclass(frozen=True)
class Change:
    contact: Contact
    before: str | None
    made_at: datetime


def changes(session: Session, person_id: int, now: datetime) -> list[Change]:
    """What was changed lately, newest first, so that its owner sees what was not her doing."""
    rows = session.execute(
        select(ContactChange.contact, ContactChange.before, ContactChange.made_at)
        .where(ContactChange.person_id == person_id, ContactChange.made_at > now - rules.CHANGES_SHOWN)
        .order_by(ContactChange.made_at.desc(), ContactChange.id.desc())
        .limit(MOST_CHANGES)
    )
    return [Change(*row) for row in rows]


def holder_for_code(session: Session, phone: str, now: datetime) -> int | None:
    """Who may get in by a code to this number: the one who has proven it, not too long ago."""
    return session.scalar(
        select(Person.id).where(Person.phone == phone, Person.phone_proven_at > now - rules.CODE_ENTRY_TRUSTS, Person.left_at.is_(None))
    )


@dataclass(frozen=True)
class Told:
    """A change, for the letter or message to where the person was reached before."""

    contact: Contact
    before: str | None
    was_proven: bool


def change(session: Session, change_id: int) -> Told | None:
    row = session.execute(
        select(ContactChange.contact, ContactChange.before, ContactChange.was_proven).where(ContactChange.id == change_id)
    ).one_or_none()
    return Told(*row) if row else None


def name_of(session: Session, person_id: int) -> str | None:
    """The shown name of somebody who is here."""
    return session.scalar(select(Person.name).where(Person.id == person_id, Person.left_at.is_(None)))


def connected_by(session: Session, spent: Proven | None) -> str | None:
    """The address that a used link connected, while it still is the account's."""
    if spent is None:
        return None
    return session.scalar(select(Person.email).where(Person.id == spent.person_id, Person.email == spent.target))


def personal(session: Session, person_id: int) -> Mapping[str, Any]:
    """Number, address, and what they were before, for the person's own copy."""
    mine = contacts(session, person_id)
    before = session.execute(
        select(ContactChange.contact, ContactChange.before, ContactChange.made_at)
        .where(ContactChange.person_id == person_id)
        .order_by(ContactChange.id)
    )
    return {
        "phone": mine.phone if mine else None,
        "phone_proven_at": mine.phone_proven_at if mine else None,
        "email": mine.email if mine else None,
        "email_proven_at": mine.email_proven_at if mine else None,
        "before": [{"contact": row[0].value, "was": row[1], "until": row[2]} for row in before],
    }
