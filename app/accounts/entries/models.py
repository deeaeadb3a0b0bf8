"""The history of signing in: what its owner sees, and nobody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.entries.rules import Outcome, Way
from app.core.db import Base, Id, code_type


class Entry(Base):
    """One way in; or all that failed in one hour with one outcome, counted, so that nobody can fill the table by guessing."""

    __tablename__ = "sign_in_entry"
    __table_args__ = (
        # Rows without an hour got in: each is a row of its own.
        UniqueConstraint("person_id", "outcome", "hour", name="uq_sign_in_entry_hour"),
        CheckConstraint("(hour IS NULL) = (outcome = 'in')", name="hour"),
        Index("ix_sign_in_entry_person", "person_id", "at"),
        Index("ix_sign_in_entry_at", "at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Way] = mapped_column(code_type(Way, "entry_way"))
    outcome: Mapped[Outcome] = mapped_column(code_type(Outcome, "entry_outcome"))
    device: Mapped[str] = mapped_column(String(80))  # the newest one of the hour
    hour: Mapped[datetime | None]  # the full hour that failures are counted in
    times: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]  # the newest of the hour
