"""Notices on their way out: mail, text message, push, and the officer's WhatsApp list."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.deliveries.rules import Channel, DeliveryState
from app.core.db import Base, Id, code_type

_STUCK = text("state = 'stuck'")
_TO_HAND = text("channel = 'whatsapp' AND state = 'waiting'")


class Digest(Base):
    """One person's summary of one morning."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "day", name="uq_digest_person_day"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date] = mapped_column(index=True)  # in Kupang


class DigestNotice(Base):
    """A notice that waits for a summary; it is left out when it was read by then."""

    __tablename__ = "digest_notice"
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True, autoincrement=False)
    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id"), index=True)


class Delivery(Base):
    """One notice, or one summary, by one channel. Its words are made when it goes out; here are codes only."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel", name="uq_delivery_notice_channel"),
        UniqueConstraint("digest_id", "channel", name="uq_delivery_digest_channel"),
        CheckConstraint("(notice_id IS NULL) <> (digest_id IS NULL)", name="subject"),
        Index("ix_delivery_stuck", "made_at", sqlite_where=_STUCK, postgresql_where=_STUCK),
        Index("ix_delivery_to_hand", "expires_at", sqlite_where=_TO_HAND, postgresql_where=_TO_HAND),
        Index("ix_delivery_made", "made_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digest.id"))
    channel: Mapped[Channel] = mapped_column(code_type(Channel, "channel"))
    state: Mapped[DeliveryState] = mapped_column(code_type(DeliveryState, "delivery_state"), default=DeliveryState.WAITING)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # after this nobody is served by it any more
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    taken_at: Mapped[datetime | None]  # by the worker that hands it over just now
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # the officer who opened WhatsApp
    trouble: Mapped[str | None] = mapped_column(String(48))  # a code, never the other side's words: those may quote an address


class PushSubscription(Base):
    """Where one browser takes pushes. It lives as long as the sign-in it was made in."""

    __tablename__ = "push_subscription"
    __table_args__ = (UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("device_session.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime]
