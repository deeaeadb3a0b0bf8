"""The cart, ordering, the buyer's and the seller's side of an order, card payment."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue

from app.core import clock, forms, once
from app.core.access import Role, actor, freshly_proved, signed_in, staff, webhook
from app.core.db import reading
from app.core.payments import NotFromStripe, PaymentUnavailable, payment_provider
from app.core.refusals import NotThere, Refusal, require
from app.core.web import arg_int, page, say, see_other
from app.core.words import _
from app.market.orders import actions, policy, queries, rules
from app.market.orders.forms import CancelForm, WishForm, wish_form
from app.market.orders.models import PaymentState, PaymentWay
from app.market.rota.queries import PickupTurn, turns_for_pickup
from app.market.shops.queries import product_of_variant
from app.market.shops.routes import chosen_shop

if TYPE_CHECKING:
    from app.market.orders.queries import CartItem, OrderRow

bp = Blueprint("orders", __name__)
log = logging.getLogger("katong.payments")

MOST_EVENT_BYTES = 512 * 1024  # Stripe's events are a few kilobytes


# The cart


@bp.route("/keranjang")
@signed_in
def cart() -> ResponseReturnValue:
    with reading() as session:
        items = queries.cart(session, actor().person_id)
    return page("market/orders/cart.html", shops=queries.by_shop(items), total=sum(item.sum_rupiah for item in items), short=_short(items))


def _short(items: list[CartItem]) -> dict[int, str]:
    """A sentence for every line that can't be ordered as it stands."""
    return {item.variant_id: actions.words_of_shortage(item.stock if item.is_on_offer else 0) for item in items if item.is_short}


@bp.route("/keranjang/tambah", methods=["GET", "POST"])
@signed_in
def add() -> ResponseReturnValue:
    """POST puts something in the cart. GET is where a visitor arrives after signing in: it asks once."""
    given = request.values
    variant_id = forms.read_number(given.get("barang", "")) or 0
    quantity = max(1, min(forms.read_number(given.get("jumlah", "")) or 1, rules.MOST_QUANTITY))
    require(0 < variant_id < 2**62, NotThere())
    day = given.get("ambil", "") if re.fullmatch(r"[1-9]\d{0,17}", given.get("ambil", ""), re.ASCII) else None
    wants_to_order = given.get("lalu") == "pesan"
    with reading() as session:
        product = product_of_variant(session, variant_id)
    require(product is not None and product.is_on_offer, NotThere())
    assert product is not None
    if request.method == "POST":
        try:
            actions.add_to_cart(actor(), variant_id, quantity, once.key_from(request.form))
        except actions.Short as no:
            raise Refusal(_("Tinggal {n}, termasuk yang sudah di keranjang Anda.", n=no.left[variant_id]), product.path) from None
        if wants_to_order:
            return see_other(url_for("orders.checkout", ambil=day))
        say(_("Sudah masuk keranjang."))
        return see_other(url_for("orders.cart"))
    return page("market/orders/add.html", product=product, quantity=quantity, day=day, wants_to_order=wants_to_order)


@bp.route("/keranjang/ubah", methods=["POST"])
@signed_in
def change() -> ResponseReturnValue:
    """Fields `j<variant>` hold quantities; the button `buang` names one to take out."""
    quantities: dict[int, int] = {}
    for name, typed in list(request.form.items())[: 3 * rules.MOST_CART_LINES]:
        if re.fullmatch(r"j[1-9]\d{0,17}", name, re.ASCII):
            number = forms.read_number(typed)
            if number is None or not 0 <= number <= rules.MOST_QUANTITY:
                raise Refusal(_("Tulis jumlah dari 0 sampai {most}.", most=rules.MOST_QUANTITY), url_for("orders.cart"))
            quantities[int(name[1:])] = number
    out = request.form.get("buang", "")
    if re.fullmatch(r"[1-9]\d{0,17}", out, re.ASCII):
        quantities = {int(out): 0}
    actions.set_quantities(actor(), quantities)
    return see_other(url_for("orders.checkout") if request.form.get("lalu") == "pesan" else url_for("orders.cart"))


