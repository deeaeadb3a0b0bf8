"""After commit: tell buyer and seller, and close checkouts that nobody should pay any more."""

from __future__ import annotations

from app.accounts.notices.actions import tell
from app.core.db import transaction
from app.market.orders import actions, queries
from app.market.orders.models import PaymentWay
from app.market.shops.queries import sellers_of


def tell_sellers_of_order(order_id: int) -> None:
    """A new order came."""
    with transaction() as session:
        facts = queries.order_facts(session, order_id)
        if facts is None:
            return
        params = {"code": facts.code, "buyer": facts.buyer_name, "rupiah": facts.total_rupiah}
        for person_id in sellers_of(session, facts.shop_id):
            tell(session, person_id, "order.made", params, f"order:{order_id}:made")


def drop_from_carts(shop_id: int) -> None:
    """A shop changed; if it has closed for good, its goods leave the carts."""
    actions.drop_from_carts(shop_id)


def tell_buyer_ready(order_id: int) -> None:
    """The goods are packed."""
    with transaction() as session:
        facts = queries.order_facts(session, order_id)
        if facts is not None:
            tell(session, facts.buyer_id, "order.ready", {"code": facts.code, "shop": facts.shop_name}, f"order:{order_id}:ready")


def tell_of_cancelled(order_id: int) -> None:
    """The other side hears of it: the buyer with the reason, or the sellers."""
    with transaction() as session:
        facts = queries.order_facts(session, order_id)
        if facts is None or facts.cancelled_at is None:
            return
        event = f"order:{order_id}:cancelled"
        if facts.cancelled_by == "seller":
            params = {"code": facts.code, "shop": facts.shop_name, "reason": facts.cancel_reason}
            tell(session, facts.buyer_id, "order.cancelled", params, event)
            return
        for person_id in sellers_of(session, facts.shop_id):
            tell(session, person_id, "order.let_go", {"code": facts.code, "buyer": facts.buyer_name}, event)


def tell_of_paid(order_id: int) -> None:
    """The buyer has it in writing; of card money the sellers hear too."""
    with transaction() as session:
        facts = queries.order_facts(session, order_id)
        if facts is None or facts.paid_by is None:
            return
        event = f"order:{order_id}:paid"
        params = {"code": facts.code, "shop": facts.shop_name, "rupiah": facts.total_rupiah, "way": facts.paid_by.value}
        tell(session, facts.buyer_id, "order.paid", params, event)
        if facts.paid_by is PaymentWay.CARD:
            for person_id in sellers_of(session, facts.shop_id):
                tell(session, person_id, "order.card_paid", {"code": facts.code, "rupiah": facts.total_rupiah}, event)


def close_checkout(order_id: int) -> None:
    """Nobody should pay by card for what is cancelled or paid."""
    actions.close_checkout(order_id)
