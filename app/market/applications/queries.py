"""Reads about applications: the queue, and where somebody stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from app.market.applications.models import Application, ApplicationState
from app.market.applications.rules import weeks_waited
from app.market.booths.models import Booth, Edition, EditionState, MarketDay, Zone
from app.market.rota.models import LIVE_TURNS, Turn, TurnState
from app.market.shops.models import Shop

MOST_APPLICATIONS = 40


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application with the numbers that order the queue."""

    id: int
    edition_id: int
    state: ApplicationState
    reason: str | None
    shop_id: int
    shop_name: str
    shop_slug: str
    person_id: int
    zone_id: int | None
    zone_name: str | None
    market_day_id: int | None
    wished_on: date | None
    goods: str
    needs_gas: bool
    power_va: int
    document: str
    made_at: datetime
    first_day: date
    last_day: date
    last_stood: date | None
    live_turn_id: int | None
    live_state: TurnState | None
    live_booth: str | None
    live_day: date | None
    others: tuple[tuple[str, date, TurnState], ...] = ()  # further live turns of the same application

    @property
    def weeks(self) -> int | None:
        """Weeks since this shop last stood anywhere; None: never."""
        return weeks_waited(self.last_stood, self.first_day)

    @property
    def waits(self) -> bool:
        """Whether an officer may still decide."""
        return self.state is ApplicationState.SUBMITTED or (self.state is ApplicationState.PLACED and self.live_turn_id is None)


def _applications() -> Select[Any]:
    earlier_turn, earlier_day = aliased(Turn), aliased(MarketDay)
    last_stood = (
        select(func.max(earlier_day.held_on))
        .join(earlier_turn, earlier_turn.market_day_id == earlier_day.id)
        .where(
            earlier_turn.shop_id == Application.shop_id,
            earlier_turn.state.in_((TurnState.CONFIRMED, TurnState.ATTENDED)),
            earlier_day.held_on < Edition.first_day,
        )
        .correlate(Application, Edition)
        .scalar_subquery()
    )
    wished, stands_on = aliased(MarketDay), aliased(MarketDay)
    return (
        select(
            Application.id,
            Application.edition_id,
            Application.state,
            Application.reason,
            Shop.id,
            Shop.name,
            Shop.slug,
            Application.person_id,
            Zone.id,
            Zone.name,
            Application.market_day_id,
            wished.held_on,
            Application.goods,
            Application.needs_gas,
            Application.power_va,
            Application.document,
            Application.made_at,
            Edition.first_day,
            Edition.last_day,
            last_stood.label("last_stood"),
            Turn.id,
            Turn.state,
            Booth.code,
            stands_on.held_on,
        )
        .join(Edition, Edition.id == Application.edition_id)
        .join(Shop, Shop.id == Application.shop_id)
        .outerjoin(Zone, Zone.id == Application.zone_id)
        .outerjoin(wished, wished.id == Application.market_day_id)
        .outerjoin(Turn, and_(Turn.application_id == Application.id, Turn.state.in_(LIVE_TURNS)))
        .outerjoin(Booth, Booth.id == Turn.booth_id)
        .outerjoin(stands_on, stands_on.id == Turn.market_day_id)
    )


def _once_each(rows: Sequence[Row[Any]]) -> list[ApplicationView]:
    """One view an application; the turns beyond its first stand in `others`."""
    found: dict[int, ApplicationView] = {}
    for row in rows:
        view = ApplicationView(*row)
        first = found.get(view.id)
        if first is None:
            found[view.id] = view
        elif view.live_booth is not None and view.live_day is not None and view.live_state is not None:
            found[view.id] = replace(first, others=(*first.others, (view.live_booth, view.live_day, view.live_state)))
    return list(found.values())


def _waiting_order(view: ApplicationView) -> tuple[bool, int, datetime, int]:
    """Who never stood comes first, then who waited longest, then who asked first."""
    return (view.weeks is not None, -(view.weeks or 0), view.made_at, view.id)


def queue(session: Session, edition_id: int) -> list[ApplicationView]:
    """The applications of an edition that were not withdrawn, in the order of the rule. One statement."""
    rows = session.execute(
        _applications().where(Application.edition_id == edition_id, Application.state != ApplicationState.WITHDRAWN)
    ).all()
    return sorted(_once_each(rows), key=_waiting_order)


def application_of(session: Session, edition_id: int, shop_id: int) -> ApplicationView | None:
    """A shop's application for an edition. One statement."""
    row = session.execute(_applications().where(Application.edition_id == edition_id, Application.shop_id == shop_id)).first()
    return ApplicationView(*row) if row else None


def applications_of(session: Session, person_id: int) -> list[ApplicationView]:
    """A person's applications, latest edition first. One statement."""
    rows = session.execute(
        _applications()
        .where(Application.person_id == person_id)
        .order_by(Edition.first_day.desc(), Application.id.desc())
        .limit(MOST_APPLICATIONS)
    ).all()
    return _once_each(rows)


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an application stands among those for its zone."""

    number: int
    of: int
    booths: int  # in that zone, on one day
    last_weeks: int | None  # weeks of the last one that has a booth; None when nobody has or she never stood


def ranks(session: Session, applications: Sequence[ApplicationView]) -> dict[int, Rank]:
    """Application -> its rank in its zone by the rule, for a few applications. Two statements."""
    editions = {view.edition_id for view in applications}
    if not editions:
        return {}
    rows = session.execute(
        _applications().where(Application.edition_id.in_(editions), Application.state != ApplicationState.WITHDRAWN)
    ).all()
    every = sorted(_once_each(rows), key=_waiting_order)
    numbers = dict(
        session.execute(
            select(Booth.zone_id, func.count())
            .where(Booth.is_bookable, Booth.zone_id.in_({v.zone_id for v in applications}))
            .group_by(Booth.zone_id)
        )
        .tuples()
        .all()
    )
    found = {}
    for view in applications:
        peers = [other for other in every if (other.edition_id, other.zone_id) == (view.edition_id, view.zone_id)]
        number = next((n for n, other in enumerate(peers, start=1) if other.id == view.id), None)
        if number is not None:
            placed = [other.weeks for other in peers if other.live_turn_id is not None]
            found[view.id] = Rank(number, len(peers), numbers.get(view.zone_id or 0, 0), placed[-1] if placed else None)
    return found


def waiting_count(session: Session, today: date) -> int:
    """How many applications wait for an officer, for editions that are not over. One statement."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Application)
            .join(Edition, Edition.id == Application.edition_id)
            .where(
                Application.state == ApplicationState.SUBMITTED,
                Edition.last_day >= today,
                Edition.state.in_((EditionState.OPEN, EditionState.CLOSED)),
            )
        )
        or 0
    )


def waiting_by_edition(session: Session, edition_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Edition -> applications that were not withdrawn, and those that wait for an officer. One statement."""
    rows = session.execute(
        select(
            Application.edition_id,
            func.count(),
            func.sum(case((Application.state == ApplicationState.SUBMITTED, 1), else_=0)),
        )
        .where(Application.edition_id.in_(edition_ids), Application.state != ApplicationState.WITHDRAWN)
        .group_by(Application.edition_id)
    ).all()
    return {row[0]: (row[1], int(row[2])) for row in rows}
