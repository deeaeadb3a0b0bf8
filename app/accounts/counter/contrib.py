"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.counter import queries
from app.core.access import Actor, Role
from app.core.contrib import DeskCard
from app.core.words import _l


def _flagged(session: Session, _actor: Actor, _now: datetime) -> int:
    return queries.flagged_count(session)


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard("petugas", frozenset({Role.DESK.value, Role.ADMIN.value}), _l("Loket kelurahan"), "orang", "counter.desk"),
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Loket: perlu dilihat"), "awas", "counter.flagged", _flagged),
)
