"""Making editions, and the few steps by which a booth changes hands on a day.

The steps take the caller's session. Each is one conditional UPDATE whose row count is looked at, so that
free + offered + held + blocked is the number of booths on every day, whatever happens at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, or_, select, update

from app.core import audit, clock, once, outbox, pagecache
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal
from app.core.words import _l
from app.market.booths.models import Booth, BoothDay, BoothDayState, Edition, EditionState, MarketDay, Site, SiteKind
from app.market.booths.rules import LONGEST_EDITION_DAYS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.core.access import Actor


class BoothTaken(Refusal):
    """Says nothing of who has it."""

    words = _l("Lapak ini baru saja diambil orang lain. Pilih lapak lain yang masih kosong.")


class HoldOver(Refusal):
    words = _l("Waktu menahan lapak ini sudah habis. Kalau masih kosong, tahan sekali lagi.")


class BoothInUse(Refusal):
    words = _l("Lapak ini sedang dipegang sebuah toko. Batalkan gilirannya dulu, lalu tutup lapaknya.")


class EditionThere(Refusal):
    words = _l("Di tempat ini sudah ada edisi pada hari itu. Pilih hari lain.")


class EditionMoved(Refusal):
    words = _l("Keadaan edisi ini sudah berubah. Muat ulang halamannya.")


# Steps: one booth on one day


def _at(market_day_id: int, booth_id: int) -> ColumnElement[bool]:
    return and_(BoothDay.market_day_id == market_day_id, BoothDay.booth_id == booth_id)


def may_be_taken(now: datetime) -> ColumnElement[bool]:
    """Free, or offered until an instant that has passed."""
    return or_(BoothDay.state == BoothDayState.FREE, and_(BoothDay.state == BoothDayState.OFFERED, BoothDay.offered_until <= now))


def _changed(session: Session, where: ColumnElement[bool], **values: Any) -> bool:
    done = session.execute(update(BoothDay).where(where).values(**values).execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def lock(session: Session, market_day_id: int, booth_ids: list[int]) -> dict[int, int | None]:
    """Lock these booths of a day, in order of id so that nobody waits in a circle; booth -> its turn now."""
    rows = session.execute(
        for_update(
            select(BoothDay.booth_id, BoothDay.turn_id)
            .where(BoothDay.market_day_id == market_day_id, BoothDay.booth_id.in_(booth_ids))
            .order_by(BoothDay.booth_id)
        )
    ).all()
    return {row[0]: row[1] for row in rows}


def offer(session: Session, market_day_id: int, booth_id: int, shop_id: int, until: datetime, now: datetime) -> None:
    """Keep a booth for a shop until an instant. Raises BoothTaken unless it is free or its offer ran out."""
    values = {"state": BoothDayState.OFFERED, "shop_id": shop_id, "turn_id": None, "offered_until": until}
    if not _changed(session, and_(_at(market_day_id, booth_id), may_be_taken(now)), **values):
        raise BoothTaken


def tie(session: Session, market_day_id: int, booth_id: int, turn_id: int) -> None:
    """Write the turn beside the booth that was just offered."""
    if not _changed(session, and_(_at(market_day_id, booth_id), BoothDay.turn_id.is_(None)), turn_id=turn_id):
        raise BoothTaken


def hold(session: Session, market_day_id: int, booth_id: int, turn_id: int, now: datetime) -> None:
    """The offer was accepted in time: the booth is the shop's. Raises HoldOver."""
    mine = and_(_at(market_day_id, booth_id), BoothDay.turn_id == turn_id, BoothDay.state == BoothDayState.OFFERED)
    if not _changed(session, and_(mine, BoothDay.offered_until > now), state=BoothDayState.HELD, offered_until=None):
        raise HoldOver


def let_go(session: Session, market_day_id: int, booth_id: int, turn_id: int) -> bool:
    """The turn ended: its booth is free again. False when the booth is no longer this turn's."""
    mine = and_(_at(market_day_id, booth_id), BoothDay.turn_id == turn_id, BoothDay.state.in_((BoothDayState.OFFERED, BoothDayState.HELD)))
    return _changed(session, mine, state=BoothDayState.FREE, shop_id=None, turn_id=None, offered_until=None)


def block(actor: Actor, market_day_id: int, booth_id: int) -> None:
    """Take a free booth out of a day. Raises BoothInUse."""
    with transaction() as session:
        free = and_(_at(market_day_id, booth_id), BoothDay.state == BoothDayState.FREE)
        if not _changed(session, free, state=BoothDayState.BLOCKED):
            raise BoothInUse
        audit.write(session, actor.person_id, "booth.blocked", "market_day", market_day_id, {"booth": booth_id})
        pagecache.touch(session, "booths")


def unblock(actor: Actor, market_day_id: int, booth_id: int) -> None:
    """Put a booth back into a day."""
    with transaction() as session:
        blocked = and_(_at(market_day_id, booth_id), BoothDay.state == BoothDayState.BLOCKED)
        if not _changed(session, blocked, state=BoothDayState.FREE):
            raise EditionMoved
        audit.write(session, actor.person_id, "booth.unblocked", "market_day", market_day_id, {"booth": booth_id})
        pagecache.touch(session, "booths")


# Editions


@dataclass(frozen=True, slots=True)
class Plan:
    """What an officer asks for: days in Kupang, clock times in Kupang, instants."""

    first_day: date
    last_day: date
    arrive_by: time
    opens_at: time
    closes_at: time
    applications_close_at: datetime
    answer_by: datetime
    name: str = ""

    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


