"""After commit: what orders bring into the seller's book."""

from __future__ import annotations

from app.market.ledger import actions


def book_sale(order_id: int) -> None:
    """A paid order is in the book."""
    actions.book_sale(order_id)


def confirm_sale(order_id: int) -> None:
    """Fetched: its line is now what both sides did."""
    actions.confirm_sale(order_id)


def book_refund(order_id: int) -> None:
    """Cancelled after it was paid."""
    actions.book_refund(order_id)
