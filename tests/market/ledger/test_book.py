"""The sales book: to the rupiah, balanced, whatever happened in whatever order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.db import reading
from app.market.ledger import actions as ledger
from app.market.ledger import queries, rules
from app.market.ledger.models import Account, Evidence, Journal, JournalLine
from app.market.orders import actions
from app.market.orders.models import Order, OrderState, PaymentWay
from tests.conftest import a_client
from tests.market.orders.factories import code_of, order
from tests.market.shops.factories import a_person, a_product, a_seller


@pytest.mark.both
def test_whatever_happens_the_book_is_what_was_paid(app: Flask, run_outbox: Callable[[], int]) -> None:
    """A property over random lives of orders: every journal sums to zero, and sales are what paid orders brought, each once."""
    random = Random(7)
    sellers = [a_seller("Dapur Oesapa"), a_seller("Tenun Liliba", "Mama Yanti")]
    variants = [a_product(seller, f"Barang {n}", price=random.randrange(1_000, 90_000), stock=500)[1] for n, seller in enumerate(sellers)]
    buyer = a_person()
    for _life in range(12):
        which = random.randrange(2)
        code, seller = code_of(order(buyer, {variants[which]: random.randrange(1, 5)})), sellers[which].actor
        steps: list[Callable[[], None]] = [
            lambda c=code, s=seller: actions.mark_paid(s, c, random.choice([PaymentWay.CASH, PaymentWay.QRIS])),  # type: ignore[misc]
            lambda c=code, s=seller: actions.hand_over(s, c),  # type: ignore[misc]
            lambda c=code, s=seller: actions.cancel_as_seller(s, c, "asked"),  # type: ignore[misc]
        ]
        random.shuffle(steps)
        for step in steps[: random.randrange(1, 4)]:
            try:
                step()
            except actions.NotAnyMore:
                pass
            if random.random() < 0.5:
                run_outbox()
    run_outbox()
    with reading() as session:
        for order_id in session.scalars(select(Order.id)).all():  # every handler once more
            ledger.book_sale(order_id)
            ledger.confirm_sale(order_id)
            ledger.book_refund(order_id)
    with reading() as session:
        assert queries.unbalanced(session) == []
        kept = select(func.coalesce(func.sum(Order.total_rupiah), 0)).where(Order.paid_at.is_not(None), Order.state != OrderState.CANCELLED)
        assert -(
            session.scalar(select(func.sum(JournalLine.amount_rupiah)).where(JournalLine.account == Account.SALES)) or 0
        ) == session.scalar(kept)
        weak = select(func.count()).select_from(Journal).join(Order, Order.id == Journal.order_id)
        assert (
            session.scalar(weak.where(Journal.evidence == Evidence.SELLER_ONLY, Journal.kind == "sale", Order.handed_over_at.is_not(None)))
            == 0
        )


def test_lines_of_a_journal_sum_to_zero() -> None:
    for way in rules.RECEIVED:
        assert sum(rules.sale_lines(way, 15_000).values()) == sum(rules.refund_lines(way, 15_000).values()) == 0
    for wrong in (("sales", 1), ("cash", 0), ("cash", -5)):
        with pytest.raises(ValueError, match="A sale needs"):
            rules.sale_lines(*wrong)


def test_the_book_shows_the_month_and_gives_a_file(app: Flask, run_outbox: Callable[[], int]) -> None:
    seller = a_seller()
    _p, chips = a_product(seller, price=15_000)
    for way in (PaymentWay.CASH, PaymentWay.QRIS):
        code = code_of(order(a_person(), {chips: 2}))
        actions.mark_paid(seller.actor, code, way)
    run_outbox()
    client = a_client(app, seller.actor.person_id)
    page = client.get("/jualan/buku").get_data(as_text=True)
    assert "Rp60.000" in page
    assert code in page
    file = client.get("/jualan/buku/unduh?toko=dapur-oesapa")
    rows = list(csv.reader(io.StringIO(file.get_data(as_text=True).lstrip("\ufeff"))))
    assert [row[5] for row in rows] == ["Rupiah", "30000", "30000"]
    assert client.get("/jualan/buku?bulan=2026-99&sebelum=x&nomor=-1").status_code == 200


def test_the_book_of_another_shop_is_not_there(app: Flask) -> None:
    a_seller()
    other = a_seller("Tenun Liliba", "Mama Yanti")
    client = a_client(app, other.actor.person_id)
    assert client.get("/jualan/buku/unduh?toko=dapur-oesapa").status_code == 404
    assert "Dapur Oesapa" not in client.get("/jualan/buku?toko=dapur-oesapa").get_data(as_text=True)
