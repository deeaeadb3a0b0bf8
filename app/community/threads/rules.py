"""Pages, cursors, addresses and pseudonyms of the community. No database, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta, timezone

THREADS_A_PAGE = 30
POSTS_A_PAGE = 20
SAID_SHOWN = 10  # on a member's page
SAID_LETTERS = 140  # of each post there
MOST_TITLE = 150  # thread.title
LEAST_TITLE = 5  # "Tanya" says nothing, but "KTP?!" may be all somebody dares to write
MOST_BODY = 10_000  # five pages of paper; core.markdown reads twice that
CALM_SLUG = "obrolan"  # a calm room's titles stay out of addresses: histories of shared phones show them

# Garden, sea and loom of Timor: nobody's name, no judgement, no place one could come from.
PSEUDONYMS = (
    "Daun Kelor", "Daun Sirih", "Daun Lontar", "Daun Kemangi", "Daun Pandan", "Bunga Sepe", "Bunga Turi", "Bunga Kapas", "Bunga Kecubung",
    "Bunga Asam", "Pohon Lontar", "Pohon Asam", "Pohon Kesambi", "Pohon Cendana", "Pohon Gewang", "Kapas Putih", "Benang Tarum", "Benang Kunyit",
    "Benang Mengkudu", "Benang Putih", "Anyaman Lontar", "Anyaman Pandan", "Kain Tarum", "Kain Kapas", "Ikat Kecil", "Batu Karang", "Batu Kali",
    "Angin Pantai", "Angin Sore", "Ombak Kecil", "Pasir Putih", "Kulit Kerang", "Bulan Sabit", "Bintang Pagi", "Embun Pagi", "Hujan Sore",
    "Air Kelapa", "Gula Lontar", "Jagung Titi", "Kacang Hijau", "Ubi Ungu", "Madu Hutan", "Jeruk Kecil", "Pinang Muda", "Lumbung Kecil",
)  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_CURSOR = re.compile(r"(\d{1,17})-([1-9]\d{0,17})", re.ASCII)


def cursor(instant: datetime, row_id: int) -> str:
    """A place in a list ordered by (instant, id), for a query argument."""
    return f"{(instant - _EPOCH) // timedelta(microseconds=1)}-{row_id}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The place a cursor names; None when it names none."""
    found = _CURSOR.fullmatch(text)
    if not found:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
    except OverflowError:
        return None


def page_of(position: int) -> int:
    """The page of a thread on which a post stands, from 1."""
    return (position - 1) // POSTS_A_PAGE + 1


def positions_of(page: int) -> tuple[int, int]:
    """First and last position of a page, both included."""
    return (page - 1) * POSTS_A_PAGE + 1, page * POSTS_A_PAGE


def post_address(thread_address: str, position: int) -> str:
    """Where a post stands, anchor included."""
    page = page_of(position)
    return f"{thread_address}?hal={page}#p{position}" if page > 1 else f"{thread_address}#p{position}"


def pseudonym(seal: str, taken: Collection[str]) -> str:
    """A friendly name for a sealed writer (32 hex digits) that nobody else in the thread has; the same seal asks in the same order."""
    start = int(seal, 16)
    for turn in range(len(PSEUDONYMS) * 990):
        words, number = PSEUDONYMS[(start + turn) % len(PSEUDONYMS)], 10 + (start // len(PSEUDONYMS) + turn) % 990
        if (name := f"{words} {number}") not in taken:
            return name
    raise RuntimeError("A thread has more writers than pseudonyms.")
