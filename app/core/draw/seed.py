"""Numbers and dyes from a seed: the same on every machine and Python version."""

from __future__ import annotations

import hashlib

Dye = tuple[str, str, str, str]

# Ground, first dye, second dye, thin threads: tarum indigo, mengkudu red, turmeric, lontar green, charcoal, cotton.
DYES: tuple[Dye, ...] = (
    ("#1f2f66", "#f3eadb", "#b03a2e", "#e6a92e"),
    ("#8a2a22", "#f3eadb", "#1f2f66", "#e6a92e"),
    ("#24262f", "#e6a92e", "#b03a2e", "#f3eadb"),
    ("#215339", "#f3eadb", "#e6a92e", "#24262f"),
    ("#1f2f66", "#e6a92e", "#f3eadb", "#b03a2e"),
    ("#24262f", "#f3eadb", "#5f7fc4", "#b03a2e"),
    ("#8a2a22", "#e6a92e", "#f3eadb", "#24262f"),
)


class Seed:
    """A finite stream of numbers out of a text: SHA-256, read as one large number in changing bases."""

    def __init__(self, text: str) -> None:
        self.bits = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")

    def pick(self, n: int) -> int:
        """A number from 0 to n - 1."""
        self.bits, rest = divmod(self.bits, n)
        return rest
