"""Numbers, days and times in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from app.core import formats
from app.core.words import spoken

NOW = datetime(2026, 11, 22, 9, 5, tzinfo=timezone.utc)  # 17.05 in Kupang


def plain(text: str) -> str:
    return text.replace(formats.NBSP, " ").replace(formats.JOINER, "")


def test_money_and_counts() -> None:
    assert [formats.rupiah(n) for n in (0, 999, 25_000, -1_500_000, 10**12)] == [
        "Rp0",
        "Rp999",
        "Rp25.000",
        "-Rp1.500.000",
        "Rp1.000.000.000.000",
    ]
    with spoken("en"):
        assert formats.rupiah(25_000) == "Rp25,000"


def test_days_and_times_are_those_of_kupang() -> None:
    assert plain(formats.day(NOW)) == "Minggu, 22 November 2026"
    assert plain(formats.instant(NOW)) == "22 Nov 2026, 17.05 WITA"
    late = datetime(2026, 11, 22, 16, 0, tzinfo=timezone.utc)  # midnight there: the next day
    assert plain(formats.day_short(late)) == "23 Nov 2026"
    assert formats.hour(late) == "00.00"
    assert plain(formats.days(date(2026, 11, 28), date(2026, 11, 29))) == "Sabtu dan Minggu, 28–29 November"
    with spoken("en"):
        assert plain(formats.day(NOW)) == "Sunday, 22 November 2026"
        assert plain(formats.clock(NOW)) == "17:05 WITA"


def test_how_long_ago() -> None:
    spans = [-60, 0, 59, 60, 3599, 3600, 86_399, 86_400, 7 * 86_400]
    assert [plain(formats.ago(NOW - timedelta(seconds=s), NOW)) for s in spans] == [
        "baru saja", "baru saja", "baru saja", "1 menit lalu", "59 menit lalu", "1 jam lalu", "23 jam lalu", "1 hari lalu", "15 Nov 2026",
    ]  # fmt: skip


def test_phones_as_people_write_them() -> None:
    assert [formats.phone(n) for n in ("+6281234567890", "+62811", "+60123456789", "")] == ["0812-3456-7890", "0811", "+60123456789", ""]
