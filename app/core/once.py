"""Double taps: a form carries a key; its action keeps the key with its result in the same transaction.

The same key by the same person gives the first result again. A refused action rolls its claim back, so the
person may correct the form and send it again.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Id, delete_in_parts
from app.core.writes import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

FIELD = "kunci"
DAYS_KEPT = 3  # a form left open over a weekend still can't be sent twice
_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class OnceKey(Base):
    __tablename__ = "once_key"
    # "p<person id>" or "v" for a visitor: one person's key can't fetch another's result.
    owner: Mapped[str] = mapped_column(String(24), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    result: Mapped[int | None] = mapped_column(Id)
    made_at: Mapped[datetime] = mapped_column(index=True)


def new_key() -> str:
    return secrets.token_urlsafe(18)


def key_from(form: Mapping[str, str]) -> str:
    """The key a form was sent with; a form without one (or with a broken one) counts as a new form."""
    given = form.get(FIELD, "")
    return given if _SHAPE.fullmatch(given) else new_key()


def _owner(person_id: int | None) -> str:
    return "v" if person_id is None else f"p{person_id}"


def claim(session: Session, key: str, person_id: int | None) -> int | None:
    """Claim the key: None when it is new, else the id the first sending led to.

    A second sending that arrives while the first is at work waits for it (primary key on PostgreSQL, the write lock on SQLite).
    """
    row = {"owner": _owner(person_id), "key": key, "made_at": clock.now()}
    added = session.execute(insert(session, OnceKey).values(**row).on_conflict_do_nothing().returning(OnceKey.key))
    if added.first() is not None:
        return None
    return session.scalar(select(OnceKey.result).where(OnceKey.owner == row["owner"], OnceKey.key == key)) or 0


def keep(session: Session, key: str, person_id: int | None, result: int) -> None:
    """Keep the id that this key's action led to."""
    session.execute(update(OnceKey).where(OnceKey.owner == _owner(person_id), OnceKey.key == key).values(result=result))


def forget_owner(session: Session, person_id: int) -> None:
    """Step: drop every key of somebody who leaves."""
    session.execute(delete(OnceKey).where(OnceKey.owner == _owner(person_id)))


def tidy(now: datetime) -> None:
    """The worker's chore: forget keys that no form comes back with."""
    delete_in_parts(OnceKey, OnceKey.made_at < now - timedelta(days=DAYS_KEPT))
