"""A stranger who guesses is stopped; the owner on her own phone, and the neighbours behind the same address, are not."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from app.accounts.entries import rules
from app.accounts.people import actions
from app.accounts.people.models import Person
from app.core import clock
from app.core.db import transaction
from app.core.passwords import hash_password
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

ROS, INA = "0812-000-000001", "0812-000-000002"
CARRIER = "198.51.100.7"
WRONG = "salah sekali ini"


@pytest.fixture
def settings(settings: Any) -> Any:
    return dataclasses.replace(settings, rate_limits=True)


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        a_person(session, name="Ina", phone="+62812000000002")
        return a_person(session, name="Ros", phone="+62812000000001")


def enter(client: Any, who: str, password: str, address: str = CARRIER) -> int:
    """One try; the status of the answer."""
    answer = client.post("/masuk", data={"phone": who, "password": password}, environ_base={"REMOTE_ADDR": address})
    answer.close()
    return int(answer.status_code)


def a_known_phone(app: Flask, who: str = ROS, password: str = PASSWORD) -> Client:
    """A browser that has signed in before and signed out since."""
    mine: Any = app.test_client()
    assert enter(mine, who, password, "203.0.113.200") == 303
    mine.delete_cookie("katong")
    return mine  # type: ignore[no-any-return]


def address(turn: int) -> str:
    """Half of the tries from one address, half from many."""
    return CARRIER if turn % 2 else f"192.0.2.{turn % 97}"


def test_guessing_at_one_account_stops_the_guesser_and_not_its_owner(app: Flask, ros: Person, rounds: Callable[[int, int], int]) -> None:
    mine = a_known_phone(app)
    statuses = [enter(app.test_client(), ROS, f"tebakan nomor {turn}", address(turn)) for turn in range(rounds(500, 10_000))]
    assert 303 not in statuses
    assert statuses.count(422) < actions.SIGN_IN_DAY.most
    assert enter(app.test_client(), ROS, PASSWORD, "203.0.113.99") == 429, "the right password does not help an unknown device now"
    assert enter(mine, ROS, PASSWORD) == 303
    assert enter(app.test_client(), INA, PASSWORD, CARRIER) == 303, "a neighbour behind the guesser's address"


def test_guessing_across_accounts_lets_neighbours_in(app: Flask, ros: Person, rounds: Callable[[int, int], int]) -> None:
    mine = a_known_phone(app)
    count = rounds(500, 10_000) + actions.PASSWORDS_ADDRESS.most  # so that the one address is full in either case
    statuses = []
    for turn in range(count):
        who = (ROS, INA)[turn % 2] if turn < 6 else f"0813-{turn // 1000:04d}-{turn % 1000 + 1000:04d}"
        statuses.append(enter(app.test_client(), who, "lontar biru dua", address(turn)))
    assert statuses == [422] * count
    assert enter(app.test_client(), INA, PASSWORD) == 303, "from a new phone, behind the same address"
    assert enter(mine, ROS, PASSWORD) == 303


def test_without_tries_of_its_own_a_known_device_would_be_locked_out_too(app: Flask, ros: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the device unknown to the brake the guesser locks the owner out."""
    mine = a_known_phone(app)
    for turn in range(12):
        enter(app.test_client(), ROS, f"tebakan nomor {turn}")
    take = actions._take_tries
    monkeypatch.setattr(actions, "_take_tries", lambda who, kept, _known, address: take(who, kept, (), address))
    assert enter(mine, ROS, PASSWORD) == 429


def test_a_stolen_device_cookie_gives_ten_tries_and_no_more(app: Flask, ros: Person) -> None:
    mine = a_known_phone(app)
    kept = mine.get_cookie("perangkat")
    assert kept is not None
    for turn in range(12):
        enter(app.test_client(), ROS, f"tebakan nomor {turn}")
    statuses = []
    for turn in range(14):
        thief: Any = app.test_client()
        thief.set_cookie("perangkat", kept.value)
        statuses.append(enter(thief, ROS, f"tebakan lain {turn}"))
    assert statuses == [422] * 10 + [429] * 4
    other = a_known_phone(app, INA)
    thief = app.test_client()
    thief.set_cookie("perangkat", other.get_cookie("perangkat").value)  # type: ignore[union-attr]
    assert enter(thief, ROS, PASSWORD) == 429, "a device that another account knows is unknown to this one"


