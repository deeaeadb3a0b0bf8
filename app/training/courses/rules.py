"""Vocations, limits, and in what stage a cohort is. No database, no clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.words import Lazy, _l


class CourseState(StrEnum):
    DRAFT = "draft"
    SHOWN = "shown"
    ARCHIVED = "archived"


class CertificateKind(StrEnum):
    ATTENDANCE = "attendance"  # sertifikat pelatihan
    COMPETENCE = "competence"  # uji BNSP
    NONE = "none"


class CohortState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    FINISHED = "finished"
    CANCELLED = "cancelled"


# Code -> word. The kinds of domain.md §7 that are taught in Kupang.
VOCATIONS: dict[str, Lazy] = {
    "sewing": _l("Menjahit"),
    "weaving": _l("Tenun"),
    "cooking": _l("Tata boga"),
    "business": _l("Usaha"),
    "welding": _l("Las"),
    "motorcycles": _l("Otomotif"),
    "electricity": _l("Listrik"),
    "beauty": _l("Kecantikan"),
    "coffee": _l("Kopi"),
    "farming": _l("Pertanian"),
    "languages": _l("Bahasa"),
    "other": _l("Lainnya"),
}

MOST_LESSON_HOURS = 1_000  # JP; the longest package of 2024 had 240
MOST_SEATS = 500  # the largest hall; a class has 16
MOST_COST_RUPIAH = 50_000_000
MOST_DAYS_AHEAD = 730  # a date further off is a slip of the finger
MOST_DAYS_LONG = 400
COHORTS_A_PAGE = 8  # each with a picture: more would be over 15 files at a first view
RESERVED_SLUGS = frozenset({"saya"})  # /pelatihan/saya is one's own list


class Stage(StrEnum):
    """How a cohort stands at a moment."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


# Stage -> word, sign, state of the badge.
STAGE_BADGES: dict[Stage, tuple[Lazy, str, str]] = {
    Stage.OPEN: (_l("Pendaftaran dibuka"), "s-ya", "good"),
    Stage.FULL: (_l("Penuh"), "s-selesai", ""),
    Stage.CLOSED: (_l("Pendaftaran ditutup"), "kunci", ""),
    Stage.RUNNING: (_l("Sedang berlangsung"), "s-langsung", "info"),
    Stage.FINISHED: (_l("Selesai"), "s-selesai", ""),
    Stage.CANCELLED: (_l("Dibatalkan"), "s-batal", ""),
}

CERTIFICATES: dict[CertificateKind, Lazy] = {
    CertificateKind.ATTENDANCE: _l("Sertifikat pelatihan"),
    CertificateKind.COMPETENCE: _l("Sertifikat pelatihan, lalu uji kompetensi BNSP"),
    CertificateKind.NONE: _l("Tanpa sertifikat"),
}


def stage(
    state: CohortState, starts_on: date, ends_on: date, closes_at: datetime, quota: int, seats_taken: int, *, now: datetime, today: date
) -> Stage:
    """How a cohort stands: by what was decided first, then by the calendar, then by its seats."""
    if state is CohortState.CANCELLED:
        return Stage.CANCELLED
    if state is CohortState.FINISHED or ends_on < today:
        return Stage.FINISHED
    if state is CohortState.OPEN and closes_at > now:
        return Stage.OPEN if seats_taken < quota else Stage.FULL
    return Stage.RUNNING if starts_on <= today else Stage.CLOSED


class DayFault(StrEnum):
    """What is wrong with the days of a cohort, by field."""

    STARTS_PAST = "starts_past"
    STARTS_FAR = "starts_far"
    ENDS_EARLY = "ends_early"
    ENDS_FAR = "ends_far"
    CLOSES_LATE = "closes_late"


DAY_FAULTS: dict[DayFault, tuple[str, Lazy]] = {
    DayFault.STARTS_PAST: ("starts_on", _l("Hari mulai sudah lewat. Pilih hari ini atau sesudahnya.")),
    DayFault.STARTS_FAR: ("starts_on", _l("Hari mulai terlalu jauh. Pilih hari dalam dua tahun ini.")),
    DayFault.ENDS_EARLY: ("ends_on", _l("Hari selesai lebih awal dari hari mulai. Periksa lagi.")),
    DayFault.ENDS_FAR: ("ends_on", _l("Kelas ini lebih dari satu tahun. Periksa lagi hari selesainya.")),
    DayFault.CLOSES_LATE: ("closes_on", _l("Pendaftaran ditutup paling lambat pada hari mulai.")),
}


def day_faults(starts_on: date, ends_on: date, closes_on: date, *, today: date, began_before: date | None = None) -> list[DayFault]:
    """What is wrong with these days. `began_before`: the day a cohort that is being changed had until now; it may stay."""
    faults = []
    if starts_on < today and starts_on != began_before:
        faults.append(DayFault.STARTS_PAST)
    if starts_on > today + timedelta(days=MOST_DAYS_AHEAD):
        faults.append(DayFault.STARTS_FAR)
    if ends_on < starts_on:
        faults.append(DayFault.ENDS_EARLY)
    if ends_on > starts_on + timedelta(days=MOST_DAYS_LONG):
        faults.append(DayFault.ENDS_FAR)
    if closes_on > starts_on:
        faults.append(DayFault.CLOSES_LATE)
    return faults


def lines(text: str) -> list[str]:
    """A typed list, line by line, without the dashes people put before them."""
    return [line for raw in text.splitlines() if (line := raw.strip().lstrip("-*• ").strip())]
