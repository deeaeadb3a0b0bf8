"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.accounts.blocks import queries
from app.accounts.blocks.models import Block
from app.core.contrib import AccountDoor, Farewell, PersonalData
from app.core.words import _l


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {"blocked": [{"name": one.name, "since": one.made_at} for one in queries.list_of(session, person_id)]}


def _leave(session: Session, person_id: int, _now: datetime) -> None:
    session.execute(delete(Block).where(or_(Block.blocker_id == person_id, Block.blocked_id == person_id)))


CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor("privacy", _l("Orang yang saya blokir"), "blocks.blocked", _l("Mereka tidak diberi tahu"), 50),
    PersonalData(
        "blocks",
        _mine,
        label=_l("Orang yang Anda blokir"),
        purpose=_l("Supaya tulisan mereka terlipat untuk Anda. Tidak dilihat siapa pun selain Anda."),
        kept=_l("Sampai Anda membuka blokirnya."),
        tables=("block",),
    ),
    Farewell("blocks", _leave, gone=_l("Daftar orang yang Anda blokir."), tables=("block",)),
)
