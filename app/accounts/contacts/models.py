"""Phone and e-mail of an account: proving, changing, taking back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class Contact(StrEnum):
    PHONE = "phone"
    EMAIL = "email"


class ContactChange(Base):
    """A number or address that an account had before: told that it was replaced, shown to its owner for some weeks, then forgotten."""

    __tablename__ = "contact_change"
    __table_args__ = (Index("ix_contact_change_person", "person_id", "made_at"), Index("ix_contact_change_made", "made_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    contact: Mapped[Contact] = mapped_column(code_type(Contact, "contact_change_contact"))
    before: Mapped[str | None] = mapped_column(String(254))  # None: there was none
    was_proven: Mapped[bool]  # only then is it told: an unproven number may be a stranger's
    made_at: Mapped[datetime]
