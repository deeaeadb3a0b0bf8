"""Sites, booths, editions with their market days, applications, turns and leases."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from datetime import date, datetime, timedelta

from app.core.clock import WITA
from app.demo.calendar import Days, Phase, editions
from app.demo.content.booths import CONTAINER_SITES, SABOAK, WEDNESDAY, SiteSpec
from app.demo.people import PLACE_CODES
from app.demo.shops import GROUP, GROUPS
from app.demo.world import ShopRow, TurnRow, World
from app.market.applications.models import Application, ApplicationState
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
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.rota.models import Turn, TurnPerson, TurnState

METHODS = {"groups": Method.GROUPS, "direct": Method.DIRECT}
KINDS = {"tenda": BoothKind.TENT, "meja": BoothKind.TABLE, "gerobak": BoothKind.CART}
MOST_WEDNESDAYS = 2
SELLERS_WEDNESDAY_BOOTH = "M-02"
LEFT_FREE = {"M-12", "N-05", "K-03", "P-04", "J-02"}  # the five that find nobody
LIVE = {TurnState.OFFERED, TurnState.CONFIRMED, TurnState.ATTENDED, TurnState.ABSENT}
# What comes of a past turn, of a hundred.
PAST_TURNS = (*[TurnState.ATTENDED] * 92, *[TurnState.ABSENT] * 3, *[TurnState.GIVEN_BACK] * 5)
SAMPLE_SELLER = "dapur-oesapa"  # has a turn to answer and a booth on Wednesday, whenever one looks


class _Ground:
    """A site's ids by code."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.zones: dict[str, int] = {}
        self.booths: dict[str, int] = {}


def fill(world: World) -> None:
    """Grounds first, then the past and coming editions of both markets, then the container booths."""
    saboak, wednesday = _ground(world, SABOAK, 1), _ground(world, WEDNESDAY, 2)
    containers = [_container_site(world, number) for number in range(len(CONTAINER_SITES))]
    world.rows.flush()
    weekends = editions(SABOAK, world.now, world.size.past_weekends, ahead=3)
    answering = next(edition for edition in weekends if edition.phase is Phase.ANSWERING)
    queue = _Queue(world.shops, answering.weeks_away)
    for edition in weekends:
        _weekend(world, saboak, edition, queue)
        if world.rows.is_full:
            world.rows.flush()
    booked: Counter[tuple[int, int, int]] = Counter()
    wednesdays = editions(WEDNESDAY, world.now, world.size.past_weekends, ahead=2)
    # After the Saturday she is asked about: a booking before it would put her at the end of that queue.
    sellers_day = next(edition.days[0] for edition in wednesdays if edition.days[0] > answering.days[0])
    for edition in wednesdays:
        _direct_day(world, wednesday, edition, booked, sellers_day)
    _leases(world, containers)
    world.rows.flush()


def _ground(world: World, spec: SiteSpec, position: int) -> _Ground:
    ground = _Ground(
        world.rows.add(
            Site,
            slug=spec.slug,
            name=spec.name,
            kind=SiteKind.MARKET,
            method=METHODS[spec.way],
            address=spec.place,
            place_code=PLACE_CODES[spec.home],
            office="Dinas Pariwisata (contoh)",
            about=spec.about,
            most_a_month=MOST_WEDNESDAYS if spec.way == "direct" else None,
            is_sample=True,
            position=position,
        )
    )
    for place, zone in enumerate(spec.zones, start=1):
        x, y, width, height = zone.box
        ground.zones[zone.letter] = world.rows.add(
            Zone, site_id=ground.site_id, code=zone.letter, name=zone.name, position=place, x=x, y=y, width=width, height=height
        )
    for booth in spec.booths:
        ground.booths[booth.code] = world.rows.add(
            Booth,
            site_id=ground.site_id,
            zone_id=ground.zones[booth.zone],
            code=booth.code,
            kind=KINDS[booth.kind],
            width_cm=booth.width_cm,
            depth_cm=booth.depth_cm,
            power_va=booth.power_va,
            has_gas=booth.gas,
            is_accessible=booth.accessible,
            is_bookable=booth.bookable,
            x=booth.x,
            y=booth.y,
        )
    return ground


