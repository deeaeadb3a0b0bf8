"""Who may open what of counter: endpoint -> who -> answer."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = []
