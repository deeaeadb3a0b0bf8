"""Rules of the desk: how little of a person it sees, and for how long. No database, no clock."""

from __future__ import annotations

import re
from datetime import timedelta

from app.core import formats

MOST_FOUND = 5  # more is no search for somebody who stands there
LEAST_NAME_LETTERS = 4
FOUND_HOLDS = timedelta(minutes=30)  # so long the desk may act for somebody it has looked for
SHOWN_AGAIN = timedelta(minutes=10)  # the same form sent twice shows the same slip, but not for ever
MOST_TODAY = 40  # lines of the day list
MOST_FLAGGED = 100


def masked(phone: str) -> str:
    """A number that its owner recognises and nobody can ring: 0812-••••-7890."""
    shown = formats.phone(phone)
    digits = [place for place, sign in enumerate(shown) if sign.isdigit()]
    hidden = set(digits[4:-4]) if len(digits) > 8 else set(digits[:-4])
    return "".join("•" if place in hidden else sign for place, sign in enumerate(shown))


def escaped(words: str) -> str:
    """What somebody typed, for LIKE with a backslash."""
    return re.sub(r"([\\%_])", r"\\\1", words.lower())
