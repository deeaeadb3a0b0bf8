"""Brakes: a moving window, counted before the work, given back by what succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core import brakes
from app.core.refusals import TooFast
from app.core.words import _l

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Outcomes

THREE = brakes.Limit("three", 3, 60, _l("Tunggu."))


def test_the_fourth_try_waits_for_the_first_to_grow_old(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("app.core.brakes.time.monotonic", lambda: now)
    for _turn in range(3):
        brakes.take(THREE, "a")
        now += 10
    with pytest.raises(TooFast) as stopped:
        brakes.take(THREE, "a")
    assert stopped.value.seconds == 31
    assert str(stopped.value) == "Tunggu."
    brakes.take(THREE, "b")
    now = 1060.5
    brakes.take(THREE, "a")
    with pytest.raises(TooFast):
        brakes.take(THREE, "a")


def test_what_succeeded_is_given_back(app: Flask) -> None:
    for _turn in range(10):
        brakes.take(THREE, "a")
        brakes.give_back(THREE, "a")
    brakes.give_back(THREE, "never taken")


def test_many_at_once_do_not_slip_through(app: Flask, race: Callable[..., Outcomes]) -> None:
    outcomes = race(50, lambda _number: brakes.take(THREE, "a"))
    assert len(outcomes.wins) == 3
    assert len(outcomes.refusals(TooFast)) == 47


def test_memory_has_an_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brakes, "MOST_KEYS", 5)
    for number in range(50):
        brakes.take(THREE, str(number))
    assert len(app.extensions["brakes"].keys) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [("198.51.100.7", "198.51.100.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:198.51.100.7", "198.51.100.7"), ("", "unknown"), (None, "unknown"), ("unix", "unknown")],
)  # fmt: skip
def test_what_counts_as_one_address(address: str | None, network: str) -> None:
    assert brakes.network_of(address) == network
