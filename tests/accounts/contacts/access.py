"""Who may open what of contacts: endpoint -> who -> answer."""

from __future__ import annotations

from tests.accounts.access import EVERY_MEMBER, SENT_ON

# The sample city has no gateway, and sends letters nowhere. Its people have proven nothing, unless they did.
ROWS: list[tuple[str, dict[str, object]]] = [
    ("contacts.overview", EVERY_MEMBER),  # type: ignore[list-item]
    ("contacts.prove_number", {"visitor": 303, "member": {200, 303}}),
    ("contacts.prove_code", {"visitor": 303, **SENT_ON}),  # no code went out
    ("contacts.change_number", EVERY_MEMBER),  # type: ignore[list-item]
    ("contacts.change_code", {"visitor": 303, **SENT_ON}),
    ("contacts.email", EVERY_MEMBER),  # type: ignore[list-item]
    ("contacts.remove_email", {"visitor": 303, **SENT_ON}),
    ("contacts.confirm_email", {"visitor": 410, "member": 410}),  # whoever opens it: the link is what counts, and this one is none
    ("contacts.ask_entry", {"visitor": 303, **SENT_ON}),
    ("contacts.entry_code", {"visitor": 303, **SENT_ON}),
]
ARGUMENTS = {"contacts.confirm_email": {"token": "0123456789abcdef0123456789abcdef"}}
