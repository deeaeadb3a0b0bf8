"""Races for tries: of many at once exactly `most` go through, counted in memory and in Redis."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from app.core import brakes
from app.core.refusals import TooFast
from app.core.words import _l
from tests.core.test_brakes import in_redis

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Outcomes

__all__ = ["in_redis"]
SEVEN = brakes.Limit("seven", 7, 600, _l("Tunggu."))
RUNNERS = 200


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        request.getfixturevalue("in_redis")
    return str(request.param)


def test_of_two_hundred_tries_at_once_exactly_seven_go_through(app: Flask, store: str, race: Callable[..., Outcomes]) -> None:
    outcomes = race(RUNNERS, lambda _number: brakes.take(SEVEN, "a"))
    assert not outcomes.others(TooFast)
    assert len(outcomes.wins) == 7
    assert ("brakes" in app.extensions) == (store == "memory")


def test_control_counting_and_taking_apart_lets_more_through(
    app: Flask, in_redis: brakes.Shared, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = threading.Barrier(RUNNERS)

    def take(limit: brakes.Limit, key: str) -> int:
        name = in_redis.name_of(limit, key)
        found = in_redis.client.zcard(name)
        counted.wait(60)
        if found >= limit.most:
            return 1
        in_redis.client.zadd(name, {str(threading.get_ident()): 1})
        return 0

    monkeypatch.setattr(in_redis, "take", take)
    assert len(race(RUNNERS, lambda _number: brakes.take(SEVEN, "a")).wins) > 7
