"""Reads about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice
from app.accounts.people.models import DeviceSession, Person, PersonRole
from app.core.access import Role


@dataclass(frozen=True)
class LiveSession:
    session_id: int
    person_id: int
    name: str
    greeting: str
    roles: frozenset[Role]
    unread: int
    seen_at: datetime


_UNREAD_SHOWN = 100  # the badge says 99+


def live_session(session: Session, token_hash: str, now: datetime) -> LiveSession | None:
    """The sign-in of a token with its person, roles and unread notices: one statement; None when it ended."""
    some_unread = select(Notice.id).select_from(Notice).where(Notice.person_id == DeviceSession.person_id, Notice.read_at.is_(None))
    unread = select(func.count()).select_from(some_unread.limit(_UNREAD_SHOWN).correlate(DeviceSession).subquery()).scalar_subquery()
    rows = session.execute(
        select(DeviceSession.id, Person.id, Person.name, Person.greeting, PersonRole.role, unread, DeviceSession.seen_at)
        .join(Person, Person.id == DeviceSession.person_id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(DeviceSession.token_hash == token_hash, DeviceSession.ended_at.is_(None), DeviceSession.ends_at > now, Person.left_at.is_(None))
    ).all()
    if not rows:
        return None
    first = rows[0]
    return LiveSession(first[0], first[1], first[2], first[3], frozenset(r[4] for r in rows if r[4]), first[5], first[6])
