"""Who may open what of applications: endpoint -> who -> answer. The application belongs to `seller`."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("applications.apply", {"visitor": 303, "member": 200, "seller": 200, "officer": 200}),
    ("applications.withdraw", {"visitor": 303, "member": 404, "seller": 303, "officer": 404}),
    ("applications.waiting", {"visitor": 303, "member": 404, "seller": 404, "officer": 303}),
    ("applications.queue", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
    ("applications.assign", {"visitor": 303, "member": 404, "seller": 404, "officer": 303}),
    ("applications.refuse", {"visitor": 303, "member": 404, "seller": 404, "officer": 303}),
    ("applications.cancel_edition", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
]
