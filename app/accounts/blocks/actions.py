"""Blocking somebody, and letting her through again."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from app.accounts.blocks import queries
from app.accounts.blocks.models import Block
from app.accounts.people.actions import hold_here
from app.core import clock
from app.core.access import Actor
from app.core.db import transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.core.writes import insert


class TooManyBlocked(Refusal):
    words = _l("Anda sudah memblokir {most} orang. Buka dulu yang tidak perlu lagi.", most=queries.MOST_BLOCKED)
    back = "/akun/blokir"


def block(actor: Actor, kind: str, subject_id: int) -> None:
    """Block the person whom the actor met there by name. Twice is once; the other learns nothing. Refuses `TooManyBlocked`, `people.HasLeft`."""
    place = queries.place_of(kind)
    require(place is not None, NotThere())
    assert place is not None
    with transaction() as session:
        hold_here(session, actor.person_id)
        met = place.met(session, actor.person_id, subject_id)
        if met is None:
            raise NotThere
        count = session.scalar(select(func.count()).select_from(Block).where(Block.blocker_id == actor.person_id)) or 0
        require(count < queries.MOST_BLOCKED, TooManyBlocked())
        row = {"blocker_id": actor.person_id, "blocked_id": met[0], "made_at": clock.now()}
        session.execute(insert(session, Block).values(**row).on_conflict_do_nothing())


def unblock(actor: Actor, person_id: int) -> None:
    """Let somebody through again. Twice is once."""
    with transaction() as session:
        session.execute(delete(Block).where(Block.blocker_id == actor.person_id, Block.blocked_id == person_id))
