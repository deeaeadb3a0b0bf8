"""Reads about sites, editions and who holds what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.core.reads import Prepared
from app.core.refusals import NotThere
from app.market.booths.models import (
    Booth,
    BoothDay,
    BoothDayState,
    BoothKind,
    Edition,
    EditionState,
    MarketDay,
    Method,
    Site,
    SiteKind,
    Zone,
)
from app.market.booths.rules import LONGEST_EDITION_DAYS, Box, Phase, box_around, phase

MOST_EDITIONS = 12
_FREE: dict[str, Any] = {"state": BoothDayState.FREE, "shop_id": None, "turn_id": None, "offered_until": None}


@dataclass(frozen=True, slots=True)
class SiteView:
    id: int
    slug: str
    name: str
    kind: SiteKind
    method: Method
    address: str
    about: str
    hold_minutes: int
    most_a_month: int | None
    fee_rupiah: int


@dataclass(frozen=True, slots=True)
class Day:
    """One market day of an edition."""

    id: int
    held_on: date
    arrive_by: datetime
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition with its site and days."""

    id: int
    first_day: date
    last_day: date
    name: str
    state: EditionState
    applications_close_at: datetime
    answer_by: datetime
    cancel_reason: str | None
    site: SiteView
    days: tuple[Day, ...]

    def phase(self, now: datetime) -> Phase:
        return phase(self.state, self.applications_close_at, self.days[0].opens_at, self.days[-1].closes_at, now)

    @property
    def path(self) -> str:
        return f"/lapak/edisi/{self.first_day.isoformat()}/{self.site.slug}"

    def day(self, held_on: date | None, now: datetime) -> Day:
        """The day asked for; else the first that is not over; else the first."""
        return next((d for d in self.days if d.held_on == held_on), next((d for d in self.days if d.closes_at > now), self.days[0]))


@dataclass(frozen=True, slots=True)
class ZoneView:
    id: int
    code: str
    name: str
    method: Method  # its own, or the site's
    box: Box


class Cell(NamedTuple):
    """One booth on one day. An offer that ran out counts as free."""

    booth_id: int
    code: str
    zone_id: int
    kind: BoothKind
    width_cm: int
    depth_cm: int
    power_va: int
    has_gas: bool
    has_water: bool
    is_accessible: bool
    is_bookable: bool
    x: int
    y: int
    state: BoothDayState
    shop_id: int | None
    turn_id: int | None
    offered_until: datetime | None


_SITE = (
    Site.id,
    Site.slug,
    Site.name,
    Site.kind,
    Site.method,
    Site.address,
    Site.about,
    Site.hold_minutes,
    Site.most_a_month,
    Site.fee_rupiah,
)
_DAY = (MarketDay.id, MarketDay.held_on, MarketDay.arrive_by, MarketDay.opens_at, MarketDay.closes_at)
_EDITION = (
    Edition.id,
    Edition.first_day,
    Edition.last_day,
    Edition.name,
    Edition.state,
    Edition.applications_close_at,
    Edition.answer_by,
    Edition.cancel_reason,
)


def _editions() -> Select[Any]:
    return (
        select(*_EDITION, *_SITE, *_DAY)
        .join(Site, Site.id == Edition.site_id)
        .join(MarketDay, MarketDay.edition_id == Edition.id)
        .order_by(Edition.first_day, Site.position, Site.id, MarketDay.held_on)
    )


# Statements of the pages read most are prepared: rows of columns need nothing of the ORM.
_AROUND = _editions().where(Edition.first_day <= bindparam("day"), Edition.last_day >= bindparam("day"))
_ON_DAY = Prepared(_AROUND)
_ON_DAY_AT = Prepared(_AROUND.where(Site.slug == bindparam("slug")))
_COMING = Prepared(
    _editions().where(
        Edition.id.in_(
            select(Edition.id)
            .where(Edition.first_day >= bindparam("since"), Edition.last_day >= bindparam("today"))
            .order_by(Edition.first_day, Edition.id)
            .limit(bindparam("most"))
        )
    )
)
_PAST = Prepared(
    _editions().where(
        Edition.id.in_(
            select(Edition.id)
            .where(Edition.last_day < bindparam("today"))
            .order_by(Edition.first_day.desc(), Edition.id.desc())
            .limit(bindparam("most"))
        )
    )
)


