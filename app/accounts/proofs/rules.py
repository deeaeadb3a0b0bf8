"""How codes look and how long they are good. No database, no clock."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta, timezone

CODE_DIGITS = 6
CODE_HOLDS = timedelta(minutes=10)  # a message may take minutes to arrive in Kupang's evening
LINK_HOLDS = timedelta(hours=2)
DESK_CODE_HOLDS = timedelta(minutes=30)  # the person sits at the desk, or walks home
MOST_TRIES = 5  # of a million codes: one guesser in 200,000 gets through

# Letters and digits that nobody mistakes for another when they are read aloud.
_LETTERS = "ABCDEFHJKLMNPRTUVWXY34679"


def digits_from(mark: str) -> str:
    """The six digits that belong to a keyed mark of 32 hexadecimal digits."""
    return f"{int(mark, 16) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def exact(instant: datetime) -> str:
    """An instant as text, the same before it is stored and after, on both databases."""
    return instant.astimezone(timezone.utc).isoformat(timespec="microseconds")


def new_letters() -> str:
    """Eight letters in two groups, 37 bits: `ABCD-EF34`."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def letters_from(mark: str) -> str:
    """The eight letters that belong to a keyed mark of 32 hexadecimal digits: who sends a form twice reads the same code twice."""
    number, drawn = int(mark, 16), ""
    for _turn in range(8):
        number, letter = divmod(number, len(_LETTERS))
        drawn += _LETTERS[letter]
    return f"{drawn[:4]}-{drawn[4:]}"


def read_code(typed: str) -> str:
    """What somebody typed, without the spaces, dots and hyphens people put into codes; capitals."""
    return re.sub(r"[\s.\-_]+", "", typed).upper()[:64]
