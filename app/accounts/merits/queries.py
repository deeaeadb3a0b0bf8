"""Reads of merits: a person's own list, and the counts that another area may ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.merits.models import Merit

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OwnMerit:
    merit_id: int
    kind: str
    earned_at: datetime
    taken_back_at: datetime | None


def of_person(session: Session, person_id: int, most: int = MOST_SHOWN) -> list[OwnMerit]:
    """What was noted about a person, newest first, also what was taken back. For that person alone."""
    rows = session.execute(
        select(Merit.id, Merit.kind, Merit.earned_at, Merit.taken_back_at)
        .where(Merit.person_id == person_id)
        .order_by(Merit.earned_at.desc(), Merit.id.desc())
        .limit(most)
    )
    return [OwnMerit(*row) for row in rows]


def count(session: Session, person_ids: Collection[int], kinds: Collection[str], since: datetime) -> dict[int, int]:
    """How many merits of these kinds each of these people earned since the instant and still has: one statement. Who has none is left out.

    This is all that another area learns: never which shop, course or evening it was.
    """
    if not person_ids or not kinds:
        return {}
    rows = session.execute(
        select(Merit.person_id, func.count())
        .where(Merit.person_id.in_(person_ids), Merit.kind.in_(kinds), Merit.earned_at >= since, Merit.taken_back_at.is_(None))
        .group_by(Merit.person_id)
    )
    return {row[0]: row[1] for row in rows}


def own_data(session: Session, person_id: int) -> Mapping[str, Any]:
    """For the person's own copy."""
    return {
        "merits": [
            {"kind": merit.kind, "earned_at": merit.earned_at, "taken_back_at": merit.taken_back_at}
            for merit in of_person(session, person_id, most=10_000)
        ]
    }
