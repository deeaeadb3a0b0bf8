"""Who may open what of recovery: endpoint -> who -> answer."""

from __future__ import annotations

from tests.accounts.access import EVERY_MEMBER

EVERYBODY = {"visitor": 200, "member": 200}
# Staff of the sample city have a second factor: their codes are there.
WITHOUT_FACTOR = {"visitor": 303, "member": 200, **dict.fromkeys(("officer", "counsellor", "desk", "moderator", "admin"), 303)}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("recovery.start", EVERYBODY),
    ("recovery.by_mail", EVERYBODY),
    ("recovery.by_link", {"visitor": 410, "member": 410}),  # without its secret
    ("recovery.ask_code", EVERYBODY),
    ("recovery.by_code", {"visitor": 303, "member": 303}),  # a code is asked for first
    ("recovery.by_paper", EVERYBODY),
    ("recovery.at_desk", EVERYBODY),
    ("recovery.finish", EVERYBODY),
    ("recovery.done", EVERY_MEMBER),
    ("recovery.started", {"visitor": 303, "member": 404, "owner": 200}),
    ("recovery.deny", {"visitor": 303, "member": 404, "owner": 303}),
    ("recovery.codes", WITHOUT_FACTOR),
    ("recovery.make_codes", WITHOUT_FACTOR),
]
