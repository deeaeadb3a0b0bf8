"""Who may open what of the breach register: endpoint -> who -> answer."""

from __future__ import annotations

CLOSED = {"visitor": 303, **dict.fromkeys(("member", "trainer", "officer", "counsellor", "desk", "moderator"), 404)}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("breaches.register", {**CLOSED, "admin": 200}),
    ("breaches.new", {**CLOSED, "admin": 200}),
    ("breaches.breach", {**CLOSED, "admin": 200}),
    ("breaches.change", {**CLOSED, "admin": 200}),
    ("breaches.letter", {**CLOSED, "admin": 200}),
    ("breaches.close", {**CLOSED, "admin": 404}),  # without the version that was on the screen
    ("breaches.reopen", {**CLOSED, "admin": 404}),
    ("breaches.export", {**CLOSED, "admin": 200}),
]
