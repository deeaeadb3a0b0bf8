"""Notices in the app: a kind and parameters, worded when read. And how each person wants to be told outside of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.notices.rules import Group, MessageWish, Pace
from app.core.db import Base, Id, code_type


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


class NoticePreference(Base):
    """How one group of notices leaves the site for one person; without a row the group's default holds."""

    __tablename__ = "notice_preference"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind_group: Mapped[Group] = mapped_column(code_type(Group, "kind_group"), primary_key=True)
    pace: Mapped[Pace] = mapped_column(code_type(Pace, "pace"))
    by_mail: Mapped[bool] = mapped_column(default=True)  # False once the person stopped these letters


class NoticeSetting(Base):
    """What holds for all groups of a person's notices; without a row, the defaults of rules.Wishes."""

    __tablename__ = "notice_setting"
    __table_args__ = (CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="quiet"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    has_quiet: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[int] = mapped_column(SmallInteger)  # hours in Kupang
    quiet_until: Mapped[int] = mapped_column(SmallInteger)
    by_message: Mapped[MessageWish] = mapped_column(code_type(MessageWish, "message_wish"))
    language: Mapped[str] = mapped_column(String(2))  # of what leaves the site
