"""Double taps: one key, one person, one result."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock, once
from app.core.db import reading, transaction
from app.core.once import OnceKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

KEY = "kunci-yang-cukup-panjang"


def act(key: str, person_id: int | None, result: int, done: list[int]) -> int:
    with transaction() as session:
        earlier = once.claim(session, key, person_id)
        if earlier is not None:
            return earlier
        time.sleep(0)
        done.append(result)
        once.keep(session, key, person_id, result)
    return result


@pytest.mark.both
def test_the_second_tap_gets_the_first_result(app: Flask) -> None:
    done: list[int] = []
    assert [act(KEY, 7, 1, done), act(KEY, 7, 2, done)] == [1, 1]
    assert done == [1]


@pytest.mark.both
def test_one_persons_key_fetches_nothing_of_anothers(app: Flask) -> None:
    done: list[int] = []
    assert [act(KEY, 7, 1, done), act(KEY, 8, 2, done), act(KEY, None, 3, done)] == [1, 2, 3]
    assert done == [1, 2, 3]


@pytest.mark.both
def test_a_refused_action_gives_its_key_back(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012 - the block is the transaction
        once.claim(session, KEY, 7)
        raise ZeroDivisionError
    assert act(KEY, 7, 5, []) == 5


@pytest.mark.both
def test_twenty_taps_at_once_do_it_once(app: Flask, race: Callable[..., Any]) -> None:
    done: list[int] = []
    outcomes = race(20, lambda number: act(KEY, 7, number + 1, done))
    assert not outcomes.others()
    assert len(done) == 1
    assert set(outcomes.results) == set(done)


@pytest.mark.parametrize(
    "given", ["", "kurang", "x" * 65, "spasi di dalam kunci ini", "a\x00" * 10, "é" * 20, "'; DROP TABLE x; --", "a" * 20 + "\n"]
)
def test_a_broken_key_counts_as_a_new_form(given: str) -> None:
    made = once.key_from({once.FIELD: given})
    assert made != given
    assert once.key_from({once.FIELD: made}) == made
    assert once.key_from({}) != once.key_from({})


def test_old_keys_are_forgotten(app: Flask) -> None:
    act(KEY, 7, 1, [])
    kept = timedelta(days=once.DAYS_KEPT)
    once.tidy(clock.now() + kept - timedelta(minutes=1))
    assert act(KEY, 7, 2, []) == 1
    once.tidy(clock.now() + kept + timedelta(minutes=1))
    with reading() as session:
        assert session.query(OnceKey).count() == 0
