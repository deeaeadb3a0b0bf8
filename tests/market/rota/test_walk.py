"""Whatever people do in whatever order, every day adds up: free + offered + held + blocked is the number of booths."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.core import clock, once
from app.core.access import Actor
from app.core.db import reading
from app.core.refusals import Refusal
from app.market.applications import actions as applications
from app.market.applications import queries as application_queries
from app.market.booths import actions as booths
from app.market.booths import queries as booth_queries
from app.market.booths.models import Method
from app.market.rota import actions
from app.market.rota.models import Turn, TurnState
from tests.market.booths.counts import check_day
from tests.market.booths.factories import a_direct_day, a_site, an_edition, an_officer, sellers

if TYPE_CHECKING:
    from flask import Flask


class Walk:
    """A random walk of one seed over a day that is booked directly and an edition whose booths are assigned."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.at = clock.now()
        direct = a_direct_day()
        given = an_edition(a_site(method=Method.GROUPS), in_days=10)
        self.direct, self.given = direct, given
        self.days = [direct.days[0].id, *(day.id for day in given.days)]
        self.people = sellers(7)
        self.officer = an_officer()
        with reading() as session:
            cells = booth_queries.cells(session, self.days[0], self.at)
            self.given_cells = booth_queries.cells(session, self.days[1], self.at)
        self.codes = [cell.code for cell in cells]
        self.ids = [cell.booth_id for cell in cells]

    def turn(self, *states: TurnState) -> Turn | None:
        with reading() as session:
            found = session.scalars(select(Turn).where(Turn.state.in_(states)).order_by(Turn.id)).all()
        return self.random.choice(found) if found else None

    def actor_of(self, turn: Turn) -> Actor:
        return next(seller.actor for seller in self.people if seller.actor.person_id == turn.person_id)

    def hold(self) -> None:
        actions.hold(self.random.choice(self.people).actor, self.days[0], self.random.choice(self.codes), None, once.new_key())

    def confirm(self) -> None:
        if turn := self.turn(TurnState.HELD):
            actions.confirm(self.actor_of(turn), turn.id, "Keripik", once.new_key())

    def release(self) -> None:
        if turn := self.turn(TurnState.HELD, TurnState.OFFERED):
            actions.release(self.actor_of(turn), turn.id)

    def accept(self) -> None:
        if turn := self.turn(TurnState.OFFERED):
            actions.accept(self.actor_of(turn), turn.id)

    def give_back(self) -> None:
        if turn := self.turn(TurnState.CONFIRMED):
            actions.give_back(self.actor_of(turn), turn.id)

    def expire(self) -> None:
        if turn := self.turn(*TurnState):
            actions.expire(turn.id)

    def cancel(self) -> None:
        if turn := self.turn(*TurnState):
            actions.cancel_turn(self.officer, turn.id, "mistake")

    def apply(self) -> None:
        zone = self.random.choice(self.given_cells).zone_id
        applications.apply_for_edition(
            self.random.choice(self.people).actor,
            self.given.id,
            None,
            applications.Wish(zone, None, "Kain", False, 0, "nib"),
            once.new_key(),
        )

    def assign(self) -> None:
        with reading() as session:
            waiting = application_queries.queue(session, self.given.id)
        if waiting:
            cell = self.random.choice(self.given_cells)
            applications.assign(
                self.officer, self.random.choice(waiting).id, self.random.choice(self.days[1:]), cell.booth_id, once.new_key()
            )

    def block(self) -> None:
        booths.block(self.officer, self.days[0], self.random.choice(self.ids))

    def unblock(self) -> None:
        booths.unblock(self.officer, self.days[0], self.random.choice(self.ids))

    def wait(self) -> None:
        self.at += timedelta(minutes=self.random.choice([1, 5, 16, 70]))

    def step(self) -> None:
        moves: list[Callable[[], None]] = [self.hold, self.hold, self.confirm, self.release, self.accept, self.give_back, self.expire]
        moves += [self.cancel, self.apply, self.assign, self.assign, self.block, self.unblock, self.wait]
        try:
            self.random.choice(moves)()
        except Refusal:
            pass
        for day in self.days:
            check_day(day, len(self.codes))


@pytest.mark.both
@pytest.mark.parametrize("seed", [1, 2])
def test_every_day_adds_up_after_every_step(
    app: Flask, seed: int, rounds: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Walk(seed)

    def now() -> datetime:
        return walk.at

    monkeypatch.setattr(clock, "now", now)
    for _step in range(rounds(120, 3000)):
        walk.step()
