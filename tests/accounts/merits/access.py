"""Who may open what of merits: endpoint -> who -> answer."""

from __future__ import annotations

EVERYBODY = {
    "visitor": 303, "member": 200, "trainer": 200, "officer": 200, "counsellor": 200, "desk": 200, "moderator": 200, "admin": 200,
}  # fmt: skip

ROWS: list[tuple[str, dict[str, int]]] = [("merits.mine", EVERYBODY)]
