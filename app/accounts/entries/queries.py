"""Reads of the history; for its owner only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.entries import rules
from app.accounts.entries.models import Entry
from app.accounts.entries.rules import Outcome, Way


@dataclass(frozen=True)
class Line:
    entry_id: int
    way: Way
    outcome: Outcome
    device: str
    times: int
    at: datetime


_COLUMNS = (Entry.id, Entry.way, Entry.outcome, Entry.device, Entry.times, Entry.at)


def history(session: Session, person_id: int, now: datetime) -> list[Line]:
    """The newest lines of a person's history."""
    rows = select(*_COLUMNS).where(Entry.person_id == person_id, Entry.at >= now - rules.KEPT)
    return [Line(*row) for row in session.execute(rows.order_by(Entry.at.desc(), Entry.id.desc()).limit(rules.MOST_SHOWN))]


def all_of(session: Session, person_id: int) -> Mapping[str, Any]:
    """Everything held here about a person, for the copy of her data."""
    rows = session.execute(select(*_COLUMNS).where(Entry.person_id == person_id).order_by(Entry.at, Entry.id))
    return {
        "sign_ins": [
            {"at": row.at.isoformat(), "way": row.way.value, "outcome": row.outcome.value, "device": row.device, "times": row.times}
            for row in rows
        ]
    }
