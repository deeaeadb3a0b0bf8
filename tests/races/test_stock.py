"""The last jar: 200 people at once, one gets it, on both databases; and a process killed in the middle leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice
from app.core import clock, once
from app.core.access import Actor
from app.core.db import db, reading, transaction
from app.core.outbox import OutboxRow
from app.market.orders import actions, queries
from app.market.orders.models import CartLine, Order, OrderLine, OrderState, PaymentWay
from app.market.shops.models import StockMovement, Variant
from app.market.shops.queries import movements_sum
from tests import factories
from tests.conftest import Outcomes
from tests.market.orders.factories import code_of, fill_cart, order
from tests.market.shops.factories import Seller, a_person, a_product, a_seller

ROOT = Path(__file__).resolve().parents[2]


def many_with_carts(number: int, wanted: dict[int, int]) -> list[Actor]:
    """That many buyers, each with the same cart."""
    with transaction() as session:
        people = [Actor(factories.a_person(session, name=f"Pembeli {n}").id, f"Pembeli {n}") for n in range(number)]
        session.add_all(
            CartLine(person_id=person.person_id, variant_id=variant_id, quantity=quantity, added_at=clock.now())
            for person in people
            for variant_id, quantity in wanted.items()
        )
    return people


def buy(person: Actor, seller: Seller, rupiah: int, key: str | None = None) -> actions.Placed:
    return actions.place_orders(person, {seller.shop_id: actions.Wish(None, PaymentWay.CASH)}, rupiah, key or once.new_key())


def counted(variant_id: int) -> tuple[int, int]:
    """What is left, and how many stand in live orders; the movements must agree."""
    with reading() as session:
        left = session.scalars(select(Variant.stock).where(Variant.id == variant_id)).one()
        assert movements_sum(session, variant_id) == left
        sold = select(func.coalesce(func.sum(OrderLine.quantity), 0)).join(Order, Order.id == OrderLine.order_id)
        return left, session.scalar(sold.where(OrderLine.variant_id == variant_id, Order.state != OrderState.CANCELLED)) or 0


@pytest.mark.both
def test_of_two_hundred_buyers_one_gets_the_last_jar(app: Flask, race: Callable[..., Outcomes]) -> None:
    seller = a_seller()
    _p, jar = a_product(seller, "Sambal lu'at", stock=1)
    people = many_with_carts(200, {jar: 1})
    outcome = race(200, lambda i: buy(people[i], seller, 15_000))
    assert not outcome.others(actions.Short), outcome.others(actions.Short)[:3]
    assert len(outcome.wins) == 1
    assert len(outcome.refusals(actions.Short)) == 199
    assert counted(jar) == (0, 1)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(CartLine)) == 199


@pytest.mark.both
def test_control_read_first_then_write_sells_the_last_jar_twice(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control of the race above: the guards off (no condition in the UPDATE, no CHECK), and the oversale is seen."""
    seller = a_seller()
    _p, jar = a_product(seller, stock=1)
    people = many_with_carts(8, {})
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:
            session.execute(text("ALTER TABLE variant DROP CONSTRAINT ck_variant_stock"))
    all_read = threading.Barrier(8)

    def naive(number: int) -> int:
        with reading() as session:
            left = session.scalar(select(Variant.stock).where(Variant.id == jar)) or 0
        all_read.wait(60)
        if left < 1:
            raise actions.Short({jar: left})
        with Session(db.engine) as session, session.begin():
            lite = session.get_bind().dialect.name == "sqlite"
            if lite:
                session.execute(text("PRAGMA ignore_check_constraints=ON"))
            session.execute(update(Variant).where(Variant.id == jar).values(stock=Variant.stock - 1))
            made = Order(
                code=f"PSN-{number}", buyer_id=people[number].person_id, shop_id=seller.shop_id, state=OrderState.RESERVED,
                will_pay_by=PaymentWay.CASH, total_rupiah=15_000, made_at=clock.now(),
            )  # fmt: skip
            session.add(made)
            session.flush()
            if lite:
                session.execute(text("PRAGMA ignore_check_constraints=OFF"))
        return number

    outcome = race(8, naive)
    assert len(outcome.wins) > 1, "The control saw no oversale: then the race above proves nothing."
    with reading() as session:
        assert session.scalars(select(Variant.stock).where(Variant.id == jar)).one() < 0


@pytest.mark.both
def test_the_schema_alone_refuses_stock_below_zero(app: Flask) -> None:
    """Whatever code forgets, the CHECK does not."""
    _p, jar = a_product(a_seller(), stock=1)
    with pytest.raises(IntegrityError, match="stock"), transaction() as session:
        session.execute(update(Variant).where(Variant.id == jar).values(stock=Variant.stock - 2))


