"""Who may do what with an order."""

from __future__ import annotations

from datetime import datetime

from app.market.orders.models import OrderState


def buyer_may_cancel(state: OrderState, paid_at: datetime | None) -> bool:
    """A buyer lets go of what is kept for her as long as it is not packed and not paid."""
    return state is OrderState.RESERVED and paid_at is None


def may_pay_by_card(state: OrderState, paid_at: datetime | None) -> bool:
    """Anything not cancelled and not paid, fetched or not."""
    return state is not OrderState.CANCELLED and paid_at is None
