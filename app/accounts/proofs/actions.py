"""Issuing and spending codes and links: steps of other slices' actions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.proofs import rules
from app.accounts.proofs.models import Proof, Purpose
from app.core import sealing


@dataclass(frozen=True)
class Proven:
    """What a good code or link showed."""

    proof_id: int
    person_id: int
    target: str
    made_by_id: int | None


def issue_code(
    session: Session,
    purpose: Purpose,
    target: str,
    person_id: int,
    now: datetime,
    *,
    holds: timedelta = rules.CODE_HOLDS,
    code: str | None = None,
    made_by_id: int | None = None,
) -> str:
    """Step: a code (six digits unless given) for this person and number; an earlier one of the same purpose is worth nothing now."""
    code = code or rules.new_digits()
    _replace(session, purpose, person_id)
    mark = _code_mark(purpose, target, person_id, code)
    session.add(_proof(purpose, target, person_id, mark, now, holds, made_by_id))
    return code


def issue_link(
    session: Session, purpose: Purpose, target: str, person_id: int, now: datetime, *, holds: timedelta = rules.LINK_HOLDS
) -> str:
    """Step: the secret part of a link, 256 random bits; an earlier one of the same purpose is worth nothing now."""
    token = secrets.token_urlsafe(32)
    _replace(session, purpose, person_id)
    session.add(_proof(purpose, target, person_id, link_mark(purpose, token), now, holds, None))
    return token


def _proof(purpose: Purpose, target: str, person_id: int, mark: str, now: datetime, holds: timedelta, made_by_id: int | None) -> Proof:
    return Proof(
        purpose=purpose,
        target=target,
        person_id=person_id,
        code_mark=mark,
        made_by_id=made_by_id,
        made_at=now,
        ends_at=now + holds,
        tries_left=rules.MOST_TRIES,
    )


def _replace(session: Session, purpose: Purpose, person_id: int) -> None:
    session.execute(delete(Proof).where(Proof.purpose == purpose, Proof.person_id == person_id, Proof.used_at.is_(None)))


def spend_code(session: Session, purpose: Purpose, target: str, typed: str, now: datetime) -> Proven | None:
    """Step: use up a code that went to this number; None when it does not match, is over, or has been tried too often.

    Each call takes one try from every live code of the number. A refusal must come after the transaction, or the try is not counted.
    """
    tried = session.execute(
        update(Proof)
        .where(Proof.purpose == purpose, Proof.target == target, Proof.used_at.is_(None), Proof.ends_at > now, Proof.tries_left > 0)
        .values(tries_left=Proof.tries_left - 1)
        .returning(Proof.id, Proof.person_id, Proof.code_mark, Proof.made_by_id)
    ).all()
    code = rules.read_code(typed)
    for row in tried:
        if compare_digest(row.code_mark, _code_mark(purpose, target, row.person_id, code)):
            session.execute(update(Proof).where(Proof.id == row.id).values(used_at=now))
            return Proven(row.id, row.person_id, target, row.made_by_id)
    return None


def spend_link(session: Session, purpose: Purpose, token: str, now: datetime) -> Proven | None:
    """Step: use up a link; None when there is none like it, or it is over, or was used."""
    row = session.execute(
        update(Proof)
        .where(Proof.code_mark == link_mark(purpose, token), Proof.purpose == purpose, Proof.used_at.is_(None), Proof.ends_at > now)
        .values(used_at=now)
        .returning(Proof.id, Proof.person_id, Proof.target, Proof.made_by_id)
    ).one_or_none()
    return Proven(row.id, row.person_id, row.target, row.made_by_id) if row else None


def forget_before(session: Session, instant: datetime) -> None:
    """Drop what ended before the instant."""
    session.execute(delete(Proof).where(Proof.ends_at < instant))


def _code_mark(purpose: Purpose, target: str, person_id: int, code: str) -> str:
    return sealing.keyed_mark("proof code", purpose.value, target, person_id, rules.read_code(code))


def link_mark(purpose: Purpose, token: str) -> str:
    return sealing.keyed_mark("proof link", purpose.value, token)
