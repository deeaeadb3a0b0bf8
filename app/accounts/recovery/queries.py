"""Reads of getting back in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.contacts.rules import CODE_ENTRY_TRUSTS
from app.accounts.people.models import Person, RecoveryCode
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.rules import DeskAct, DeskFlag
from app.core.db import for_update

NOBODY = 0  # asked for by an address or number that nobody proved: the same work, and nothing is sent


def proven_mailbox(session: Session, email: str) -> int:
    """Whose proven mailbox this is, or `NOBODY`."""
    whose = select(Person.id).where(Person.email == email, Person.email_proven_at.is_not(None), Person.left_at.is_(None))
    return session.scalar(whose) or NOBODY


def proven_number(session: Session, phone: str, now: datetime) -> int | None:
    """Who has proven this number within `CODE_ENTRY_TRUSTS`, or None: operators sell numbers anew that were silent for months."""
    proven = (Person.phone == phone, Person.phone_proven_at > now - CODE_ENTRY_TRUSTS)
    return session.scalar(select(Person.id).where(*proven, Person.left_at.is_(None)))


def lock_mailbox(session: Session, person_id: int) -> str | None:
    """The proven mailbox of somebody who is here, her row locked, so that two links made at once take turns; None when she has none."""
    hers = select(Person.email).where(Person.id == person_id, Person.email_proven_at.is_not(None), Person.left_at.is_(None))
    return session.scalar(for_update(hers))


def holders_of_codes(session: Session, purpose: Purpose, target: str) -> list[int]:
    """Who has an unused code of this purpose for this number."""
    return list(session.scalars(select(Proof.person_id).where(Proof.purpose == purpose, Proof.target == target, Proof.used_at.is_(None))))


def holders_of_number(session: Session, phone: str) -> list[int]:
    """Everybody whose account names this number."""
    return list(session.scalars(select(Person.id).where(Person.phone == phone, Person.left_at.is_(None)).order_by(Person.id)))


def waits_for_confirming(session: Session, person_id: int) -> bool:
    """Whether the desk signed her up and she has not confirmed by herself yet."""
    waiting = exists().where(AssistedSignUp.person_id == person_id, AssistedSignUp.confirmed_at.is_(None))
    return bool(session.scalar(select(waiting)))


def codes_left(session: Session, person_id: int) -> int:
    """How many recovery codes on paper still work."""
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


@dataclass(frozen=True)
class StartedReset:
    """What the desk started for a person, as she reads it."""

    reset_id: int
    act: DeskAct
    officer: str
    officer_place: str | None
    phone: str
    made_at: datetime
    ends_at: datetime
    done_at: datetime | None
    stopped_at: datetime | None
    flag: DeskFlag | None


def own_reset(session: Session, person_id: int, reset_id: int) -> StartedReset | None:
    """One of the person's own, or None."""
    officer = aliased(Person)
    row = session.execute(
        select(
            DeskReset.id, DeskReset.act, officer.name, officer.place_code, DeskReset.phone, DeskReset.made_at, DeskReset.ends_at,
            DeskReset.done_at, DeskReset.stopped_at, DeskReset.flag,
        )
        .join(officer, officer.id == DeskReset.officer_id)
        .where(DeskReset.id == reset_id, DeskReset.person_id == person_id)
    ).one_or_none()  # fmt: skip
    return StartedReset(*row) if row else None


def unconfirmed_since(session: Session, instant: datetime, most: int) -> list[int]:
    """Accounts that the desk made before the instant and nobody confirmed."""
    waiting = select(AssistedSignUp.person_id).where(AssistedSignUp.confirmed_at.is_(None), AssistedSignUp.made_at < instant)
    return list(session.scalars(waiting.order_by(AssistedSignUp.made_at).limit(most)))


# My data


def personal_data(session: Session, person_id: int) -> Mapping[str, Any]:
    """What the desk did for this person, how the account began, and how many codes on paper are left."""
    resets = session.execute(
        select(DeskReset.act, DeskReset.made_at, DeskReset.done_at, DeskReset.stopped_at)
        .where(DeskReset.person_id == person_id)
        .order_by(DeskReset.id)
    ).all()
    assisted = session.execute(
        select(AssistedSignUp.made_at, AssistedSignUp.confirmed_at).where(AssistedSignUp.person_id == person_id)
    ).one_or_none()
    return {
        "desk": [{"act": r.act.value, "started_at": r.made_at, "used_at": r.done_at, "stopped_at": r.stopped_at} for r in resets],
        "assisted_sign_up": {"made_at": assisted.made_at, "confirmed_at": assisted.confirmed_at} if assisted else None,
        "recovery_codes_left": codes_left(session, person_id),
    }
