"""Who may open what of privacy: endpoint -> who -> answer. POST without anything but its token; the request is another member's."""

from __future__ import annotations

from tests.accounts.access import EVERY_MEMBER, SENT_ON, STAFF_ONLY

ROWS: list[tuple[str, dict[str, int]]] = [
    ("privacy.overview", EVERY_MEMBER),
    ("privacy.download", EVERY_MEMBER),
    ("privacy.consents", EVERY_MEMBER),
    ("privacy.agree", {"visitor": 303, **SENT_ON}),
    ("privacy.withdraw", {"visitor": 303, **SENT_ON}),  # what the account needs leads to the page of leaving
    ("privacy.agree_to_new_texts", {"visitor": 303, **SENT_ON}),
    ("privacy.requests", EVERY_MEMBER),
    ("privacy.take_back", {**STAFF_ONLY, "admin": 404, "owner": 303}),  # another person's request is not there, not even for an admin
    ("privacy.leave", EVERY_MEMBER),
    ("privacy.gone", {**EVERY_MEMBER, "visitor": 200}),
    ("privacy.desk", {**STAFF_ONLY, "admin": 200}),
    ("privacy.answer", {**STAFF_ONLY, "admin": 200}),
]
