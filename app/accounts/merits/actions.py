"""Noting a merit and taking it back: steps for handlers, each safe to run twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.merits.models import Merit
from app.accounts.people.models import Person
from app.core.writes import insert


def earn(session: Session, person_id: int, kind: str, source: str, source_id: int, earned_at: datetime) -> bool:
    """Step: note a fact in this person's favour; once for each source. True when it is new, or stands again after it was taken back.

    Somebody who has left earns nothing.
    """
    here = select(Person.id).where(Person.id == person_id, Person.left_at.is_(None)).with_for_update(read=True, key_share=True)
    if session.scalar(here) is None:
        return False
    row = {"person_id": person_id, "kind": kind, "source": source, "source_id": source_id, "earned_at": earned_at}
    added = insert(session, Merit).values(**row)
    kept = added.on_conflict_do_update(
        index_elements=["person_id", "kind", "source", "source_id"],
        set_={"taken_back_at": None, "earned_at": earned_at},
        where=Merit.taken_back_at.is_not(None),
    )
    return session.scalar(kept.returning(Merit.id)) is not None


def take_back(session: Session, person_id: int, kind: str, source: str, source_id: int, now: datetime) -> bool:
    """Step: it turned out not to be so. The line stays for the person to see, and counts no more. True when it stood until now."""
    taken = session.scalar(
        update(Merit)
        .where(
            Merit.person_id == person_id,
            Merit.kind == kind,
            Merit.source == source,
            Merit.source_id == source_id,
            Merit.taken_back_at.is_(None),
        )
        .values(taken_back_at=now)
        .returning(Merit.id)
    )
    return taken is not None


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: nothing of it is kept."""
    session.execute(delete(Merit).where(Merit.person_id == person_id))
