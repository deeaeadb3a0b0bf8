"""Who may open what of benefits: endpoint -> who -> answer."""

from __future__ import annotations

EVERY_MEMBER = {"visitor": 303, **dict.fromkeys(("member", "trainer", "officer", "counsellor", "desk", "moderator", "admin"), 200)}
SENT_ON = {"visitor": 303, **dict.fromkeys(("member", "trainer", "officer", "counsellor", "desk", "moderator", "admin"), 303)}
OUTSIDE = {"visitor": 303, **dict.fromkeys(("member", "trainer", "counsellor", "desk", "moderator"), 404)}

# The sample city's programmes have one officer; an admin sees a programme without its requests.
ROWS: list[tuple[str, dict[str, int | tuple[int, ...]]]] = [
    ("benefits.private_fact", {**EVERY_MEMBER}),
    ("benefits.forget_fact", {**SENT_ON}),
    ("benefits.programmes", {**EVERY_MEMBER}),
    ("benefits.programme", {**EVERY_MEMBER}),
    ("benefits.ask", {**SENT_ON}),
    ("benefits.take_back", {**SENT_ON}),
    ("benefits.desk", {**OUTSIDE, "officer": 200, "admin": 200}),
    ("benefits.new_programme", {**OUTSIDE, "officer": 200, "admin": 200}),
    ("benefits.run", {**OUTSIDE, "officer": 200, "admin": 200}),
    ("benefits.check", {**OUTSIDE, "officer": 404, "admin": 404}),  # an answer must be given
    ("benefits.close_programme", {**OUTSIDE, "officer": 303, "admin": 303}),
    ("benefits.add_officer", {**OUTSIDE, "officer": 303, "admin": 303}),  # nobody was chosen
    ("benefits.remove_officer", {**OUTSIDE, "officer": 303, "admin": 303}),
]
