"""Carts and orders with fixed values."""

from __future__ import annotations

from collections.abc import Mapping

from app.core import once
from app.core.access import Actor
from app.core.db import reading
from app.market.orders import actions, queries
from app.market.orders.models import PaymentWay


def total_of(actor: Actor) -> int:
    with reading() as session:
        return sum(item.sum_rupiah for item in queries.cart(session, actor.person_id))


def fill_cart(actor: Actor, wanted: Mapping[int, int]) -> None:
    """Put these numbers of these variants in the cart."""
    for variant_id, quantity in wanted.items():
        actions.add_to_cart(actor, variant_id, quantity, once.new_key())


def order(
    actor: Actor,
    wanted: Mapping[int, int],
    *,
    way: PaymentWay = PaymentWay.CASH,
    days: Mapping[int, int] | None = None,
    key: str | None = None,
) -> actions.Placed:
    """Order these variants; `days` says the market day by shop where there is one to choose."""
    fill_cart(actor, wanted)
    with reading() as session:
        shop_ids = {item.shop_id for item in queries.cart(session, actor.person_id)}
    wishes = {shop_id: actions.Wish((days or {}).get(shop_id), way) for shop_id in shop_ids}
    return actions.place_orders(actor, wishes, total_of(actor), key or once.new_key())


def code_of(placed: actions.Placed) -> str:
    return placed.orders[0][1]
