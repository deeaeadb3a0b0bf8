"""Suspensions: who may not sign in for a time, why, and who decided it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.people.rules import SuspensionReason
from app.core.db import Base, Id, code_type


class Suspension(Base):
    """One decision. `Person.suspended_until` says what holds now; these rows say how it came to be."""

    __tablename__ = "suspension"
    __table_args__ = (
        # One that nobody has lifted stands at most; a longer one lifts the one before it.
        Index(
            "uq_suspension_standing",
            "person_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_suspension_person", "person_id", "id"),
        CheckConstraint("until_at > from_at", name="order"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[SuspensionReason] = mapped_column(code_type(SuspensionReason, "suspension_reason"))
    words: Mapped[str] = mapped_column(String(500))  # what staff told the person; may be empty
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
