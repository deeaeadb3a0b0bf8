"""Container booths by the month."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class LeaseState(StrEnum):
    APPLIED = "applied"
    RUNNING = "running"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Lease(Base):
    __tablename__ = "lease"
    __table_args__ = (
        CheckConstraint("months >= 1 AND months <= 12", name="months"),
        Index("ix_lease_booth", "booth_id", "state"),
        Index("ix_lease_shop", "shop_id"),
        Index("ix_lease_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_month: Mapped[date]  # the 1st
    months: Mapped[int]
    monthly_rupiah: Mapped[int] = mapped_column(default=0)
    deposit_rupiah: Mapped[int] = mapped_column(default=0)
    use: Mapped[str] = mapped_column(String(160))
    state: Mapped[LeaseState] = mapped_column(code_type(LeaseState, "lease_state"))
    reason: Mapped[str | None] = mapped_column(String(32))
    made_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]


class BoothMonth(Base):
    """One container in one month: the primary key says that it has one tenant. Early return deletes the later months."""

    __tablename__ = "booth_month"
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # the 1st
    lease_id: Mapped[int] = mapped_column(ForeignKey("lease.id"), index=True)
