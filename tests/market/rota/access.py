"""Who may open what of turns: endpoint -> who -> answer. The turn belongs to `seller`."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("rota.book", {"visitor": 303, "member": 200, "seller": 200, "officer": 200}),
    ("rota.hold", {"visitor": 303, "member": 303, "seller": 303, "officer": 303}),
    ("rota.answer", {"visitor": 303, "member": 404, "seller": 303, "officer": 404}),
    ("rota.give_back", {"visitor": 303, "member": 404, "seller": 200, "officer": 404}),
    ("rota.turns", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
    ("rota.cancel_turn", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
]
