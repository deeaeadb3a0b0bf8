"""Merits: noted once, taken back, counted by kind, seen by their owner alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.merits import actions, queries
from app.accounts.merits.models import Merit
from app.accounts.people.models import Person
from app.core import clock, once
from app.core.contrib import Farewell, MeritUse, PersonalData, offered
from app.core.db import reading, transaction
from app.core.words import _l
from app.market.booths import actions as booths
from app.market.rota import actions as rota
from app.market.rota import handlers as rota_handlers
from app.market.rota.models import Turn, TurnState
from tests.factories import FRIDAY, a_person
from tests.market.booths.factories import Seller, a_direct_day, a_seller

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client, Outcomes

KEPT = "turn.kept"


@pytest.fixture
def ina(app: Flask) -> int:
    with transaction() as session:
        return a_person(session, name="Mama Ina").id


def earn(person_id: int, source_id: int, at: datetime = FRIDAY, kind: str = KEPT) -> bool:
    with transaction() as session:
        return actions.earn(session, person_id, kind, "turn", source_id, at)


def take_back(person_id: int, source_id: int) -> bool:
    with transaction() as session:
        return actions.take_back(session, person_id, KEPT, "turn", source_id, clock.now())


def counted(*people: int, since: datetime = FRIDAY - timedelta(days=365)) -> dict[int, int]:
    with reading() as session:
        return queries.count(session, people, [KEPT], since)


# Noting


@pytest.mark.both
def test_a_fact_is_noted_once_taken_back_once_and_may_stand_again(ina: int) -> None:
    assert [earn(ina, 7), earn(ina, 7), earn(ina, 8)] == [True, False, True]
    assert counted(ina) == {ina: 2}
    assert [take_back(ina, 7), take_back(ina, 7), take_back(ina, 99)] == [True, False, False]
    assert counted(ina) == {ina: 1}
    assert earn(ina, 7)
    assert counted(ina) == {ina: 2}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Merit)) == 2


@pytest.mark.both
def test_the_same_fact_noted_by_many_at_once_is_one(app: Flask, ina: int, race: Callable[..., Outcomes]) -> None:
    outcomes = race(20, lambda _number: earn(ina, 7))
    assert not outcomes.others()
    assert outcomes.results.count(True) == 1
    assert counted(ina) == {ina: 1}


def test_control_without_the_unique_key_there_would_be_twenty(app: Flask, ina: int, race: Callable[..., Outcomes]) -> None:
    def note(number: int) -> None:
        with transaction() as session:
            session.add(Merit(person_id=ina, kind=KEPT, source="turn", source_id=number, earned_at=FRIDAY))

    race(20, note)
    assert counted(ina) == {ina: 20}


def test_counting_is_one_statement_by_kind_and_time_and_tells_a_number_only(ina: int, sql_count: Callable[[], Any]) -> None:
    with transaction() as session:
        others = [a_person(session, name=f"Orang {n}").id for n in range(5)]
    earn(ina, 1)
    earn(ina, 2, FRIDAY - timedelta(days=400))
    earn(ina, 3, kind="something.else")
    earn(others[0], 4)
    with reading() as session, sql_count() as statements:
        found = queries.count(session, [ina, *others], [KEPT], FRIDAY - timedelta(days=365))
    assert found == {ina: 1, others[0]: 1}
    assert len(statements) == 1
    with reading() as session:
        assert queries.count(session, [], [KEPT], FRIDAY) == queries.count(session, [ina], [], FRIDAY) == {}


def test_who_has_left_earns_nothing(ina: int) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ina).values(left_at=clock.now()))
    assert not earn(ina, 7)
    assert counted(ina) == {}


@pytest.mark.both
def test_the_copy_holds_them_and_a_farewell_takes_them_along(app: Flask, ina: int) -> None:
    earn(ina, 7)
    (data,) = [found for found in offered(PersonalData) if found.name == "merits"]
    with reading() as session:
        assert data.load(session, ina)["merits"] == [{"kind": KEPT, "earned_at": FRIDAY, "taken_back_at": None}]
    (farewell,) = [found for found in offered(Farewell) if found.name == "merits"]
    with transaction() as session:
        farewell.leave(session, ina, clock.now())
    assert counted(ina) == {}


# What the market notes


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    then = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: then)


def booked(seller: Seller, day: int, code: str) -> int:
    turn_id = rota.hold(seller.actor, day, code, None, once.new_key())
    rota.confirm(seller.actor, turn_id, "Bakul", once.new_key())
    return turn_id


def test_a_turn_kept_to_the_end_of_the_market_is_noted_and_no_other(
    app: Flask, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = a_direct_day()
    day = edition.days[0]
    keeps, returns, holds = a_seller("Mama Ina", "Toko satu"), a_seller("Mama Ros", "Toko dua"), a_seller("Mama Ani", "Toko tiga")
    kept = booked(keeps, day.id, "K-01")
    rota.give_back(returns.actor, booked(returns, day.id, "K-02"))
    rota.hold(holds.actor, day.id, "M-01", None, once.new_key())
    people = (keeps.actor.person_id, returns.actor.person_id, holds.actor.person_id)
    run_outbox()
    assert counted(*people) == {}  # the market is still ahead
    later(monkeypatch, 10)
    run_outbox()
    assert counted(*people) == {keeps.actor.person_id: 1}
    rota_handlers.note_kept_turns(edition.id)
    assert counted(*people) == {keeps.actor.person_id: 1}
    with reading() as session:
        assert session.execute(select(Merit.source, Merit.source_id, Merit.earned_at)).one() == ("turn", kept, day.closes_at)
    with transaction() as session:  # it turns out that nobody came
        session.execute(update(Turn).where(Turn.id == kept).values(state=TurnState.ABSENT))
    rota_handlers.note_kept_turns(edition.id)
    assert counted(*people) == {}


def test_an_edition_that_was_called_off_earns_nobody_anything(
    app: Flask, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = a_direct_day()
    seller = a_seller()
    booked(seller, edition.days[0].id, "K-01")
    with transaction() as session:
        session.execute(update(Turn).values(state=TurnState.CANCELLED))
    later(monkeypatch, 10)
    booths.finish_edition(edition.id)
    run_outbox()
    assert counted(seller.actor.person_id) == {}


# The page


def test_the_page_says_what_by_whom_when_what_for_and_how_to_object(sign_in: Callable[[Any], Client], ina: int) -> None:
    earn(ina, 7)
    shown = sign_in(ina).get("/akun/catatan").get_data(as_text=True)
    for words in (
        "Giliran lapak dijaga sampai pasar selesai",
        "Dicatat oleh: pembagian lapak.",
        "20 November 2026",
        "Sekarang belum dihitung untuk apa pun",
        "Ada yang kurang atau keliru?",
        "petugas lapak",
        "/lapak/giliran",
    ):
        assert words in shown.replace("\N{NO-BREAK SPACE}", " "), words
    assert 'href="/akun/catatan"' in sign_in(ina).get("/akun").get_data(as_text=True)


def test_what_was_taken_back_says_so_and_what_counts_is_told(app: Flask, sign_in: Callable[[Any], Client], ina: int) -> None:
    earn(ina, 7)
    take_back(ina, 7)
    app.extensions["contributions"] = (*app.extensions["contributions"], MeritUse(KEPT, _l("Menambah satu angka di undian.")))
    shown = sign_in(ina).get("/akun/catatan").get_data(as_text=True)
    assert "tidak dihitung lagi" in shown
    assert "Menambah satu angka di undian." in shown
    assert "belum dihitung untuk apa pun" not in shown


def test_nobody_sees_the_merits_of_another(sign_in: Callable[[Any], Client], ina: int) -> None:
    earn(ina, 7)
    with transaction() as session:
        ros = a_person(session, name="Mama Ros").id
    shown = sign_in(ros).get("/akun/catatan").get_data(as_text=True)
    assert "Belum ada." in shown
    assert "20 November 2026" not in shown.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_costs_two_statements(sign_in: Callable[[Any], Client], ina: int, sql_count: Callable[[], Any]) -> None:
    for number in range(30):
        earn(ina, number)
    browser = sign_in(ina)
    browser.get("/akun/catatan")
    with sql_count() as statements:
        browser.get("/akun/catatan")
    assert len(statements) == 2
