"""Who may open what of deliveries: endpoint -> who -> answer."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = []
