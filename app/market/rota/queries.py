"""Reads about turns and applications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.market.booths.models import Booth, Edition, EditionState, MarketDay, Site
from app.market.rota.models import Turn, TurnState

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


def turns_for_pickup(session: Session, shop_ids: Sequence[int], now: datetime) -> list[PickupTurn]:
    """The confirmed turns of these shops that are not over, soonest first. One statement."""
    if not shop_ids:
        return []
    rows = session.execute(
        select(
            Turn.id,
            MarketDay.id,
            MarketDay.held_on,
            MarketDay.opens_at,
            MarketDay.closes_at,
            Booth.code,
            Site.name,
            Turn.shop_id,
            Site.address,
        )
        .join(MarketDay, MarketDay.id == Turn.market_day_id)
        .join(Edition, Edition.id == MarketDay.edition_id)
        .join(Site, Site.id == Edition.site_id)
        .join(Booth, Booth.id == Turn.booth_id)
        .where(
            Turn.shop_id.in_(shop_ids),
            Turn.state.in_(STANDING),
            MarketDay.closes_at > now,
            Edition.state != EditionState.CANCELLED,
        )
        .order_by(MarketDay.opens_at, Turn.id)
        .limit(MOST_PICKUP_TURNS)
    ).all()
    return [PickupTurn(*row) for row in rows]


def plates_this_week(session: Session, shop_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """Shop -> the code of the booth where it stands next within seven days. One statement."""
    if not shop_ids:
        return {}
    rows = session.execute(
        select(Turn.shop_id, Booth.code)
        .join(MarketDay, MarketDay.id == Turn.market_day_id)
        .join(Booth, Booth.id == Turn.booth_id)
        .where(
            Turn.shop_id.in_(shop_ids),
            Turn.state.in_(STANDING),
            MarketDay.closes_at > now,
            MarketDay.opens_at < now + timedelta(days=7),
        )
        .order_by(MarketDay.opens_at.desc(), Turn.id.desc())
    ).all()
    return {row[0]: row[1] for row in rows}  # the soonest comes last and stays
