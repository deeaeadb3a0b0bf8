"""Whose things the accounts' addresses name."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.deliveries.models import PushSubscription
from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.accounts.people.actions import start_session
from app.accounts.people.models import DeviceSession, Passkey
from app.accounts.privacy import actions as privacy
from app.accounts.privacy.rules import RequestKind
from app.accounts.recovery.models import DeskReset
from app.accounts.recovery.rules import DeskAct
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from tests.factories import a_person
from tests.house.ownership import Own
from tests.training.factories import an_organisation

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


def passkey(actor: Actor) -> dict[str, Any]:
    with transaction() as session:
        row = Passkey(
            person_id=actor.person_id,
            credential_id=f"own {next(_serial)}".encode(),
            public_key=b"key",
            rp_id="localhost",
            sign_count=0,
            label="Chrome · Android",
            transports="internal",
            is_backed_up=False,
            made_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return {"passkey_id": row.id}


def push(actor: Actor) -> dict[str, Any]:
    """A browser of this person that takes pushes."""
    session_id = device(actor)["session_id"]
    with transaction() as session:
        row = PushSubscription(
            person_id=actor.person_id,
            session_id=session_id,
            endpoint=f"https://fcm.googleapis.com/{next(_serial)}",
            p256dh="p",
            auth="a",
            made_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return {"subscription_id": row.id}


def data_request(actor: Actor) -> dict[str, Any]:
    return {"request_id": privacy.ask(actor, RequestKind.CORRECTION, "Nama saya salah tulis.", once.new_key())}


def desk_reset(actor: Actor) -> dict[str, Any]:
    """A reset that the desk began for this person."""
    with transaction() as session:
        officer = a_person(session, name="Petugas Loket", roles=[Role.DESK])
        row = DeskReset(
            act=DeskAct.PASSWORD,
            person_id=actor.person_id,
            officer_id=officer.id,
            phone="+6281200000001",
            made_at=clock.now(),
            ends_at=clock.now() + timedelta(minutes=30),
        )
        session.add(row)
        session.flush()
        return {"reset_id": row.id}


def organisation(actor: Actor) -> dict[str, Any]:
    """An organisation for which this person acts."""
    return {"organisation_id": an_organisation(actor, f"LPK {next(_serial)}")}


OWN: dict[str, Own] = {
    "passkeys.remove": Own(passkey, 200),
    "passkeys.rename": Own(passkey, 200),
    "deliveries.unsubscribe": Own(push, 303),
    "privacy.take_back": Own(data_request, 303),
    "recovery.started": Own(desk_reset, 200),
    "recovery.deny": Own(desk_reset, 303),
    "organisations.leave": Own(organisation, 303),
    "notices.open_notice": Own(notice, 303),
    "people.end_device": Own(device, 303),
}

_STAFF = "staff act on anybody's account by their role: tests/accounts/oversight"
_LINK = "whoever holds the link: 256 random bits, or a signature"
_DESK = "the desk helps anybody who is no staff: tests/accounts/counter"
_ADMIN = "admins look after every organisation and every request: tests/accounts"
_QUEUE = "who is responsible for the kind may take it up: tests/accounts/deliveries"
NOBODYS: dict[str, str] = {
    "contacts.confirm_email": _LINK,
    "deliveries.stop": _LINK,
    "deliveries.stop_page": _LINK,
    "counter.handover": _DESK,
    "counter.new_code": _DESK,
    "counter.reset": _DESK,
    "counter.look": _DESK,
    "deliveries.hand": _QUEUE,
    "deliveries.put_back": _QUEUE,
    "organisations.edit": _ADMIN,
    "organisations.find": _ADMIN,
    "organisations.give": _ADMIN,
    "organisations.one": _ADMIN,
    "organisations.take": _ADMIN,
    "organisations.verify": _ADMIN,
    "organisations.withdraw": _ADMIN,
    "privacy.answer": _ADMIN,
    "privacy.agree": "a purpose is no thing; the answer is the actor's own",
    "privacy.withdraw": "a purpose is no thing; the answer is the actor's own",
    "oversight.person": _STAFF,
    "oversight.give_role": _STAFF,
    "oversight.take_role": _STAFF,
    "oversight.suspend": _STAFF,
    "oversight.lift": _STAFF,
    "oversight.end_devices": _STAFF,
    "oversight.remove_factor": _STAFF,
}
