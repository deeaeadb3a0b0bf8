"""The seller's sales book: balanced journals, whole rupiah."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class JournalKind(StrEnum):
    SALE = "sale"
    REFUND = "refund"


class Account(StrEnum):
    CASH = "cash"
    QRIS = "qris"
    CARD = "card"  # received by the operator's card account: owed to the seller
    SALES = "sales"


class Evidence(StrEnum):
    """How strong a line is before a bank."""

    THIRD_PARTY = "a"  # a payment provider's record
    BOTH_SIDES = "b"  # buyer ordered, seller handed over
    SELLER_ONLY = "c"


class Journal(Base):
    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("order_id", "kind", name="uq_journal_order_kind"),  # a sale is booked once
        Index("ix_journal_shop", "shop_id", "happened_at", "id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("shop_order.id"))
    kind: Mapped[JournalKind] = mapped_column(code_type(JournalKind, "journal_kind"))
    evidence: Mapped[Evidence] = mapped_column(code_type(Evidence, "evidence"))
    words: Mapped[str] = mapped_column(String(200), default="")
    happened_at: Mapped[datetime]
    made_at: Mapped[datetime]


class JournalLine(Base):
    """Debit positive, credit negative; the lines of a journal sum to zero."""

    __tablename__ = "journal_line"
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    account: Mapped[Account] = mapped_column(code_type(Account, "account"), primary_key=True)
    amount_rupiah: Mapped[int]
