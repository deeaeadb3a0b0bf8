"""Asking for a container, approving, refusing and ending early. One tenant a unit and month: `booth_month`'s primary key."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, update

from app.accounts.notices.actions import tell
from app.accounts.people.actions import HasLeft, hold_here
from app.accounts.people.models import Person
from app.core import audit, clock, once, pagecache
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.market.booths.models import Booth, Site, SiteKind
from app.market.leases import rules
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.shops.queries import shops_owned_by

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy.orm import Session

    from app.core.access import Actor


class UnitTaken(Refusal):
    words = _l("Kontainer ini sudah disewa pada salah satu bulan itu. Pilih bulan atau kontainer lain.")


class OneContainer(Refusal):
    words = _l("Satu orang, satu kontainer. Anda masih punya sewa atau permohonan yang berjalan.")


class NotForLease(Refusal):
    words = _l("Kontainer ini sedang tidak disewakan. Pilih yang lain.")


class MonthTooFar(Refusal):
    words = _l("Sewa mulai tanggal 1, paling cepat bulan depan dan paling lama setahun lagi. Pilih bulan lain.")


class NeedsShop(Refusal):
    words = _l("Kontainer disewa atas nama toko. Buka toko dulu, gratis dan hanya sebentar.")


class LeaseDecided(Refusal):
    words = _l("Permohonan ini sudah diputuskan. Muat ulang halamannya.")


def apply_for_unit(actor: Actor, booth_id: int, shop_id: int, first_month: date, months: int, use: str, key: str) -> int:
    """Ask to lease a container from the 1st of a month, for 1 to 12 months.

    Raises UnitTaken, OneContainer, NotForLease, MonthTooFar, NeedsShop.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        # The person's row is the queue: two askings at once can't both be the only one.
        here = select(Person.id).where(Person.id == actor.person_id, Person.left_at.is_(None)).with_for_update(key_share=True)
        require(session.scalar(here) is not None, HasLeft())
        mine = shops_owned_by(session, actor.person_id)
        require(bool(mine), NeedsShop())
        require(shop_id in {shop.id for shop in mine})
        unit = session.execute(
            select(Booth.is_bookable, Booth.monthly_rupiah, Booth.deposit_rupiah)
            .join(Site, Site.id == Booth.site_id)
            .where(Booth.id == booth_id, Site.kind == SiteKind.CONTAINERS)
        ).first()
        if unit is None:
            raise NotThere
        require(unit.is_bookable, NotForLease())
        today = clock.day_of(now)
        require(
            first_month in rules.months_from(rules.earliest(today), rules.MONTHS_AHEAD) and 1 <= months <= rules.LONGEST_MONTHS,
            MonthTooFar(),
        )
        require(not _has_one(session, actor.person_id, today), OneContainer())
        wanted = rules.months_from(first_month, months)
        require(not session.scalar(select(func.count()).where(BoothMonth.booth_id == booth_id, BoothMonth.month.in_(wanted))), UnitTaken())
        lease = Lease(
            booth_id=booth_id,
            shop_id=shop_id,
            person_id=actor.person_id,
            first_month=first_month,
            months=months,
            monthly_rupiah=unit.monthly_rupiah,
            deposit_rupiah=unit.deposit_rupiah,
            use=use,
            state=LeaseState.APPLIED,
            made_at=now,
        )
        session.add(lease)
        session.flush()
        once.keep(session, key, actor.person_id, lease.id)
        return lease.id


def _has_one(session: Session, person_id: int, today: date) -> bool:
    own = session.scalars(
        select(Lease).where(Lease.person_id == person_id, Lease.state.in_((LeaseState.APPLIED, LeaseState.RUNNING)))
    ).all()
    return any(
        lease.state is LeaseState.APPLIED or (lease.ended_on or rules.last_day(lease.first_month, lease.months)) >= today for lease in own
    )


def withdraw(actor: Actor, lease_id: int) -> None:
    """Take one's asking back. Raises LeaseDecided."""
    with transaction() as session:
        lease = _locked(session, lease_id)
        require(lease.person_id == actor.person_id)
        if lease.state is LeaseState.WITHDRAWN:
            return
        require(lease.state is LeaseState.APPLIED, LeaseDecided())
        lease.state = LeaseState.WITHDRAWN


