"""Reads about turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.core.reads import Prepared
from app.market.booths.models import Booth, BoothDay, BoothKind, Edition, EditionState, MarketDay, Method, Site, Zone
from app.market.rota.models import LIVE_TURNS, TURN_IS_LIVE, Turn, TurnPerson, TurnState
from app.market.shops.models import Shop

MOST_PICKUP_TURNS = 200  # of all shops in a cart together
STANDING = (TurnState.CONFIRMED, TurnState.ATTENDED)


@dataclass(frozen=True, slots=True)
class PickupTurn:
    """A confirmed turn where goods can be fetched."""

    turn_id: int
    market_day_id: int
    held_on: date
    opens_at: datetime
    closes_at: datetime
    booth_code: str
    site_name: str
    shop_id: int
    address: str


_DAY, _HELD, _TURN, _PLACE = MarketDay.__table__.c, BoothDay.__table__.c, Turn.__table__.c, Booth.__table__.c
_EDITION, _SITE = Edition.__table__.c, Site.__table__.c
# Joined to nothing, so that SQLite does not start at all confirmed turns there ever were: it starts at the shops.
_turn_state = literal_column("turn.state || ''", _TURN.state.type)
_PICKUPS = Prepared(
    select(
        _TURN.id, _DAY.id, _DAY.held_on, _DAY.opens_at, _DAY.closes_at, _PLACE.code, _SITE.name, _TURN.shop_id, _SITE.address
    )
    .select_from(
        Turn.__table__.join(MarketDay.__table__, _DAY.id == _TURN.market_day_id)
        .join(Edition.__table__, _EDITION.id == _DAY.edition_id)
        .join(Site.__table__, _SITE.id == _EDITION.site_id)
        .join(Booth.__table__, _PLACE.id == _TURN.booth_id)
    )
    .where(
        _TURN.shop_id.in_(bindparam("shops", expanding=True)),
        or_(*(_turn_state == state for state in STANDING)),
        _DAY.closes_at > bindparam("now"),
        _EDITION.state != EditionState.CANCELLED,
    )
    .order_by(_DAY.opens_at, _TURN.id)
    .limit(MOST_PICKUP_TURNS)
)  # fmt: skip


def turns_for_pickup(session: Session, shop_ids: Sequence[int], now: datetime) -> list[PickupTurn]:
    """The confirmed turns of these shops that are not over, soonest first. One statement."""
    if not shop_ids:
        return []
    rows = _PICKUPS.all(session, shops=list(shop_ids), now=now)
    return [PickupTurn(*row) for row in rows]


# From the few days of the week to who holds what: the goods list asks this on every page.
_PLATES = Prepared(
    select(_HELD.shop_id, _PLACE.code)
    .select_from(
        MarketDay.__table__.join(BoothDay.__table__, _HELD.market_day_id == _DAY.id)
        .join(Turn.__table__, _TURN.id == _HELD.turn_id)
        .join(Booth.__table__, _PLACE.id == _HELD.booth_id)
    )
    .where(
        _DAY.held_on.between(bindparam("first"), bindparam("last")),
        _DAY.closes_at > bindparam("now"),
        _DAY.opens_at < bindparam("end"),
        # The plus keeps SQLite from starting at the shops, whose turns go back for years.
        literal_column("+booth_day.shop_id", _HELD.shop_id.type).in_(bindparam("shops", expanding=True)),
        or_(*(_TURN.state == state for state in STANDING)),
    )
    .order_by(_DAY.opens_at.desc(), _TURN.id.desc())
)


def plates_this_week(session: Session, shop_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """Shop -> the code of the booth where it stands next within seven days. One statement."""
    if not shop_ids:
        return {}
    end, today = now + timedelta(days=7), now.date()
    span = {"first": today - timedelta(days=1), "last": today + timedelta(days=9)}
    rows = _PLATES.all(session, now=now, end=end, shops=list(shop_ids), **span)
    return {row[0]: row[1] for row in rows}  # the soonest comes last and stays


class Standing(NamedTuple):
    """Who has a booth on a day."""

    booth_id: int
    turn_id: int
    shop_id: int
    slug: str
    name: str
    goods: str
    state: TurnState
    person_id: int
    answer_by: datetime | None


_STANDING = Prepared(
    select(Turn.booth_id, Turn.id, Shop.id, Shop.slug, Shop.name, Turn.goods, Turn.state, Turn.person_id, Turn.answer_by)
    .join(Shop, Shop.id == Turn.shop_id)
    .where(Turn.market_day_id == bindparam("day"), TURN_IS_LIVE)
)


def standing(session: Session, market_day_id: int) -> list[Standing]:
    """Who has a booth on a day, also after it is over. One statement, whatever their number."""
    rows = _STANDING.all(session, day=market_day_id)
    return [Standing._make(row) for row in rows]


@dataclass(frozen=True, slots=True)
class DayTurn:
    """A person's live turn on a day."""

    turn_id: int
    booth_id: int
    shop_id: int
    state: TurnState
    answer_by: datetime | None


def turn_on(session: Session, person_id: int, market_day_id: int) -> DayTurn | None:
    """The live turn of a person on a day. One statement."""
    row = session.execute(
        select(Turn.id, Turn.booth_id, Turn.shop_id, Turn.state, Turn.answer_by)
        .join(TurnPerson, TurnPerson.turn_id == Turn.id)
        .where(TurnPerson.person_id == person_id, TurnPerson.market_day_id == market_day_id)
    ).first()
    return DayTurn(*row) if row else None