# Ordering


@dataclass
class ShopCard:
    """One seller's part of the checkout page."""

    lines: list[CartItem]
    form: WishForm
    turns: list[PickupTurn]

    @property
    def shop_id(self) -> int:
        return self.lines[0].shop_id

    @property
    def total_rupiah(self) -> int:
        return sum(line.sum_rupiah for line in self.lines)

    def wish(self) -> actions.Wish:
        return actions.Wish(
            int(self.form.day.data) if self.form.day.data else None, PaymentWay(self.form.way.data), self.form.note.data or ""
        )


@bp.route("/pesan", methods=["GET", "POST"])
@signed_in
def checkout() -> ResponseReturnValue:
    """Check and order: one card a seller, one order a seller."""
    cards = _shop_cards()
    if request.method == "GET" and not cards:
        return see_other(url_for("orders.cart"))
    short = _short([line for card in cards for line in card.lines])
    refusal = ""
    if request.method == "POST" and _all_valid(cards):
        try:
            seen = forms.read_number(request.form.get("jumlah_dilihat", "")) or 0
            placed = actions.place_orders(actor(), {card.shop_id: card.wish() for card in cards}, seen, once.key_from(request.form))
            return _after_ordering(placed)
        except actions.Short as no:
            refusal, short = str(no), {variant_id: actions.words_of_shortage(left) for variant_id, left in no.left.items()}
        except actions.ChooseDay as no:
            next(card for card in cards if card.shop_id == no.shop_id).form.refuse(no, field="day")
        except Refusal as no:
            refusal = str(no)
    provider = payment_provider()
    shown = page(
        "market/orders/checkout.html", cards=cards, short=short, refusal=refusal, total=sum(card.total_rupiah for card in cards),
        with_card=provider is not None, is_sample=provider is not None and provider.is_sample,
    )  # fmt: skip
    return shown, 422 if request.method == "POST" else 200


def _all_valid(cards: list[ShopCard]) -> bool:
    """Look at every shop's choices, so that every mistake is said at once."""
    return False not in [card.form.validate() for card in cards]


def _shop_cards() -> list[ShopCard]:
    with reading() as session:
        shops = queries.by_shop(queries.cart(session, actor().person_id))
        turns = turns_for_pickup(session, [lines[0].shop_id for lines in shops], clock.now())
    with_card = payment_provider() is not None
    wished_day = request.args.get("ambil", "")
    cards = []
    for lines in shops:
        offered = [turn for turn in turns if turn.shop_id == lines[0].shop_id][:6]
        codes = [str(turn.market_day_id) for turn in offered]
        day = wished_day if wished_day in codes else codes[0] if codes else None
        form = wish_form(codes, with_card=with_card)(request.form, prefix=f"t{lines[0].shop_id}-", day=day, way="cash")
        cards.append(ShopCard(lines, form, offered))
    return cards


def _after_ordering(placed: actions.Placed) -> ResponseReturnValue:
    say(_("Pesanan sudah dibuat. Barang disimpan untuk Anda."))
    mine = url_for("orders.order", code=placed.orders[0][1]) if len(placed.orders) == 1 else url_for("orders.orders")
    if placed.payment_id is None:
        return see_other(mine)
    return _to_checkout(placed.payment_id, mine)


def _to_checkout(payment_id: int, else_to: str) -> ResponseReturnValue:
    """Send the buyer to the provider's page; when it does not answer, to her order, which stays."""
    try:
        return see_other(actions.checkout_url(payment_id, _absolute))
    except PaymentUnavailable as no:
        say(str(no), "wait")
        return see_other(else_to)


def _absolute(path: str) -> str:
    """An address of ours as the provider needs it."""
    return (current_app.config["BASE_URL"] or request.host_url.rstrip("/")) + path


# The buyer's orders


