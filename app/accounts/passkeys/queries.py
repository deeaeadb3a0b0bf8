"""Reads about a person's passkeys; nobody else's page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.passkeys.models import PasskeyHandle
from app.accounts.people.models import Passkey


@dataclass(frozen=True)
class Mine:
    """A line of one's own list; the key itself is on no page."""

    passkey_id: int
    label: str
    made_at: datetime
    used_at: datetime | None
    is_backed_up: bool


_MINE = (Passkey.id, Passkey.label, Passkey.made_at, Passkey.used_at, Passkey.is_backed_up)


def mine(session: Session, person_id: int) -> list[Mine]:
    """A person's passkeys, the first one first."""
    return [Mine(*row) for row in session.execute(select(*_MINE).where(Passkey.person_id == person_id).order_by(Passkey.id))]


def one_of_mine(session: Session, person_id: int, passkey_id: int) -> Mine | None:
    row = session.execute(select(*_MINE).where(Passkey.person_id == person_id, Passkey.id == passkey_id)).one_or_none()
    return Mine(*row) if row else None


def known_to(session: Session, person_id: int, rp_id: str) -> list[tuple[bytes, str]]:
    """Credential ids and transports of a person's keys for this host."""
    rows = session.execute(select(Passkey.credential_id, Passkey.transports).where(Passkey.person_id == person_id, Passkey.rp_id == rp_id))
    return [(row[0], row[1]) for row in rows]


@dataclass(frozen=True)
class Kept:
    """What is needed to believe an answer."""

    passkey_id: int
    person_id: int
    label: str
    public_key: bytes
    sign_count: int
    handle: bytes


def kept(session: Session, credential_id: bytes, rp_id: str) -> Kept | None:
    """The key of this id, made for this host."""
    row = session.execute(
        select(Passkey.id, Passkey.person_id, Passkey.label, Passkey.public_key, Passkey.sign_count, PasskeyHandle.handle)
        .join(PasskeyHandle, PasskeyHandle.person_id == Passkey.person_id)
        .where(Passkey.credential_id == credential_id, Passkey.rp_id == rp_id)
    ).one_or_none()
    return Kept(*row) if row else None


def all_of(session: Session, person_id: int) -> Mapping[str, Any]:
    """For the person's own copy: names and dates, never a key."""
    return {
        "passkeys": [
            {"label": key.label, "made_at": key.made_at, "used_at": key.used_at, "is_backed_up": key.is_backed_up}
            for key in mine(session, person_id)
        ]
    }
