"""Looking at a link without using it up; what is to be sent; what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.proofs.actions import Proven, asker_mark, digits_of, is_code, link_mark, token_of
from app.accounts.proofs.models import Proof, Purpose


def look_at_link(session: Session, purpose: Purpose, token: str, now: datetime) -> Proven | None:
    """What a link would show; opening it (a mail program may do so by itself) uses nothing up."""
    row = session.execute(
        select(Proof.id, Proof.person_id, Proof.target, Proof.made_by_id).where(
            Proof.code_mark == link_mark(purpose, token), Proof.purpose == purpose, Proof.used_at.is_(None), Proof.ends_at > now
        )
    ).one_or_none()
    return Proven(row.id, row.person_id, row.target, row.made_by_id) if row else None


def spent_link(session: Session, purpose: Purpose, token: str) -> Proven | None:
    """What a link showed when it was used, for whoever holds it and taps again."""
    row = session.execute(
        select(Proof.id, Proof.person_id, Proof.target, Proof.made_by_id).where(
            Proof.code_mark == link_mark(purpose, token), Proof.purpose == purpose, Proof.used_at.is_not(None)
        )
    ).one_or_none()
    return Proven(row.id, row.person_id, row.target, row.made_by_id) if row else None


def is_bound_to(session: Session, proof_id: int, bound_to: str) -> bool:
    """Whether the link was made with this `bound_to`."""
    return session.scalar(select(Proof.asker).where(Proof.id == proof_id)) == asker_mark(bound_to)


def waits_for(session: Session, purpose: Purpose, person_id: int, now: datetime) -> str | None:
    """The number or address that a live code or link of this person went to last, or None."""
    live = select(Proof.target).where(Proof.purpose == purpose, Proof.person_id == person_id, Proof.used_at.is_(None), Proof.ends_at > now)
    return session.scalar(live.order_by(Proof.made_at.desc(), Proof.id.desc()).limit(1))


@dataclass(frozen=True)
class ToPost:
    """What a handler sends: where, to whom, and the secret, computed again from this machine's keys."""

    target: str
    person_id: int
    secret: str


_POSTED = (Proof.purpose, Proof.target, Proof.person_id, Proof.asker, Proof.made_at, Proof.code_mark)


def code_to_post(session: Session, proof_id: int, now: datetime) -> ToPost | None:
    """The code of a proof that can still be used, or None: what comes late is not sent."""
    row = session.execute(
        select(*_POSTED).where(Proof.id == proof_id, Proof.used_at.is_(None), Proof.ends_at > now, Proof.tries_left > 0)
    ).one_or_none()
    if row is None:
        return None
    code = digits_of(row.purpose, row.target, row.person_id, row.asker, row.made_at)
    # An id may have been given to another proof since, or its code was made otherwise: such a one is not ours to send.
    return ToPost(row.target, row.person_id, code) if is_code(row.purpose, row.target, row.person_id, code, row.code_mark) else None


def link_to_post(session: Session, proof_id: int, now: datetime) -> ToPost | None:
    """The same for a link: `secret` is its token."""
    row = session.execute(select(*_POSTED).where(Proof.id == proof_id, Proof.used_at.is_(None), Proof.ends_at > now)).one_or_none()
    if row is None:
        return None
    token = token_of(row.purpose, row.target, row.person_id, row.made_at)
    return ToPost(row.target, row.person_id, token) if row.code_mark == link_mark(row.purpose, token) else None


def personal(session: Session, person_id: int) -> Mapping[str, Any]:
    """What a person's own copy says: what was sent where and when, never the code."""
    rows = session.execute(
        select(Proof.purpose, Proof.target, Proof.made_at, Proof.ends_at, Proof.used_at)
        .where(Proof.person_id == person_id)
        .order_by(Proof.id)
    )
    return {"codes": [{"for": row[0].value, "to": row[1], "made_at": row[2], "ends_at": row[3], "used_at": row[4]} for row in rows]}
