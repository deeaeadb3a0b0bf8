"""What must hold of every day, whatever happened."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from app.core.db import reading
from app.market.booths.models import BoothDay, BoothDayState
from app.market.rota.models import LIVE_TURNS, Turn, TurnPerson, TurnState


def states(market_day_id: int) -> Counter[str]:
    with reading() as session:
        return Counter(s.value for s in session.scalars(select(BoothDay.state).where(BoothDay.market_day_id == market_day_id)))


def check_day(market_day_id: int, booths: int) -> None:
    """free + offered + held + blocked is the number of booths; each that is given has exactly one live turn; nobody stands twice."""
    with reading() as session:
        days = session.execute(
            select(BoothDay.booth_id, BoothDay.state, BoothDay.turn_id, BoothDay.shop_id).where(BoothDay.market_day_id == market_day_id)
        ).all()
        turns = session.execute(
            select(Turn.id, Turn.booth_id, Turn.shop_id, Turn.person_id, Turn.state).where(
                Turn.market_day_id == market_day_id, Turn.state.in_(LIVE_TURNS)
            )
        ).all()
        people = session.execute(select(TurnPerson.person_id, TurnPerson.turn_id).where(TurnPerson.market_day_id == market_day_id)).all()
    assert len(days) == booths
    given = {(day.booth_id, day.turn_id, day.shop_id) for day in days if day.state in (BoothDayState.OFFERED, BoothDayState.HELD)}
    assert given == {(turn.booth_id, turn.id, turn.shop_id) for turn in turns}
    assert len(turns) == len({turn.person_id for turn in turns})
    assert {(row.person_id, row.turn_id) for row in people} == {(turn.person_id, turn.id) for turn in turns}
    standing = {day.booth_id for day in days if day.state is BoothDayState.HELD}
    assert standing == {turn.booth_id for turn in turns if turn.state in (TurnState.CONFIRMED, TurnState.ATTENDED, TurnState.ABSENT)}
