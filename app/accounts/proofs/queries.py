"""Looking at a link without using it up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.proofs.actions import Proven, link_mark
from app.accounts.proofs.models import Proof, Purpose


def look_at_link(session: Session, purpose: Purpose, token: str, now: datetime) -> Proven | None:
    """What a link would show; opening it (a mail program may do so by itself) uses nothing up."""
    row = session.execute(
        select(Proof.id, Proof.person_id, Proof.target, Proof.made_by_id).where(
            Proof.code_mark == link_mark(purpose, token), Proof.purpose == purpose, Proof.used_at.is_(None), Proof.ends_at > now
        )
    ).one_or_none()
    return Proven(row.id, row.person_id, row.target, row.made_by_id) if row else None
