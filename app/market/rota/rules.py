"""Months and limits of booking. No database, no clock."""

from __future__ import annotations

from datetime import date, timedelta

MOST_GOODS_LETTERS = 120  # what stands on the board and the plan
MOST_HOLDS_AN_HOUR = 6  # one person, one day: more would keep booths from others without ever booking


def month_around(day: date) -> tuple[date, date]:
    """The first day of the month, and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
