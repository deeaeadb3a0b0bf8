"""Who may open what of sites and editions: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

ROWS: list[tuple[str, dict[str, int]]] = [
    ("booths.editions", {"visitor": 303, "member": 404, "trainer": 404, "officer": 200}),
    ("booths.new_edition", {"visitor": 303, "member": 404, "trainer": 404, "officer": 200}),
    ("booths.edition_desk", {"visitor": 303, "member": 404, "trainer": 404, "officer": 200}),
    ("booths.change_edition", {"visitor": 303, "member": 404, "trainer": 404, "officer": 200}),
    ("booths.open_edition", {"visitor": 303, "member": 404, "trainer": 404, "officer": 303}),
    ("booths.close_edition", {"visitor": 303, "member": 404, "trainer": 404, "officer": 303}),
    ("booths.block_booth", {"visitor": 303, "member": 404, "trainer": 404, "officer": 303}),
]
