"""The webhook: only a signed event whose code and sum match pays an order; twice, late, wrong or not ours changes nothing it must not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.core.payments import CheckoutOrder, CheckoutStarted, CheckoutState, PaymentUnavailable
from app.core.payments.standin import signature
from app.core.payments.stripe import StripeProvider
from app.market.ledger.models import Evidence, Journal
from app.market.orders import actions, queries
from app.market.orders.models import Order, OrderState, Payment, PaymentEvent, PaymentState, PaymentWay
from tests.conftest import Client, Outcomes, a_client
from tests.market.orders.factories import code_of, order
from tests.market.shops.factories import Seller, a_person, a_product, a_seller

SECRET = "whsec_tests"


class Desk(StripeProvider):
    """Stripe's own reading of events, and a desk that opens checkouts without a network."""

    def __init__(self) -> None:
        super().__init__("sk_test_contoh", SECRET)
        self.started: dict[tuple[str, int], CheckoutOrder] = {}
        self.calls = 0
        self.is_down = False
        self.closed: list[str] = []

    def start_checkout(self, payment: CheckoutOrder) -> CheckoutStarted:
        self.calls += 1
        if self.is_down:
            raise PaymentUnavailable
        before = self.started.setdefault((payment.code, payment.version), payment)
        assert before == payment, "The same key with another content: Stripe refuses that."
        return CheckoutStarted(f"cs_test_{payment.code}", f"https://checkout.stripe.com/c/{payment.code}")

    def expire(self, session_id: str) -> CheckoutState:
        self.closed.append(session_id)
        return CheckoutState(session_id, "", 0, paid=False, is_open=False, url="")


@dataclass
class World:
    """One order that waits for a card."""

    app: Flask
    desk: Desk
    seller: Seller
    buyer: Actor
    variant_id: int
    code: str
    payment: queries.PaymentRow
    visitor: Client
    numbers: list[int] = field(default_factory=lambda: [0])

    def event(self, kind: str = "checkout.session.completed", *, event_id: str | None = None, **changes: Any) -> bytes:
        """An event about the payment as Stripe words it (amounts in hundredths of a rupiah)."""
        self.numbers[0] += 1
        thing = {
            "id": f"cs_test_{self.payment.code}", "object": "checkout.session", "currency": "idr", "amount_total": self.payment.amount_rupiah * 100,
            "client_reference_id": self.payment.code, "payment_status": "paid", "status": "complete",
        } | changes  # fmt: skip
        event = {"id": event_id or f"evt_{self.numbers[0]}", "object": "event", "type": kind, "data": {"object": thing}}
        return json.dumps(event).encode()

    def send(self, payload: bytes, *, secret: str = SECRET, at: float | None = None) -> int:
        signed = signature(payload, secret, int(time.time() if at is None else at))
        return self.visitor.post(
            "/webhook/stripe", data=payload, headers={"Stripe-Signature": signed, "Content-Type": "application/json"}
        ).status_code

    def order(self) -> Order:
        with reading() as session:
            return session.scalars(select(Order).where(Order.code == self.code)).one()


@pytest.fixture
def world(app: Flask, client: Client) -> World:
    desk = Desk()
    app.extensions["payment_provider"] = desk
    seller = a_seller()
    _p, chips = a_product(seller, stock=9)
    buyer = a_person("Rina")
    placed = order(buyer, {chips: 2}, way=PaymentWay.CARD)
    assert placed.payment_id
    actions.checkout_url(placed.payment_id, lambda path: f"http://127.0.0.1{path}")
    with reading() as session:
        payment = queries.payment(session, placed.payment_id)
    assert payment
    return World(app, desk, seller, buyer, chips, code_of(placed), payment, client)


def journals() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Journal)) or 0


@pytest.mark.both
def test_a_signed_event_pays_the_order_once_however_often_it_comes(world: World, run_outbox: Callable[[], int]) -> None:
    payload = world.event()
    assert [world.send(payload) for _time in range(3)] == [200, 200, 200]
    assert world.send(world.event()) == 200  # the same news under another number
    paid = world.order()
    assert (paid.paid_by, paid.state) == (PaymentWay.CARD, OrderState.RESERVED)
    run_outbox()
    with reading() as session:
        book = session.scalars(select(Journal)).one()
        assert queries.refunds_due(session) == []
    assert book.evidence is Evidence.THIRD_PARTY


