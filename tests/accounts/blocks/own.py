"""Whose things the addresses of blocks name."""

from __future__ import annotations

from typing import Any

from tests.accounts.reports.test_reports import a_reply
from tests.house.ownership import Own


def reply(actor: Any) -> dict[str, Any]:
    """This person's reply: others may block its writer, she may not."""
    return {"kind": "tulisan", "subject_id": a_reply(actor)}


OWN: dict[str, Own] = {"blocks.block": Own(reply, 404, 200)}
NOBODYS: dict[str, str] = {"blocks.unblock": "changes the actor's own list only; who is not on it stays off it"}
