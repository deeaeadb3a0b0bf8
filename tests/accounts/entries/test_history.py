"""The sign-in history: its owner sees who got in and who tried; nobody can fill it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.entries import actions, queries, rules
from app.accounts.entries.models import Entry
from app.accounts.entries.rules import Outcome, Way
from app.accounts.people.models import Person
from app.core import clock
from app.core.db import reading, transaction
from tests.factories import FRIDAY, PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client, Outcomes

ROS = "0812-000-000001"
ANDROID = "Mozilla/5.0 (Linux; Android 10; SM-A105F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001")


def enter(client: Any, password: str = PASSWORD, who: str = ROS) -> int:
    answer = client.post("/masuk", data={"phone": who, "password": password}, headers={"User-Agent": ANDROID})
    answer.close()  # what is written after the answer is written now
    return int(answer.status_code)


def lines(person_id: int) -> list[tuple[str, str, int]]:
    with reading() as session:
        found = queries.history(session, person_id, clock.now())
    return [(line.outcome.value, line.way.value, line.times) for line in found]


@pytest.mark.both
def test_each_way_in_is_a_line_and_failures_are_counted_by_the_hour(app: Flask, ros: Person) -> None:
    with transaction() as session:
        for minute in range(90):
            now = FRIDAY + timedelta(minutes=minute)
            actions.note_sign_in(session, ros.id, Way.PASSWORD, Outcome.WRONG_PASSWORD, f"HP {minute}", now)
        for _twice in range(2):
            actions.note_sign_in(session, ros.id, Way.PASSKEY, Outcome.IN, "HP", FRIDAY + timedelta(minutes=95))
        actions.note_sign_in(session, ros.id, Way.CODE, Outcome.WRONG_CODE, "HP", FRIDAY)
    with reading() as session:
        found = queries.history(session, ros.id, FRIDAY + timedelta(days=1))
    assert [(line.outcome.value, line.times, line.device) for line in found] == [
        ("in", 1, "HP"),
        ("in", 1, "HP"),
        ("wrong_password", 30, "HP 89"),
        ("wrong_password", 60, "HP 59"),
        ("wrong_code", 1, "HP"),
    ]


@pytest.mark.both
def test_guesses_at_once_are_one_line_that_counts_them_all(app: Flask, ros: Person, race: Callable[..., Outcomes]) -> None:
    person_id, now = ros.id, clock.now()

    def note(_number: int) -> None:
        with transaction() as session:
            actions.note_sign_in(session, person_id, Way.PASSWORD, Outcome.WRONG_PASSWORD, "HP", now)

    assert not race(40, note).others()
    assert lines(ros.id) == [("wrong_password", "password", 40)]


def test_signing_in_is_written_down_after_the_answer(app: Flask, client: Client, ros: Person) -> None:
    answer = client.post("/masuk", data={"phone": ROS, "password": "salah sekali ini"}, buffered=False)
    assert lines(ros.id) == [], "not while the answer waits: the time would tell that the number is known"
    answer.close()
    assert lines(ros.id) == [("wrong_password", "password", 1)]
    assert enter(client) == 303
    assert lines(ros.id)[0] == ("in", "password", 1)
    shown = client.get("/akun/riwayat-masuk").get_data(as_text=True)
    assert "Chrome · Android" in shown
    assert "berhasil" in shown
    assert "Kata sandi belum cocok" in shown


def test_a_guesser_who_is_stopped_is_seen_but_can_not_fill_the_table(app: Flask, ros: Person) -> None:
    for turn in range(40):
        enter(app.test_client(), f"tebakan nomor {turn}")
    assert sorted(lines(ros.id)) == [("braked", "password", 4), ("wrong_password", "password", 10)]
    for turn in range(5):
        enter(app.test_client(), f"tebakan nomor {turn}", "0812-999-000001")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 2


def test_a_sign_in_from_a_new_device_is_told_and_from_a_known_one_is_not(app: Flask, ros: Person) -> None:
    first: Any = app.test_client()
    assert enter(first) == 303
    assert first.get("/kabar").get_data(as_text=True).count("Masuk dari HP baru: Chrome · Android") == 1
    first.delete_cookie("katong")
    assert enter(first) == 303
    assert first.get("/kabar").get_data(as_text=True).count("Masuk dari HP baru") == 1
    assert enter(app.test_client()) == 303
    assert first.get("/kabar").get_data(as_text=True).count("Masuk dari HP baru") == 2


def test_signing_up_is_the_first_line_and_no_alarm(client: Client) -> None:
    typed = {"name": "Mama Ina", "phone": "0812-3900-1234", "password": "periuk tikar lesung", "place": "Oesapa", "agree": "y"}
    client.fill("/daftar", typed, action="/daftar").close()
    assert "mendaftar" in client.get("/akun/riwayat-masuk").get_data(as_text=True)
    assert "Masuk dari HP baru" not in client.get("/kabar").get_data(as_text=True)


def test_what_its_owner_mistypes_at_home_is_not_shown_to_who_signed_up_with_her_number(app: Flask, ros: Person) -> None:
    with transaction() as session:
        other = a_person(session, name="Lain", phone="+62812000000009")
        session.execute(update(Person).where(Person.id == other.id).values(phone="+62812000000001", phone_slot=1))
    mine: Any = app.test_client()
    assert enter(mine) == 303
    mine.delete_cookie("katong")
    enter(mine, "salah sekali ini")
    assert [line[0] for line in lines(ros.id)] == ["wrong_password", "in"]
    assert lines(other.id) == []
    enter(app.test_client(), "tebakan saja ini")
    assert [line[0] for line in lines(other.id)] == ["wrong_password"], "a stranger's guess is shown to both"


def test_this_was_not_me_ends_the_other_devices_and_asks_for_a_new_password(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine, stranger = sign_in(ros), sign_in(ros)
    assert "/akun/perangkat/keluarkan?next=/akun/sandi" in mine.get("/akun/riwayat-masuk").get_data(as_text=True)
    answer = mine.fill("/akun/perangkat/keluarkan?next=/akun/sandi", {}, action="/akun/perangkat/akhiri-lain")
    assert (answer.status_code, answer.location) == (303, "/akun/sandi")
    assert stranger.get("/akun").status_code == 303
    assert mine.get("/akun/sandi").status_code == 200


def test_nobody_sees_anothers_history(sign_in: Callable[[Any], Client], app: Flask, ros: Person) -> None:
    enter(app.test_client())
    with transaction() as session:
        stranger = a_person(session, name="Lain")
    assert "Chrome · Android" not in sign_in(stranger).get("/akun/riwayat-masuk").get_data(as_text=True)


def test_the_page_stays_within_twelve_statements(sign_in: Callable[[Any], Client], sql_count: Callable[[], Any], ros: Person) -> None:
    with transaction() as session:
        for hour in range(200):
            actions.note_sign_in(session, ros.id, Way.PASSWORD, Outcome.WRONG_PASSWORD, "HP", clock.now() - timedelta(hours=hour))
    mine = sign_in(ros)
    with sql_count() as counted:
        shown = mine.get("/akun/riwayat-masuk").get_data(as_text=True)
    assert len(counted) <= 12
    assert shown.count("Kata sandi belum cocok") == rules.MOST_SHOWN


@pytest.mark.both
def test_after_half_a_year_it_is_forgotten_and_with_its_owner_it_goes(app: Flask, ros: Person) -> None:
    now = clock.now()
    with transaction() as session:
        other = a_person(session, name="Lain")
        for person_id, at in ((ros.id, now), (ros.id, now - rules.KEPT - timedelta(hours=1)), (other.id, now)):
            actions.note_sign_in(session, person_id, Way.PASSWORD, Outcome.IN, "HP", at)
    actions.tidy(now)
    actions.tidy(now)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 2
        assert len(queries.all_of(session, ros.id)["sign_ins"]) == 1
        actions.forget_person(session, ros.id, now)
        assert list(session.scalars(select(Entry.person_id))) == [other.id]


def test_a_wrong_code_after_the_right_password_is_seen(app: Flask, client: Client, ros: Person) -> None:
    """Somebody who knows her password stands at the second door: the line that matters most."""
    from app.accounts.people.models import SecondFactor
    from app.core import sealing, totp
    from tests.factories import TOTP_SECRET

    with transaction() as session:
        sealed = sealing.seal(TOTP_SECRET.encode(), "second_factor", ros.id, "secret")
        session.add(SecondFactor(person_id=ros.id, secret=sealed, confirmed_at=clock.now()))
    assert enter(client) == 303
    assert lines(ros.id) == [], "half is not in"
    right = totp.code_at(TOTP_SECRET, clock.now())
    client.post("/masuk/kode", data={"code": "000000" if right != "000000" else "111111"}).close()
    assert lines(ros.id) == [("wrong_code", "factor", 1)]
