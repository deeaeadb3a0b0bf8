"""Carts, orders and card payments: what buyers, sellers and the payment provider do.

The order of locks is variants, then orders, then payments, each by id. The network is spoken to between transactions.
Only a signed event whose sum and code match marks anything paid by card; coming back from the checkout page proves nothing.
"""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from app.accounts.notices.actions import take_out
from app.accounts.people.actions import hold_here
from app.core import audit, clock, once, outbox, pagecache
from app.core import payments as door
from app.core.db import add_or_refuse, reading, transaction
from app.core.formats import count
from app.core.payments import CheckoutLine, CheckoutOrder, EventKind
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _, _l
from app.core.writes import insert
from app.market.orders import policy, queries, rules
from app.market.orders.models import (
    CartLine,
    Order,
    OrderLine,
    OrderPickup,
    OrderState,
    Payment,
    PaymentAllocation,
    PaymentEvent,
    PaymentState,
    PaymentWay,
)
from app.market.rota.queries import PickupTurn, turns_for_pickup
from app.market.shops.actions import note_availability
from app.market.shops.models import Product, Shop, ShopState, StockMovement, StockReason, Variant
from app.market.shops.queries import lock_open, product_of_variant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.access import Actor
    from app.market.orders.queries import CartItem

log = logging.getLogger("katong.payments")


class CartEmpty(Refusal):
    words = _l("Keranjang Anda kosong. Mungkin pesanan ini sudah terkirim: lihat daftar pesanan Anda.")


class CartFull(Refusal):
    words = _l("Keranjang sudah penuh, {most} macam barang. Pesan dulu yang ada, lalu tambah lagi.", most=rules.MOST_CART_LINES)


class OwnGoods(Refusal):
    words = _l("Ini barang toko Anda sendiri. Penjualan langsung tidak perlu dipesan di sini.")


class TooManyOpenOrders(Refusal):
    words = _l("Anda punya {most} pesanan yang belum diambil. Ambil atau batalkan dulu, lalu pesan lagi.", most=rules.MOST_OPEN_ORDERS)


class Short(Refusal):
    """Some lines can't be had in that number; `left` is what is left of each, by variant."""

    words = _l("Stok berubah. Lihat tulisan di samping barangnya, ubah jumlahnya, lalu pesan lagi.")

    def __init__(self, left: Mapping[int, int]) -> None:
        super().__init__()
        self.left = left


class PriceChanged(Refusal):
    words = _l("Harga berubah sejak halaman ini dibuka. Periksa jumlahnya di bawah, lalu pesan lagi.")


class ChooseDay(Refusal):
    """A shop whose pickup day was not chosen, or is not offered any more."""

    words = _l("Pilih hari ambil untuk toko ini.")

    def __init__(self, shop_id: int) -> None:
        super().__init__()
        self.shop_id = shop_id


class NotAnyMore(Refusal):
    words = _l("Pesanan ini sudah berubah. Lihat keadaannya yang terbaru di bawah.")


class PaidAlready(Refusal):
    words = _l("Pesanan ini sudah dibayar. Hubungi penjual kalau tidak jadi.")


class NoCards(Refusal):
    words = _l("Pembayaran kartu tidak tersedia di sini. Bayar tunai atau QRIS di lapak.")


class TooMuchForCard(Refusal):
    words = _l("Jumlah ini terlalu besar untuk kartu. Bayar sebagian pesanan di lapak.")


class NothingToPay(Refusal):
    words = _l("Pesanan ini sudah lunas atau sudah dibatalkan.")


