"""Who may open what of the market's public pages: endpoint -> who -> answer."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("evening.overview", {"visitor": 200, "member": 200, "seller": 200, "officer": 200}),
    ("evening.edition", {"visitor": 200, "member": 200, "seller": 200, "officer": 200}),
    ("evening.my_turns", {"visitor": 303, "member": 200, "seller": 200, "officer": 200}),
]
