"""Turns: who held, or was offered, which booth on which day."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type
from app.market.booths.models import Method


class TurnState(StrEnum):
    HELD = "held"  # kept for a quarter of an hour while the seller decides (direct booking)
    OFFERED = "offered"  # assigned; waits for the seller's answer
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    ABSENT = "absent"
    RELEASED = "released"  # let go before confirming
    EXPIRED = "expired"
    GIVEN_BACK = "given_back"
    CANCELLED = "cancelled"  # by an officer, with a reason code


LIVE_TURNS = (TurnState.HELD, TurnState.OFFERED, TurnState.CONFIRMED, TurnState.ATTENDED, TurnState.ABSENT)
_LIVE = text("state IN ('held', 'offered', 'confirmed', 'attended', 'absent')")
# Word for word as the index below says it, not by parameters: only then do SQLite and PostgreSQL use that index.
TURN_IS_LIVE = text(f"turn.{_LIVE.text}")


class Turn(Base):
    """One shop's turn at one booth on one day: the history behind `booth_day`."""

    __tablename__ = "turn"
    __table_args__ = (
        Index("uq_turn_live_booth", "market_day_id", "booth_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_turn_shop", "shop_id", "id"),
        Index("ix_turn_person", "person_id", "id"),
        Index("ix_turn_answer_by", "state", "answer_by"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"))
    method: Mapped[Method] = mapped_column(code_type(Method, "method"))
    goods: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[TurnState] = mapped_column(code_type(TurnState, "turn_state"))
    made_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(32))  # rules.CANCEL_REASONS, when an officer cancelled it


class TurnPerson(Base):
    """Who stands behind a live turn: nobody holds two booths on one day. Rows go when the turn ends."""

    __tablename__ = "turn_person"
    market_day_id: Mapped[int] = mapped_column(ForeignKey("market_day.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id"), index=True)
