"""The cart, one order a seller, where it is picked up, and payments."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class OrderState(StrEnum):
    RESERVED = "reserved"
    READY = "ready"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class PaymentWay(StrEnum):
    CASH = "cash"
    QRIS = "qris"
    CARD = "card"


class PaymentState(StrEnum):
    STARTED = "started"
    PAID = "paid"
    EXPIRED = "expired"


class CartLine(Base):
    __tablename__ = "cart_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    quantity: Mapped[int]
    added_at: Mapped[datetime]


class Order(Base):
    """One buyer, one shop. Paid and handed over are two facts: either may come first."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("code", name="uq_shop_order_code"),
        CheckConstraint("total_rupiah > 0", name="total"),
        CheckConstraint("(paid_at IS NULL) = (paid_by IS NULL)", name="paid"),
        Index("ix_shop_order_buyer", "buyer_id", "id"),
        Index("ix_shop_order_shop", "shop_id", "state", "id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(16))  # PSN-7Q4M2X
    buyer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    state: Mapped[OrderState] = mapped_column(code_type(OrderState, "order_state"))
    will_pay_by: Mapped[PaymentWay] = mapped_column(code_type(PaymentWay, "will_pay_by"))
    paid_by: Mapped[PaymentWay | None] = mapped_column(code_type(PaymentWay, "paid_by"))
    total_rupiah: Mapped[int]
    note: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None] = mapped_column(String(8))  # buyer, seller
    cancel_reason: Mapped[str | None] = mapped_column(String(16))  # rules.CANCEL_REASONS


class OrderLine(Base):
    """What was bought, as it was called and priced then."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "variant_id", name="uq_order_line_order_variant"),
        CheckConstraint("quantity > 0", name="quantity"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    title: Mapped[str] = mapped_column(String(190))
    unit: Mapped[str] = mapped_column(String(40))
    price_rupiah: Mapped[int]
    quantity: Mapped[int]


class OrderPickup(Base):
    """Where and when: through a turn, never a booth of its own. Without a live turn the place is being arranged."""

    __tablename__ = "order_pickup"
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"), primary_key=True)
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"), index=True)


class Payment(Base):
    """One Checkout for one or more orders."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("code", name="uq_payment_code"),
        UniqueConstraint("session_id", name="uq_payment_session_id"),
        Index("ix_payment_buyer", "buyer_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(16))  # BYR-…
    buyer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    provider: Mapped[str] = mapped_column(String(16))
    session_id: Mapped[str | None] = mapped_column(String(120))
    checkout_url: Mapped[str | None] = mapped_column(Text)
    amount_rupiah: Mapped[int]
    state: Mapped[PaymentState] = mapped_column(code_type(PaymentState, "payment_state"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]


class PaymentAllocation(Base):
    __tablename__ = "payment_allocation"
    __table_args__ = (
        Index(
            "ix_payment_allocation_refund_due",
            "refund_due_at",
            sqlite_where=text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
            postgresql_where=text("refund_due_at IS NOT NULL AND refunded_at IS NULL"),
        ),
        # One order is in at most one payment that can still be paid or was.
        Index("uq_payment_allocation_live_order", "order_id", unique=True, sqlite_where=text("is_live"), postgresql_where=text("is_live")),
    )
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("shop_order.id"), primary_key=True)
    amount_rupiah: Mapped[int]
    is_live: Mapped[bool]
    # Money came that this order can't keep (cancelled, or paid already): staff give it back by hand.
    refund_due_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]


class PaymentEvent(Base):
    """An event a provider sent, by its own id: the same one twice is one."""

    __tablename__ = "payment_event"
    event_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    received_at: Mapped[datetime]
