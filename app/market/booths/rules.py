"""Arithmetic of editions and plans: phases, reasons, the drawing's shapes. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from app.core.words import Lazy, _l

PLAN_WIDTH = 344  # units of the drawn plan; booths are 38 by 26 of them
BOOTH_WIDTH, BOOTH_HEIGHT = 38, 26
LONGEST_EDITION_DAYS = 7
OFFER_MINUTES = 120  # an answer asked for after the edition's own hour has passed
LEAST_OFFER_MINUTES = 15  # less is no time to see it

CANCEL_REASONS: dict[str, Lazy] = {
    "rain": _l("hujan atau cuaca buruk"),
    "site_closed": _l("tempatnya dipakai atau ditutup"),
    "booth_broken": _l("lapaknya rusak"),
    "rule_broken": _l("aturan pasar dilanggar"),
    "mistake": _l("ada kekeliruan dalam daftar"),
}


class Phase(StrEnum):
    """What an edition is to a reader now; its stored state and the clock together."""

    PLANNED = "planned"
    OPEN = "open"  # applications and bookings are taken
    ARRANGING = "arranging"  # closed for applications, booths are being given
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


def phase(state: str, applications_close_at: datetime, first_opens_at: datetime, last_closes_at: datetime, now: datetime) -> Phase:
    """The phase of an edition in this state at this instant."""
    if state == "cancelled":
        return Phase.CANCELLED
    if state == "finished" or now >= last_closes_at:
        return Phase.FINISHED
    if state == "planned":
        return Phase.PLANNED
    if now >= first_opens_at:
        return Phase.RUNNING
    if state == "open" and now < applications_close_at:
        return Phase.OPEN
    return Phase.ARRANGING


def answer_until(answer_by: datetime, arrive_by: datetime, now: datetime) -> datetime | None:
    """Until when an assigned turn waits for its answer; None when no time is left before the seller must be there."""
    if answer_by - now >= timedelta(minutes=LEAST_OFFER_MINUTES):
        return min(answer_by, arrive_by)
    until = min(now + timedelta(minutes=OFFER_MINUTES), arrive_by)
    return until if until - now >= timedelta(minutes=LEAST_OFFER_MINUTES) else None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the plan."""

    x: int
    y: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        return self.y + self.height


def box_around(corners: Iterable[tuple[int, int]]) -> Box:
    """The box of a zone that has none of its own: round its booths, with room for its name above."""
    points = list(corners)
    if not points:
        return Box(0, 0, 0, 0)
    left, top = min(x for x, _y in points) - 4, min(y for _x, y in points) - 20
    right, bottom = max(x for x, _y in points) + BOOTH_WIDTH + 4, max(y for _x, y in points) + BOOTH_HEIGHT + 6
    return Box(left, top, right - left, bottom - top)


def ways(boxes: Sequence[Box]) -> list[Box]:
    """The walking ways: the bands of at least 20 units that no zone touches."""
    found, reached = [], None
    for box in sorted(boxes, key=lambda box: box.y):
        if reached is not None and box.y - reached >= 20:
            found.append(Box(4, reached + 4, PLAN_WIDTH - 8, box.y - reached - 8))
        reached = box.bottom if reached is None else max(reached, box.bottom)
    return found


class Plot(NamedTuple):
    """One booth as it is drawn: its corner, its look (a class of the plan), where a tap leads and what it is called aloud."""

    x: int
    y: int
    code: str
    look: str  # "", free, held, city, mine
    label: str
    href: str = ""
    is_accessible: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A site's plan, ready to draw."""

    zones: tuple[tuple[str, Box], ...]
    ways: tuple[Box, ...]
    plots: tuple[Plot, ...]
    top: int
    height: int

    @property
    def booths(self) -> Markup:
        """Every booth as SVG: drawn here in one go, since a plan has dozens."""
        return Markup("".join([_drawn(plot) for plot in self.plots]))  # noqa: S704 - what is not ours is escaped


def _drawn(plot: Plot) -> str:
    x, y, code, look, label, href, is_accessible = plot
    shape = (
        f'<rect class="b{f" b--{look}" if look else ""}" x="{x}" y="{y}" width="{BOOTH_WIDTH}" height="{BOOTH_HEIGHT}"/>'
        f'<text x="{x + 19}" y="{y + 17}">{escape(code)}</text>'
    )
    if is_accessible:
        shape += f'<path class="acc" d="M{x + 38} {y}v8l-8-8z"/>'
    return f'<a href="{escape(href)}" aria-label="{escape(label)}">{shape}</a>' if href else shape


def drawing(zones: Sequence[tuple[str, Box]], plots: Sequence[Plot]) -> Drawing | None:
    """The plan of these zones and booths; None where the booths have no place on a plan."""
    if not any(plot.x or plot.y for plot in plots):
        return None
    boxes = [box for _name, box in zones if box.width]
    top = max(min([box.y for box in boxes] + [plot.y for plot in plots]) - 6, 0)
    bottom = max([box.bottom for box in boxes] + [plot.y + BOOTH_HEIGHT for plot in plots]) + 6
    return Drawing(tuple((name, box) for name, box in zones if box.width), tuple(ways(boxes)), tuple(plots), top, bottom - top)
