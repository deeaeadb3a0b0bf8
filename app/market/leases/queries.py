"""Reads about container booths and their leases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.core.reads import Prepared
from app.market.booths.models import Booth, BoothKind, Site, SiteKind
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.leases.rules import free_from, last_day, month_of
from app.market.shops.models import Shop

MOST_LEASES = 100


@dataclass(frozen=True, slots=True)
class Unit:
    """One container."""

    id: int
    code: str
    site_name: str
    site_slug: str
    address: str
    is_sample: bool
    kind: BoothKind
    width_cm: int
    depth_cm: int
    power_va: int
    has_gas: bool
    has_water: bool
    is_accessible: bool
    is_bookable: bool
    monthly_rupiah: int
    deposit_rupiah: int
    free_from: date | None  # the 1st of a month; None: not as far as one may ask

    @property
    def is_large(self) -> bool:
        return self.width_cm >= 500


_UNITS = Prepared(
    select(
        Booth.id,
        Booth.code,
        Site.name,
        Site.slug,
        Site.address,
        Site.is_sample,
        Booth.kind,
        Booth.width_cm,
        Booth.depth_cm,
        Booth.power_va,
        Booth.has_gas,
        Booth.has_water,
        Booth.is_accessible,
        Booth.is_bookable,
        Booth.monthly_rupiah,
        Booth.deposit_rupiah,
    )
    .join(Site, Site.id == Booth.site_id)
    .where(Site.kind == SiteKind.CONTAINERS)
    .order_by(Site.position, Site.id, Booth.code)
)
_TAKEN = Prepared(select(BoothMonth.booth_id, BoothMonth.month).where(BoothMonth.month >= bindparam("month")))


def units(session: Session, today: date) -> list[Unit]:
    """Every container with the first month it is free. Two statements."""
    rows = _UNITS.all(session)
    taken: dict[int, set[date]] = {}
    for booth_id, month in _TAKEN.all(session, month=month_of(today)):
        taken.setdefault(booth_id, set()).add(month)
    return [Unit(*(*row, free_from(taken.get(row[0], ()), today))) for row in rows]


@dataclass(frozen=True, slots=True)
class LeaseView:
    """A lease or the asking for one."""

    id: int
    state: LeaseState
    reason: str | None
    booth_id: int
    booth_code: str
    site_name: str
    shop_name: str
    shop_slug: str
    person_id: int
    first_month: date
    months: int
    monthly_rupiah: int
    use: str
    made_at: datetime
    decided_at: datetime | None
    ended_on: date | None
    earlier: int  # leases this person had before

    @property
    def ends_on(self) -> date:
        return self.ended_on or last_day(self.first_month, self.months)


def _leases() -> Select[Any]:
    other = Lease.__table__.alias("other")
    earlier = (
        select(func.count())
        .select_from(other)
        .where(other.c.person_id == Lease.person_id, other.c.id != Lease.id, other.c.state.in_((LeaseState.RUNNING, LeaseState.ENDED)))
        .correlate(Lease)
        .scalar_subquery()
    )
    return (
        select(
            Lease.id,
            Lease.state,
            Lease.reason,
            Booth.id,
            Booth.code,
            Site.name,
            Shop.name,
            Shop.slug,
            Lease.person_id,
            Lease.first_month,
            Lease.months,
            Lease.monthly_rupiah,
            Lease.use,
            Lease.made_at,
            Lease.decided_at,
            Lease.ended_on,
            earlier.label("earlier"),
        )
        .join(Booth, Booth.id == Lease.booth_id)
        .join(Site, Site.id == Booth.site_id)
        .join(Shop, Shop.id == Lease.shop_id)
    )


def leases_of(session: Session, person_id: int) -> list[LeaseView]:
    """A person's leases and askings, latest first. One statement."""
    rows = session.execute(_leases().where(Lease.person_id == person_id).order_by(Lease.id.desc()).limit(MOST_LEASES)).all()
    return [LeaseView(*row) for row in rows]


def lease(session: Session, lease_id: int) -> LeaseView | None:
    row = session.execute(_leases().where(Lease.id == lease_id)).first()
    return LeaseView(*row) if row else None


def waiting(session: Session) -> list[LeaseView]:
    """Askings that wait for an officer: who never leased first, then who asked first. One statement."""
    rows = session.execute(_leases().where(Lease.state == LeaseState.APPLIED).order_by(Lease.made_at, Lease.id).limit(MOST_LEASES)).all()
    return sorted((LeaseView(*row) for row in rows), key=lambda view: (view.earlier > 0, view.made_at, view.id))


def running(session: Session, today: date) -> list[LeaseView]:
    """Leases that run or will. One statement."""
    rows = session.execute(
        _leases().where(Lease.state == LeaseState.RUNNING).order_by(Booth.code, Lease.first_month).limit(MOST_LEASES)
    ).all()
    return [view for view in (LeaseView(*row) for row in rows) if view.ends_on >= today]


def waiting_count(session: Session) -> int:
    """How many askings wait. One statement."""
    return session.scalar(select(func.count()).select_from(Lease).where(Lease.state == LeaseState.APPLIED)) or 0
