"""Who may open what of blocks: endpoint -> who -> answer."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = []
