"""Booking, answering, giving back: what each promises and refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.core import clock, once
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.market.booths import actions as booths
from app.market.booths.models import BoothDay, BoothDayState, Edition
from app.market.rota import actions, queries, rules
from app.market.rota.models import TurnState
from app.market.shops.models import Shop, ShopState
from tests.market.booths.counts import check_day, states
from tests.market.booths.factories import (
    Seller,
    a_direct_day,
    a_helper,
    a_seller,
    a_site,
    an_actor,
    an_edition,
    an_officer,
)
from tests.market.rota.seen import the_turn

if TYPE_CHECKING:
    from flask import Flask


def hold(seller: Seller, day: int, code: str = "K-01") -> int:
    return actions.hold(seller.actor, day, code, None, once.new_key())


def minutes_on(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    later = clock.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(clock, "now", lambda: later)


# Booking directly


def test_a_hold_lasts_a_quarter_of_an_hour_and_is_confirmed(app: Flask) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    turn = the_turn(hold(seller, day))
    assert turn.answer_by is not None
    assert turn.answer_by - turn.made_at == timedelta(minutes=15)
    assert states(day) == {"free": 3, "offered": 1, "blocked": 1}
    actions.confirm(seller.actor, turn.id, "Bakul", once.new_key())
    assert the_turn(turn.id).state is TurnState.CONFIRMED
    assert states(day) == {"free": 3, "held": 1, "blocked": 1}
    check_day(day, 5)


def test_another_seller_is_refused_the_same_booth_and_told_nothing_of_who_has_it(app: Flask) -> None:
    day = a_direct_day().days[0].id
    hold(a_seller(), day)
    with pytest.raises(booths.BoothTaken) as no:
        hold(a_seller("Mama Ros", "Toko Ros"), day)
    assert "Ina" not in str(no.value)


def test_holding_another_booth_lets_the_first_go(app: Flask) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    first, second = hold(seller, day, "K-01"), hold(seller, day, "K-02")
    assert the_turn(first).state is TurnState.RELEASED
    assert the_turn(second).state is TurnState.HELD
    check_day(day, 5)


def test_holding_the_same_booth_again_does_not_wind_the_clock_back(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    first = hold(seller, day)
    minutes_on(monkeypatch, 10)
    assert hold(seller, day) == first


def test_an_expired_hold_counts_as_free_before_it_is_swept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_direct_day().days[0].id
    first, second = a_seller(), a_seller("Mama Ros", "Toko Ros")
    old = hold(first, day)
    minutes_on(monkeypatch, 16)
    with pytest.raises(booths.HoldOver):
        actions.confirm(first.actor, old, "Bakul", once.new_key())
    hold(second, day)
    assert the_turn(old).state is TurnState.EXPIRED
    check_day(day, 5)


def test_an_expired_hold_is_swept_by_the_outbox(app: Flask, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    day = a_direct_day().days[0].id
    turn = hold(a_seller(), day)
    run_outbox()
    assert the_turn(turn).state is TurnState.HELD
    minutes_on(monkeypatch, 16)
    run_outbox()
    assert the_turn(turn).state is TurnState.EXPIRED
    assert states(day) == {"free": 4, "blocked": 1}


def test_one_booth_a_day(app: Flask) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    actions.confirm(seller.actor, hold(seller, day), "Bakul", once.new_key())
    with pytest.raises(actions.OneBoothADay):
        hold(seller, day, "K-02")


def test_a_month_has_a_limit(app: Flask) -> None:
    ahead = next(n for n in (3, 4) if (clock.today() + timedelta(days=n)).month == (clock.today() + timedelta(days=n + 1)).month)
    first = a_direct_day(most_a_month=1, in_days=ahead)
    seller = a_seller()
    actions.confirm(seller.actor, hold(seller, first.days[0].id), "Bakul", once.new_key())
    second = an_edition(first.site.id, in_days=ahead + 1, length=1)
    with pytest.raises(actions.MonthFull):
        hold(seller, second.days[0].id)


def test_holding_and_letting_go_all_day_has_a_limit(app: Flask) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    for _round in range(rules.MOST_HOLDS_AN_HOUR):
        actions.release(seller.actor, hold(seller, day))
    with pytest.raises(actions.HeldTooOften):
        hold(seller, day)


def test_a_zone_given_by_turns_is_not_booked(app: Flask) -> None:
    edition = an_edition(a_site())
    with pytest.raises(actions.NotDirect):
        hold(a_seller(), edition.days[0].id)


def test_a_city_desk_is_not_booked(app: Flask) -> None:
    with pytest.raises(actions.NotDirect):
        hold(a_seller(), a_direct_day().days[0].id, "L-01")


def test_only_the_owner_of_an_open_shop_holds_a_booth(app: Flask) -> None:
    day = a_direct_day().days[0].id
    seller = a_seller()
    with pytest.raises(actions.NeedsShop):
        actions.hold(an_actor(), day, "K-01", None, once.new_key())
    with pytest.raises(actions.NeedsShop):
        actions.hold(a_helper(seller), day, "K-01", seller.shop_id, once.new_key())
    with pytest.raises(NotThere):
        actions.hold(a_seller("Mama Ros", "Toko Ros").actor, day, "K-01", seller.shop_id, once.new_key())
    with transaction() as session:
        session.execute(update(Shop).where(Shop.id == seller.shop_id).values(state=ShopState.CLOSED))
    with pytest.raises(actions.NeedsShop):
        hold(seller, day)


def test_nothing_is_booked_after_the_closing_time_or_in_a_closed_edition(app: Flask) -> None:
    edition = a_direct_day()
    seller = a_seller()
    booths.close_edition(an_officer(), edition.id)
    with pytest.raises(actions.BookingClosed):
        hold(seller, edition.days[0].id)
    booths.open_edition(an_officer(), edition.id)
    with transaction() as session:
        session.execute(update(Edition).values(applications_close_at=clock.now() - timedelta(seconds=1)))
    with pytest.raises(actions.BookingClosed):
        hold(seller, edition.days[0].id)


def test_somebody_elses_turn_does_not_exist_for_me(app: Flask) -> None:
    day = a_direct_day().days[0].id
    turn = hold(a_seller(), day)
    other = a_seller("Mama Ros", "Toko Ros").actor
    for act in (
        lambda: actions.confirm(other, turn, "x", once.new_key()),
        lambda: actions.release(other, turn),
        lambda: actions.accept(other, turn),
        lambda: actions.give_back(other, turn),
    ):
        with pytest.raises(NotThere):
            act()
    assert the_turn(turn).state is TurnState.HELD


def test_turns_for_pickup_are_confirmed_and_ahead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = a_direct_day()
    seller = a_seller()
    turn = hold(seller, edition.days[0].id)
    with reading() as session:
        assert queries.turns_for_pickup(session, [seller.shop_id], clock.now()) == []
    actions.confirm(seller.actor, turn, "Bakul", once.new_key())
    with reading() as session:
        found = queries.turns_for_pickup(session, [seller.shop_id, 999], clock.now())
        assert [(t.turn_id, t.booth_code, t.site_name) for t in found] == [(turn, "K-01", "Pasar Rabu")]
        assert queries.plates_this_week(session, [seller.shop_id], clock.now()) == {seller.shop_id: "K-01"}
        assert queries.turns_for_pickup(session, [seller.shop_id], edition.days[0].closes_at) == []
    with reading() as session:
        state = session.scalar(select(BoothDay.state).where(BoothDay.turn_id == turn))
    assert state is BoothDayState.HELD
