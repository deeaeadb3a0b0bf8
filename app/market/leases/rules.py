"""Months of a lease and reasons for a no. No database, no clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from app.core.words import Lazy, _l

LONGEST_MONTHS = 12
MONTHS_AHEAD = 12  # how far ahead a lease may begin

KEPT = timedelta(days=730)  # askings that came to nothing, docs/security.md

REFUSAL_REASONS: dict[str, Lazy] = {
    "unit_taken": _l("kontainer itu sudah disewa pada bulan yang diminta"),
    "use_unfit": _l("usahanya tidak cocok untuk kontainer itu"),
    "others_first": _l("ada pemohon yang lebih dulu atau belum pernah menyewa"),
    "paper_missing": _l("surat usaha belum lengkap"),
    "unclear": _l("isian permohonan belum jelas"),
}


def month_of(day: date) -> date:
    """The 1st of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_from(first: date, count: int) -> list[date]:
    """That many months, each by its 1st."""
    found = [month_of(first)]
    while len(found) < count:
        found.append(next_month(found[-1]))
    return found


def last_day(first: date, count: int) -> date:
    """The last day of a lease of that many months."""
    return next_month(months_from(first, count)[-1]) - timedelta(days=1)


def earliest(today: date) -> date:
    """Leases begin on the 1st: today's, if it is one, else the next."""
    return today if today.day == 1 else next_month(month_of(today))


def free_from(taken: Collection[date], today: date) -> date | None:
    """The first month a unit is free in; None when it is taken as far as one may ask."""
    month = earliest(today)
    for _month in range(MONTHS_AHEAD):
        if month not in taken:
            return month
        month = next_month(month)
    return None