def booked_days(session: Session, person_id: int, site_id: int, first: date, until: date) -> list[date]:
    """The days from `first` to before `until` that a person booked directly at a site and kept. One statement."""
    return list(
        session.scalars(
            select(MarketDay.held_on)
            .join(Turn, Turn.market_day_id == MarketDay.id)
            .join(Edition, Edition.id == MarketDay.edition_id)
            .where(
                Turn.person_id == person_id,
                Turn.method == Method.DIRECT,
                Turn.state.in_((TurnState.CONFIRMED, TurnState.ATTENDED, TurnState.ABSENT)),
                Edition.site_id == site_id,
                MarketDay.held_on >= first,
                MarketDay.held_on < until,
            )
            .order_by(MarketDay.held_on)
        )
    )


def holds_let_go(session: Session, person_id: int, market_day_id: int, since: datetime) -> int:
    """How many holds of a day a person let go or let run out since an instant. One statement."""
    ended = select(func.count()).where(
        Turn.person_id == person_id,
        Turn.market_day_id == market_day_id,
        Turn.state.in_((TurnState.RELEASED, TurnState.EXPIRED)),
        Turn.made_at >= since,
    )
    return session.scalar(ended) or 0


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn as its holder sees it."""

    id: int
    state: TurnState
    method: Method
    goods: str
    made_at: datetime
    answer_by: datetime | None
    reason: str | None
    application_id: int | None
    shop_name: str
    booth_code: str
    kind: BoothKind
    width_cm: int
    depth_cm: int
    power_va: int
    zone_name: str
    held_on: date
    arrive_by: datetime
    opens_at: datetime
    closes_at: datetime
    first_day: date
    site_name: str
    site_slug: str
    address: str

    def is_live(self, now: datetime) -> bool:
        """Whether it still stands and is not over; an offer that ran out does not, even before it is swept."""
        if self.closes_at <= now or self.state not in LIVE_TURNS:
            return False
        return self.state not in (TurnState.HELD, TurnState.OFFERED) or (self.answer_by is not None and self.answer_by > now)

    def waits(self, now: datetime) -> bool:
        """Whether it waits for the holder's word."""
        return self.state in (TurnState.HELD, TurnState.OFFERED) and self.is_live(now)


MOST_TURNS = 40


def _turn_views() -> Select[Any]:
    return (
        select(
            Turn.id,
            Turn.state,
            Turn.method,
            Turn.goods,
            Turn.made_at,
            Turn.answer_by,
            Turn.reason,
            Turn.application_id,
            Shop.name,
            Booth.code,
            Booth.kind,
            Booth.width_cm,
            Booth.depth_cm,
            Booth.power_va,
            Zone.name,
            MarketDay.held_on,
            MarketDay.arrive_by,
            MarketDay.opens_at,
            MarketDay.closes_at,
            Edition.first_day,
            Site.name,
            Site.slug,
            Site.address,
        )
        .join(Shop, Shop.id == Turn.shop_id)
        .join(Booth, Booth.id == Turn.booth_id)
        .join(Zone, Zone.id == Booth.zone_id)
        .join(MarketDay, MarketDay.id == Turn.market_day_id)
        .join(Edition, Edition.id == MarketDay.edition_id)
        .join(Site, Site.id == Edition.site_id)
    )


def turns_of(session: Session, person_id: int) -> list[TurnView]:
    """A person's turns, latest day first. One statement."""
    rows = session.execute(
        _turn_views().where(Turn.person_id == person_id).order_by(MarketDay.held_on.desc(), Turn.id.desc()).limit(MOST_TURNS)
    ).all()
    return [TurnView(*row) for row in rows]


_AHEAD = Prepared(
    _turn_views()
    .join(TurnPerson, and_(TurnPerson.turn_id == Turn.id, TurnPerson.market_day_id == MarketDay.id))
    # From the few days ahead to the person, by two indexes: nothing leads from a person to her days.
    .where(TurnPerson.person_id == bindparam("person_id"), MarketDay.held_on >= bindparam("since"), MarketDay.closes_at > bindparam("now"))
    .order_by(MarketDay.held_on)
    .limit(bindparam("most"))
)


def turns_ahead(session: Session, person_id: int, now: datetime, most: int = 4) -> list[TurnView]:
    """A person's live turns that are not over, soonest first. One statement."""
    rows = _AHEAD.all(session, person_id=person_id, now=now, since=(now - timedelta(days=2)).date(), most=most)
    return [view for view in (TurnView(*row) for row in rows) if view.is_live(now)]


class EditionTurn(NamedTuple):
    turn_id: int
    person_id: int
    state: TurnState
    closes_at: datetime


def turns_of_edition(session: Session, edition_id: int) -> list[EditionTurn]:
    """Every turn of an edition's days, in id order, also those that ended before. One statement."""
    rows = session.execute(
        select(Turn.id, Turn.person_id, Turn.state, MarketDay.closes_at)
        .join(MarketDay, MarketDay.id == Turn.market_day_id)
        .where(MarketDay.edition_id == edition_id)
        .order_by(Turn.id)
    )
    return [EditionTurn(*row) for row in rows]


def turn_of(session: Session, person_id: int, turn_id: int) -> TurnView | None:
    """One turn of a person. One statement."""
    row = session.execute(_turn_views().where(Turn.id == turn_id, Turn.person_id == person_id)).first()
    return TurnView(*row) if row else None


def any_turn(session: Session, turn_id: int) -> TurnView | None:
    """One turn, for an officer. One statement."""
    row = session.execute(_turn_views().where(Turn.id == turn_id)).first()
    return TurnView(*row) if row else None
