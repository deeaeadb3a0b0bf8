"""Reads of a shop's sales book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.core.db import Instant
from app.market.ledger import rules
from app.market.ledger.models import Account, Evidence, Journal, JournalKind, JournalLine
from app.market.orders.models import Order


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the book: what came in (a refund is negative), by which way."""

    id: int
    happened_at: datetime
    kind: JournalKind
    evidence: Evidence
    order_code: str | None
    words: str
    account: Account
    amount_rupiah: int


def sums(session: Session, shop_id: int, start: datetime, end: datetime) -> dict[str, int]:
    """What came in from `start` up to `end`, by way of paying. One statement; the sum of the values is the month."""
    rows = session.execute(
        select(JournalLine.account, func.sum(JournalLine.amount_rupiah))
        .join(Journal, Journal.id == JournalLine.journal_id)
        .where(Journal.shop_id == shop_id, Journal.happened_at >= start, Journal.happened_at < end, JournalLine.account != Account.SALES)
        .group_by(JournalLine.account)
    ).all()
    return {row[0].value: int(row[1]) for row in rows}


def _entries(shop_id: int, start: datetime, end: datetime) -> Select[Any]:
    return (
        select(
            Journal.id, Journal.happened_at, Journal.kind, Journal.evidence, Order.code, Journal.words, JournalLine.account, JournalLine.amount_rupiah
        )
        .join(JournalLine, JournalLine.journal_id == Journal.id)
        .outerjoin(Order, Order.id == Journal.order_id)
        .where(Journal.shop_id == shop_id, Journal.happened_at >= start, Journal.happened_at < end, JournalLine.account != Account.SALES)
    )  # fmt: skip


def entries(session: Session, shop_id: int, start: datetime, end: datetime, below: tuple[datetime, int] | None, most: int) -> list[Entry]:
    """The newest first; `below` continues where a page ended."""
    statement = _entries(shop_id, start, end).order_by(Journal.happened_at.desc(), Journal.id.desc()).limit(most)
    if below is not None:
        statement = statement.where(tuple_(Journal.happened_at, Journal.id) < tuple_(literal(below[0], Instant()), literal(below[1])))
    return [Entry(*row) for row in session.execute(statement).all()]


def whole_book(session: Session, shop_id: int, start: datetime, end: datetime) -> Iterator[Entry]:
    """Everything in order of time, for the file."""
    statement = _entries(shop_id, start, end).order_by(Journal.happened_at, Journal.id).limit(rules.MOST_EXPORTED)
    return (Entry(*row) for row in session.execute(statement.execution_options(yield_per=500)))


def unbalanced(session: Session) -> list[int]:
    """Journals whose lines do not sum to zero: there are none."""
    total = func.sum(JournalLine.amount_rupiah)
    return list(session.scalars(select(JournalLine.journal_id).group_by(JournalLine.journal_id).having(total != 0)))