def _edition(world: World, ground: _Ground, days: Days) -> tuple[int, dict[date, int]]:
    state = EditionState.FINISHED if days.phase is Phase.OVER else EditionState.OPEN
    edition_id = world.rows.add(
        Edition,
        site_id=ground.site_id,
        first_day=days.days[0],
        last_day=days.days[-1],
        state=state,
        applications_close_at=days.applications_close_at,
        answer_by=days.answer_by,
    )
    if state is EditionState.OPEN:
        world.due("edition.over", edition_id, days.closes_at(days.days[-1]))
    day_ids = {
        day: world.rows.add(
            MarketDay,
            edition_id=edition_id,
            held_on=day,
            arrive_by=days.arrive_by(day),
            opens_at=days.opens_at(day),
            closes_at=days.closes_at(day),
        )
        for day in days.days
    }
    return edition_id, day_ids


class _Queue:
    """Whose turn it is. Market days go round three groups, so each group rests one weekend of three; in a zone of its group
    the shop that has waited longest stands first in line."""

    def __init__(self, shops: list[ShopRow], answering: int) -> None:
        self._lines: dict[tuple[int, str], deque[ShopRow]] = defaultdict(deque)
        for shop in shops:
            self._lines[shop.group, shop.zone].append(shop)
        # The first group, with the sample seller, stands on the Saturday that is being answered for.
        self._shift = 2 * answering

    def next(self, weeks_away: int, number: int) -> list[ShopRow]:
        """The shops of one market day: as many as the zones have booths, less those that stay free."""
        group = (2 * weeks_away + number - self._shift) % GROUPS
        chosen: list[ShopRow] = []
        for zone, places in GROUP.items():
            line = self._lines[group, zone]
            for _ in range(min(places, len(line))):
                line.append(line.popleft())
                chosen.append(line[-1])
        return chosen


def _places(shops: list[ShopRow]) -> dict[str, ShopRow]:
    """Who stands where: the usual booth when it is free, else the first free one of the zone."""
    held = {shop.booth: shop for shop in shops if shop.booth}
    for shop in shops:
        if not shop.booth:
            free = [
                booth.code for booth in SABOAK.booths if booth.zone == shop.zone and booth.code not in held and booth.code not in LEFT_FREE
            ]
            if free:
                held[free[0]] = shop
    return held


def _weekend(world: World, ground: _Ground, days: Days, queue: _Queue) -> None:
    """One shop stands on one day; those who are not called go on waiting."""
    edition_id, day_ids = _edition(world, ground, days)
    asked: set[int] = set()
    for number, (day, day_id) in enumerate(day_ids.items()):
        held = {} if days.phase is Phase.APPLYING else _places(queue.next(days.weeks_away, number))
        for booth in SABOAK.booths:
            holder = held.get(booth.code)
            booth_id = ground.booths[booth.code]
            if holder is not None:
                asked.add(holder.shop_id)
                application_id = _apply(world, ground, days, edition_id, holder, ApplicationState.PLACED)
                _turn(world, days, day, day_id, booth_id, booth.code, holder, Method.GROUPS, application_id)
            else:
                state = BoothDayState.FREE if booth.bookable else BoothDayState.BLOCKED
                world.rows.add(BoothDay, market_day_id=day_id, booth_id=booth_id, state=state)
    if days.phase is not Phase.OVER:
        waiting = [shop for shop in world.shops[:2_000] if shop.shop_id not in asked]
        for shop in world.dice.sample(waiting, 12 if days.phase is Phase.APPLYING else 5):
            _apply(world, ground, days, edition_id, shop, ApplicationState.SUBMITTED)


