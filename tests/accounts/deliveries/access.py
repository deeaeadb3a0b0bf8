"""Who may open what of deliveries: endpoint -> who -> answer."""

from __future__ import annotations

EVERYBODY = ("member", "trainer", "officer", "counsellor", "desk", "moderator", "admin")
NOBODY = {"visitor": 303, **dict.fromkeys(EVERYBODY, 404)}

ROWS: list[tuple[str, dict[str, object]]] = [
    ("deliveries.settings", {"visitor": 303, **dict.fromkeys(EVERYBODY, 200)}),
    ("deliveries.subscribe", {"visitor": 303, **dict.fromkeys(EVERYBODY, 422)}),  # an empty form names no browser
    ("deliveries.unsubscribe", {**NOBODY, "owner": 303}),  # another person's browser is not there
    ("deliveries.stop_page", {"visitor": 404, **dict.fromkeys(EVERYBODY, 404)}),  # the token is the proof; a made-up one is not there
    ("deliveries.stop", {"visitor": 404, **dict.fromkeys(EVERYBODY, 404)}),
    ("deliveries.to_hand", {**NOBODY, "officer": 200, "desk": 200, "admin": 200}),
    # The first message of the sample city is the officer's; the desk is responsible for other kinds. Later roles find it sent.
    ("deliveries.hand", {**NOBODY, "officer": 303, "desk": 404, "admin": 404}),
    ("deliveries.put_back", {**NOBODY, "officer": 303, "desk": 303, "admin": 303}),
    ("deliveries.stuck", {**NOBODY, "admin": 200}),
    ("deliveries.try_again", {**NOBODY, "admin": 404}),  # an empty form names no channel
]
