"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.breaches import queries
from app.core.access import Actor, Role
from app.core.contrib import DeskCard
from app.core.words import _l


def _overdue(session: Session, _actor: Actor, now: datetime) -> int:
    return queries.count_overdue(session, now)


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Insiden data"), "awas", "breaches.register", _overdue),
)