def test_an_account_with_somebody_elses_number_gives_no_more_guesses_at_hers(app: Flask, ros: Person) -> None:
    """Whoever signs up with her number has a device that his own account knows: his tries must not become tries at hers."""
    with transaction() as session:
        other = a_person(session, name="Lain", phone="+62812000000009")
        session.execute(update(Person).where(Person.id == other.id).values(phone="+62812000000001", phone_slot=1))
    guesses = 0
    for turn in range(30):
        guess = PASSWORD if turn == 29 else f"tebakan nomor {turn}"
        with transaction() as session:
            session.execute(update(Person).where(Person.id == other.id).values(password_hash=hash_password(guess)))
        fresh: Any = app.test_client()
        if enter(fresh, ROS, guess) == 303:
            guesses += 1
            assert "Lain" in fresh.get("/akun").get_data(as_text=True)
    assert guesses == 10, "a right password from an unknown device counts too, or each would be a look at the other account"


def test_on_his_known_device_only_his_own_account_is_looked_at_once_the_numbers_tries_are_used_up(app: Flask, ros: Person) -> None:
    with transaction() as session:
        other = a_person(session, name="Lain", phone="+62812000000009")
        session.execute(
            update(Person)
            .where(Person.id == other.id)
            .values(phone="+62812000000001", phone_slot=1, password_hash=hash_password("periuk tikar lesung"))
        )
    his = a_known_phone(app, ROS, "periuk tikar lesung")
    for turn in range(12):
        enter(app.test_client(), ROS, f"tebakan nomor {turn}")
    assert enter(his, ROS, PASSWORD) == 422, "the right password of the other account"
    assert enter(his, ROS, "periuk tikar lesung") == 303


def test_the_device_cookie_says_nothing_and_outlives_signing_out(app: Flask, ros: Person) -> None:
    mine: Any = app.test_client()
    answer = mine.post("/masuk", data={"phone": ROS, "password": PASSWORD})
    line = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("perangkat="))
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "Path=/" in line
    before = mine.get_cookie("perangkat").value
    assert str(ros.id) not in before.split(".")[0][:0] + "".join(part for part in before.split('"') if part.isdigit())
    token = mine.get("/akun").get_data(as_text=True).split('name="csrf" value="')[1].split('"')[0]
    assert mine.post("/keluar", data={"csrf": token}).status_code == 303
    assert mine.get_cookie("perangkat").value == before
    assert enter(mine, INA, PASSWORD) == 303
    both = mine.get_cookie("perangkat").value
    assert both != before
    mine.delete_cookie("katong")
    assert enter(mine, ROS, PASSWORD) == 303
    assert mine.get_cookie("perangkat").value != both, "who used it last stands first"


@pytest.mark.parametrize("cookie", ["", "x", "W10.aaaa", "ä", "[]", "x" * 3000])
def test_an_altered_device_cookie_is_an_unknown_device(app: Flask, ros: Person, cookie: str) -> None:
    client: Any = app.test_client()
    client.set_cookie("perangkat", cookie)
    assert enter(client, ROS, PASSWORD) == 303


def test_at_most_four_accounts_are_known_on_a_device(app: Flask) -> None:
    known: tuple[rules.KnownDevice, ...] = ()
    for letter in "abcdef":
        known = rules.with_known(known, letter * rules.MARK_LETTERS)
    assert [device.mark[0] for device in known] == ["f", "e", "d", "c"]
    again = rules.with_known(known, "d" * rules.MARK_LETTERS)
    assert again[0] == known[2], "the same chance number as before"
    assert rules.read_known([["a", "b"], ["a" * 32, "b" * 16], 7, None, ["a" * 32]]) == (rules.KnownDevice("a" * 32, "b" * 16),)
    assert rules.read_known({"a": 1}) == ()


def test_a_day_of_guessing_ends_at_a_hundred(app: Flask, ros: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    start, tried = time.monotonic(), 0
    for window in range(15):
        monkeypatch.setattr("app.core.brakes.time.monotonic", lambda window=window: start + window * 901)
        tried += sum(enter(app.test_client(), ROS, f"tebakan nomor {turn}") == 422 for turn in range(11))
    assert tried == actions.SIGN_IN_DAY.most


def test_a_proven_mailbox_signs_in_in_any_case_of_letters(app: Flask, ros: Person) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros.id).values(email="ros.oesapa@contoh.id", email_proven_at=clock.now()))
    for typed in ("ros.oesapa@contoh.id", " Ros.Oesapa@CONTOH.id "):
        assert enter(app.test_client(), typed, PASSWORD) == 303, typed
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros.id).values(email_proven_at=None))
    assert enter(app.test_client(), "ros.oesapa@contoh.id", PASSWORD) == 422, "only a proven one"
    for typed in ("ros@", "@contoh.id", "a@b", "ros@@contoh.id", "x" * 300 + "@contoh.id"):
        answer = app.test_client().post("/masuk", data={"phone": typed, "password": PASSWORD})
        assert answer.status_code == 422, typed
        assert 'id="phone-e"' in answer.get_data(as_text=True), typed