@pytest.mark.both
def test_the_same_event_twice_at_the_same_moment_is_one(world: World, race: Callable[..., Outcomes], run_outbox: Callable[[], int]) -> None:
    payload = world.event()
    signed = signature(payload, SECRET, int(time.time()))
    outcome = race(16, lambda _i: actions.receive_event(payload, signed))
    assert not outcome.others()
    assert sorted(outcome.wins) == ["paid"] + ["repeated"] * 15
    run_outbox()
    assert journals() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_total": 1_000},
        {"amount_total": 3_000_001},
        {"currency": "usd"},
        {"client_reference_id": "BYR-XXXXXX"},
        {"payment_status": "unpaid"},
    ],
)
def test_a_wrong_sum_currency_code_or_state_pays_nothing(world: World, changes: dict[str, Any]) -> None:
    assert world.send(world.event(**changes)) == 200
    assert world.order().paid_at is None
    assert world.send(world.event()) == 200  # the true one still counts
    assert world.order().paid_at is not None


def test_unsigned_altered_and_old_calls_are_refused(world: World) -> None:
    payload = world.event()
    assert world.visitor.post("/webhook/stripe", data=payload).status_code == 400
    assert world.visitor.post("/webhook/stripe", data=payload, headers={"Stripe-Signature": "t=1,v1=00"}).status_code == 400
    assert world.send(payload, secret="whsec_other") == 400
    assert world.send(payload, at=time.time() - 3600) == 400
    signed = signature(payload, SECRET, int(time.time()))
    altered = payload.replace(b'"paid"', b'"paid" ')
    assert world.visitor.post("/webhook/stripe", data=altered, headers={"Stripe-Signature": signed}).status_code == 400
    assert world.visitor.post("/webhook/stripe", data=b"\xff\x00", headers={"Stripe-Signature": signed}).status_code == 400
    assert world.visitor.post("/webhook/stripe", data=b"x" * 600_000, headers={"Stripe-Signature": signed}).status_code == 413
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PaymentEvent)) == 0
    assert world.order().paid_at is None


