"""Reads about a person's second factor; nobody else's page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from app.accounts.factors import rules
from app.accounts.people.models import DeviceSession, Passkey, Person, RecoveryCode, SecondFactor
from app.accounts.people.queries import has_factor, is_staff
from app.core import sealing


@dataclass(frozen=True)
class Factor:
    """How a person stands: `confirmed_at` None means no app makes codes for her yet."""

    confirmed_at: datetime | None
    is_being_set: bool
    codes_left: int
    passkeys: int
    works: bool  # whether signing in by the password asks for more: `people.queries.has_factor`
    is_staff: bool  # for whom a passkey is a second factor, too


_codes_left = (
    select(func.count())
    .select_from(RecoveryCode)
    .where(RecoveryCode.person_id == Person.id, RecoveryCode.used_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
_passkeys = select(func.count()).select_from(Passkey).where(Passkey.person_id == Person.id).correlate(Person).scalar_subquery()


def factor(session: Session, person_id: int) -> Factor:
    """A person's second factor, her passkeys, and how many recovery codes are left: one statement."""
    row = session.execute(
        select(SecondFactor.confirmed_at, SecondFactor.next_secret.is_not(None), _codes_left, _passkeys, has_factor(), is_staff())
        .select_from(Person)
        .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
        .where(Person.id == person_id)
    ).one_or_none()
    return Factor(row[0], bool(row[1]), row[2], row[3], bool(row[4]), bool(row[5])) if row else Factor(None, False, 0, 0, False, False)


def _has_totp() -> ColumnElement[bool]:
    return exists().where(SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None)).correlate(Person)


def ways_to_prove(session: Session, person_id: int) -> rules.Ways:
    """How this person can prove again that it is she: one statement."""
    row = session.execute(
        select(Person.password_hash.is_not(None), _has_totp(), _codes_left, _passkeys, has_factor() & is_staff()).where(
            Person.id == person_id
        )
    ).one()
    return rules.ways_to_prove(
        has_password=bool(row[0]), has_totp=bool(row[1]), codes_left=row[2], has_passkey=row[3] > 0, has_staff_factor=bool(row[4])
    )


def secret_to_set(session: Session, person_id: int) -> str | None:
    """The secret that waits for its first code, in Base32; None when none does."""
    sealed = session.scalar(select(SecondFactor.next_secret).where(SecondFactor.person_id == person_id))
    return unsealed(sealed, person_id) if sealed is not None else None


def unsealed(sealed: bytes, person_id: int) -> str:
    """The secret in Base32. Raises `Unsealable` when the keys of this machine don't open it."""
    return sealing.unseal(sealed, "second_factor", person_id, "secret").decode()


def has_passed_factor(session: Session, session_id: int) -> bool:
    """Whether the second factor was passed on this device."""
    return session.scalar(select(DeviceSession.factor_at).where(DeviceSession.id == session_id)) is not None


def all_of(session: Session, person_id: int) -> Mapping[str, Any]:
    """For the person's own copy: dates and counts, never a secret or a code."""
    found = factor(session, person_id)
    codes = session.execute(
        select(RecoveryCode.made_at, RecoveryCode.used_at).where(RecoveryCode.person_id == person_id).order_by(RecoveryCode.id)
    )
    return {
        "app_confirmed_at": found.confirmed_at,
        "recovery_codes": [{"made_at": row.made_at, "used_at": row.used_at} for row in codes],
    }
