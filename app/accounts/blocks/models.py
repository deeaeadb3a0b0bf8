"""Whom a person has blocked. The other never learns of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class Block(Base):
    __tablename__ = "block"
    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),)
    blocker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    blocked_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    made_at: Mapped[datetime]
