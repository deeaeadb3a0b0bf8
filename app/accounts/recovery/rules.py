"""Rules of getting back in: how long a desk's code and an unconfirmed account last, and what an admin is shown. No database, no clock."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from app.core.words import Lazy, _l

ASSISTED_HOLDS = timedelta(days=7)  # of the code on the slip: time to find a phone and a quiet hour
UNCONFIRMED_KEPT = timedelta(days=30)  # an account that nobody confirmed is deleted afterwards
RESETS_KEPT = timedelta(days=180)  # as long as logs
UNSEEN_RESETS_A_DAY = 1  # of one officer; from the second on an admin is shown them
ASSISTED_CONSENT = ("assisted", "2026-11-22")  # what she said at the desk, until she confirms by herself: purpose, version of the text
MOST_TYPED_LETTERS = 40


class DeskAct(StrEnum):
    """What the desk may start for somebody who stands there with an ID."""

    PASSWORD = "password"  # noqa: S105 - a code: a new password at her own number
    PHONE = "phone"  # a new number, and a new password with it


class DeskFlag(StrEnum):
    """Why an admin should look at what the desk started."""

    MANY = "many"  # the officer's second on that day, or later
    AGAIN = "again"  # the same person's second on that day, or later
    DENIED = "denied"  # the person said: that was not me


FLAG_WORDS: dict[DeskFlag, Lazy] = {
    DeskFlag.MANY: _l("Dua kali sehari atau lebih oleh petugas yang sama"),
    DeskFlag.AGAIN: _l("Orang yang sama dua kali sehari"),
    DeskFlag.DENIED: _l("Orangnya berkata: ini bukan saya"),
}


def flag(by_officer_today: int, of_person_today: int) -> DeskFlag | None:
    """Why this act of the desk is shown to an admin, from how many came before it on the same day; None when it is an ordinary one."""
    if of_person_today >= 1:
        return DeskFlag.AGAIN
    return DeskFlag.MANY if by_officer_today >= UNSEEN_RESETS_A_DAY else None