@pytest.mark.both
def test_one_cart_sent_many_times_is_ordered_once(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The same form from two phones and from hasty fingers: same keys and other keys."""
    seller = a_seller()
    _p, jar = a_product(seller, stock=50)
    buyer, key = a_person(), once.new_key()
    fill_cart(buyer, {jar: 2})
    outcome = race(20, lambda i: buy(buyer, seller, 30_000, key if i % 2 else once.new_key()))
    assert not outcome.others(actions.CartEmpty), outcome.others(actions.CartEmpty)[:3]
    assert len({placed.orders[0] for placed in outcome.wins}) == 1
    assert counted(jar) == (48, 2)


@pytest.mark.both
def test_carts_with_the_same_goods_in_other_orders_do_not_wait_in_a_ring(
    app: Flask, race: Callable[..., Outcomes], rounds: Callable[[int, int], int]
) -> None:
    """Two sellers, the same goods put in the cart in opposite order: nobody waits for somebody who waits for her."""
    many = rounds(3, 50)
    first, second = a_seller(), a_seller("Tenun Liliba", "Mama Yanti")
    _p, chips = a_product(first, stock=12 * many + 1)
    _q, scarf = a_product(second, "Selendang", price=10_000, stock=12 * many + 1)
    for _round in range(many):
        people = [*many_with_carts(6, {chips: 1, scarf: 1}), *many_with_carts(6, {scarf: 1, chips: 1})]
        wishes = {seller.shop_id: actions.Wish(None, PaymentWay.CASH) for seller in (first, second)}
        outcome = race(12, lambda i, who=people, wish=wishes: actions.place_orders(who[i], wish, 25_000, once.new_key()))
        assert len(outcome.wins) == 12, outcome.others()[:3]
    assert counted(chips) == counted(scarf) == (1, 12 * many)


@pytest.mark.both
def test_buying_cancelling_and_counting_at_once_keeps_the_stock_true(app: Flask, race: Callable[..., Outcomes]) -> None:
    seller = a_seller()
    product_id, jar = a_product(seller, stock=5)
    people = many_with_carts(10, {})

    def come_and_go(number: int) -> int:
        from app.market.shops import actions as shop_actions

        if number == 0:  # the seller brings three more, counted on top of what she saw
            shop_actions.set_stock(seller.actor, product_id, 8, 5)
            return 0
        bought = 0
        for turn in range(3):
            try:
                code = code_of(order(people[number], {jar: 1}))
            except actions.Short:
                continue
            bought += 1
            if (number + turn) % 2:
                actions.cancel_as_buyer(people[number], code)
        return bought

    outcome = race(10, come_and_go)
    assert not outcome.others(), outcome.others()[:3]
    assert sum(outcome.wins) >= 5, "Hardly anybody bought: then nothing was raced for."
    left, sold = counted(jar)
    assert left + sold == 8


@pytest.mark.both
def test_handing_over_and_cancelling_at_once_is_one_of_the_two(app: Flask, race: Callable[..., Outcomes]) -> None:
    seller = a_seller()
    _p, jar = a_product(seller, stock=1)
    buyer = a_person()
    code = code_of(order(buyer, {jar: 1}))
    steps: list[Callable[[], None]] = [
        lambda: actions.hand_over(seller.actor, code),
        lambda: actions.cancel_as_buyer(buyer, code),
        lambda: actions.cancel_as_seller(seller.actor, code, "asked"),
        lambda: actions.mark_paid(seller.actor, code, PaymentWay.CASH),
    ]
    outcome = race(12, lambda i: steps[i % 4]())
    assert not outcome.others(actions.NotAnyMore, actions.PaidAlready), outcome.others(actions.NotAnyMore, actions.PaidAlready)[:3]
    left, sold = counted(jar)
    assert (left, sold) in ((1, 0), (0, 1))
    with reading() as session:
        found = queries.order_of_buyer(session, buyer.person_id, code)
    assert found
    assert (found.handed_over_at is None) != (found.cancelled_at is None)


KILLED = """
import os, signal, sys
from app import create_app
from app.config import Settings
from app.core import once
from app.core.access import Actor
from app.market.orders import actions
from app.market.orders.models import PaymentWay
app = create_app(Settings.from_env())
person_id, shop_id, where = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    if where == "middle":
        once.keep = die  # stock is taken, the order and its effects are written, nothing is committed
    actions.place_orders(Actor(person_id, "Rina"), {shop_id: actions.Wish(None, PaymentWay.CASH)}, 15000, "kunci-yang-sama-1234")
    die()
"""


def _run_and_die(person: Actor, seller: Seller, where: str, database_url: str, folder: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(person.person_id), str(seller.shop_id), where],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.both
def test_killed_in_the_middle_leaves_nothing_half_done(app: Flask, database_url: str, tmp_path: Path) -> None:
    seller = a_seller()
    _p, jar = a_product(seller, stock=1)
    buyer = a_person("Rina")
    fill_cart(buyer, {jar: 1})
    tables = (Order, OrderLine, StockMovement, OutboxRow, CartLine, once.OnceKey)

    def census() -> list[int]:
        with reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    before = census()
    _run_and_die(buyer, seller, "middle", database_url, tmp_path)
    assert census() == before
    assert counted(jar) == (1, 0)
    buy(buyer, seller, 15_000, "kunci-yang-sama-1234")
    assert counted(jar) == (0, 1)


@pytest.mark.both
def test_killed_after_the_commit_still_tells_the_seller(
    app: Flask, database_url: str, tmp_path: Path, run_outbox: Callable[[], Any]
) -> None:
    seller = a_seller()
    _p, jar = a_product(seller, stock=1)
    buyer = a_person("Rina")
    fill_cart(buyer, {jar: 1})
    _run_and_die(buyer, seller, "end", database_url, tmp_path)
    assert counted(jar) == (0, 1)
    run_outbox()
    with reading() as session:
        assert list(session.scalars(select(Notice.kind).where(Notice.person_id == seller.actor.person_id))) == ["order.made"]
