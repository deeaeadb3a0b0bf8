"""Reads about a person's second factor; nobody else's page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.people.models import DeviceSession, RecoveryCode, SecondFactor
from app.core import sealing


@dataclass(frozen=True)
class Factor:
    """How a person stands: `confirmed_at` None means no factor works yet."""

    confirmed_at: datetime | None
    is_being_set: bool
    codes_left: int


def factor(session: Session, person_id: int) -> Factor:
    """A person's second factor and how many recovery codes are left: one statement."""
    left = (
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    row = session.execute(
        select(SecondFactor.confirmed_at, SecondFactor.next_secret.is_not(None), left).where(SecondFactor.person_id == person_id)
    ).one_or_none()
    return Factor(row[0], bool(row[1]), row[2]) if row else Factor(None, False, 0)


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
