"""Whose things the addresses of the breach register name."""

from __future__ import annotations

from tests.house.ownership import Own

OWN: dict[str, Own] = {}
NOBODYS: dict[str, str] = dict.fromkeys(
    ("breaches.breach", "breaches.change", "breaches.letter", "breaches.close", "breaches.reopen"),
    "entries are the office's: every admin keeps the whole register",
)
