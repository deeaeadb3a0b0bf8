"""Who may open what of reports: endpoint -> who -> answer."""

from __future__ import annotations

ALL = ("member", "trainer", "officer", "counsellor", "desk", "moderator", "admin")
EVERY_MEMBER = {"visitor": 303, **dict.fromkeys(ALL, 200)}
NOT_HERS = {"visitor": 303, **dict.fromkeys(ALL, 404)}
DESK = {"visitor": 303, **dict.fromkeys(("member", "trainer", "officer", "counsellor", "desk"), 404)}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("reports.mine", EVERY_MEMBER),
    ("reports.report", EVERY_MEMBER),
    ("reports.decision_about", NOT_HERS),
    ("reports.decision", NOT_HERS),  # a decision is its owner's to read
    ("reports.queue", {**DESK, "moderator": 200, "admin": 200}),
    ("reports.case", {**DESK, "moderator": 200, "admin": 200}),
    # Without the version that was on the screen nothing is done.
    ("reports.take_up", {**DESK, "moderator": 404, "admin": 404}),
    ("reports.let_go", {**DESK, "moderator": 404, "admin": 404}),
    ("reports.pass_on", {**DESK, "moderator": 404, "admin": 404}),
    ("reports.decide", {**DESK, "moderator": 404, "admin": 404}),
    ("reports.decide_appeal", {**DESK, "moderator": 404, "admin": 404}),
]
