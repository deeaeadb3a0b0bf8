"""Who may open what of blocks: endpoint -> who -> answer."""

from __future__ import annotations

ALL = ("member", "trainer", "officer", "counsellor", "desk", "moderator", "admin")

ROWS: list[tuple[str, dict[str, int | tuple[int, ...]]]] = [
    ("blocks.blocked", {"visitor": 303, **dict.fromkeys(ALL, 200)}),
    ("blocks.block", {"visitor": 303, **dict.fromkeys(ALL, (200, 404))}),  # nobody blocks herself
    ("blocks.unblock", {"visitor": 303, **dict.fromkeys(ALL, 303)}),
]