def _gather(rows: Sequence[Row[Any]]) -> list[EditionView]:
    """Rows of edition, site and day, put together; the order of the rows stays."""
    days: dict[int, list[Day]] = {}
    heads: dict[int, Row[Any]] = {}
    for row in rows:
        heads.setdefault(row[0], row)
        days.setdefault(row[0], []).append(Day(*row[18:]))
    found = []
    for key, row in heads.items():
        edition_id, first_day, last_day, name, state, close_at, answer_by, reason = row[:8]
        site = SiteView(*row[8:18])
        found.append(EditionView(edition_id, first_day, last_day, name, state, close_at, answer_by, reason, site, tuple(days[key])))
    return found


def edition(session: Session, edition_id: int) -> EditionView | None:
    """One edition by its id. One statement."""
    found = _gather(session.execute(_editions().where(Edition.id == edition_id)).all())
    return found[0] if found else None


def edition_on(session: Session, day: date, site_slug: str | None) -> EditionView | None:
    """The edition that has this day, at this site or else at the first one. One statement."""
    if site_slug is None:
        rows = _ON_DAY.all(session, day=day)
    else:
        rows = _ON_DAY_AT.all(session, day=day, slug=site_slug)
    found = _gather(rows)
    return min(found, key=lambda edition: edition.first_day != day, default=None)


def edition_or_refuse(session: Session, edition_id: int) -> EditionView:
    """One edition by its id. Raises NotThere. One statement."""
    found = edition(session, edition_id)
    if found is None:
        raise NotThere
    return found


def edition_on_or_refuse(session: Session, day: date, site_slug: str | None) -> EditionView:
    """The edition that has this day. Raises NotThere. One statement."""
    found = edition_on(session, day, site_slug)
    if found is None:
        raise NotThere
    return found


def coming(session: Session, today: date, most: int = MOST_EDITIONS) -> list[EditionView]:
    """Editions that are not over by the calendar, soonest first. One statement."""
    since = today - timedelta(days=LONGEST_EDITION_DAYS)  # where the index of first days begins
    return _gather(_COMING.all(session, today=today, since=since, most=most))


def past(session: Session, today: date, most: int = MOST_EDITIONS) -> list[EditionView]:
    """Editions that are over, latest first. One statement."""
    return _gather(_PAST.all(session, today=today, most=most))[::-1]


def market_sites(session: Session) -> list[SiteView]:
    """The sites where markets are held. One statement."""
    rows = session.execute(select(*_SITE).where(Site.kind == SiteKind.MARKET).order_by(Site.position, Site.id)).all()
    return [SiteView(*row) for row in rows]


_ZONES = Prepared(
    select(Zone.id, Zone.code, Zone.name, Zone.method, Zone.x, Zone.y, Zone.width, Zone.height)
    .where(Zone.site_id == bindparam("site_id"))
    .order_by(Zone.position, Zone.id)
)


def zones_of(session: Session, site_id: int, method: Method, cells: Sequence[Cell] = ()) -> list[ZoneView]:
    """The zones of a site in order; one without a box on the plan gets one round its booths. One statement."""
    rows = _ZONES.all(session, site_id=site_id)
    return [
        ZoneView(
            row.id,
            row.code,
            row.name,
            row.method or method,
            Box(row.x, row.y, row.width, row.height) if row.width else box_around((c.x, c.y) for c in cells if c.zone_id == row.id),
        )
        for row in rows
    ]


_CELLS = Prepared(
    select(
        Booth.id,
        Booth.code,
        Booth.zone_id,
        Booth.kind,
        Booth.width_cm,
        Booth.depth_cm,
        Booth.power_va,
        Booth.has_gas,
        Booth.has_water,
        Booth.is_accessible,
        Booth.is_bookable,
        Booth.x,
        Booth.y,
        BoothDay.state,
        BoothDay.shop_id,
        BoothDay.turn_id,
        BoothDay.offered_until,
    )
    .join(BoothDay, BoothDay.booth_id == Booth.id)
    .where(BoothDay.market_day_id == bindparam("day"))
    .order_by(Booth.code)
)


def cells(session: Session, market_day_id: int, now: datetime) -> list[Cell]:
    """Every booth of a market day, in order of code. One statement, whatever their number."""
    rows = _CELLS.all(session, day=market_day_id)
    cells = [Cell._make(row) for row in rows]
    return [cell if cell.offered_until is None or cell.offered_until > now else cell._replace(**_FREE) for cell in cells]


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """How many booths of a zone are in which state on a day."""

    market_day_id: int
    zone_id: int
    zone_name: str
    standing: int
    free: int
    offered: int
    blocked: int