def _apply(world: World, ground: _Ground, days: Days, edition_id: int, shop: ShopRow, state: ApplicationState) -> int:
    is_decided = state is ApplicationState.PLACED
    asked_at = min(
        days.applications_close_at - timedelta(hours=world.dice.randint(6, 60)),
        world.now - timedelta(minutes=world.dice.randint(40, 2_000)),
    )
    return world.rows.add(
        Application,
        edition_id=edition_id,
        shop_id=shop.shop_id,
        person_id=shop.owner_id,
        zone_id=ground.zones[shop.zone],
        goods=shop.sells,
        power_va=200 if shop.zone in "TK" else 450 if shop.zone in "MJ" else 0,
        document=world.dice.choice(("nib", "sku", "sku")),
        state=state,
        decided_by_id=world.people["lapak"] if is_decided else None,
        decided_at=max(asked_at, min(days.applications_close_at + timedelta(hours=10), world.now - timedelta(minutes=30)))
        if is_decided
        else None,
        made_at=asked_at,
    )


def _turn_state(world: World, days: Days, day: date, shop: ShopRow) -> TurnState:
    if days.closes_at(day) <= world.now:
        return world.dice.choice(PAST_TURNS)
    if days.phase is Phase.ANSWERING:
        return TurnState.OFFERED if shop.slug == SAMPLE_SELLER or world.dice.random() < 0.25 else TurnState.CONFIRMED
    return TurnState.CONFIRMED


def _turn(
    world: World,
    days: Days,
    day: date,
    day_id: int,
    booth_id: int,
    booth_code: str,
    shop: ShopRow,
    method: Method,
    application_id: int | None,
) -> TurnState:
    """A turn with what holds it: the booth on that day and the person on that day."""
    state = _turn_state(world, days, day, shop) if method is not Method.DIRECT else _direct_state(world, days, day)
    made_at = min(days.applications_close_at + timedelta(hours=11), world.now - timedelta(minutes=25))
    answered_at = None if state is TurnState.OFFERED else min(days.answer_by - timedelta(hours=2), world.now - timedelta(minutes=10))
    turn_id = world.rows.add(
        Turn,
        market_day_id=day_id,
        booth_id=booth_id,
        shop_id=shop.shop_id,
        person_id=shop.owner_id,
        application_id=application_id,
        method=method,
        goods=shop.sells,
        state=state,
        made_at=made_at,
        answer_by=days.answer_by if application_id else None,
        answered_at=max(answered_at, made_at) if answered_at else None,
        ended_at=days.arrive_by(day) - timedelta(hours=30) if state is TurnState.GIVEN_BACK else None,
    )
    if state in LIVE:
        offered_until = days.answer_by if state is TurnState.OFFERED else None
        booth_state = BoothDayState.OFFERED if state is TurnState.OFFERED else BoothDayState.HELD
        world.rows.add(
            BoothDay,
            market_day_id=day_id,
            booth_id=booth_id,
            state=booth_state,
            shop_id=shop.shop_id,
            turn_id=turn_id,
            offered_until=offered_until,
        )
        world.rows.add(TurnPerson, market_day_id=day_id, person_id=shop.owner_id, turn_id=turn_id)
    else:
        world.rows.add(BoothDay, market_day_id=day_id, booth_id=booth_id, state=BoothDayState.FREE)
    if state is TurnState.OFFERED:
        world.due("turn.due", turn_id, days.answer_by)
        told = {
            "turn": turn_id,
            "day": day.isoformat(),
            "booth": booth_code,
            "site": days.site.name,
            "answer_by": days.answer_by.isoformat(),
            "reason": None,
        }
        world.tell(shop.owner_id, "turn.offered", told, f"turn:{turn_id}:offered", made_at)
    row = TurnRow(turn_id, day_id, shop, days.opens_at(day), days.closes_at(day), state is TurnState.ATTENDED)
    if row.closes_at <= world.now:
        world.turns_past.append(row)
    elif state is TurnState.CONFIRMED:
        world.turns_ahead.append(row)
    return state


def _direct_state(world: World, days: Days, day: date) -> TurnState:
    return TurnState.ATTENDED if days.closes_at(day) <= world.now else TurnState.CONFIRMED


