"""The answers to a private question, what a programme may ask for, and how long checks are kept. No database, no clock."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.core.words import Lazy, _l

MOST_OPEN = 30  # open programmes on a member's page; the city runs a handful
MOST_ASKS = 500  # of one programme on its officers' page
MOST_OFFICERS = 20
YEARS_KEPT = 2  # checks of a programme after it ended: long enough for an objection and the office's own audit
CONSENT_VERSION = "2026-11-22"  # the day the sentence on the asking page last changed


class Told(StrEnum):
    """What a person says about herself. Each answer is a row, so that a row alone says nothing."""

    ABROAD = "abroad"
    FAMILY = "family"
    NO = "no"
    SILENT = "silent"


TOLD_WORDS: dict[Told, Lazy] = {
    Told.ABROAD: _l("Pernah bekerja di luar negeri"),
    Told.FAMILY: _l("Keluarga saya pernah bekerja di luar negeri"),
    Told.NO: _l("Tidak"),
    Told.SILENT: _l("Tidak ingin menjawab"),
}


class Check(StrEnum):
    """What an officer looks at before somebody gets what a programme gives."""

    NONE = "none"
    BUSINESS = "business"
    ABROAD = "abroad"
    FAMILY = "family"


CHECK_WORDS: dict[Check, Lazy] = {
    Check.NONE: _l("Tanpa pemeriksaan"),
    Check.BUSINESS: _l("Punya usaha kecil (NIB atau surat keterangan usaha)"),
    Check.ABROAD: _l("Pernah bekerja di luar negeri (paspor, SPLP, kontrak, atau kartu PMI)"),
    Check.FAMILY: _l("Pernah bekerja di luar negeri, atau keluarganya (paspor, SPLP, kontrak, atau kartu PMI, dan KK)"),
}
# What stands in lists: programmes of every kind look alike to whoever reads over a shoulder.
SHORT_WORDS: dict[Check, Lazy] = {
    Check.NONE: _l("Untuk semua UMKM"),
    Check.BUSINESS: _l("Untuk UMKM dengan surat usaha"),
    Check.ABROAD: _l("Dengan syarat khusus"),
    Check.FAMILY: _l("Dengan syarat khusus"),
}

_WIDTH = 24  # bytes: sealed values of one column are all of one length, or the length would tell


def padded(code: str) -> bytes:
    """A short code as bytes of one width."""
    raw = code.encode("ascii")
    if len(raw) > _WIDTH:
        raise ValueError("Too long for its column.")
    return raw.ljust(_WIDTH, b" ")


def unpadded(raw: bytes) -> str:
    return raw.rstrip(b" ").decode("ascii")


def is_open(ends_on: date, is_closed: bool, today: date) -> bool:
    """A programme takes requests through its last day, unless its officers closed it."""
    return not is_closed and today <= ends_on


def kept_since(today: date) -> date:
    """Checks of programmes that ended before this day are forgotten."""
    try:
        return today.replace(year=today.year - YEARS_KEPT)
    except ValueError:  # 29 February
        return today.replace(year=today.year - YEARS_KEPT, day=28)
