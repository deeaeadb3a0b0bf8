"""Pictures that nobody needs any more: noted in the action's transaction, taken from the store by the worker.

A file is gone for good once deleted, so it goes only after the commit; and the outbox carries ids alone, so its key waits here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock, outbox
from app.core.db import Base, Id, reading, transaction
from app.core.pictures import delete_photo

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class DiscardedPicture(Base):
    __tablename__ = "discarded_picture"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    put_at: Mapped[datetime]


def discard(session: Session, key: str) -> None:
    """Step: every size of this picture is deleted soon after the commit. No row may show it any more."""
    row = DiscardedPicture(key=key, put_at=clock.now())
    session.add(row)
    session.flush()
    outbox.put(session, "picture.discarded", row.id)


def remove(discard_id: int) -> None:
    """The worker's part. Safe to run twice."""
    with reading() as session:
        key = session.scalar(select(DiscardedPicture.key).where(DiscardedPicture.id == discard_id))
    if key is None:
        return
    delete_photo(key)
    with transaction() as session:
        session.execute(delete(DiscardedPicture).where(DiscardedPicture.id == discard_id))
