"""Numbers, money, days and times in the reader's language; what belongs together does not break across lines."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.dates import format_date

from app.core.clock import WITA
from app.core.words import _, _n, language

if TYPE_CHECKING:
    from flask import Flask

NBSP, JOINER = "\u00a0", "\u2060"


def rupiah(amount: int) -> str:
    """25000 -> Rp25.000 (EYD writes no space); English readers see Rp25,000."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{count(abs(amount))}"


def count(number: int) -> str:
    """1234 -> 1.234 (1,234 in English)."""
    grouped = f"{number:,}"
    return grouped if language() == "en" else grouped.replace(",", ".")


@lru_cache(4096)
def _date(day: date, pattern: str, code: str) -> str:
    return format_date(day, pattern, locale="en_GB" if code == "en" else "id").replace(" ", NBSP)


def _as_day(value: date | datetime) -> date:
    return value.astimezone(WITA).date() if isinstance(value, datetime) else value


def day(value: date | datetime) -> str:
    """Minggu, 22 November 2026."""
    return _date(_as_day(value), "EEEE, d MMMM y", language()).replace(f",{NBSP}", ", ")


def day_short(value: date | datetime) -> str:
    """22 Nov 2026."""
    return _date(_as_day(value), "d MMM y", language())


def day_plain(value: date | datetime) -> str:
    """22 November 2026."""
    return _date(_as_day(value), "d MMMM y", language())


def day_name(value: date | datetime) -> str:
    """Minggu."""
    return _date(_as_day(value), "EEEE", language())


def day_month(value: date | datetime) -> str:
    """22 November."""
    return _date(_as_day(value), "d MMMM", language())


def weekday_month(value: date | datetime) -> str:
    """Minggu, 22 November."""
    return _date(_as_day(value), "EEEE, d MMMM", language()).replace(f",{NBSP}", ", ")


def weekday_brief(value: date | datetime) -> str:
    """Minggu, 22 Nov: for tabs on a narrow phone."""
    return _date(_as_day(value), "EEEE, d MMM", language()).replace(f",{NBSP}", ", ")


def month(value: date | datetime) -> str:
    """November 2026."""
    return _date(_as_day(value), "MMMM y", language())


def days(first: date, last: date) -> str:
    """Sabtu dan Minggu, 28–29 November; one day alone is that day."""
    if first == last:
        return weekday_month(first)
    both = (
        _("{first} dan {last}", first=day_name(first), last=day_name(last))
        if (last - first).days == 1
        else f"{day_name(first)}{JOINER}–{JOINER}{day_name(last)}"
    )
    if (first.year, first.month) == (last.year, last.month):
        return f"{both}, {first.day}{JOINER}–{JOINER}{day_month(last)}"
    return f"{both}, {day_month(first)}{JOINER} – {JOINER}{day_month(last)}"


def _hours(value: datetime) -> str:
    local = value.astimezone(WITA)
    return f"{local.hour:02d}.{local.minute:02d}" if language() == "id" else f"{local.hour:02d}:{local.minute:02d}"


def clock(value: datetime) -> str:
    """17.05 WITA."""
    return f"{_hours(value)}{NBSP}WITA"


def hour(value: datetime) -> str:
    """17.05."""
    return _hours(value)


def clock_range(start: datetime, end: datetime) -> str:
    """16.00–22.00 WITA."""
    return f"{_hours(start)}{JOINER}–{JOINER}{_hours(end)}{NBSP}WITA"


def instant(value: datetime) -> str:
    """22 Nov 2026, 17.05 WITA."""
    return f"{day_short(value)}, {clock(value)}"


def iso(value: date | datetime) -> str:
    """2026-11-22T09:05:00+00:00, for machines: the `datetime` of a `<time>` (HTML allows milliseconds at the most)."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def ago(value: datetime, now: datetime | None = None) -> str:
    """20 menit lalu; beyond a week, the date."""
    from app.core.clock import now as read_clock

    seconds = int(((now or read_clock()) - value).total_seconds())
    if seconds < 60:
        return _("baru saja")
    if seconds < 3600:
        return _n("{n} menit lalu", "{n} menit lalu", seconds // 60)
    if seconds < 86400:
        return _n("{n} jam lalu", "{n} jam lalu", seconds // 3600)
    if seconds < 7 * 86400:
        return _n("{n} hari lalu", "{n} hari lalu", seconds // 86400)
    return day_short(value)


def phone(number: str) -> str:
    """+6281234567890 -> 0812-3456-7890; other countries keep their +."""
    if number.startswith("+62"):
        local = "0" + number[3:]
        return "-".join(part for part in (local[:4], local[4:8], local[8:]) if part)
    return number


def email(address: str) -> str:
    """pasar@xn--… -> the domain in its own letters, where it has some."""
    local, _at, domain = address.rpartition("@")
    try:
        shown = domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        shown = domain
    return f"{local}@{shown}"


FILTERS = {
    f.__name__: f
    for f in (
        rupiah,
        count,
        day,
        day_short,
        day_plain,
        day_name,
        day_month,
        weekday_month,
        weekday_brief,
        month,
        clock,
        hour,
        instant,
        iso,
        ago,
        phone,
        email,
    )
}


def install(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(clock_range=clock_range, days=days)
