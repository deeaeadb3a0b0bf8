"""Who may open what of containers: endpoint -> who -> answer. The asking belongs to `seller`; the lease of `end_early` runs."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("leases.containers", {"visitor": 200, "member": 200, "seller": 200, "officer": 200}),
    ("leases.apply", {"visitor": 303, "member": 303, "seller": 303, "officer": 303}),
    ("leases.withdraw", {"visitor": 303, "member": 404, "seller": 303, "officer": 404}),
    ("leases.desk", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
    ("leases.approve", {"visitor": 303, "member": 404, "seller": 404, "officer": 303}),
    ("leases.refuse", {"visitor": 303, "member": 404, "seller": 404, "officer": 303}),
    ("leases.end_early", {"visitor": 303, "member": 404, "seller": 404, "officer": 200}),
]
