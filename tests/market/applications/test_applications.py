"""Applying, assigning, refusing, calling off: what each promises and refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.accounts.notices.models import Notice
from app.core import clock, once
from app.core.audit import AuditRow
from app.core.contrib import LeaveBlocker, NoticeKind, offered
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.market.applications import actions, queries
from app.market.applications.models import Application
from app.market.booths.models import Edition, MarketDay, Method
from app.market.rota import actions as rota
from app.market.rota.models import Turn, TurnState
from app.market.shops.models import Shop, ShopState
from tests.market.booths.counts import check_day, states
from tests.market.booths.factories import (
    Seller,
    a_seller,
    a_site,
    an_edition,
    an_officer,
    booth_of,
    edition_view,
    zone_of,
)
from tests.market.rota.seen import kinds, the_turn

if TYPE_CHECKING:
    from flask import Flask


def apply(seller: Seller, edition_id: int, zone: str = "K", gas: bool = False, power: int = 0) -> int:
    wish = actions.Wish(zone_of(edition_id, zone), None, "Gelang manik", gas, power, "none")
    return actions.apply_for_edition(seller.actor, edition_id, None, wish, once.new_key())


def test_a_shop_applies_once_and_may_change_it(app: Flask) -> None:
    edition = an_edition(a_site())
    seller = a_seller()
    first = apply(seller, edition.id)
    assert apply(seller, edition.id, "M") == first
    with reading() as session:
        there = session.scalars(select(Application)).one()
    assert there.zone_id == zone_of(edition.id, "M")
    actions.withdraw(seller.actor, first)
    assert apply(seller, edition.id) == first


def test_nobody_applies_after_the_closing_time(app: Flask) -> None:
    edition = an_edition(a_site())
    with transaction() as session:
        session.execute(update(Edition).values(applications_close_at=clock.now()))
    with pytest.raises(actions.ApplicationsClosed):
        apply(a_seller(), edition.id)


def test_who_never_stood_comes_first_then_who_waits_longest(app: Flask) -> None:
    site = a_site()
    long_ago, lately, never = a_seller("A", "Lama"), a_seller("B", "Baru"), a_seller("C", "Belum")
    for seller, days, code in ((long_ago, -40, "K-01"), (lately, -8, "K-02")):
        with transaction() as session:
            day = clock.today() + timedelta(days=days)
            past = Edition(
                site_id=site, first_day=day, last_day=day, state="finished", applications_close_at=clock.now(), answer_by=clock.now()
            )
            session.add(past)
            session.flush()
            held = MarketDay(
                edition_id=past.id, held_on=day, arrive_by=clock.at(day, 15), opens_at=clock.at(day, 16), closes_at=clock.at(day, 22)
            )
            session.add(held)
            session.flush()
            session.add(
                Turn(
                    market_day_id=held.id,
                    booth_id=booth_of(code),
                    shop_id=seller.shop_id,
                    person_id=seller.actor.person_id,
                    method=Method.ASSIGNED,
                    state=TurnState.ATTENDED,
                    made_at=clock.now(),
                )
            )
    edition = an_edition(site)
    for seller in (lately, long_ago, never):
        apply(seller, edition.id)
    with reading() as session:
        queue = queries.queue(session, edition.id)
        rank = queries.ranks(session, queue)
    assert [view.shop_name for view in queue] == ["Belum", "Lama", "Baru"]
    assert queue[0].weeks is None
    assert (queue[1].weeks or 0) > (queue[2].weeks or 0)
    assert [(rank[view.id].number, rank[view.id].of, rank[view.id].booths) for view in queue] == [(1, 3, 2), (2, 3, 2), (3, 3, 2)]


def test_an_assigned_turn_is_told_accepted_and_given_back(app: Flask) -> None:
    edition = an_edition(a_site())
    seller, officer = a_seller(), an_officer()
    application = apply(seller, edition.id)
    day = edition.days[0].id
    turn = actions.assign(officer, application, day, booth_of("K-01"), once.new_key())
    assert kinds(seller.actor.person_id) == ["turn.offered"]
    assert states(day) == {"free": 3, "offered": 1, "blocked": 1}
    rota.accept(seller.actor, turn)
    rota.accept(seller.actor, turn)  # a double tap
    assert states(day) == {"free": 3, "held": 1, "blocked": 1}
    assert len(blockers(seller)) == 1
    rota.give_back(seller.actor, turn)
    assert the_turn(turn).state is TurnState.GIVEN_BACK
    assert states(day) == {"free": 4, "blocked": 1}
    with reading() as session:
        assert [(row.act, row.codes) for row in session.scalars(select(AuditRow).where(AuditRow.act.like("turn.%")))] == [
            ("turn.assigned", {"application": application, "booth": "K-01"})
        ]
    check_day(day, 5)


def blockers(seller: Seller) -> list[str]:
    with reading() as session:
        return [words for blocker in offered(LeaveBlocker) for words in blocker.load(session, seller.actor.person_id, clock.now())]


def test_a_booth_that_does_not_fit_is_refused(app: Flask) -> None:
    edition = an_edition(a_site())
    application = apply(a_seller(), edition.id, gas=True)
    with pytest.raises(actions.DoesNotFit):
        actions.assign(an_officer(), application, edition.days[0].id, booth_of("K-01"), once.new_key())
    actions.assign(an_officer(), application, edition.days[0].id, booth_of("K-02"), once.new_key())


def test_one_person_with_two_shops_is_not_given_two_booths_on_a_day(app: Flask) -> None:
    from app.market.shops.models import ShopMember, ShopRole

    edition = an_edition(a_site())
    seller, officer = a_seller(), an_officer()
    with transaction() as session:
        second = Shop(slug="toko-dua", name="Toko Dua", state=ShopState.OPEN, made_at=clock.now())
        session.add(second)
        session.flush()
        session.add(ShopMember(shop_id=second.id, person_id=seller.actor.person_id, role=ShopRole.OWNER))
        second_id = second.id
    wish = actions.Wish(zone_of(edition.id, "K"), None, "Kain", False, 0, "none")
    one = actions.apply_for_edition(seller.actor, edition.id, seller.shop_id, wish, once.new_key())
    two = actions.apply_for_edition(seller.actor, edition.id, second_id, wish, once.new_key())
    actions.assign(officer, one, edition.days[0].id, booth_of("K-01"), once.new_key())
    with pytest.raises(actions.PersonHasTurn):
        actions.assign(officer, two, edition.days[0].id, booth_of("K-02"), once.new_key())
    check_day(edition.days[0].id, 5)
    actions.assign(officer, two, edition.days[1].id, booth_of("K-02"), once.new_key())


def test_an_unanswered_turn_ends_and_the_booth_goes_to_another(
    app: Flask, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = an_edition(a_site())
    first, second, officer = a_seller(), a_seller("Mama Ros", "Toko Ros"), an_officer()
    day, booth = edition.days[0].id, booth_of("K-01")
    one, two = apply(first, edition.id), apply(second, edition.id)
    turn = actions.assign(officer, one, day, booth, once.new_key())
    after = edition.answer_by + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: after)
    with pytest.raises(rota.AnswerLate):
        rota.accept(first.actor, turn)
    run_outbox()
    assert the_turn(turn).state is TurnState.EXPIRED
    assert kinds(first.actor.person_id) == ["turn.offered", "turn.expired"]
    actions.assign(officer, two, day, booth, once.new_key())
    again = actions.assign(officer, one, day, booth_of("K-02"), once.new_key())  # who did not answer may still be asked again
    assert the_turn(again).state is TurnState.OFFERED
    check_day(day, 5)


def test_a_refusal_has_a_reason_and_is_told(app: Flask) -> None:
    edition = an_edition(a_site())
    seller, officer = a_seller(), an_officer()
    application = apply(seller, edition.id)
    with pytest.raises(NotThere):
        actions.refuse_application(officer, application, "because")
    actions.refuse_application(officer, application, "full")
    assert kinds(seller.actor.person_id) == ["application.refused"]
    with pytest.raises(actions.AlreadyDecided):
        actions.assign(officer, application, edition.days[0].id, booth_of("K-01"), once.new_key())
    with pytest.raises(actions.AlreadyDecided):
        apply(seller, edition.id)


def test_an_edition_called_off_ends_every_turn_and_tells_everybody_once(app: Flask) -> None:
    edition = an_edition(a_site())
    standing, waiting, officer = a_seller(), a_seller("Mama Ros", "Toko Ros"), an_officer()
    application = apply(standing, edition.id)
    apply(waiting, edition.id)
    turn = actions.assign(officer, application, edition.days[0].id, booth_of("K-01"), once.new_key())
    actions.cancel_edition(officer, edition.id, "rain")
    actions.cancel_edition(officer, edition.id, "rain")
    assert the_turn(turn).state is TurnState.CANCELLED
    assert the_turn(turn).reason == "rain"
    assert kinds(standing.actor.person_id) == ["turn.offered", "turn.cancelled"]
    assert kinds(waiting.actor.person_id) == ["edition.cancelled"]
    assert edition_view(edition.id).cancel_reason == "rain"
    check_day(edition.days[0].id, 5)


def test_notices_are_worded_in_both_languages(app: Flask) -> None:
    from app.core import words

    edition = an_edition(a_site())
    seller, officer = a_seller(), an_officer()
    turn = actions.assign(officer, apply(seller, edition.id), edition.days[0].id, booth_of("K-01"), once.new_key())
    rota.cancel_turn(officer, turn, "rain")
    worded = {kind.code: kind for kind in offered(NoticeKind)}
    with reading() as session:
        for notice in session.scalars(select(Notice)):
            for language in words.LANGUAGES:
                with words.spoken(language):
                    assert "K-01" in worded[notice.kind].words(notice.params)