class _CodeTaken(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Wish:
    """What the buyer chose for one shop. Without a market day the place is arranged later (only while the shop has no turn)."""

    market_day_id: int | None
    way: PaymentWay
    note: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Orders made together: their ids and codes, and the payment that was prepared when some are paid by card."""

    orders: list[tuple[int, str]]
    payment_id: int | None


# The cart


def add_to_cart(actor: Actor, variant_id: int, quantity: int, key: str) -> None:
    """Put something in the cart, on top of what is there. Raises Short when there is not as much, CartFull, OwnGoods."""
    with transaction() as session:
        if once.claim(session, key, actor.person_id) is not None:
            return
        hold_here(session, actor.person_id)
        product = product_of_variant(session, variant_id)
        require(product is not None and product.is_on_offer, NotThere())
        assert product is not None
        require(not queries.own_shops_among(session, actor.person_id, [product.shop_id]), OwnGoods())
        before = (
            session.scalar(select(CartLine.quantity).where(CartLine.person_id == actor.person_id, CartLine.variant_id == variant_id)) or 0
        )
        require(before > 0 or queries.count_cart(session, actor.person_id) < rules.MOST_CART_LINES, CartFull())
        wanted = min(before + quantity, rules.MOST_QUANTITY)
        if wanted > product.stock:
            raise Short({variant_id: product.stock})
        _put_in_cart(session, actor.person_id, variant_id, wanted)
        once.keep(session, key, actor.person_id, variant_id)


def _put_in_cart(session: Session, person_id: int, variant_id: int, quantity: int) -> None:
    row = insert(session, CartLine).values(person_id=person_id, variant_id=variant_id, quantity=quantity, added_at=clock.now())
    session.execute(row.on_conflict_do_update(index_elements=["person_id", "variant_id"], set_={"quantity": quantity}))


def set_quantities(actor: Actor, quantities: Mapping[int, int]) -> None:
    """Change lines of the actor's cart; 0 takes one out. Numbers above the stock are kept: the page says what is short."""
    with transaction() as session:
        for variant_id, quantity in sorted(quantities.items()):
            mine = (CartLine.person_id == actor.person_id, CartLine.variant_id == variant_id)
            if quantity <= 0:
                session.execute(delete(CartLine).where(*mine))
            else:
                session.execute(update(CartLine).where(*mine).values(quantity=min(quantity, rules.MOST_QUANTITY)))


# Ordering


def place_orders(actor: Actor, wishes: Mapping[int, Wish], seen_rupiah: int, key: str) -> Placed:
    """Make one order a shop of everything in the cart, all or nothing; the cart is empty afterwards.

    Raises Short, PriceChanged (the sum is not the one the buyer saw), ChooseDay, CartEmpty, TooManyOpenOrders, OwnGoods.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is None:
            hold_here(session, actor.person_id)
        else:
            made = queries.orders_made_with(session, earlier)
            live = next((p for p in (queries.live_payment_of(session, order_id) for order_id, _code in made) if p), None)
            return Placed(made, live.id if live else None)
        locked = queries.lock_cart(session, actor.person_id)
        require(bool(locked), CartEmpty())
        items = queries.cart(session, actor.person_id)
        shops = queries.by_shop(items)
        shop_ids = [lines[0].shop_id for lines in shops]
        require(not queries.own_shops_among(session, actor.person_id, shop_ids), OwnGoods())
        require(queries.count_open(session, actor.person_id) + len(shops) <= rules.MOST_OPEN_ORDERS, TooManyOpenOrders())
        # The shops before their goods: a seller who leaves takes them in this order too.
        still_open = lock_open(session, shop_ids)
        items = [item if item.shop_id in still_open else replace(item, is_on_offer=False) for item in items]
        _take_stock(session, items)
        require(sum(item.sum_rupiah for item in items) == seen_rupiah, PriceChanged())
        turns = turns_for_pickup(session, shop_ids, now)
        orders = [_make_order(session, actor, lines, wishes[lines[0].shop_id], turns, now) for lines in shops]
        session.execute(delete(CartLine).where(CartLine.person_id == actor.person_id))
        by_card = [order for order in orders if order.will_pay_by is PaymentWay.CARD]
        payment_id = prepare_payment(session, actor, by_card, now) if by_card else None
        once.keep(session, key, actor.person_id, orders[0].id)
        pagecache.touch(session, "goods", "orders")
        return Placed([(order.id, order.code) for order in orders], payment_id)


def _take_stock(session: Session, items: list[CartItem]) -> None:
    """Take everything off the stock, in variant order so that two carts can't wait in a ring; raises Short if anything lacks."""
    short: dict[int, int] = {}
    for item in sorted(items, key=lambda one: one.variant_id):
        enough = (Variant.id == item.variant_id, Variant.is_active, Variant.stock >= item.quantity)
        taken = session.execute(
            update(Variant).where(*enough).values(stock=Variant.stock - item.quantity).execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1 or not item.is_on_offer:  # type: ignore[attr-defined]
            left = session.scalar(select(Variant.stock).where(Variant.id == item.variant_id)) or 0
            short[item.variant_id] = left if item.is_on_offer else 0
    if short:
        raise Short(short)
    note_availability(session, [item.product_id for item in items])


def _make_order(session: Session, actor: Actor, lines: list[CartItem], wish: Wish, turns: list[PickupTurn], now: datetime) -> Order:
    shop_id = lines[0].shop_id
    offered = [turn for turn in turns if turn.shop_id == shop_id]
    turn = next((one for one in offered if one.market_day_id == wish.market_day_id), None)
    require(turn is not None or (not offered and wish.market_day_id is None), ChooseDay(shop_id))
    order = Order(
        buyer_id=actor.person_id,
        shop_id=shop_id,
        state=OrderState.RESERVED,
        will_pay_by=wish.way,
        total_rupiah=sum(line.sum_rupiah for line in lines),
        note=wish.note,
        made_at=now,
    )
    _add_with_code(session, order)
    for line in sorted(lines, key=lambda one: one.variant_id):
        session.add(
            OrderLine(
                order_id=order.id,
                variant_id=line.variant_id,
                title=line.title,
                unit=line.unit,
                price_rupiah=line.price_rupiah,
                quantity=line.quantity,
            )
        )
        session.add(_movement(line.variant_id, -line.quantity, StockReason.RESERVED, order.id, actor.person_id, now))
    session.add(OrderPickup(order_id=order.id, market_day_id=turn.market_day_id if turn else None, turn_id=turn.turn_id if turn else None))
    outbox.put(session, "order.made", order.id)
    return order


def _add_with_code(session: Session, order: Order) -> None:
    while True:
        order.code = new_code("PSN")
        try:
            add_or_refuse(session, order, unique="uq_shop_order_code", refusal=_CodeTaken())
        except _CodeTaken:
            continue
        return


def new_code(prefix: str, letters: int = rules.CODE_LENGTH) -> str:
    """A code that is read aloud without mistakes: PSN-7Q4M2X."""
    return f"{prefix}-{''.join(secrets.choice(rules.CODE_LETTERS) for _letter in range(letters))}"


def _movement(variant_id: int, delta: int, reason: StockReason, order_id: int, person_id: int, now: datetime) -> StockMovement:
    return StockMovement(variant_id=variant_id, delta=delta, reason=reason, order_id=order_id, by_person_id=person_id, made_at=now)


# The buyer's order


def cancel_as_buyer(actor: Actor, code: str) -> None:
    """Let go of an order that is not packed and not paid; the goods are on offer again. Twice is once."""
    with transaction() as session:
        order = _locked(session, queries.order_of_buyer(session, actor.person_id, code))
        if order.state is OrderState.CANCELLED:
            return
        require(order.paid_at is None, PaidAlready())
        require(policy.buyer_may_cancel(order.state, order.paid_at), NotAnyMore())
        _cancel(session, order, "buyer", None, actor.person_id)


# The seller's order


def mark_ready(actor: Actor, code: str) -> None:
    """The goods are packed; the buyer is told. Twice is once."""
    with transaction() as session:
        order = _sellers(session, actor, code)
        if order.state in (OrderState.READY, OrderState.HANDED_OVER):
            return
        require(rules.may_go(order.state, OrderState.READY), NotAnyMore())
        order.state, order.ready_at = OrderState.READY, clock.now()
        outbox.put(session, "order.ready", order.id)


def hand_over(actor: Actor, code: str) -> None:
    """The buyer has the goods. Paid or not is another fact. Twice is once."""
    with transaction() as session:
        order = _sellers(session, actor, code)
        if order.state is OrderState.HANDED_OVER:
            return
        require(rules.may_go(order.state, OrderState.HANDED_OVER), NotAnyMore())
        order.state, order.handed_over_at = OrderState.HANDED_OVER, clock.now()
        outbox.put(session, "order.handed_over", order.id)


def mark_paid(actor: Actor, code: str, way: PaymentWay) -> None:
    """The seller holds the money, in cash or by her own QRIS. Fetched or not is another fact. Twice is once."""
    require(way in (PaymentWay.CASH, PaymentWay.QRIS))
    with transaction() as session:
        order = _sellers(session, actor, code)
        if order.paid_at is not None:
            return
        require(order.state is not OrderState.CANCELLED, NotAnyMore())
        order.paid_at, order.paid_by = clock.now(), way
        outbox.put(session, "order.paid", order.id)


def cancel_as_seller(actor: Actor, code: str, reason: str) -> None:
    """Cancel with a reason that the buyer reads; the goods are on offer again. Card money becomes due back. Twice is once."""
    require(reason in rules.CANCEL_REASONS)
    with transaction() as session:
        order = _sellers(session, actor, code)
        if order.state is OrderState.CANCELLED:
            return
        require(rules.may_go(order.state, OrderState.CANCELLED), NotAnyMore())
        _cancel(session, order, "seller", reason, actor.person_id)
        if order.paid_by is PaymentWay.CARD:
            owe_back(session, order.id, clock.now())
        if order.paid_at is not None:
            outbox.put(session, "order.refunded", order.id)


def _sellers(session: Session, actor: Actor, code: str) -> Order:
    return _locked(session, queries.order_of_seller(session, actor.person_id, code))


def _locked(session: Session, found: queries.OrderRow | None) -> Order:
    require(found is not None, NotThere())
    assert found is not None
    return queries.lock_orders(session, [found.id])[0]


def _cancel(session: Session, order: Order, by: str, reason: str | None, person_id: int) -> None:
    now = clock.now()
    order.state, order.cancelled_at, order.cancelled_by, order.cancel_reason = OrderState.CANCELLED, now, by, reason
    products: dict[int, int] = defaultdict(int)
    for variant_id, product_id, quantity in queries.order_lines(session, order.id):
        session.execute(
            update(Variant)
            .where(Variant.id == variant_id)
            .values(stock=Variant.stock + quantity)
            .execution_options(synchronize_session=False)
        )
        session.add(_movement(variant_id, quantity, StockReason.RETURNED, order.id, person_id, now))
        products[product_id] += quantity
    note_availability(session, list(products))
    outbox.put(session, "order.cancelled", order.id)
    pagecache.touch(session, "goods", "orders")


def words_of_shortage(left: int) -> str:
    """What stands beside a line that can't be had in that number."""
    return _("Tinggal {n}. Ubah jumlahnya.", n=count(left)) if left else _("Sudah habis. Keluarkan dari keranjang.")


# Card payments


def prepare_payment(session: Session, actor: Actor, orders: Sequence[Order], now: datetime) -> int:
    """A step: one payment for these unpaid orders, which the caller has locked or just made. Gives its id."""
    provider = door.payment_provider()
    require(provider is not None, NoCards())
    amount = sum(order.total_rupiah for order in orders)
    require(amount <= rules.MOST_CARD_RUPIAH, TooMuchForCard())
    code = new_code("BYR", 10)  # 49 bits: never the same twice
    payment = Payment(
        code=code,
        buyer_id=actor.person_id,
        provider="stripe",
        amount_rupiah=amount,
        state=PaymentState.STARTED,
        made_at=now,
        ends_at=now + timedelta(minutes=rules.PAYMENT_MINUTES),
    )
    session.add(payment)
    session.flush()
    for order in orders:
        session.add(PaymentAllocation(payment_id=payment.id, order_id=order.id, amount_rupiah=order.total_rupiah, is_live=True))
    return payment.id


def pay_order(actor: Actor, code: str) -> int:
    """The payment for one order: the one that is open already, else a new one. Gives its id. Raises NothingToPay, NoCards."""
    now = clock.now()
    with transaction() as session:
        found = queries.order_of_buyer(session, actor.person_id, code)
        require(found is not None, NotThere())
        assert found is not None
        order = queries.lock_orders(session, [found.id])[0]
        require(policy.may_pay_by_card(order.state, order.paid_at), NothingToPay())
        live = queries.live_payment_of(session, order.id)
        if live is not None and live.state is PaymentState.STARTED:
            if live.ends_at > now + timedelta(minutes=1):
                return live.id
            _end(session, live.id)
        order.will_pay_by = PaymentWay.CARD
        return prepare_payment(session, actor, [order], now)


def checkout_url(payment_id: int, address: Callable[[str], str]) -> str:
    """The page where the buyer pays. `address` makes a path of ours absolute. Speaks to the provider when it has not answered yet:
    the same payment asked for twice is the same session there. Raises PaymentUnavailable.
    """
    provider = door.payment_provider()
    require(provider is not None, NoCards())
    assert provider is not None
    with reading() as session:
        payment = queries.payment(session, payment_id)
        require(payment is not None, NotThere())
        assert payment is not None
        if payment.checkout_url:
            return payment.checkout_url
        orders = queries.orders_of_payment(session, payment_id)
        names = dict(session.execute(select(Order.id, Order.code).where(Order.id.in_(orders))).tuples().all())
        lines = tuple(
            CheckoutLine(f"{names[order_id]}: {line.title}"[:250], line.quantity, line.price_rupiah)
            for order_id, found in sorted(queries.lines_of(session, orders).items())
            for line in found
        )
    after = address(f"/pesanan/bayar/{payment.code}")
    started = provider.start_checkout(CheckoutOrder(payment.code, 1, lines, after, after, payment.ends_at))
    with transaction() as session:
        session.execute(
            update(Payment)
            .where(Payment.id == payment_id, Payment.session_id.is_(None))
            .values(session_id=started.id, checkout_url=started.url)
        )
    return started.url


def receive_event(payload: bytes, signature: str) -> str:
    """A call to the webhook: what became of it, in one word for the log. Raises NotFromStripe; the same event twice is one."""
    provider = door.payment_provider()
    require(provider is not None, NotThere())
    assert provider is not None
    event = provider.read_event(payload, signature)
    now = clock.now()
    with transaction() as session:
        if not _first_time(session, event.id, event.kind, now):
            return "repeated"
        payment_id = queries.find_payment(session, event.session_id, event.payment_code) if event.session_id else None
        if payment_id is None:
            log.info("payment event %s of kind %s is not about a payment of ours", event.id, event.kind)
            return "not ours"
        orders = queries.lock_orders(session, queries.orders_of_payment(session, payment_id))
        payment = session.scalar(select(Payment).where(Payment.id == payment_id).with_for_update())
        assert payment is not None
        session.execute(update(PaymentEvent).where(PaymentEvent.event_id == event.id).values(payment_id=payment_id))
        if event.kind in (EventKind.EXPIRED, EventKind.FAILED):
            if payment.state is PaymentState.STARTED:
                _end(session, payment_id)
            return "ended"
        if event.kind is not EventKind.PAID or not event.paid:
            return "waiting"
        if event.payment_code != payment.code or event.amount_rupiah != payment.amount_rupiah:
            log.error("payment event %s does not match payment %s: nothing was marked paid", event.id, payment.code)
            return "mismatch"
        if payment.session_id is None:
            payment.session_id = event.session_id
        _mark_paid(session, payment, orders, now)
        return "paid"


def _first_time(session: Session, event_id: str, kind: str, now: datetime) -> bool:
    """Keep the event's id. Stripe may deliver the same event twice, also at the same moment."""
    row = insert(session, PaymentEvent).values(event_id=event_id[:120], kind=kind, received_at=now)
    return session.execute(row.on_conflict_do_nothing().returning(PaymentEvent.event_id)).first() is not None


def _mark_paid(session: Session, payment: Payment, orders: Sequence[Order], now: datetime) -> None:
    """The money came, perhaps late: it pays the orders that still want it; the rest is owed back to the buyer."""
    if payment.state is PaymentState.PAID:
        return
    payment.state, payment.paid_at = PaymentState.PAID, now
    session.flush()
    for order in orders:
        mine = (PaymentAllocation.payment_id == payment.id, PaymentAllocation.order_id == order.id)
        if order.paid_at is None and order.state is not OrderState.CANCELLED:
            # A newer try of the same order gives way: it is not needed any more.
            session.execute(update(PaymentAllocation).where(PaymentAllocation.order_id == order.id).values(is_live=False))
            session.execute(update(PaymentAllocation).where(*mine).values(is_live=True))
            order.paid_at, order.paid_by = now, PaymentWay.CARD
            outbox.put(session, "order.paid", order.id)
        else:
            session.execute(update(PaymentAllocation).where(*mine).values(refund_due_at=now))


def _end(session: Session, payment_id: int) -> None:
    """The payment can't be paid any more: its orders are free for another try."""
    session.execute(update(Payment).where(Payment.id == payment_id).values(state=PaymentState.EXPIRED))
    session.execute(update(PaymentAllocation).where(PaymentAllocation.payment_id == payment_id).values(is_live=False))


def owe_back(session: Session, order_id: int, now: datetime) -> None:
    """A step: what was paid by card for this order is to be given back."""
    paid = select(Payment.id).where(Payment.id == PaymentAllocation.payment_id, Payment.state == PaymentState.PAID).exists()
    session.execute(
        update(PaymentAllocation)
        .where(PaymentAllocation.order_id == order_id, PaymentAllocation.is_live, PaymentAllocation.refund_due_at.is_(None), paid)
        .values(refund_due_at=now)
        .execution_options(synchronize_session=False)
    )


def close_checkout(order_id: int) -> None:
    """After an order was cancelled: nobody should be able to pay for it any more. Safe to run twice."""
    provider = door.payment_provider()
    with reading() as session:
        live = queries.live_payment_of(session, order_id)
    if provider is None or live is None or live.state is not PaymentState.STARTED or live.session_id is None:
        return
    if provider.expire(live.session_id).paid:
        return  # its event will say so, and the money is owed back
    with transaction() as session:
        queries.lock_orders(session, queries.orders_of_payment(session, live.id))
        payment = session.scalar(select(Payment).where(Payment.id == live.id).with_for_update())
        if payment is not None and payment.state is PaymentState.STARTED:
            _end(session, live.id)


def mark_refunded(actor: Actor, payment_id: int, order_id: int) -> None:
    """Staff gave the money back in the provider's own pages. Twice is once."""
    with transaction() as session:
        mine = (PaymentAllocation.payment_id == payment_id, PaymentAllocation.order_id == order_id)
        allocation = session.scalar(select(PaymentAllocation).where(*mine).with_for_update())
        require(allocation is not None and allocation.refund_due_at is not None, NotThere())
        assert allocation is not None
        if allocation.refunded_at is not None:
            return
        allocation.refunded_at = clock.now()
        audit.write(
            session, actor.person_id, "payment.refunded", "payment", payment_id, {"order": order_id, "rupiah": allocation.amount_rupiah}
        )


def drop_from_carts(shop_id: int) -> None:
    """Goods of a shop that has closed for good lie in no cart. After the commit, for a cart is locked before its shops. Safe to run twice."""
    with transaction() as session:
        closed = select(Shop.id).where(Shop.id == shop_id, Shop.state == ShopState.CLOSED)
        goods = select(Variant.id).join(Product, Product.id == Variant.product_id).where(Product.shop_id.in_(closed))
        session.execute(delete(CartLine).where(CartLine.variant_id.in_(goods)))


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: the cart goes; orders stay for the other side's book, without the buyer's name and words.

    Runs while the person still works in her shops: buyers' notices lose the name of a shop that closes with her.
    """
    session.execute(delete(CartLine).where(CartLine.person_id == person_id))
    session.execute(update(Order).where(Order.buyer_id == person_id, Order.note != "").values(note=""))
    session.execute(update(Payment).where(Payment.buyer_id == person_id).values(checkout_url=None))
    bought = queries.bought_from(session, person_id)
    take_out(session, bought.people, bought.events, "buyer")
    sold = queries.sold_alone(session, person_id)
    take_out(session, sold.people, sold.events, "shop")
