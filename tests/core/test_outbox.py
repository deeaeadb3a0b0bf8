"""Effects after commit: at least once, never two at a time, and none is lost."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.core import clock, outbox
from app.core.db import reading, transaction
from app.core.outbox import LEASE_SECONDS, MOST_TRIES, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask

pytestmark = pytest.mark.both
done: list[int] = []
running: set[int] = set()
both_at_once: list[int] = []
guard = threading.Lock()


def quietly(subject_id: int) -> None:
    with guard:
        if subject_id in running:
            both_at_once.append(subject_id)
        running.add(subject_id)
        done.append(subject_id)
    threading.Event().wait(0.002)
    with guard:
        running.discard(subject_id)


def poison(_subject_id: int) -> None:
    raise ValueError("nomor " + "0812" * 2)


@pytest.fixture(autouse=True)
def handlers(app: Flask) -> None:
    app.extensions["outbox_handlers"] = {"good": [quietly], "bad": [poison], "both": [poison, quietly]}
    for kept in (done, running, both_at_once):
        kept.clear()


def put(topic: str, *subjects: int) -> None:
    with transaction() as session:
        for subject in subjects:
            outbox.put(session, topic, subject)


def rows() -> list[OutboxRow]:
    with reading() as session:
        return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_two_workers_never_run_a_row_at_the_same_time(app: Flask, race: Callable[..., Any]) -> None:
    put("good", *range(1, 41))

    def work(_number: int) -> int:
        return sum(outbox.run_due(clock.now()) for _turn in range(10))

    outcomes = race(4, work)
    assert not outcomes.others()
    assert sum(outcomes.results) == 40
    assert sorted(done) == list(range(1, 41))
    assert not both_at_once


def test_what_is_rolled_back_is_never_run(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012 - the block is the transaction
        outbox.put(session, "good", 1)
        raise ZeroDivisionError
    assert outbox.run_due(clock.now()) == 0
    assert done == []


def test_a_killed_workers_lease_ends_by_itself(app: Flask) -> None:
    put("good", 1)
    now = clock.now()
    assert outbox._lease(now) is not None  # and the worker is gone
    assert outbox.run_due(now) == 0
    assert outbox.run_due(now + timedelta(seconds=LEASE_SECONDS - 2)) == 0
    assert outbox.run_due(now + timedelta(seconds=LEASE_SECONDS + 2)) == 1
    assert done == [1]


def test_a_poisonous_row_backs_off_then_rests_and_shows_and_lets_others_pass(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    put("bad", 1)
    put("good", 2)
    now = clock.now()
    waits = []
    with caplog.at_level(logging.DEBUG):
        for _turn in range(MOST_TRIES + 3):
            outbox.run_due(now)
            row = rows()[0]
            waits.append(row.due_at - now)
            now = max(row.due_at, now) + timedelta(seconds=1)
    assert done == [2]
    assert (row.tries, row.trouble, row.done_at) == (MOST_TRIES, "ValueError", None)
    assert waits[0] == timedelta(seconds=5)
    assert max(waits) <= timedelta(hours=4)
    with reading() as session:
        assert outbox.stuck(session) == 1
        assert outbox.overdue(session, now) == 0
    assert "08120812" not in caplog.text
    assert "poison" in caplog.text


def test_a_failed_handler_repeats_alone(app: Flask) -> None:
    put("both", 5)
    outbox.run_due(clock.now())
    outbox.run_due(clock.now() + timedelta(minutes=1))
    assert done == [5]
    assert [row.tries for row in rows()] == [2, 1]


def test_a_handler_that_no_longer_exists_is_tried_later_not_lost(app: Flask) -> None:
    put("good", 1)
    app.extensions["outbox_handlers"] = {}
    assert outbox.run_due(clock.now()) == 0
    assert rows()[0].trouble == "LookupError"


def test_what_is_due_later_waits(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        outbox.put(session, "good", 1, due_at=now + timedelta(hours=1))
    assert outbox.run_due(now) == 0
    assert outbox.run_due(now + timedelta(hours=1, seconds=1)) == 1


def test_an_unknown_topic_is_refused_at_once(app: Flask) -> None:
    with pytest.raises(KeyError), transaction() as session:
        outbox.put(session, "goood", 1)
