"""The clock and the words of the breach register. No database, no clock of its own.

UU 27/2022 (PDP) article 46: a written notice within 3×24 hours to the person and to the agency, saying at least which data,
when and how, and what is done about it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from app.core.words import Lazy, _l

HOURS_TO_TELL = 72
MOST_TEXT_LETTERS = 3_000
MOST_LISTED = 100


class BreachState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Audience(StrEnum):
    """Who has to be told."""

    AGENCY = "agency"
    PEOPLE = "people"


AUDIENCE_WORDS: dict[Audience, Lazy] = {
    Audience.AGENCY: _l("Lembaga Pelindungan Data Pribadi"),
    Audience.PEOPLE: _l("Orang yang datanya terkena"),
}


class Way(StrEnum):
    LETTER = "letter"
    EMAIL = "email"
    MESSAGE = "message"
    INBOX = "inbox"
    VISIT = "visit"


WAY_WORDS: dict[Way, Lazy] = {
    Way.LETTER: _l("Surat"),
    Way.EMAIL: _l("E-mail"),
    Way.MESSAGE: _l("SMS atau WhatsApp"),
    Way.INBOX: _l("Kabar di situs ini"),
    Way.VISIT: _l("Bertemu langsung"),
}

STATE_WORDS: dict[BreachState, Lazy] = {BreachState.OPEN: _l("Sedang ditangani"), BreachState.CLOSED: _l("Selesai")}


def due_at(noticed_at: datetime) -> datetime:
    """The instant by which both have to be told."""
    return noticed_at + timedelta(hours=HOURS_TO_TELL)
