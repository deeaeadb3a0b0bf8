"""Who may open what of passkeys. Keys of others are not there."""

from __future__ import annotations

from tests.accounts.access import EVERY_MEMBER, SENT_ON, STAFF_ONLY

ANOTHERS = {**STAFF_ONLY, "admin": 404}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("passkeys.begin_sign_in", {"visitor": 200, **SENT_ON}),
    ("passkeys.sign_in", {"visitor": 303, **SENT_ON}),  # back to /masuk with a sentence
    ("passkeys.begin_second", {"visitor": 303, **SENT_ON}),  # without the password there is no second step
    ("passkeys.second", {"visitor": 303, **SENT_ON}),
    ("passkeys.begin_proof", {"visitor": 303, **SENT_ON}),  # people of the sample city have just signed in: nothing to ask
    ("passkeys.prove", {"visitor": 303, **SENT_ON}),
    ("passkeys.overview", EVERY_MEMBER),
    ("passkeys.add", EVERY_MEMBER),
    ("passkeys.begin_add", EVERY_MEMBER),
    ("passkeys.rename", ANOTHERS),
    ("passkeys.remove", ANOTHERS),
]
