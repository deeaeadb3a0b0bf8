"""Who may open what of people and notices: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

STAFF_ONLY = {"visitor": 303, "member": 404, "trainer": 404, "officer": 404, "counsellor": 404, "desk": 404, "moderator": 404}
EVERY_MEMBER = {
    "visitor": 303,
    "member": 200,
    "trainer": 200,
    "officer": 200,
    "counsellor": 200,
    "desk": 200,
    "moderator": 200,
    "admin": 200,
}
SENT_ON = {"member": 303, "trainer": 303, "officer": 303, "counsellor": 303, "desk": 303, "moderator": 303, "admin": 303}

# Arguments of the addresses: the session, the notice and the person are another member's; POST without anything but its token.
ROWS: list[tuple[str, dict[str, int]]] = [
    ("people.sign_up", {"visitor": 200, **SENT_ON}),
    ("people.sign_in", {"visitor": 200, **SENT_ON}),
    ("factors.code", {"visitor": 303, **SENT_ON}),  # without the password there is no second page
    ("factors.overview", EVERY_MEMBER),
    ("factors.begin", {"visitor": 303, **SENT_ON}),
    ("factors.set_up", {"visitor": 303, **SENT_ON}),  # nothing waits to be set up
    ("factors.picture", {**STAFF_ONLY, "admin": 404}),  # one's own secret, while it waits
    # Staff of the sample city have a factor, so they get their codes; who has none is told to set one up.
    (
        "factors.new_codes",
        {"visitor": 303, "member": 303, "trainer": 303, "officer": 200, "counsellor": 200, "desk": 200, "moderator": 200, "admin": 200},
    ),
    ("people.sign_out", {"visitor": 303, **SENT_ON}),
    ("people.account", EVERY_MEMBER),
    ("people.welcome", EVERY_MEMBER),
    ("people.profile", EVERY_MEMBER),
    ("people.picture", EVERY_MEMBER),
    ("people.remove_picture", {"visitor": 303, **SENT_ON}),
    ("people.password", EVERY_MEMBER),
    ("people.devices", EVERY_MEMBER),
    ("people.end_device", {**STAFF_ONLY, "admin": 404, "owner": 303}),  # another person's sign-in is not there, not even for an admin
    ("people.end_others", EVERY_MEMBER),
    ("people.end_other_devices", {"visitor": 303, **SENT_ON}),
    ("notices.inbox", EVERY_MEMBER),
    ("notices.open_notice", {**STAFF_ONLY, "admin": 404, "owner": 303}),  # another person's notice is not there
    ("notices.read_all", {"visitor": 303, **SENT_ON}),
]
