"""One-time codes and links: proof that a phone, a mailbox or a slip of paper is in a person's hands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class Purpose(StrEnum):
    """What a code is good for; a code of one purpose is worth nothing for another."""

    PHONE = "phone"  # this number is mine
    EMAIL = "email"  # this mailbox is mine
    SIGN_IN = "sign_in"  # let me in, by a code to my proven number
    RECOVERY = "recovery"  # let me set a new password
    DESK_RESET = "desk_reset"  # the desk saw my ID: let me set a new password on my own device
    ASSISTED = "assisted"  # the desk signed me up: this is really me


class Proof(Base):
    """A code that was sent or shown once. Kept as a keyed mark only."""

    __tablename__ = "proof"
    __table_args__ = (Index("ix_proof_target", "purpose", "target"), Index("ix_proof_mark", "code_mark"), Index("ix_proof_ends", "ends_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(code_type(Purpose, "proof_purpose"))
    target: Mapped[str] = mapped_column(String(254))  # the number (E.164) or address the code went to
    asker: Mapped[str] = mapped_column(String(32), default="")  # mark of the one browser it works in; "" any
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_mark: Mapped[str] = mapped_column(String(32))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the desk officer
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    tries_left: Mapped[int] = mapped_column(SmallInteger)
    used_at: Mapped[datetime | None]
