"""Rooms, threads and posts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class Reach(StrEnum):
    """Who may read a room."""

    PUBLIC = "public"
    MEMBERS = "members"


class Voice(StrEnum):
    """Under which name one writes in a room."""

    NAMED = "named"
    PSEUDONYM = "pseudonym"  # one pseudonym a thread; the row holds no person


class State(StrEnum):
    SHOWN = "shown"
    HELD = "held"  # waits for a moderator
    REMOVED = "removed"  # by a moderator
    WITHDRAWN = "withdrawn"  # by the writer: the text is gone, the position stays


class Room(Base):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("slug", name="uq_room_slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    about: Mapped[str] = mapped_column(String(300))
    icon: Mapped[str] = mapped_column(String(24), default="obrolan")
    reach: Mapped[Reach] = mapped_column(code_type(Reach, "reach"), default=Reach.PUBLIC)
    voice: Mapped[Voice] = mapped_column(code_type(Voice, "voice"), default=Voice.NAMED)
    is_indexed: Mapped[bool] = mapped_column(default=True)  # our search and search engines
    is_calm: Mapped[bool] = mapped_column(default=False)  # quick exit, no names in titles
    position: Mapped[int]
    thread_count: Mapped[int] = mapped_column(default=0)
    last_post_at: Mapped[datetime | None]


class Thread(Base):
    __tablename__ = "thread"
    __table_args__ = (
        Index("ix_thread_room_page", "room_id", "state", "last_post_at", "id"),
        Index("ix_thread_latest", "state", "last_post_at", "id"),
        Index("ix_thread_author", "author_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    title: Mapped[str] = mapped_column(String(150))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    author_mark: Mapped[str | None] = mapped_column(String(40))  # the pseudonym shown
    author_seal: Mapped[str | None] = mapped_column(String(64))  # keyed hash: finds one's own posts, names nobody without the key
    state: Mapped[State] = mapped_column(code_type(State, "state"), default=State.SHOWN)
    is_closed: Mapped[bool] = mapped_column(default=False)
    reply_count: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    last_post_at: Mapped[datetime]


class Post(Base):
    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("thread_id", "position", name="uq_post_thread_position"),
        CheckConstraint("position >= 1", name="position"),
        Index("ix_post_author", "author_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    position: Mapped[int]  # 1 opens the thread; a page of a thread is a range of positions, so deep pages cost the same
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    author_mark: Mapped[str | None] = mapped_column(String(40))
    author_seal: Mapped[str | None] = mapped_column(String(64))
    is_staff_answer: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(Text)  # Markdown as typed
    body_html: Mapped[str] = mapped_column(Text)  # core.markdown's safe HTML of it
    state: Mapped[State] = mapped_column(code_type(State, "state"), default=State.SHOWN)
    made_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
