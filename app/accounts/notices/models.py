"""Notices in the app: a kind and parameters, worded when read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class Notice(Base):
    __tablename__ = "notice"
    __table_args__ = (
        # The same event tells a person once, however often its handler runs.
        UniqueConstraint("person_id", "event", name="uq_notice_person_event"),
        Index("ix_notice_unread", "person_id", sqlite_where=text("read_at IS NULL"), postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_inbox", "person_id", "id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(48))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    event: Mapped[str] = mapped_column(String(80))  # such as order:12:ready
    made_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
