"""Applications: a shop asks for a booth of an edition."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class ApplicationState(StrEnum):
    SUBMITTED = "submitted"
    PLACED = "placed"  # a booth was assigned
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Application(Base):
    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("edition_id", "shop_id", name="uq_application_edition_shop"),
        Index("ix_application_edition", "edition_id", "state", "id"),
        Index("ix_application_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"))
    market_day_id: Mapped[int | None] = mapped_column(ForeignKey("market_day.id"))  # the day wished for; None: either
    goods: Mapped[str] = mapped_column(String(120))
    needs_gas: Mapped[bool] = mapped_column(default=False)
    power_va: Mapped[int] = mapped_column(default=0)
    document: Mapped[str] = mapped_column(String(8))  # nib, sku, none
    state: Mapped[ApplicationState] = mapped_column(code_type(ApplicationState, "application_state"))
    reason: Mapped[str | None] = mapped_column(String(32))  # rules.REFUSAL_REASONS
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
