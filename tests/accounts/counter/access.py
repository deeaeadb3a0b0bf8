"""Who may open what of counter: endpoint -> who -> answer."""

from __future__ import annotations

NOBODY = {"visitor": 303, "member": 404, **dict.fromkeys(("trainer", "officer", "counsellor", "desk", "moderator", "admin"), 404)}
DESK = {**NOBODY, "desk": 200, "admin": 200}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("counter.desk", DESK),
    ("counter.search", {**NOBODY, "desk": 422, "admin": 422}),  # nothing to look for
    ("counter.reset", NOBODY),  # nobody is helped by an address: she is looked for first
    ("counter.handover", NOBODY),
    ("counter.new_code", NOBODY),
    ("counter.assist", DESK),
    ("counter.flagged", {**NOBODY, "admin": 200}),
    ("counter.look", {**NOBODY, "admin": 303}),
]
