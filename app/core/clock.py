"""The one place that reads the time."""

from datetime import date, datetime, timedelta, timezone

# Kupang keeps WITA, UTC+8, all year: no daylight saving, so a fixed offset says it all.
WITA = timezone(timedelta(hours=8), "WITA")


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(timezone.utc)


def today() -> date:
    """The date in Kupang."""
    return now().astimezone(WITA).date()


def day_of(instant: datetime) -> date:
    """The date in Kupang at an instant."""
    return instant.astimezone(WITA).date()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a clock time in Kupang, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WITA).astimezone(timezone.utc)
