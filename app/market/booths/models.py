"""Sites with zones and named booths; editions with market days; who holds what on which day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class Method(StrEnum):
    """How a booth is given (product.md, decision 4)."""

    DIRECT = "direct"  # pesan langsung
    GROUPS = "groups"  # kelompok A/B/C
    DRAW = "draw"  # undian
    ASSIGNED = "assigned"  # ditunjuk petugas


class SiteKind(StrEnum):
    MARKET = "market"
    CONTAINERS = "containers"


class BoothKind(StrEnum):
    TENT = "tent"
    TABLE = "table"
    CART = "cart"
    CONTAINER = "container"


class EditionState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"  # applications and bookings are taken
    CLOSED = "closed"  # the list stands
    FINISHED = "finished"
    CANCELLED = "cancelled"


class BoothDayState(StrEnum):
    FREE = "free"
    OFFERED = "offered"  # kept for a shop until `offered_until`; then it counts as free
    HELD = "held"
    BLOCKED = "blocked"  # city desk, broken, fire lane


class Site(Base):
    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("slug", name="uq_site_slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[SiteKind] = mapped_column(code_type(SiteKind, "site_kind"))
    method: Mapped[Method] = mapped_column(code_type(Method, "method"))
    address: Mapped[str] = mapped_column(String(160))
    place_code: Mapped[str | None] = mapped_column(String(16))
    office: Mapped[str] = mapped_column(String(120), default="")  # who manages it; data, not code
    about: Mapped[str] = mapped_column(String(500), default="")
    hold_minutes: Mapped[int] = mapped_column(default=15)
    most_a_month: Mapped[int | None]  # market days one person may book directly in a month; None: no limit
    fee_rupiah: Mapped[int] = mapped_column(default=0)
    is_sample: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)


class Zone(Base):
    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("site_id", "code", name="uq_zone_site_code"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(40))
    method: Mapped[Method | None] = mapped_column(code_type(Method, "method"))  # None: the site's
    position: Mapped[int]
    # Its box on the plan, in plan units (344 wide).
    x: Mapped[int] = mapped_column(default=0)
    y: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)


class Booth(Base):
    __tablename__ = "booth"
    __table_args__ = (UniqueConstraint("site_id", "code", name="uq_booth_site_code"), Index("ix_booth_zone", "zone_id"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    code: Mapped[str] = mapped_column(String(12))
    kind: Mapped[BoothKind] = mapped_column(code_type(BoothKind, "booth_kind"))
    width_cm: Mapped[int]
    depth_cm: Mapped[int]
    power_va: Mapped[int] = mapped_column(default=0)
    has_gas: Mapped[bool] = mapped_column(default=False)
    has_water: Mapped[bool] = mapped_column(default=False)
    is_accessible: Mapped[bool] = mapped_column(default=False)
    is_bookable: Mapped[bool] = mapped_column(default=True)
    monthly_rupiah: Mapped[int] = mapped_column(default=0)  # container booths
    deposit_rupiah: Mapped[int] = mapped_column(default=0)
    x: Mapped[int] = mapped_column(default=0)
    y: Mapped[int] = mapped_column(default=0)


class Edition(Base):
    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("site_id", "first_day", name="uq_edition_site_first_day"),
        Index("ix_edition_first_day", "first_day"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    name: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[EditionState] = mapped_column(code_type(EditionState, "edition_state"))
    applications_close_at: Mapped[datetime]
    answer_by: Mapped[datetime]  # who was assigned answers before this
    cancel_reason: Mapped[str | None] = mapped_column(String(32))  # rules.CANCEL_REASONS


class MarketDay(Base):
    __tablename__ = "market_day"
    __table_args__ = (
        UniqueConstraint("edition_id", "held_on", name="uq_market_day_edition_held_on"),
        Index("ix_market_day_held_on", "held_on"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    held_on: Mapped[date]
    arrive_by: Mapped[datetime]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class BoothDay(Base):
    """One booth on one market day. Made when an edition opens; changed by conditional UPDATE, never inserted twice."""

    __tablename__ = "booth_day"
    __table_args__ = (
        CheckConstraint("(state IN ('held', 'offered')) = (shop_id IS NOT NULL)", name="holder"),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offer"),
        Index("ix_booth_day_shop", "shop_id"),
        Index("ix_booth_day_booth", "booth_id"),
    )
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"), primary_key=True)
    state: Mapped[BoothDayState] = mapped_column(code_type(BoothDayState, "booth_day_state"), default=BoothDayState.FREE)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"))
    offered_until: Mapped[datetime | None]