@bp.route("/pesanan")
@signed_in
def orders() -> ResponseReturnValue:
    below = arg_int("di_bawah", 0, 0, 2**62) or None
    with reading() as session:
        mine = queries.orders_of_buyer(session, actor().person_id, below, queries.PAGE_SIZE + 1)
        shown = mine[: queries.PAGE_SIZE]
        lines = queries.lines_of(session, [row.id for row in shown])
    rest = shown[-1].id if len(mine) > queries.PAGE_SIZE else None
    return page("market/orders/orders.html", orders=shown, lines=lines, rest=rest, below=below, rules=rules)


@bp.route("/pesanan/<code:code>")
@signed_in
def order(code: str) -> ResponseReturnValue:
    with reading() as session:
        found = _found(queries.order_of_buyer(session, actor().person_id, code))
        lines = queries.lines_of(session, [found.id])[found.id]
        live = queries.live_payment_of(session, found.id) if found.paid_at is None else None
    provider = payment_provider()
    return page(
        "market/orders/order.html", order=found, lines=lines, rules=rules, is_paying=live is not None and live.state is PaymentState.STARTED,
        may_cancel=policy.buyer_may_cancel(found.state, found.paid_at),
        may_pay=provider is not None and policy.may_pay_by_card(found.state, found.paid_at),
        is_sample=provider is not None and provider.is_sample,
    )  # fmt: skip


def _found(row: OrderRow | None) -> OrderRow:
    require(row is not None, NotThere())
    assert row is not None
    return row


@bp.route("/pesanan/<code:code>/batal", methods=["GET", "POST"])
@signed_in
def cancel(code: str) -> ResponseReturnValue:
    """Asks once, on a page of its own."""
    with reading() as session:
        found = _found(queries.order_of_buyer(session, actor().person_id, code))
    if request.method == "POST":
        _try(lambda: actions.cancel_as_buyer(actor(), code), url_for("orders.order", code=found.code))
        say(_("Pesanan dibatalkan. Barang kembali ke penjual."))
        return see_other(url_for("orders.order", code=found.code))
    return page("market/orders/cancel.html", order=found)


@bp.route("/pesanan/<code:code>/bayar", methods=["POST"])
@signed_in
def pay(code: str) -> ResponseReturnValue:
    """By card: the same open checkout again, or a new one."""
    back = url_for("orders.order", code=code.upper())
    try:
        payment_id = actions.pay_order(actor(), code)
    except NotThere:
        raise
    except Refusal as no:
        raise Refusal(str(no), back) from None
    return _to_checkout(payment_id, back)


@bp.route("/pesanan/bayar/<code:payment>")
@signed_in
def after_paying(payment: str) -> ResponseReturnValue:
    """Where the checkout page sends the buyer back, paid or not. Shows what we know; coming here proves nothing."""
    with reading() as session:
        found = queries.payment_of_buyer(session, actor().person_id, payment)
        require(found is not None, NotThere())
        assert found is not None
        made = queries.codes_of_payment(session, found.id)
    provider = payment_provider()
    return page("market/orders/after_paying.html", payment=found, orders=made, is_sample=provider is not None and provider.is_sample)


