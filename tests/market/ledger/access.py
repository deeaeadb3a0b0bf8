"""Who may open what of the sales book: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("ledger.book", {"visitor": 303, "member": 303, "seller": 200}),
    ("ledger.export", {"visitor": 303, "member": 404, "seller": 200}),  # of another shop 404: tests/market/ledger
]
