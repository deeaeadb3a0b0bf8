"""Who stands where: booths, turns and shops put together for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, func, or_, select

from app.core.reads import Prepared
from app.core.words import _
from app.market.booths import queries as booth_queries
from app.market.booths.models import Booth, BoothDay, BoothDayState, Edition, EditionState, MarketDay, Method, Site, SiteKind, Zone
from app.market.booths.queries import Cell, Day, EditionView, ZoneView
from app.market.booths.rules import Drawing, Phase, Plot, drawing, phase
from app.market.rota import queries as rota_queries
from app.market.rota.models import TurnState
from app.market.rota.queries import Standing, TurnView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Stall:
    """A shop at its booth."""

    code: str
    shop_id: int
    slug: str
    name: str
    goods: str
    person_id: int


@dataclass(frozen=True, slots=True)
class ZoneStalls:
    name: str
    stalls: tuple[Stall, ...]
    city_desks: tuple[str, ...]  # booths of this zone that the city itself uses


@dataclass(frozen=True, slots=True)
class Evening:
    """One market day as everybody sees it."""

    zones: tuple[ZoneStalls, ...]
    plan: Drawing | None
    standing: int
    free: tuple[str, ...]
    offered: tuple[str, ...]
    booths: int
    is_booked: bool  # some zone's booths are booked directly
    is_asked_for: bool  # some zone's booths are asked for


_STANDS = (TurnState.CONFIRMED, TurnState.ATTENDED)


def evening(session: Session, edition: EditionView, day: Day, now: datetime, me_id: int | None = None) -> Evening:
    """Who stands where on a day. Three statements, whatever the number of booths."""
    cells = booth_queries.cells(session, day.id, now)
    zones = booth_queries.zones_of(session, edition.site.id, edition.site.method, cells)
    holders = {view.booth_id: view for view in rota_queries.standing(session, day.id)}
    is_over = day.closes_at <= now
    used = {cell.zone_id for cell in cells if cell.is_bookable}
    methods = {zone.method for zone in zones if zone.id in used}
    return Evening(
        zones=tuple(_zone(zone, cells, holders) for zone in zones),
        plan=drawing(
            [(zone.name, zone.box) for zone in zones], [_plot(cell, holders.get(cell.booth_id), me_id, is_over) for cell in cells]
        ),
        standing=sum(1 for cell in cells if _stands(cell, holders.get(cell.booth_id))),
        free=tuple(cell.code for cell in cells if cell.state is BoothDayState.FREE and cell.is_bookable),
        offered=tuple(cell.code for cell in cells if cell.state is BoothDayState.OFFERED),
        booths=len(cells),
        is_booked=Method.DIRECT in methods,
        is_asked_for=bool(methods - {Method.DIRECT}),
    )


def _stands(cell: Cell, holder: Standing | None) -> bool:
    return cell.state is BoothDayState.HELD and holder is not None and holder.state in _STANDS


def _zone(zone: ZoneView, cells: Sequence[Cell], holders: dict[int, Standing]) -> ZoneStalls:
    own = [cell for cell in cells if cell.zone_id == zone.id]
    stalls = tuple(
        Stall(cell.code, holder.shop_id, holder.slug, holder.name, holder.goods, holder.person_id)
        for cell in own
        if (holder := holders.get(cell.booth_id)) is not None and _stands(cell, holder)
    )
    return ZoneStalls(zone.name, stalls, tuple(cell.code for cell in own if not cell.is_bookable))


def _plot(cell: Cell, holder: Standing | None, me_id: int | None, is_over: bool) -> Plot:
    """One booth on the plan. Who was only offered it is not named."""
    x, y, code, accessible = cell.x, cell.y, cell.code, cell.is_accessible
    if holder is not None and holder.person_id == me_id and cell.state in (BoothDayState.HELD, BoothDayState.OFFERED):
        return Plot(
            x,
            y,
            code,
            "mine",
            _("{code}, giliran Anda", code=code),
            f"#{code.lower()}" if _stands(cell, holder) else "#giliran",
            accessible,
        )
    if holder is not None and _stands(cell, holder):
        return Plot(x, y, code, "", f"{code}, {holder.name}", f"#{code.lower()}", accessible)
    if not cell.is_bookable:
        return Plot(x, y, code, "city", _("{code}, meja layanan kota", code=code), f"#{code.lower()}", accessible)
    if cell.state is BoothDayState.BLOCKED:
        return Plot(x, y, code, "city", "", "", accessible)
    if cell.state is BoothDayState.OFFERED:
        return Plot(
            x, y, code, "held", "" if is_over else _("{code}, sedang ditawarkan", code=code), "" if is_over else "#kosong", accessible
        )
    return Plot(x, y, code, "free", "" if is_over else _("{code}, kosong", code=code), "" if is_over else "#kosong", accessible)


@dataclass(frozen=True, slots=True)
class NextEvening:
    """The next market, for the first page."""

    path: str
    site_name: str
    address: str
    first_day: date
    last_day: date
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    zones: tuple[tuple[str, int], ...]  # zone and how many shops stand there on the next day
    standing: int
    city_desks: int
    free: int
    offered: int
    tickets: tuple[TurnView, ...]


_COMING = (
    select(MarketDay.id)
    .join(Edition, Edition.id == MarketDay.edition_id)
    .join(Site, Site.id == Edition.site_id)
    .where(
        MarketDay.held_on >= bindparam("since"),
        MarketDay.closes_at > bindparam("now"),
        Edition.state.in_((EditionState.OPEN, EditionState.CLOSED)),
        Site.kind == SiteKind.MARKET,
    )
    .order_by(Site.position, Site.id, MarketDay.held_on)
    .limit(1)
    .scalar_subquery()
)
_RAN_OUT = and_(BoothDay.state == BoothDayState.OFFERED, BoothDay.offered_until <= bindparam("now"))
_NEXT = Prepared(
    select(
        Edition.first_day,
        Edition.last_day,
        Edition.state,
        Edition.applications_close_at,
        MarketDay.opens_at,
        MarketDay.closes_at,
        Site.slug,
        Site.name,
        Site.address,
        Zone.name,
        func.sum(case((BoothDay.state == BoothDayState.HELD, 1), else_=0)),
        func.sum(case((or_(BoothDay.state == BoothDayState.FREE, _RAN_OUT), 1), else_=0)),
        func.sum(case((and_(BoothDay.state == BoothDayState.OFFERED, BoothDay.offered_until > bindparam("now")), 1), else_=0)),
        func.sum(case((Booth.is_bookable, 0), else_=1)),
    )
    .select_from(MarketDay)
    .join(Edition, Edition.id == MarketDay.edition_id)
    .join(Site, Site.id == Edition.site_id)
    .join(BoothDay, BoothDay.market_day_id == MarketDay.id)
    .join(Booth, Booth.id == BoothDay.booth_id)
    .join(Zone, Zone.id == Booth.zone_id)
    .where(MarketDay.id == _COMING)
    .group_by(MarketDay.id, Edition.id, Site.id, Zone.id)
    .order_by(Zone.position, Zone.id)
)


def next_evening(session: Session, person_id: int | None, now: datetime) -> NextEvening | None:
    """The next market of the first site, with the member's own tickets. Two statements at most."""
    rows = _NEXT.all(session, now=now, since=(now - timedelta(days=2)).date())  # by the index of days
    if not rows:
        return None
    first = rows[0]
    tickets = rota_queries.turns_ahead(session, person_id, now, most=2) if person_id is not None else []
    return NextEvening(
        path=f"/lapak/edisi/{first.first_day.isoformat()}/{first.slug}",
        site_name=first[7],
        address=first.address,
        first_day=first.first_day,
        last_day=first.last_day,
        phase=phase(first.state, first.applications_close_at, first.opens_at, first.closes_at, now),
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        zones=tuple(sorted(((row[9], int(row[10])) for row in rows if row[10]), key=lambda zone: -zone[1])),
        standing=sum(int(row[10]) for row in rows),
        city_desks=sum(int(row[13]) for row in rows),
        free=sum(int(row[11]) for row in rows),
        offered=sum(int(row[12]) for row in rows),
        tickets=tuple(tickets),
    )
