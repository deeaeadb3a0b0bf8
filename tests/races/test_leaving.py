"""Leaving while something is made that binds: either the one or the other, on both databases; and two admins with one request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.people.actions import HasLeft
from app.accounts.people.models import Person, PersonRole
from app.accounts.privacy import actions, queries
from app.accounts.privacy.models import DataRequest
from app.accounts.privacy.rules import RequestKind, RequestState
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.refusals import Refusal
from app.market.orders import actions as orders
from app.market.orders.models import CartLine, Order, OrderState, PaymentWay
from app.market.shops.models import Shop, ShopState
from tests.community.factories import a_person
from tests.market.orders.factories import fill_cart, total_of
from tests.market.shops.factories import Seller, a_product, a_seller

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Outcomes


def ready(number: int) -> tuple[Seller, Actor, int]:
    """A shop, and a buyer whose cart is full: one tap away from an order."""
    seller, buyer = a_seller(f"Dapur {number}", f"Penjual {number}"), a_person(f"Pembeli {number}")
    _product, variant = a_product(seller)
    fill_cart(buyer, {variant: 1})
    return seller, buyer, total_of(buyer)


def place(seller: Seller, buyer: Actor, total: int) -> Any:
    return orders.place_orders(buyer, {seller.shop_id: orders.Wish(None, PaymentWay.CASH)}, total, once.new_key())


def bound_to_nobody() -> int:
    """Open orders whose buyer, or whose shop, is gone."""
    with reading() as session:
        gone = select(func.count()).select_from(Order).join(Person, Person.id == Order.buyer_id).join(Shop, Shop.id == Order.shop_id)
        lost = (Person.left_at.is_not(None)) | (Shop.state == ShopState.CLOSED)
        return session.scalar(gone.where(Order.state == OrderState.RESERVED, lost)) or 0


@pytest.mark.both
@pytest.mark.parametrize("who", ["buyer", "seller"])
def test_who_leaves_while_an_order_is_made_is_not_missed(
    app: Flask, race: Callable[..., Outcomes], rounds: Callable[[int, int], int], who: str
) -> None:
    tries = rounds(6, 200)
    settings = [ready(number) for number in range(tries)]
    left = placed = 0
    for seller, buyer, total in settings:
        leaver = buyer if who == "buyer" else seller.actor
        outcome = race(2, lambda i: actions.leave(leaver) if i else place(seller, buyer, total) is not None)  # noqa: B023 - run at once
        assert not outcome.others(Refusal), outcome.results
        assert len(outcome.wins) == 1, outcome.results
        placed += outcome.results[0] is True
        left += outcome.results[1] is None
    assert placed + left == tries
    assert bound_to_nobody() == 0


@pytest.mark.both
def test_control_without_holding_the_person_an_order_of_nobody_is_made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a phone whose tap was on its way when its owner left. With the guard off, the order stands, and the count sees it."""
    seller, buyer, total = ready(1)
    with reading() as session:
        kept = session.execute(select(CartLine.variant_id, CartLine.quantity)).one()
    actions.leave(buyer)
    with transaction() as session:  # what its transaction had read already
        session.add(CartLine(person_id=buyer.person_id, variant_id=kept[0], quantity=kept[1], added_at=clock.now()))
    with pytest.raises(HasLeft):
        place(seller, buyer, total)
    assert bound_to_nobody() == 0
    monkeypatch.setattr(orders, "hold_here", lambda _session, _person_id: None)
    place(seller, buyer, total)
    assert bound_to_nobody() == 1


@pytest.mark.both
def test_of_two_admins_who_leave_at_once_one_stays(app: Flask, race: Callable[..., Outcomes], rounds: Callable[[int, int], int]) -> None:
    for _round in range(rounds(5, 100)):
        with transaction() as session:
            session.execute(delete(PersonRole))
        admins = [a_person(f"Pengelola {n}", Role.ADMIN) for n in range(2)]
        outcome = race(2, lambda i: actions.leave(admins[i]))  # noqa: B023 - run at once
        assert not outcome.others(actions.Unfinished), outcome.results
        assert len(outcome.wins) == 1
        with reading() as session:
            assert session.scalar(select(func.count()).select_from(PersonRole).where(PersonRole.role == Role.ADMIN)) == 1


def answers() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act == "data_request.answered")) or 0


@pytest.mark.both
def test_of_ten_admins_one_answers_a_request(app: Flask, race: Callable[..., Outcomes]) -> None:
    person, admins = a_person("Mama Ros"), [a_person(f"Pengelola {n}", Role.ADMIN) for n in range(10)]
    request_id = actions.ask(person, RequestKind.ACCESS, "Apa saja yang disimpan?", once.new_key())
    outcome = race(10, lambda i: actions.answer(admins[i], request_id, RequestState.DONE, f"Jawaban {i}"))
    assert not outcome.others(actions.AnsweredAlready), outcome.others(actions.AnsweredAlready)
    assert len(outcome.wins) == 1
    winner = next(i for i, result in enumerate(outcome.results) if result is None)
    with reading() as session:
        assert queries.requests_of(session, person.person_id)[0].answer == f"Jawaban {winner}"
    assert answers() == 1


@pytest.mark.both
def test_control_looking_first_and_writing_then_answers_twice(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the condition out of the UPDATE, a look before it instead, and two answers are counted."""
    person, admins = a_person("Mama Ros"), [a_person(f"Pengelola {n}", Role.ADMIN) for n in range(2)]
    request_id = actions.ask(person, RequestKind.ACCESS, "Apa saja yang disimpan?", once.new_key())
    both_looked = threading.Barrier(2)

    def careless(session: Any, request_id: int, state: RequestState, **values: object) -> None:
        session.execute(update(DataRequest).where(DataRequest.id == request_id).values(state=state, **values))

    monkeypatch.setattr(actions, "_close", careless)

    def answer(number: int) -> None:
        with reading() as session:
            assert session.scalar(select(DataRequest.state).where(DataRequest.id == request_id)) is RequestState.OPEN
        both_looked.wait(60)
        actions.answer(admins[number], request_id, RequestState.DONE, f"Jawaban {number}")

    outcome = race(2, answer)
    assert len(outcome.wins) == 2, outcome.results
    assert answers() == 2
