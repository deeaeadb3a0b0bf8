"""Who may open what of entries: endpoint -> who -> answer."""

from __future__ import annotations

from tests.accounts.access import EVERY_MEMBER

ROWS: list[tuple[str, dict[str, int]]] = [("entries.history", EVERY_MEMBER)]
