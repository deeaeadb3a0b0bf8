"""What the worker does now and then by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from app.__main__ import turn_of
from app.core import clock, contrib, once, outbox
from app.core.db import delete_in_parts, reading, transaction
from tests.factories import FRIDAY

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask


def test_a_chore_runs_at_the_start_and_then_every_so_often_and_a_failing_one_stops_no_other(app: Flask) -> None:
    ran: list[datetime] = []

    def fail(_now: datetime) -> None:
        raise RuntimeError("Mama Ina")  # its text goes into no log

    app.extensions["contributions"] = (
        contrib.Chore("bad", timedelta(hours=1), fail),
        contrib.Chore("good", timedelta(hours=1), ran.append),
    )
    turn = turn_of(app)
    for minutes in (0, 1, 59, 61, 62, 130):
        with time_machine.travel(FRIDAY + timedelta(minutes=minutes), tick=False):
            turn()
    assert ran == [FRIDAY + timedelta(minutes=minutes) for minutes in (0, 61, 130)]


def test_finished_outbox_rows_are_forgotten_after_a_week(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        for days in (outbox.DAYS_KEPT - 1, outbox.DAYS_KEPT + 1):
            at = now - timedelta(days=days)
            session.add(outbox.OutboxRow(topic="turn.due", subject_id=1, handler="x", put_at=at, due_at=at, done_at=at))
    turn_of(app)()
    with reading() as session:
        assert session.query(outbox.OutboxRow).count() == 1


@pytest.mark.both
def test_a_chore_deletes_in_parts_what_was_asked_for_and_nothing_else(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        for number in range(7):
            session.add(once.OnceKey(owner=f"p{number % 2}", key=f"kunci {number}", result=1, made_at=now - timedelta(days=number)))
    assert delete_in_parts(once.OnceKey, once.OnceKey.made_at < now - timedelta(days=1, hours=1), part=2) == 5
    assert delete_in_parts(once.OnceKey, once.OnceKey.made_at < now - timedelta(days=1, hours=1), part=2) == 0
    with reading() as session:
        assert sorted(session.scalars(select(once.OnceKey.key))) == ["kunci 0", "kunci 1"]
