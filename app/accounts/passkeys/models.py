"""What goes with passkeys: the random handle a phone knows a person by, and the challenges that were answered.

The keys themselves stand beside the other proofs in `people/models.py`, since signing in by a password asks whether there is one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class PasskeyHandle(Base):
    """64 random bytes by which phones know a person: neither the id nor anything about her."""

    __tablename__ = "passkey_handle"
    __table_args__ = (UniqueConstraint("handle", name="uq_passkey_handle_handle"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    handle: Mapped[bytes] = mapped_column(LargeBinary)


class SpentChallenge(Base):
    """A challenge that was answered; it is answered once. Kept as long as the browser's copy could come back."""

    __tablename__ = "spent_challenge"
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the challenge
    spent_at: Mapped[datetime] = mapped_column(index=True)
