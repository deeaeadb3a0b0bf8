"""Booking what orders brought. Every function may run twice: an order is booked once a kind."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import update

from app.core import clock
from app.core.db import add_or_refuse, transaction
from app.core.refusals import Refusal
from app.market.ledger import rules
from app.market.ledger.models import Account, Evidence, Journal, JournalKind, JournalLine
from app.market.orders.models import PaymentWay
from app.market.orders.queries import OrderFacts, order_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


class BookedAlready(Refusal):
    """The order has its journal of this kind."""


def book_sale(order_id: int) -> None:
    """The money of a paid order, at the moment it was paid."""
    with transaction() as session:
        facts = order_facts(session, order_id)
        if facts is not None:
            _book_sale(session, facts)


def book_refund(order_id: int) -> None:
    """A paid order was cancelled: the sale is taken back. Books the sale first if its turn has not come yet."""
    with transaction() as session:
        facts = order_facts(session, order_id)
        if facts is None or facts.paid_by is None or facts.cancelled_at is None:
            return
        _book_sale(session, facts)
        _book(session, facts, JournalKind.REFUND, rules.refund_lines(facts.paid_by, facts.total_rupiah), facts.cancelled_at)


def confirm_sale(order_id: int) -> None:
    """The goods went over: a line that only the seller had written is now what both sides did."""
    with transaction() as session:
        mine = (Journal.order_id == order_id, Journal.kind == JournalKind.SALE, Journal.evidence == Evidence.SELLER_ONLY)
        session.execute(update(Journal).where(*mine).values(evidence=Evidence.BOTH_SIDES))


def _book_sale(session: Session, facts: OrderFacts) -> None:
    if facts.paid_by is not None and facts.paid_at is not None:
        _book(session, facts, JournalKind.SALE, rules.sale_lines(facts.paid_by, facts.total_rupiah), facts.paid_at)


def _book(session: Session, facts: OrderFacts, kind: JournalKind, lines: Mapping[str, int], happened_at: datetime) -> None:
    journal = Journal(
        shop_id=facts.shop_id, order_id=facts.id, kind=kind, evidence=_evidence(facts), happened_at=happened_at, made_at=clock.now()
    )
    try:
        add_or_refuse(session, journal, unique="uq_journal_order_kind", refusal=BookedAlready())
    except BookedAlready:
        return
    session.add_all(JournalLine(journal_id=journal.id, account=Account(account), amount_rupiah=amount) for account, amount in lines.items())


def _evidence(facts: OrderFacts) -> Evidence:
    if facts.paid_by is PaymentWay.CARD:
        return Evidence.THIRD_PARTY
    return Evidence.BOTH_SIDES if facts.handed_over_at is not None else Evidence.SELLER_ONLY
