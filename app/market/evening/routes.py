"""The public pages of the market: overview, an edition, and a member's own turns."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from app.core import clock
from app.core.access import actor, public, signed_in, visitor_or_actor
from app.core.db import reading
from app.core.pagecache import cached
from app.core.web import arg_text, page, see_other
from app.market.applications import queries as application_queries
from app.market.applications.models import ApplicationState
from app.market.applications.rules import REFUSAL_REASONS
from app.market.booths import queries as booth_queries
from app.market.booths.models import Method
from app.market.booths.rules import CANCEL_REASONS, Phase
from app.market.evening import queries
from app.market.leases import queries as lease_queries
from app.market.leases.rules import REFUSAL_REASONS as LEASE_REASONS
from app.market.rota import queries as rota_queries

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("evening", __name__)

MOST_COMING = 6
MOST_PAST = 6


@bp.route("/lapak")
@public
@cached("booths")
def overview() -> ResponseReturnValue:
    """The markets ahead, how booths are given, containers."""
    now = clock.now()
    today = clock.day_of(now)
    me = visitor_or_actor()
    with reading() as session:
        coming = [edition for edition in booth_queries.coming(session, today, MOST_COMING) if edition.phase(now) is not Phase.FINISHED]
        past = booth_queries.past(session, today, MOST_PAST)
        totals = booth_queries.totals(session, [day.id for edition in coming for day in edition.days], now)
        units = lease_queries.units(session, today)
        tickets = rota_queries.turns_ahead(session, me.person_id, now) if me else []
    return page(
        "market/evening/overview.html",
        coming=coming,
        past=past,
        totals=totals,
        tickets=tickets,
        now=now,
        units=len(units),
        units_free=sum(1 for unit in units if unit.is_bookable and unit.free_from),
    )


@bp.route("/lapak/edisi/<day:first_day>")
@bp.route("/lapak/edisi/<day:first_day>/<slug:site>")
@public
@cached("booths", "goods")
def edition(first_day: date, site: str | None = None) -> ResponseReturnValue:
    """One edition: the plan, and who stands where on a day of it."""
    now = clock.now()
    me = visitor_or_actor()
    with reading() as session:
        found = booth_queries.edition_on_or_refuse(session, first_day, site)
        if found.first_day != first_day:  # a later day of the edition
            return see_other(f"{found.path}?hari={first_day.isoformat()}")
        asked = arg_text("hari")
        day = found.day(next((d.held_on for d in found.days if d.held_on.isoformat() == asked), None), now)
        shown = queries.evening(session, found, day, now, me.person_id if me else None)
        tickets = [turn for turn in rota_queries.turns_ahead(session, me.person_id, now) if turn.first_day == found.first_day] if me else []
    words = arg_text("q", 60)
    return page(
        "market/evening/edition.html",
        edition=found,
        day=day,
        phase=found.phase(now),
        evening=shown,
        zones=_matching(shown.zones, words),
        q=words,
        tickets=[turn for turn in tickets if turn.site_slug == found.site.slug],
        now=now,
        is_over=day.closes_at <= now,
        reasons=CANCEL_REASONS,
    )


def _matching(zones: tuple[queries.ZoneStalls, ...], words: str) -> list[queries.ZoneStalls]:
    """Only the stalls whose code, shop or goods hold every word; all of them when nothing is asked."""
    asked = words.casefold().split()
    if not asked:
        return [zone for zone in zones if zone.stalls or zone.city_desks]
    found = []
    for zone in zones:
        stalls = tuple(s for s in zone.stalls if all(word in f"{s.code} {s.name} {s.goods} {zone.name}".casefold() for word in asked))
        if stalls:
            found.append(queries.ZoneStalls(zone.name, stalls, ()))
    return found


@bp.route("/lapak/giliran")
@signed_in
def my_turns() -> ResponseReturnValue:
    """What waits for the member's answer first, then what comes, why, and what was."""
    now = clock.now()
    me = actor()
    today = clock.day_of(now)
    with reading() as session:
        turns = rota_queries.turns_of(session, me.person_id)
        applications = application_queries.applications_of(session, me.person_id)
        current = [view for view in applications if view.last_day >= today and view.state is not ApplicationState.WITHDRAWN]
        ranks = application_queries.ranks(session, current)
        leases = lease_queries.leases_of(session, me.person_id)
        coming = booth_queries.coming(session, today, MOST_COMING)
    live = sorted((turn for turn in turns if turn.is_live(now)), key=lambda turn: turn.held_on)
    return page(
        "market/evening/my_turns.html",
        waiting=[turn for turn in live if turn.waits(now)],
        standing=[turn for turn in live if not turn.waits(now)],
        history=[turn for turn in turns if not turn.is_live(now)],
        by_turn={view.id: (view, ranks.get(view.id)) for view in current},
        asked=[(view, ranks.get(view.id)) for view in current if view.waits or view.state is ApplicationState.REFUSED],
        leases=leases,
        now=now,
        today=today,
        **_open_editions([edition for edition in coming if edition.id not in {view.edition_id for view in current}], now),
        cancel_reasons=CANCEL_REASONS,
        refusal_reasons=REFUSAL_REASONS,
        lease_reasons=LEASE_REASONS,
    )


def _open_editions(coming: list[booth_queries.EditionView], now: datetime) -> dict[str, Any]:
    """The next edition one may apply for, and the next one that is booked directly."""
    taking = [edition for edition in coming if edition.phase(now) is Phase.OPEN]
    return {
        "direct": next((edition for edition in taking if edition.site.method is Method.DIRECT), None),
        "next_open": next((edition for edition in taking if edition.site.method is not Method.DIRECT), None),
    }
