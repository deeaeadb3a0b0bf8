"""Reads of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.blocks.models import Block
from app.accounts.people.models import Person
from app.core.contrib import MetPerson, offered
from app.core.reads import Prepared

MOST_BLOCKED = 500  # of one person

_BLOCKED = Prepared(select(Block.blocked_id).where(Block.blocker_id == bindparam("person_id")).limit(MOST_BLOCKED))


def blocked_by(session: Session, person_id: int) -> frozenset[int]:
    """Whom a person has blocked: one statement."""
    return frozenset(_BLOCKED.values(session, person_id=person_id))


def has_blocked(session: Session, person_id: int, other_id: int) -> bool:
    found = select(Block.blocked_id).where(Block.blocker_id == person_id, Block.blocked_id == other_id)
    return session.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class Blocked:
    person_id: int
    name: str
    made_at: datetime


def list_of(session: Session, person_id: int) -> list[Blocked]:
    """Whom a person has blocked, newest first, for her own page."""
    rows = session.execute(
        select(Person.id, Person.name, Block.made_at)
        .join(Block, Block.blocked_id == Person.id)
        .where(Block.blocker_id == person_id)
        .order_by(Block.made_at.desc(), Person.id)
        .limit(MOST_BLOCKED)
    )
    return [Blocked(*row) for row in rows]


def place_of(kind: str) -> MetPerson | None:
    """Where people meet by name, as the areas offer it."""
    return next((place for place in offered(MetPerson) if place.kind == kind), None)