@bp.route("/webhook/stripe", methods=["POST"])
@webhook
def stripe_event() -> ResponseReturnValue:
    """A signed event. 200 for everything understood, also when it is not ours, so that it is not sent again; 400 unsigned."""
    if (request.content_length or 0) > MOST_EVENT_BYTES:
        return "", 413
    try:
        became = actions.receive_event(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except NotFromStripe:
        return "", 400
    log.info("payment event: %s", became)
    return became, 200


# The seller's orders


@bp.route("/jualan/pesanan")
@signed_in
def to_prepare() -> ResponseReturnValue:
    """The pick list: what to prepare for which day, then who still has to pay, then what is over."""
    below = arg_int("di_bawah", 0, 0, 2**62) or None
    with reading() as session:
        mine, shops = chosen_shop(session)
        if mine is None:
            return see_other(url_for("shops.new_shop"))
        waiting = queries.orders_to_prepare(session, mine.id) if below is None else []
        over = queries.finished_orders(session, mine.id, below, queries.PAGE_SIZE + 1)
        lines = queries.lines_of(session, [row.id for row in waiting])
    rest = over[queries.PAGE_SIZE - 1].id if len(over) > queries.PAGE_SIZE else None
    days = rules.by_day(waiting)
    over = over[: queries.PAGE_SIZE]
    picks = {day: rules.pick_list([line for row in rows if row.is_open for line in lines[row.id]]) for day, rows in days.items()}
    return page(
        "market/orders/to_prepare.html",
        shop=mine,
        shops=shops,
        days=days,
        lines=lines,
        picks=picks,
        over=over,
        rest=rest,
        below=below,
        rules=rules,
    )


@bp.route("/jualan/pesanan/<code:code>")
@signed_in
def sold(code: str) -> ResponseReturnValue:
    """One order for its seller."""
    with reading() as session:
        found = _found(queries.order_of_seller(session, actor().person_id, code))
        lines = queries.lines_of(session, [found.id])[found.id]
    return page("market/orders/sold.html", order=found, lines=lines, rules=rules)


@bp.route("/jualan/pesanan/<code:code>/siap", methods=["POST"])
@signed_in
def ready(code: str) -> ResponseReturnValue:
    return _seller_step(code, lambda: actions.mark_ready(actor(), code), _("Pembeli diberi tahu: barangnya siap."))


@bp.route("/jualan/pesanan/<code:code>/serah", methods=["POST"])
@signed_in
def hand_over(code: str) -> ResponseReturnValue:
    return _seller_step(code, lambda: actions.hand_over(actor(), code), _("Dicatat: barang sudah diserahkan."))


@bp.route("/jualan/pesanan/<code:code>/lunas", methods=["POST"])
@signed_in
def paid(code: str) -> ResponseReturnValue:
    way = {"tunai": PaymentWay.CASH, "qris": PaymentWay.QRIS}.get(request.form.get("cara", ""))
    if way is None:
        raise Refusal(_("Pilih cara bayarnya: tunai atau QRIS."), url_for("orders.sold", code=code.upper()))
    return _seller_step(code, lambda: actions.mark_paid(actor(), code, way), _("Dicatat: lunas. Penjualan masuk buku Anda."))


@bp.route("/jualan/pesanan/<code:code>/batal", methods=["GET", "POST"])
@signed_in
def cancel_sold(code: str) -> ResponseReturnValue:
    with reading() as session:
        found = _found(queries.order_of_seller(session, actor().person_id, code))
    form = CancelForm(request.form)
    if request.method == "POST" and form.validate():
        return _seller_step(
            code, lambda: actions.cancel_as_seller(actor(), code, form.reason.data), _("Pesanan dibatalkan. Pembeli diberi tahu.")
        )
    return page("market/orders/cancel_sold.html", order=found, form=form), 422 if request.method == "POST" else 200


def _seller_step(code: str, step: Callable[[], None], done: str) -> ResponseReturnValue:
    back = url_for("orders.sold", code=code.upper())
    _try(step, back)
    say(done)
    return see_other(url_for("orders.to_prepare") if request.form.get("kembali") == "daftar" else back)


def _try(step: Callable[[], None], back: str) -> None:
    """Run a step; a refusal leads back to the order, where its new state can be seen. What is not there stays 404."""
    try:
        step()
    except NotThere:
        raise
    except Refusal as no:
        raise Refusal(str(no), back) from None


# Staff


@bp.route("/petugas/pengembalian")
@staff(Role.ADMIN)
@freshly_proved
def refunds() -> ResponseReturnValue:
    """Card money that is to be given back by hand, in the provider's own pages."""
    with reading() as session:
        due = queries.refunds_due(session)
    return page("market/orders/refunds.html", due=due)


@bp.route("/petugas/pengembalian/<id:payment_id>/<id:order_id>", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def refunded(payment_id: int, order_id: int) -> ResponseReturnValue:
    actions.mark_refunded(actor(), payment_id, order_id)
    say(_("Dicatat: uang sudah dikembalikan."))
    return see_other(url_for("orders.refunds"))
