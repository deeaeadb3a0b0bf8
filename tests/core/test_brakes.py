"""Brakes: a moving window, counted before the work, given back by what succeeds; in one process's memory and in Redis alike."""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING

import fakeredis
import pytest

from app.core import brakes
from app.core.refusals import TooFast
from app.core.words import _l
from tests.core.listeners import has_redis, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Client, Outcomes

THREE = brakes.Limit("three", 3, 60, _l("Tunggu."))
TIRED = brakes.Limit("tired", 3, 60, _l("Tunggu."))


@pytest.fixture
def in_redis(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[brakes.Shared]:
    """The app counts in Redis: a real server where one is installed, else its stand-in."""
    monkeypatch.setattr(brakes, "REDIS_SECONDS", 30.0)
    if has_redis():
        with redis_server(tmp_path) as url:
            choose(app, url)
            yield made(app)
            made(app).client.connection_pool.disconnect()
    else:
        choose(app, "redis://127.0.0.1:1")
        shared = made(app)
        shared.client = fakeredis.FakeRedis(decode_responses=True)
        shared._script = shared.client.register_script(brakes.TAKE)
        yield shared


def choose(app: Flask, url: str) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], redis_url=url)


def made(app: Flask) -> brakes.Shared:
    shared = brakes._shared()
    assert shared is not None
    return shared


@pytest.fixture(params=["memory", "redis"])
def pass_time(request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`pass_time(10)`: the store's clock goes on by ten seconds."""
    if request.param == "memory":
        clock = [1000.0]
        monkeypatch.setattr("app.core.brakes.time.monotonic", lambda: clock[0])

        def later(seconds: float) -> None:
            clock[0] += seconds
    else:
        shared: brakes.Shared = request.getfixturevalue("in_redis")

        def later(seconds: float) -> None:
            for name in shared.client.keys("*"):
                for member in shared.client.zrange(name, 0, -1):
                    shared.client.zincrby(name, -seconds * 1_000_000, member)

    return later


def test_the_fourth_try_waits_for_the_first_to_grow_old(app: Flask, pass_time: Callable[[float], None]) -> None:
    for _turn in range(3):
        brakes.take(THREE, "a")
        pass_time(10)
    with pytest.raises(TooFast) as stopped:
        brakes.take(THREE, "a")
    assert stopped.value.seconds in (30, 31)  # Redis' own clock goes on while the test runs
    assert str(stopped.value) == "Tunggu."
    brakes.take(THREE, "b")
    brakes.take(TIRED, "a")
    pass_time(30.5)
    brakes.take(THREE, "a")
    with pytest.raises(TooFast):
        brakes.take(THREE, "a")


def test_what_succeeded_is_given_back(app: Flask, pass_time: Callable[[float], None]) -> None:
    for _turn in range(10):
        brakes.take(THREE, "a")
        brakes.give_back(THREE, "a")
    brakes.give_back(THREE, "never taken")


def test_the_newest_try_is_the_one_given_back(app: Flask, pass_time: Callable[[float], None]) -> None:
    for _turn in range(3):
        brakes.take(THREE, "a")
        pass_time(10)
    brakes.give_back(THREE, "a")
    brakes.take(THREE, "a")
    pass_time(31)
    brakes.take(THREE, "a")  # the oldest grew old: it was not the one given back
    with pytest.raises(TooFast):
        brakes.take(THREE, "a")


def test_many_at_once_do_not_slip_through(app: Flask, race: Callable[..., Outcomes], pass_time: Callable[[float], None]) -> None:
    outcomes = race(50, lambda _number: brakes.take(THREE, "a"))
    assert len(outcomes.wins) == 3
    assert len(outcomes.refusals(TooFast)) == 47


def test_memory_has_an_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brakes, "MOST_KEYS", 5)
    for number in range(50):
        brakes.take(THREE, str(number))
    assert len(app.extensions["brakes"].keys) == 5


def test_redis_holds_no_phone_number_and_forgets_by_itself(app: Flask, in_redis: brakes.Shared) -> None:
    brakes.take(THREE, "+6281234567890")
    (name,) = in_redis.client.keys("*")
    assert name.startswith("katong:rem:three:")
    told = name + " ".join(in_redis.client.zrange(name, 0, -1))
    assert "6281234567890" not in told
    assert 0 < in_redis.client.pttl(name) <= 60_000
    assert "brakes" not in app.extensions  # nothing was counted in this process
    brakes.give_back(THREE, "+6281234567890")
    assert in_redis.client.keys("*") == []


def test_two_processes_count_together(app: Flask, in_redis: brakes.Shared) -> None:
    other = brakes.Shared.__new__(brakes.Shared)
    other.__dict__ = dict(in_redis.__dict__)
    assert [in_redis.take(THREE, "a"), other.take(THREE, "a"), in_redis.take(THREE, "a")] == [0, 0, 0]
    assert other.take(THREE, "a") > 0


def test_while_redis_is_away_each_process_brakes_by_itself(
    app: Flask, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("app.core.brakes.time.monotonic", lambda: now)
    choose(app, "redis://127.0.0.1:1")  # nobody listens there
    with caplog.at_level(logging.WARNING, "katong.brakes"):
        for _turn in range(3):
            brakes.take(THREE, "+6281234567890")
            now += brakes.AWAY_SECONDS + 1
        with pytest.raises(TooFast):
            brakes.take(THREE, "+6281234567890")
        brakes.give_back(THREE, "+6281234567890")
        brakes.take(THREE, "+6281234567890")
        told = [record.getMessage() for record in caplog.records]
        assert len(told) == 1
        now += brakes.LOG_SECONDS
        brakes.take(TIRED, "a")
        assert len(caplog.records) == 2
    assert "628" not in "".join(told)
    answer = client.get("/siap")
    assert (answer.status_code, answer.get_json()["redis"]) == (200, False)


def test_redis_that_is_away_is_left_alone_for_a_while(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(app, "redis://127.0.0.1:1")
    asked: list[int] = []
    shared = made(app)

    def fail(*_args: object) -> None:
        asked.append(1)
        raise shared.error

    monkeypatch.setattr(shared, "_script", fail)
    for number in range(20):
        brakes.take(THREE, str(number))
    assert len(asked) == 1


@pytest.mark.skipif(not has_redis(), reason="redis-server is not installed on this machine")
def test_redis_that_comes_back_counts_again(app: Flask, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brakes, "AWAY_SECONDS", 0.0)
    with redis_server(tmp_path) as url:
        choose(app, url)
        for _turn in range(3):
            brakes.take(THREE, "a")
        assert client.get("/siap").get_json()["redis"] is True
    for _turn in range(3):
        brakes.take(THREE, "a")
    with pytest.raises(TooFast):
        brakes.take(THREE, "a")
    with redis_server(tmp_path, int(url.rsplit(":", 1)[1].split("/")[0])):
        brakes.take(THREE, "a")
        assert made(app).client.keys("*") == [made(app).name_of(THREE, "a")]
        made(app).client.connection_pool.disconnect()


@pytest.mark.parametrize(
    ("address", "network"),
    [("198.51.100.7", "198.51.100.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:198.51.100.7", "198.51.100.7"), ("", "unknown"), (None, "unknown"), ("unix", "unknown")],
)  # fmt: skip
def test_what_counts_as_one_address(address: str | None, network: str) -> None:
    assert brakes.network_of(address) == network
