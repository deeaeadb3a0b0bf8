"""The trail of what staff decided: codes and ids, written in the action's own transaction, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Base, Id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class AuditRow(Base):
    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject", "subject_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(Id, index=True)  # no foreign key: the trail outlives an account
    act: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int] = mapped_column(Id)
    codes: Mapped[dict[str, Any]] = mapped_column(JSON)


def write(session: Session, actor_id: int | None, act: str, subject: str, subject_id: int, codes: dict[str, Any] | None = None) -> None:
    """Add a row to the trail. `codes` holds codes, ids and numbers: no text that a person wrote, no name, no phone."""
    session.add(AuditRow(at=clock.now(), actor_id=actor_id, act=act, subject=subject, subject_id=subject_id, codes=codes or {}))
