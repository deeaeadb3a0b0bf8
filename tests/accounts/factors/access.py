"""Who may open what of proving again. The rows of the second factor itself stand in tests/accounts/access.py."""

from __future__ import annotations

from tests.accounts.access import SENT_ON

ROWS: list[tuple[str, dict[str, int]]] = [
    ("factors.prove", {"visitor": 303, **SENT_ON}),  # people of the sample city have just signed in: nothing to ask
]