def _total(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((or_(*where), 1), else_=0)), 0)


_RAN_OUT = and_(BoothDay.state == BoothDayState.OFFERED, BoothDay.offered_until <= bindparam("now"))
_COUNTS = Prepared(
    select(
        BoothDay.market_day_id,
        Zone.id,
        Zone.name,
        _total(BoothDay.state == BoothDayState.HELD),
        _total(BoothDay.state == BoothDayState.FREE, _RAN_OUT),
        _total(and_(BoothDay.state == BoothDayState.OFFERED, BoothDay.offered_until > bindparam("now"))),
        _total(BoothDay.state == BoothDayState.BLOCKED),
    )
    .join(Booth, Booth.id == BoothDay.booth_id)
    .join(Zone, Zone.id == Booth.zone_id)
    .where(BoothDay.market_day_id.in_(bindparam("days", expanding=True)))
    .group_by(BoothDay.market_day_id, Zone.id, Zone.name, Zone.position)
    .order_by(BoothDay.market_day_id, Zone.position, Zone.id)
)


_TOTALS = Prepared(
    select(
        BoothDay.market_day_id,
        _total(BoothDay.state == BoothDayState.HELD),
        _total(BoothDay.state == BoothDayState.FREE, _RAN_OUT),
    )
    .where(BoothDay.market_day_id.in_(bindparam("days", expanding=True)))
    .group_by(BoothDay.market_day_id)
)


def totals(session: Session, market_day_ids: Sequence[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Market day -> booths that somebody holds, booths that are free. One statement."""
    if not market_day_ids:
        return {}
    return {day: (int(held), int(free)) for day, held, free in _TOTALS.all(session, days=list(market_day_ids), now=now)}


def counts(session: Session, market_day_ids: Sequence[int], now: datetime) -> list[ZoneCount]:
    """Booths by day and zone, in the zones' order. One statement."""
    rows = _COUNTS.all(session, days=list(market_day_ids), now=now) if market_day_ids else []
    return [ZoneCount(row[0], row[1], row[2], *(int(number) for number in row[3:])) for row in rows]


@dataclass(frozen=True, slots=True)
class Place:
    """A booth on a day, with all that decides whether somebody may have it."""

    market_day_id: int
    booth_id: int
    code: str
    edition_id: int
    edition_state: EditionState
    applications_close_at: datetime
    answer_by: datetime
    held_on: date
    arrive_by: datetime
    opens_at: datetime
    site_id: int
    hold_minutes: int
    most_a_month: int | None
    method: Method
    is_bookable: bool
    has_gas: bool
    power_va: int


def place(session: Session, market_day_id: int, booth: int | str) -> Place | None:
    """A booth, by id or code, on a day for which booths are laid out. One statement."""
    row = session.execute(
        select(
            MarketDay.id,
            Booth.id,
            Booth.code,
            Edition.id,
            Edition.state,
            Edition.applications_close_at,
            Edition.answer_by,
            MarketDay.held_on,
            MarketDay.arrive_by,
            MarketDay.opens_at,
            Site.id,
            Site.hold_minutes,
            Site.most_a_month,
            func.coalesce(Zone.method, Site.method, type_=Site.method.type),
            Booth.is_bookable,
            Booth.has_gas,
            Booth.power_va,
        )
        .select_from(BoothDay)
        .join(MarketDay, MarketDay.id == BoothDay.market_day_id)
        .join(Edition, Edition.id == MarketDay.edition_id)
        .join(Site, Site.id == Edition.site_id)
        .join(Booth, Booth.id == BoothDay.booth_id)
        .join(Zone, Zone.id == Booth.zone_id)
        .where(MarketDay.id == market_day_id, Booth.id == booth if isinstance(booth, int) else Booth.code == booth)
    ).first()
    return Place(*row) if row else None


def public_editions(session: Session) -> list[tuple[date, str]]:
    """First day and site of every edition that people may look at. One statement."""
    rows = session.execute(
        select(Edition.first_day, Site.slug).join(Site, Site.id == Edition.site_id).where(Edition.state != EditionState.PLANNED)
    ).all()
    return [(row[0], row[1]) for row in rows]
