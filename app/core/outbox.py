"""Effects after commit: rows written in the action's transaction, run later, at least once.

One row a handler, so that a retry repeats only what failed. A row is leased while it runs; a worker that dies
leaves a lease that ends by itself. After `MOST_TRIES` a row rests and shows on the staff page.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import Index, String, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Id, delete_in_parts, reading, transaction

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger("katong.outbox")

Handler = Callable[[int], None]

LEASE_SECONDS = 120  # longer than any handler takes; a dead worker's rows run again after this
MOST_TRIES = 12  # with the back-off below: about a day
DAYS_KEPT = 7  # finished rows, for looking back


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_done", "done_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int] = mapped_column(Id)
    handler: Mapped[str] = mapped_column(String(160))
    put_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(200))  # the kind of error, never its text: that may quote a person
    done_at: Mapped[datetime | None]


def handler_name(handler: Handler) -> str:
    return f"{handler.__module__.removeprefix('app.')}.{handler.__name__}"


def _handlers() -> dict[str, list[Handler]]:
    handlers: dict[str, list[Handler]] = current_app.extensions["outbox_handlers"]
    return handlers


def put(session: Session, topic: str, subject_id: int, due_at: datetime | None = None) -> None:
    """Ask for the effects of a topic, in this transaction; due at once unless told."""
    now = clock.now()
    for handler in _handlers()[topic]:
        session.add(OutboxRow(topic=topic, subject_id=subject_id, handler=handler_name(handler), put_at=now, due_at=due_at or now))


def back_off(tries: int) -> timedelta:
    """How long a row rests after this many failed tries: 5 s, doubling, at most 4 hours."""
    return timedelta(seconds=min(5 * 2 ** max(tries - 1, 0), 4 * 3600))


def run_due(now: datetime, most: int = 200) -> int:
    """Run what is due, oldest first; returns how many rows were finished. Several workers may run this at once."""
    finished = 0
    for _turn in range(most):
        with reading() as session:
            waiting = session.scalar(
                select(OutboxRow.id).where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= now, OutboxRow.tries < MOST_TRIES).limit(1)
            )
        if waiting is None:
            break
        row = _lease(now)
        if row is None:
            break
        finished += _run(row, now)
    return finished


def _lease(now: datetime) -> OutboxRow | None:
    with transaction() as session:
        due = select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= now, OutboxRow.tries < MOST_TRIES)
        row = session.scalar(due.order_by(OutboxRow.due_at, OutboxRow.id).limit(1).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.tries += 1
        row.due_at = max(now, clock.now()) + timedelta(seconds=LEASE_SECONDS)
        return row


def _run(row: OutboxRow, now: datetime) -> bool:
    handler = next((h for h in _handlers().get(row.topic, []) if handler_name(h) == row.handler), None)
    try:
        if handler is None:
            raise LookupError(row.handler)
        handler(row.subject_id)
    except Exception as error:  # noqa: BLE001 - whatever it is, the row is tried again
        # Where and of what kind; the error's own text may quote a person, as PostgreSQL's does.
        where = "".join(traceback.format_tb(error.__traceback__)[-8:])
        kind = type(error).__name__
        log.warning("outbox row %s (%s -> %s) failed, try %s: %s\n%s", row.id, row.topic, row.handler, row.tries, kind, where)
        with transaction() as session:
            session.execute(
                update(OutboxRow).where(OutboxRow.id == row.id).values(due_at=now + back_off(row.tries), trouble=type(error).__name__[:200])
            )
        return False
    with transaction() as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(done_at=clock.now(), trouble=None))
    return True


def stuck(session: Session) -> int:
    """How many rows gave up."""
    return (
        session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.tries >= MOST_TRIES)) or 0
    )


def overdue(session: Session, instant: datetime) -> int:
    """How many rows have been due since before the instant and are still to be tried: more than none means that no worker is at work."""
    waiting = (
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.done_at.is_(None), OutboxRow.tries < MOST_TRIES, OutboxRow.due_at < instant)
    )
    return session.scalar(waiting) or 0


def tidy(now: datetime) -> None:
    """The worker's chore: forget what was finished long ago."""
    delete_in_parts(OutboxRow, OutboxRow.done_at < now - timedelta(days=DAYS_KEPT))