def approve(actor: Actor, lease_id: int) -> None:
    """Give the unit for all its months, or for none. Raises UnitTaken, LeaseDecided."""
    now = clock.now()
    with transaction() as session:
        lease = _locked_with_asker(session, lease_id)
        require(lease.state is LeaseState.APPLIED, LeaseDecided())
        take_months(session, lease)
        lease.state, lease.decided_by_id, lease.decided_at = LeaseState.RUNNING, actor.person_id, now
        tell(session, lease.person_id, "lease.approved", _told(session, lease), f"lease:{lease.id}:approved")
        audit.write(session, actor.person_id, "lease.approved", "lease", lease.id, {"booth": lease.booth_id, "months": lease.months})
        pagecache.touch(session, "booths")


def take_months(session: Session, lease: Lease) -> None:
    """Step: one row for each month of the lease. Raises UnitTaken when somebody has one of them."""
    for month in rules.months_from(lease.first_month, lease.months):
        row = BoothMonth(booth_id=lease.booth_id, month=month, lease_id=lease.id)
        add_or_refuse(session, row, unique="pk_booth_month", refusal=UnitTaken())


def refuse(actor: Actor, lease_id: int, reason: str) -> None:
    """Say no with a reason from the list; the asker is told. Raises LeaseDecided."""
    require(reason in rules.REFUSAL_REASONS)
    now = clock.now()
    with transaction() as session:
        lease = _locked_with_asker(session, lease_id)
        require(lease.state is LeaseState.APPLIED, LeaseDecided())
        lease.state, lease.reason, lease.decided_by_id, lease.decided_at = LeaseState.REFUSED, reason, actor.person_id, now
        tell(session, lease.person_id, "lease.refused", {**_told(session, lease), "reason": reason}, f"lease:{lease.id}:refused")
        audit.write(session, actor.person_id, "lease.refused", "lease", lease.id, {"reason": reason})


def end_early(actor: Actor, lease_id: int, last_month: date) -> None:
    """The tenant leaves at the end of a month; the later months are free again. Raises LeaseDecided."""
    now = clock.now()
    with transaction() as session:
        lease = _locked(session, lease_id)
        require(lease.state is LeaseState.RUNNING, LeaseDecided())
        require(rules.month_of(clock.day_of(now)) <= last_month <= rules.months_from(lease.first_month, lease.months)[-1], MonthTooFar())
        session.execute(delete(BoothMonth).where(BoothMonth.lease_id == lease.id, BoothMonth.month > last_month))
        lease.ended_on = rules.next_month(last_month) - timedelta(days=1)
        if lease.first_month > last_month:  # it had not begun
            lease.state = LeaseState.ENDED
        tell(
            session,
            lease.person_id,
            "lease.ended",
            {**_told(session, lease), "ends_on": lease.ended_on.isoformat()},
            f"lease:{lease.id}:ended:{last_month.isoformat()}",
        )
        audit.write(session, actor.person_id, "lease.ended", "lease", lease.id, {"last_month": last_month.isoformat()})
        pagecache.touch(session, "booths")


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: what waits is withdrawn; past leases stay as the city's record of its containers, without words."""
    mine = Lease.person_id == person_id
    session.execute(update(Lease).where(mine, Lease.state == LeaseState.APPLIED).values(state=LeaseState.WITHDRAWN))
    session.execute(update(Lease).where(mine).values(use=""))


def forget(now: datetime) -> None:
    """The worker's chore: askings that came to nothing go after `rules.KEPT`, a batch at a time."""
    with transaction() as session:
        nothing = Lease.state.in_((LeaseState.REFUSED, LeaseState.WITHDRAWN))
        old = select(Lease.id).where(nothing, Lease.made_at < now - rules.KEPT, ~exists().where(BoothMonth.lease_id == Lease.id))
        ids = list(session.scalars(old.order_by(Lease.id).limit(500)))
        session.execute(delete(Lease).where(Lease.id.in_(ids)))


def _locked_with_asker(session: Session, lease_id: int) -> Lease:
    """The person first, then her asking: the order in which leaving takes them too."""
    person_id = session.scalar(select(Lease.person_id).where(Lease.id == lease_id))
    if person_id is None:
        raise NotThere
    hold_here(session, person_id)
    return _locked(session, lease_id)


def _told(session: Session, lease: Lease) -> dict[str, Any]:
    code = session.scalar(select(Booth.code).where(Booth.id == lease.booth_id))
    return {"lease": lease.id, "booth": code, "first_month": lease.first_month.isoformat(), "months": lease.months}


def _locked(session: Session, lease_id: int) -> Lease:
    lease = session.scalar(for_update(select(Lease).where(Lease.id == lease_id)))
    if lease is None:
        raise NotThere
    return lease