def test_the_control_without_a_signature_check_would_pay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above: with the signature not looked at, the forged call pays; so the test can fail."""
    real, payload = StripeProvider.read_event, world.event()
    monkeypatch.setattr(Desk, "read_event", lambda self, body, _signature: real(self, body, signature(body, SECRET, int(time.time()))))
    assert world.visitor.post("/webhook/stripe", data=payload, headers={"Stripe-Signature": "t=1,v1=00"}).status_code == 200
    assert world.order().paid_at is not None


def test_what_is_not_ours_is_answered_and_forgotten(world: World) -> None:
    other = world.event(id="cs_test_other", client_reference_id="BYR-ANOTHER222")
    assert world.send(other) == 200
    assert world.send(world.event("invoice.paid", object="invoice")) == 200
    assert world.order().paid_at is None
    with reading() as session:
        kept = session.execute(select(PaymentEvent.kind, PaymentEvent.payment_id)).all()
    assert len(kept) == 2, "Known by their ids, so that a second sending is told from a first."
    assert {payment_id for _kind, payment_id in kept} == {None}


def test_money_for_a_cancelled_order_is_owed_back(world: World) -> None:
    actions.cancel_as_buyer(world.buyer, world.code)
    assert world.send(world.event()) == 200
    assert world.order().paid_at is None
    with reading() as session:
        due = queries.refunds_due(session)
    assert [(one.order_code, one.amount_rupiah) for one in due] == [(world.code, 30_000)]
    admin = a_client(world.app, a_person("Pengelola", Role.ADMIN).person_id)
    assert world.code in admin.get("/petugas/pengembalian").get_data(as_text=True)
    for _tap in range(2):
        assert admin.post(f"/petugas/pengembalian/{due[0].payment_id}/{due[0].order_id}", data={"csrf": admin.csrf()}).status_code == 303
    assert world.code not in admin.get("/petugas/pengembalian").get_data(as_text=True)


def test_money_for_an_order_paid_in_cash_meanwhile_is_owed_back(world: World, run_outbox: Callable[[], int]) -> None:
    actions.mark_paid(world.seller.actor, world.code, PaymentWay.CASH)
    assert world.send(world.event()) == 200
    run_outbox()
    assert world.order().paid_by is PaymentWay.CASH
    assert journals() == 1
    with reading() as session:
        assert queries.count_refunds_due(session) == 1


def test_cancelling_closes_the_checkout(world: World, run_outbox: Callable[[], int]) -> None:
    actions.cancel_as_buyer(world.buyer, world.code)
    run_outbox()
    assert world.desk.closed == [f"cs_test_{world.payment.code}"]


def test_a_paid_order_that_the_seller_cancels_is_owed_back_and_out_of_the_book(world: World, run_outbox: Callable[[], int]) -> None:
    world.send(world.event())
    actions.cancel_as_seller(world.seller.actor, world.code, "sold_out")
    run_outbox()
    with reading() as session:
        assert queries.count_refunds_due(session) == 1
    assert journals() == 2


def test_an_expired_session_frees_the_order_for_another_try(world: World) -> None:
    assert world.send(world.event("checkout.session.expired", payment_status="unpaid", status="expired")) == 200
    second = actions.pay_order(world.buyer, world.code)
    assert second != world.payment.id
    assert world.send(world.event()) == 200  # the money of the first try comes after all, out of order
    assert world.order().paid_by is PaymentWay.CARD
    with reading() as session:
        assert queries.count_refunds_due(session) == 0


def test_paid_then_expired_stays_paid(world: World) -> None:
    world.send(world.event())
    world.send(world.event("checkout.session.expired", payment_status="unpaid", status="expired"))
    with reading() as session:
        payment = queries.payment(session, world.payment.id)
    assert payment
    assert payment.state is PaymentState.PAID


def test_a_second_tap_on_pay_leads_to_the_same_checkout(world: World) -> None:
    buyer = a_client(world.app, world.buyer.person_id)
    taps = [buyer.post(f"/pesanan/{world.code}/bayar", data={"csrf": buyer.csrf()}).location for _tap in range(3)]
    assert taps == [f"https://checkout.stripe.com/c/{world.payment.code}"] * 3
    assert world.desk.calls == 1


def test_an_answer_lost_on_the_way_asks_for_the_same_session_again(world: World) -> None:
    with transaction() as session:
        session.execute(update(Payment).values(session_id=None, checkout_url=None))
    assert actions.checkout_url(world.payment.id, lambda path: f"http://127.0.0.1{path}").endswith(world.payment.code)
    assert len(world.desk.started) == 1
    assert world.desk.calls == 2
    with transaction() as session:
        session.execute(update(Payment).values(session_id=None, checkout_url=None))
    assert world.send(world.event()) == 200  # it is known by our own code as well
    assert world.order().paid_at is not None


def test_a_provider_that_is_down_keeps_the_order(world: World) -> None:
    world.desk.is_down = True
    _p, corn = a_product(world.seller, "Jagung titi")
    buyer = a_person("Deni")
    actions.add_to_cart(buyer, corn, 1, once.new_key())
    client = a_client(world.app, buyer.person_id)
    sent = client.fill("/pesan", {f"t{world.seller.shop_id}-way": "card"}, action="/pesan")
    assert sent.status_code == 303
    page = client.get(sent.location).get_data(as_text=True)
    assert "sedang tidak bisa dihubungi" in page
    assert "Disimpan untuk Anda" in page


def test_coming_back_from_the_checkout_proves_nothing(world: World) -> None:
    buyer = a_client(world.app, world.buyer.person_id)
    page = buyer.get(f"/pesanan/bayar/{world.payment.code}").get_data(as_text=True)
    assert "menunggu kabar" in page
    assert "MODE CONTOH" in page
    assert world.order().paid_at is None
    assert a_client(world.app, a_person("Deni").person_id).get(f"/pesanan/bayar/{world.payment.code}").status_code == 404
    world.send(world.event())
    assert "Sudah lunas" in buyer.get(f"/pesanan/bayar/{world.payment.code}").get_data(as_text=True)


def test_without_keys_no_card_is_offered_and_the_webhook_is_not_there(app: Flask, client: Client) -> None:
    app.extensions["payment_provider"] = None
    seller = a_seller()
    _p, chips = a_product(seller)
    buyer = a_person()
    actions.add_to_cart(buyer, chips, 1, once.new_key())
    page = a_client(app, buyer.person_id).get("/pesan").get_data(as_text=True)
    assert "Kartu" not in page
    assert "MODE CONTOH" not in page
    assert client.post("/webhook/stripe", data=b"{}").status_code == 404
    sent = a_client(app, buyer.person_id)
    assert sent.fill("/pesan", {f"t{seller.shop_id}-way": "card"}, action="/pesan").status_code == 422


def test_one_card_payment_for_two_shops_pays_both(app: Flask, world: World, run_outbox: Callable[[], int]) -> None:
    other = a_seller("Tenun Liliba", "Mama Yanti")
    _p, scarf = a_product(other, "Selendang", price=175_000)
    placed = order(world.buyer, {world.variant_id: 1, scarf: 1}, way=PaymentWay.CARD)
    assert placed.payment_id
    actions.checkout_url(placed.payment_id, lambda path: f"http://127.0.0.1{path}")
    with reading() as session:
        payment = queries.payment(session, placed.payment_id)
    assert payment
    assert payment.amount_rupiah == 190_000
    actions.cancel_as_seller(other.actor, placed.orders[1][1], "sold_out")
    world.payment = payment
    assert world.send(world.event()) == 200
    run_outbox()
    with reading() as session:
        paid = dict(session.execute(select(Order.code, Order.paid_by)).tuples().all())
        due = queries.refunds_due(session)
    assert paid[placed.orders[0][1]] is PaymentWay.CARD
    assert paid[placed.orders[1][1]] is None
    assert [one.amount_rupiah for one in due] == [175_000]
    assert clock.now() >= due[0].due_at