def make_edition(actor: Actor, site_id: int, plan: Plan, key: str) -> int:
    """Plan an edition; booths are laid out when it opens. Raises EditionThere."""
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        edition_id = add_edition(session, site_id, plan)
        audit.write(
            session, actor.person_id, "edition.made", "edition", edition_id, {"site": site_id, "first_day": plan.first_day.isoformat()}
        )
        pagecache.touch(session, "booths")
        once.keep(session, key, actor.person_id, edition_id)
        return edition_id


def add_edition(session: Session, site_id: int, plan: Plan) -> int:
    """Step: the edition and its market days. One day of a site is in one edition only; raises EditionThere."""
    if len(plan.days()) > LONGEST_EDITION_DAYS:
        raise ValueError("An edition is at most a week long.")
    # The site's row is the queue: two officers can't plan overlapping days at once.
    site = session.scalar(for_update(select(Site).where(Site.id == site_id, Site.kind == SiteKind.MARKET)))
    if site is None:
        raise NotThere
    overlaps = select(Edition.id).where(Edition.site_id == site_id, Edition.first_day <= plan.last_day, Edition.last_day >= plan.first_day)
    if session.scalar(overlaps.limit(1)) is not None:
        raise EditionThere
    edition = Edition(
        site_id=site_id,
        first_day=plan.first_day,
        last_day=plan.last_day,
        name=plan.name,
        state=EditionState.PLANNED,
        applications_close_at=plan.applications_close_at,
        answer_by=plan.answer_by,
    )
    add_or_refuse(session, edition, unique="uq_edition_site_first_day", refusal=EditionThere())
    for day in plan.days():
        session.add(MarketDay(edition_id=edition.id, held_on=day, **_hours(plan, day)))
    session.flush()
    return edition.id


def _hours(plan: Plan, day: date) -> dict[str, datetime]:
    return {
        name: clock.at(day, at.hour, at.minute)
        for name, at in (("arrive_by", plan.arrive_by), ("opens_at", plan.opens_at), ("closes_at", plan.closes_at))
    }


def change_edition(actor: Actor, edition_id: int, plan: Plan) -> None:
    """Change hours, closing time, answer time and name; the days stay."""
    with transaction() as session:
        edition = lock_edition(session, edition_id)
        if edition.state in (EditionState.CANCELLED, EditionState.FINISHED):
            raise EditionMoved
        edition.name = plan.name
        edition.applications_close_at = plan.applications_close_at
        edition.answer_by = plan.answer_by
        for day in session.scalars(select(MarketDay).where(MarketDay.edition_id == edition_id)):
            for name, instant in _hours(plan, day.held_on).items():
                setattr(day, name, instant)
        audit.write(session, actor.person_id, "edition.changed", "edition", edition_id)
        pagecache.touch(session, "booths")


def open_edition(actor: Actor, edition_id: int) -> None:
    """Take applications and bookings: lays out the booths of each day when it opens for the first time."""
    with transaction() as session:
        edition = lock_edition(session, edition_id)
        if edition.state not in (EditionState.PLANNED, EditionState.CLOSED):
            raise EditionMoved
        if edition.state is EditionState.PLANNED:
            lay_out(session, edition)
        edition.state = EditionState.OPEN
        audit.write(session, actor.person_id, "edition.opened", "edition", edition_id)
        pagecache.touch(session, "booths")


def lay_out(session: Session, edition: Edition) -> int:
    """Step: one row for each booth on each day of the edition; booths that nobody may book are blocked. Returns how many rows."""
    days = session.execute(select(MarketDay.id, MarketDay.closes_at).where(MarketDay.edition_id == edition.id)).all()
    booths = session.execute(select(Booth.id, Booth.is_bookable).where(Booth.site_id == edition.site_id)).all()
    rows = [
        {"market_day_id": day.id, "booth_id": booth.id, "state": BoothDayState.FREE if booth.is_bookable else BoothDayState.BLOCKED}
        for day in days
        for booth in booths
    ]
    if rows:
        session.execute(insert(BoothDay), rows)
    outbox.put(session, "edition.over", edition.id, due_at=max(day.closes_at for day in days))
    return len(rows)


def close_edition(actor: Actor, edition_id: int) -> None:
    """Take no more applications and bookings: the list stands."""
    with transaction() as session:
        edition = lock_edition(session, edition_id)
        if edition.state is not EditionState.OPEN:
            raise EditionMoved
        edition.state = EditionState.CLOSED
        audit.write(session, actor.person_id, "edition.closed", "edition", edition_id)
        pagecache.touch(session, "booths")


def finish_edition(edition_id: int) -> None:
    """The last day is over. Safe to run twice."""
    now = clock.now()
    with transaction() as session:
        edition = session.scalar(for_update(select(Edition).where(Edition.id == edition_id)))
        if edition is None or edition.state not in (EditionState.OPEN, EditionState.CLOSED):
            return
        closes_at = session.scalar(
            select(MarketDay.closes_at).where(MarketDay.edition_id == edition_id).order_by(MarketDay.closes_at.desc()).limit(1)
        )
        if closes_at is not None and closes_at > now:  # the hours were changed meanwhile
            outbox.put(session, "edition.over", edition_id, due_at=closes_at)
            return
        edition.state = EditionState.FINISHED
        outbox.put(session, "edition.finished", edition_id)
        pagecache.touch(session, "booths")


def lock_edition(session: Session, edition_id: int) -> Edition:
    """Step: the edition's row, locked. Raises NotThere."""
    edition = session.scalar(for_update(select(Edition).where(Edition.id == edition_id)))
    if edition is None:
        raise NotThere
    return edition
