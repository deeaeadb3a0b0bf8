"""A private fact, told by the person alone, and its check where a benefit needs it.

A copied database must not tell who worked abroad: answers are sealed and all of one length, and a request for a
programme holds no person, only a keyed mark and a sealed number. Days, not instants: a time of day beside a sign-in
would say whose row it is. Nothing of this goes to the audit, the outbox, form keys or notices in a form that ties a
person to a programme.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.benefits.rules import Check
from app.core.db import Base, Id, code_type


class PrivateFact(Base):
    """What a person told about herself, sealed for this row's column "told". "No" and "I'd rather not say" are rows too."""

    __tablename__ = "private_fact"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    told: Mapped[bytes] = mapped_column(LargeBinary)


class Programme(Base):
    """Something an office gives, until a day, to those whom a check lets in."""

    __tablename__ = "programme"
    __table_args__ = (Index("ix_programme_ends", "ends_on"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    office: Mapped[str] = mapped_column(String(120))
    gives: Mapped[str] = mapped_column(Text)
    counter: Mapped[str] = mapped_column(String(200))  # where and when the paper is shown
    lang: Mapped[str] = mapped_column(String(2))  # of the three texts above
    check: Mapped[Check] = mapped_column("needs", code_type(Check, "programme_check"))
    ends_on: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closed_on: Mapped[date | None]


class ProgrammeOfficer(Base):
    """Who may see who asked for a programme."""

    __tablename__ = "programme_officer"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class ProgrammeAsk(Base):
    """A request to be checked. The person is sealed; the mark finds her own row and keeps it the only one."""

    __tablename__ = "programme_ask"
    __table_args__ = (
        UniqueConstraint("asker_mark", name="uq_programme_ask_asker_mark"),
        Index("ix_programme_ask_programme", "programme_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    asker_mark: Mapped[str] = mapped_column(String(32))  # keyed by programme and person: two programmes can't be laid together
    asker: Mapped[bytes] = mapped_column(LargeBinary)  # sealed person id; the row's name is its mark
    consent_version: Mapped[str] = mapped_column(String(16))
    asked_on: Mapped[date]
    result: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed yes or no; the row's name is its mark
    checked_on: Mapped[date | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
