"""The register of leaks of data, and who was told when. The texts are staff's own and carry their language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.breaches.rules import Audience, BreachState, Way
from app.core.db import Base, Id, code_type


class Breach(Base):
    __tablename__ = "breach"
    __table_args__ = (CheckConstraint("people_count >= 0", name="people_count"), Index("ix_breach_state", "state", "noticed_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(Text)  # what happened and how
    happened: Mapped[str] = mapped_column(String(120))  # when, as far as known: "antara 18 dan 20 November 2026"
    data: Mapped[str] = mapped_column(Text)  # which data
    people_count: Mapped[int]
    measures: Mapped[str] = mapped_column(Text)  # what is done, and what the person can do
    contact: Mapped[str] = mapped_column(String(200))
    lang: Mapped[str] = mapped_column(String(2))
    noticed_at: Mapped[datetime]
    state: Mapped[BreachState] = mapped_column(code_type(BreachState, "breach_state"), default=BreachState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class BreachNotice(Base):
    """That somebody was told, when, how, and by whom."""

    __tablename__ = "breach_notice"
    __table_args__ = (Index("ix_breach_notice_breach", "breach_id"), CheckConstraint("people_count >= 0", name="people_count"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    breach_id: Mapped[int] = mapped_column(ForeignKey("breach.id"))
    audience: Mapped[Audience] = mapped_column(code_type(Audience, "breach_audience"))
    way: Mapped[Way] = mapped_column(code_type(Way, "breach_way"))
    people_count: Mapped[int]  # how many were told this way; 0 for the agency
    told_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
