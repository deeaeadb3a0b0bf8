"""Whose things the accounts' addresses name."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import select

from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.accounts.people.actions import start_session
from app.accounts.people.models import DeviceSession
from app.core.access import Actor
from app.core.db import reading, transaction
from tests.house.ownership import Own

_serial = itertools.count(1)


def notice(actor: Actor) -> dict[str, Any]:
    with transaction() as session:
        tell(session, actor.person_id, "role.given", {"role": "officer"}, f"own:{next(_serial)}")
    with reading() as session:
        return {"notice_id": session.scalars(select(Notice.id).where(Notice.person_id == actor.person_id)).all()[-1]}


def device(actor: Actor) -> dict[str, Any]:
    """A sign-in on another device of this person."""
    start_session(actor.person_id, device="Firefox · Windows", is_remembered=False)
    with reading() as session:
        return {"session_id": session.scalars(select(DeviceSession.id).where(DeviceSession.person_id == actor.person_id)).all()[-1]}


OWN: dict[str, Own] = {
    "notices.open_notice": Own(notice, 303),
    "people.end_device": Own(device, 303),
}

_STAFF = "staff act on anybody's account by their role: tests/accounts/oversight"
NOBODYS: dict[str, str] = {
    "oversight.person": _STAFF,
    "oversight.give_role": _STAFF,
    "oversight.take_role": _STAFF,
    "oversight.suspend": _STAFF,
    "oversight.lift": _STAFF,
    "oversight.end_devices": _STAFF,
    "oversight.remove_factor": _STAFF,
}
