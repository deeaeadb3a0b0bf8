"""Whose things the addresses of programmes name."""

from __future__ import annotations

from typing import Any

from app.accounts.benefits import actions
from app.core.access import Actor
from tests.accounts.benefits.test_private_fact import a_programme, member
from tests.house.ownership import Own


def asked(actor: Actor) -> dict[str, Any]:
    """A request in a programme of this officer's."""
    programme_id = a_programme(actor)
    actions.ask(member(), programme_id)
    return {"programme_id": programme_id, "ask_id": actions.read_asks(actor, programme_id)[0].id}


# Any admin may close a programme and name its officers, but not read or check who asked; so these are asked with officers' things.
OWN: dict[str, Own] = {
    "benefits.check": Own(asked, 303, 404, only="officer", data={"hasil": "ya"}),
}
NOBODYS: dict[str, str] = {
    "benefits.programme": "open programmes are every member's to read; one's own request on it is shown to nobody else (tested in the area)",
    "benefits.ask": "every member may ask for herself",
    "benefits.take_back": "finds the asker's own request only, by her mark",
    "benefits.run": "an admin opens it without its requests; who sees the requests is tested in the area",
    "benefits.close_programme": "its officers and any admin; tested in the area",
    "benefits.add_officer": "its officers and any admin; tested in the area",
    "benefits.remove_officer": "its officers and any admin; tested in the area",
}
