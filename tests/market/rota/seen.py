"""What a turn and an inbox hold now."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.notices.models import Notice
from app.core.db import reading
from app.market.rota.models import Turn


def the_turn(turn_id: int) -> Turn:
    with reading() as session:
        return session.get_one(Turn, turn_id)


def kinds(person_id: int) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Notice.kind).where(Notice.person_id == person_id).order_by(Notice.id)))
