"""Telling a person something, and marking it read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice
from app.core import clock
from app.core.access import Actor
from app.core.db import transaction
from app.core.writes import insert

MOST_EVENT_LETTERS = 80  # the column's width; SQLite would not mind, PostgreSQL would


def tell(session: Session, person_id: int, kind: str, params: Mapping[str, Any], event: str) -> bool:
    """Put a notice in a person's inbox, in this transaction. The same event tells a person once: True when it was new.

    `params` holds codes, ids, numbers and titles that the NoticeKind of `kind` words when it is read.
    """
    if len(event) > MOST_EVENT_LETTERS:
        raise ValueError(f"The event {event!r} is longer than {MOST_EVENT_LETTERS} letters.")
    row = {"person_id": person_id, "kind": kind, "params": dict(params), "event": event, "made_at": clock.now()}
    added = insert(session, Notice).values(**row).on_conflict_do_nothing(index_elements=["person_id", "event"]).returning(Notice.id)
    return session.execute(added).first() is not None


def take_out(session: Session, person_ids: set[int], events: set[str], param: str) -> None:
    """Step: take one value, such as a name, out of the notices about these events that lie in these people's inboxes."""
    people, told = sorted(person_ids), sorted(events)
    for start in range(0, len(told), 200):
        mine = select(Notice.id, Notice.params).where(Notice.person_id.in_(people), Notice.event.in_(told[start : start + 200]))
        for notice_id, params in session.execute(mine).all():
            if params.get(param):
                session.execute(update(Notice).where(Notice.id == notice_id).values(params={**params, param: ""}))


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: an inbox nobody opens any more is emptied."""
    session.execute(delete(Notice).where(Notice.person_id == person_id))


def open_notice(actor: Actor, notice_id: int) -> None:
    """Mark one notice of the actor read; one that isn't theirs, or was read already, stays as it is."""
    with transaction() as session:
        session.execute(
            update(Notice)
            .where(Notice.id == notice_id, Notice.person_id == actor.person_id, Notice.read_at.is_(None))
            .values(read_at=clock.now())
        )


def read_all(actor: Actor, up_to: int) -> None:
    """Mark everything the actor has been shown read: notices up to this id, so that one that came meanwhile stays unread."""
    now: datetime = clock.now()
    with transaction() as session:
        session.execute(
            update(Notice).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None), Notice.id <= up_to).values(read_at=now)
        )
