"""Who may open what of organisations: endpoint -> who -> answer."""

from __future__ import annotations

STAFF = ("officer", "counsellor", "desk", "moderator")
EVERYBODY = ("member", "trainer", *STAFF, "admin")
NOBODY = {"visitor": 303, **dict.fromkeys(EVERYBODY, 404)}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("organisations.organisations", {**NOBODY, "admin": 200}),
    ("organisations.new", {**NOBODY, "admin": 200}),
    ("organisations.one", {**NOBODY, "admin": 200}),
    ("organisations.edit", {**NOBODY, "admin": 200}),
    ("organisations.verify", {**NOBODY, "admin": 303}),  # without the mark of what was read: a sentence
    ("organisations.withdraw", {**NOBODY, "admin": 303}),
    ("organisations.find", {**NOBODY, "admin": 422}),  # without a number
    ("organisations.give", {**NOBODY, "admin": 404}),  # without a person in the form
    ("organisations.take", {**NOBODY, "admin": 404}),
    ("organisations.mine", {"visitor": 303, **dict.fromkeys(EVERYBODY, 200)}),
    ("organisations.leave", {**NOBODY, "owner": 303}),  # who does not act for it learns nothing of it
]