def _direct_day(world: World, ground: _Ground, days: Days, booked: Counter[tuple[int, int, int]], sellers_day: date) -> None:
    """A small market booked directly: some of twelve booths taken, nobody more than twice a month (`booked`: owner, year, month)."""
    _, day_ids = _edition(world, ground, days)
    day, day_id = next(iter(day_ids.items()))
    taken = world.dice.sample(WEDNESDAY.booths, 7 if days.phase is Phase.OVER else 5)
    seller = world.shop(SAMPLE_SELLER)
    used: set[int] = set()
    for booth in WEDNESDAY.booths:
        fitting = [
            shop
            for shop in world.shops[:400]
            if shop.zone == booth.zone
            and shop is not seller
            and shop.owner_id not in used
            and booked[shop.owner_id, day.year, day.month] < MOST_WEDNESDAYS
        ]
        is_sellers = day == sellers_day and booth.code == SELLERS_WEDNESDAY_BOOTH
        if is_sellers or (booth in taken and fitting):
            shop = seller if is_sellers else world.dice.choice(fitting)
            used.add(shop.owner_id)
            booked[shop.owner_id, day.year, day.month] += 1
            _turn(world, days, day, day_id, ground.booths[booth.code], booth.code, shop, Method.DIRECT, None)
        else:
            world.rows.add(BoothDay, market_day_id=day_id, booth_id=ground.booths[booth.code], state=BoothDayState.FREE)


def _container_site(world: World, number: int) -> dict[str, int]:
    spec = CONTAINER_SITES[number]
    site_id = world.rows.add(
        Site,
        slug=f"kontainer-{spec.slug}",
        name=spec.name,
        kind=SiteKind.CONTAINERS,
        method=Method.ASSIGNED,
        address=spec.name,
        place_code=PLACE_CODES[spec.home],
        office="Kantor pengelola (contoh)",
        about="Kontainer UMKM contoh: letak dan jumlahnya rekaan. Sewa Rp0, penyewa membeli token listrik.",
        is_sample=True,
        position=10 + number,
    )
    zone_id = world.rows.add(Zone, site_id=site_id, code="KT", name="Kontainer UMKM", position=1)
    ids = {}
    for place, unit in enumerate(spec.units):
        ids[unit.code] = world.rows.add(
            Booth,
            site_id=site_id,
            zone_id=zone_id,
            code=unit.code,
            kind=BoothKind.CONTAINER,
            width_cm=610 if unit.is_large else 300,
            depth_cm=240,
            power_va=unit.power_va,
            has_water="air" in unit.note,
            is_accessible="rata" in unit.note,
            is_bookable=unit.condition == "siap",
            x=8 + 84 * place,
            y=40,
        )
    return ids


def _leases(world: World, containers: list[dict[str, int]]) -> None:
    """One container is let, one is asked for, one lease has ended."""
    ids = {code: booth_id for site in containers for code, booth_id in site.items()}
    this_month = world.now.astimezone(WITA).date().replace(day=1)
    running = ("kopi-bonipoi", "KT-TN-01", _months_on(this_month, -2), 6, LeaseState.RUNNING, "Kopi seduh dan bubuk, roti dari tetangga")
    asked = ("lontar-sikumana", "KT-LB-01", _months_on(this_month, 1), 3, LeaseState.APPLIED, "Anyaman dan gula lempeng, buka siang")
    ended = ("sambal-airnona", "KT-KL-01", _months_on(this_month, -5), 3, LeaseState.ENDED, "Sambal dan lauk kering")
    for slug, code, first_month, months, state, use in (ended, running, asked):
        shop = world.shop(slug)
        asked_at = world.now - timedelta(days=4) if state is LeaseState.APPLIED else _noon(first_month) - timedelta(days=25)
        is_decided = state is not LeaseState.APPLIED
        lease_id = world.rows.add(
            Lease,
            booth_id=ids[code],
            shop_id=shop.shop_id,
            person_id=shop.owner_id,
            first_month=first_month,
            months=months,
            use=use,
            state=state,
            made_at=asked_at,
            decided_by_id=world.people["lapak"] if is_decided else None,
            decided_at=asked_at + timedelta(days=9) if is_decided else None,
            ended_on=_months_on(first_month, months) - timedelta(days=1) if state is LeaseState.ENDED else None,
        )
        if is_decided:
            for month in range(months):
                world.rows.add(BoothMonth, booth_id=ids[code], month=_months_on(first_month, month), lease_id=lease_id)


def _months_on(month: date, by: int) -> date:
    """The first of the month so many months later."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=WITA)
