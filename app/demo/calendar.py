"""Which editions the sample city has, counted from the moment it is loaded: so that some market is always near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.core.clock import WITA
from app.demo.content.booths import SiteSpec

WEEK = timedelta(days=7)
ANSWER_AT = time(12)  # Friday noon: who was assigned has answered
APPLY_UNTIL = time(23, 59)  # Wednesday
LEAST_LEFT = timedelta(hours=3)  # less than this before the answers are due, the offers are all answered


class Phase(StrEnum):
    OVER = "over"
    SETTLED = "settled"  # the answers are in, the market has not ended
    ANSWERING = "answering"  # assigned; some have not answered yet
    APPLYING = "applying"  # nobody is assigned yet


@dataclass(frozen=True, slots=True)
class Days:
    """One edition: its market days and its deadlines (aware instants)."""

    site: SiteSpec
    days: tuple[date, ...]
    phase: Phase
    weeks_away: int  # 0: the first that has not ended, 1: the next, -1: the last one that ended

    @property
    def applications_close_at(self) -> datetime:
        return at(self.days[0] - timedelta(days=(self.days[0].weekday() - 2) % 7), APPLY_UNTIL)

    @property
    def answer_by(self) -> datetime:
        return at(self.days[0] - timedelta(days=1), ANSWER_AT)

    def opens_at(self, day: date) -> datetime:
        return at(day, self.site.opens)

    def closes_at(self, day: date) -> datetime:
        return at(day, self.site.closes)

    def arrive_by(self, day: date) -> datetime:
        return at(day, self.site.check_in_by)


def at(day: date, clock_time: time) -> datetime:
    """That time of that day in Kupang."""
    return datetime.combine(day, clock_time, tzinfo=WITA)


def editions(site: SiteSpec, now: datetime, past: int, ahead: int) -> list[Days]:
    """The last `past` editions that ended and the next `ahead`, oldest first. The running one counts as ahead."""
    today = now.astimezone(WITA).date()
    monday = today - timedelta(days=today.weekday())
    first = [monday + timedelta(days=weekday) for weekday in site.weekdays]
    if at(first[-1], site.closes) <= now:
        first = [day + WEEK for day in first]
    made = []
    is_answering_found = False
    for weeks in range(-past, ahead):
        days = tuple(day + weeks * WEEK for day in first)
        phase = Phase.OVER
        if weeks >= 0:
            still_answering = at(days[0] - timedelta(days=1), ANSWER_AT) - LEAST_LEFT > now
            phase = Phase.SETTLED if not still_answering else Phase.APPLYING if is_answering_found else Phase.ANSWERING
            is_answering_found = is_answering_found or phase is Phase.ANSWERING
        made.append(Days(site, days, phase, weeks))
    return made
