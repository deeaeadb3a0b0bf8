"""From the cart to the booth: what an order promises to buyer and seller."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.notices.models import Notice
from app.core import once
from app.core.contrib import NoticeKind, offered
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.market.orders import actions, queries, rules
from app.market.orders.models import CartLine, Order, OrderState, PaymentWay
from app.market.rota.models import Turn, TurnState
from app.market.shops import actions as shop_actions
from app.market.shops.models import Product, ProductState, StockMovement, Variant
from app.market.shops.queries import movements_sum
from tests.conftest import Client, a_client
from tests.market.orders.factories import code_of, fill_cart, order, total_of
from tests.market.shops.factories import Seller, a_draft, a_person, a_product, a_seller, a_turn


def stock_of(variant_id: int) -> int:
    with reading() as session:
        assert movements_sum(session, variant_id) == session.scalars(select(Variant.stock).where(Variant.id == variant_id)).one()
        return movements_sum(session, variant_id)


def the_order() -> Order:
    with reading() as session:
        return session.scalars(select(Order)).one()


def told(person_id: int) -> list[str]:
    """The notices of a person, worded."""
    kinds = {kind.code: kind for kind in offered(NoticeKind)}
    with reading() as session:
        rows = session.scalars(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id)).all()
    return [kinds[row.kind].words(row.params) for row in rows]


@pytest.fixture
def seller(app: Flask) -> Seller:
    return a_seller()


def test_a_cart_of_two_shops_becomes_two_orders(app: Flask, seller: Seller, run_outbox: Callable[[], int]) -> None:
    other = a_seller("Tenun Liliba", "Mama Yanti")
    _p, chips = a_product(seller, stock=5)
    _q, scarf = a_product(other, "Selendang", price=175_000, stock=1)
    buyer = a_person("Rina")
    placed = order(buyer, {chips: 2, scarf: 1})
    assert len(placed.orders) == 2
    assert all(re.fullmatch(r"PSN-[2-9A-HJKMNP-TV-Z]{6}", code) for _id, code in placed.orders)
    assert (stock_of(chips), stock_of(scarf)) == (3, 0)
    with reading() as session:
        assert {row.total_rupiah for row in session.scalars(select(Order))} == {30_000, 175_000}
        assert session.scalar(select(func.count()).select_from(CartLine)) == 0
        assert not session.scalars(select(Product.is_available).where(Product.title == "Selendang")).one()
    run_outbox()
    assert told(seller.actor.person_id) == [f"Rina memesan barang Anda, Rp30.000. Pesanan {placed.orders[0][1]}."]


@pytest.mark.both
def test_a_double_tap_orders_once(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller, stock=5)
    buyer, key = a_person(), once.new_key()
    first = order(buyer, {chips: 1}, key=key)
    again = actions.place_orders(buyer, {}, 0, key)
    assert first.orders == again.orders
    assert stock_of(chips) == 4


def test_what_is_short_is_said_beside_the_line_and_nothing_is_cut(app: Flask, seller: Seller) -> None:
    product_id, chips = a_product(seller, stock=5)
    _q, corn = a_product(seller, "Jagung titi", stock=5)
    buyer = a_person()
    fill_cart(buyer, {chips: 4, corn: 1})
    shop_actions.set_stock(seller.actor, product_id, 2, 5)
    client = a_client(app, buyer.person_id)
    assert "Tinggal 2. Ubah jumlahnya." in client.get("/keranjang").get_data(as_text=True)
    answer = client.fill("/pesan", {}, action="/pesan")
    assert answer.status_code == 422
    assert "Tinggal 2. Ubah jumlahnya." in answer.get_data(as_text=True)
    assert (stock_of(chips), stock_of(corn)) == (2, 5)
    with reading() as session:
        assert dict(session.execute(select(CartLine.variant_id, CartLine.quantity)).tuples().all()) == {chips: 4, corn: 1}


def test_what_left_the_market_meanwhile_is_said(app: Flask, seller: Seller) -> None:
    product_id, chips = a_product(seller)
    buyer = a_person()
    fill_cart(buyer, {chips: 1})
    shop_actions.show_product(seller.actor, product_id, ProductState.HIDDEN)
    assert "Sudah habis" in a_client(app, buyer.person_id).get("/keranjang").get_data(as_text=True)
    with pytest.raises(actions.Short):
        actions.place_orders(buyer, {seller.shop_id: actions.Wish(None, PaymentWay.CASH)}, total_of(buyer), once.new_key())


def test_nobody_pays_a_price_she_did_not_see(app: Flask, seller: Seller) -> None:
    product_id, chips = a_product(seller)
    buyer = a_person()
    fill_cart(buyer, {chips: 1})
    seen = total_of(buyer)
    shop_actions.edit_product(seller.actor, product_id, a_draft(price=20_000, stock=24, seen=24))
    with pytest.raises(actions.PriceChanged):
        actions.place_orders(buyer, {seller.shop_id: actions.Wish(None, PaymentWay.CASH)}, seen, once.new_key())
    assert stock_of(chips) == 24


def test_own_goods_too_much_and_nonsense_are_refused(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller, stock=5)
    with pytest.raises(actions.OwnGoods):
        actions.add_to_cart(seller.actor, chips, 1, once.new_key())
    buyer = a_person()
    with pytest.raises(actions.Short):
        actions.add_to_cart(buyer, chips, 6, once.new_key())
    client = a_client(app, buyer.person_id)
    for data in ({}, {"barang": "x"}, {"barang": "999999"}, {"barang": str(2**63)}):
        assert client.post("/keranjang/tambah", data={**data, "csrf": client.csrf()}).status_code == 404
    assert client.post("/keranjang/ubah", data={f"j{chips}": "-3", "csrf": client.csrf()}).status_code == 303
    assert client.get("/pesan").location == "/keranjang"


def test_a_buyer_keeps_at_most_so_many_orders_waiting(app: Flask, seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    _p, chips = a_product(seller)
    buyer = a_person()
    monkeypatch.setattr(rules, "MOST_OPEN_ORDERS", 2)
    for _turn in range(2):
        order(buyer, {chips: 1})
    with pytest.raises(actions.TooManyOpenOrders):
        order(buyer, {chips: 1})


# Where it is fetched


def test_the_booth_comes_through_a_turn_that_still_stands(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    turn = a_turn(seller)
    buyer = a_person()
    client = a_client(app, buyer.person_id)
    fill_cart(buyer, {chips: 1})
    shown = client.get("/pesan").get_data(as_text=True)
    assert "M-07" in shown
    assert client.fill("/pesan", {}, action="/pesan").status_code == 303
    path = f"/pesanan/{the_order().code}"
    assert "M-07" in client.get(path).get_data(as_text=True)
    with transaction() as session:
        session.execute(update(Turn).where(Turn.id == turn.id).values(state=TurnState.GIVEN_BACK))
    page = client.get(path).get_data(as_text=True)
    assert "M-07" not in page
    assert "Tempat ambil sedang diatur" in page


def test_a_day_must_be_chosen_among_those_offered(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    a_turn(seller)
    buyer = a_person()
    fill_cart(buyer, {chips: 1})
    client = a_client(app, buyer.person_id)
    answer = client.fill("/pesan", {f"t{seller.shop_id}-day": "99", f"t{seller.shop_id}-note": "Titip di Mama Ros"}, action="/pesan")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Pilih salah satu dari daftar" in page
    assert "Titip di Mama Ros" in page
    with pytest.raises(actions.ChooseDay):
        actions.place_orders(buyer, {seller.shop_id: actions.Wish(None, PaymentWay.CASH)}, total_of(buyer), once.new_key())


def test_a_day_chosen_on_the_product_page_is_chosen_at_checkout(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    a_turn(seller)
    later = a_turn(seller, booth="M-08", in_days=10)
    buyer = a_person()
    client = a_client(app, buyer.person_id)
    sent = client.post(
        "/keranjang/tambah", data={"barang": chips, "jumlah": "2", "ambil": later.market_day_id, "lalu": "pesan", "csrf": client.csrf()}
    )
    assert sent.location == f"/pesan?ambil={later.market_day_id}"
    shown = client.get(sent.location).get_data(as_text=True)
    assert re.search(rf'value="{later.market_day_id}" checked', shown)


def test_a_visitor_comes_back_to_what_she_wanted(app: Flask, client: Client, seller: Seller) -> None:
    _p, chips = a_product(seller)
    turned = client.get(f"/keranjang/tambah?barang={chips}&jumlah=2&lalu=pesan")
    assert turned.status_code == 303
    assert turned.location.startswith("/masuk?next=")
    buyer = a_client(app, a_person().person_id)
    sent = buyer.fill(f"/keranjang/tambah?barang={chips}&jumlah=2&lalu=pesan", {"lalu": "pesan"}, action="/keranjang/tambah")
    assert sent.location == "/pesan"
    assert "2 × " in buyer.get("/pesan").get_data(as_text=True)


# What becomes of it


@pytest.mark.both
def test_cancelling_puts_the_goods_back(app: Flask, seller: Seller, run_outbox: Callable[[], int]) -> None:
    _p, chips = a_product(seller, stock=1)
    buyer = a_person("Rina")
    code = code_of(order(buyer, {chips: 1}))
    assert stock_of(chips) == 0
    for _tap in range(2):
        actions.cancel_as_buyer(buyer, code)
    assert stock_of(chips) == 1
    with reading() as session:
        assert session.scalars(select(Product.is_available)).one()
    run_outbox()
    assert told(seller.actor.person_id)[-1] == f"Rina membatalkan pesanan {code}. Barang kembali ke stok Anda."


def test_a_packed_or_paid_order_is_not_let_go_by_the_buyer_alone(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    buyer = a_person()
    packed, paid = code_of(order(buyer, {chips: 1})), code_of(order(buyer, {chips: 1}))
    actions.mark_ready(seller.actor, packed)
    actions.mark_paid(seller.actor, paid, PaymentWay.CASH)
    with pytest.raises(actions.NotAnyMore):
        actions.cancel_as_buyer(buyer, packed)
    with pytest.raises(actions.PaidAlready):
        actions.cancel_as_buyer(buyer, paid)
    client = a_client(app, buyer.person_id)
    client.post(f"/pesanan/{packed}/batal", data={"csrf": client.csrf()})
    assert "sudah berubah" in client.get(f"/pesanan/{packed}").get_data(as_text=True)


def test_the_seller_cancels_with_a_reason_that_the_buyer_reads(app: Flask, seller: Seller, run_outbox: Callable[[], int]) -> None:
    _p, chips = a_product(seller, stock=3)
    buyer = a_person()
    code = code_of(order(buyer, {chips: 2}))
    client = a_client(app, seller.actor.person_id)
    refused = client.fill(f"/jualan/pesanan/{code}/batal", {}, action="")
    assert refused.status_code == 422
    assert client.fill(f"/jualan/pesanan/{code}/batal", {"reason": "sold_out"}, action="").status_code == 303
    run_outbox()
    assert stock_of(chips) == 3
    assert told(buyer.person_id)[-1].endswith("Alasan: Barangnya ternyata habis atau rusak.")
    assert "Barangnya ternyata habis" in a_client(app, buyer.person_id).get(f"/pesanan/{code}").get_data(as_text=True)


@pytest.mark.parametrize("paid_first", [True, False])
def test_paid_and_handed_over_are_two_facts_in_either_order(
    app: Flask, seller: Seller, paid_first: bool, run_outbox: Callable[[], int]
) -> None:
    _p, chips = a_product(seller)
    buyer = a_person()
    code = code_of(order(buyer, {chips: 1}))
    client = a_client(app, seller.actor.person_id)
    steps = [("lunas", {"cara": "tunai"}), ("serah", {})]
    for step, data in steps if paid_first else reversed(steps):
        for _tap in range(2):
            assert client.post(f"/jualan/pesanan/{code}/{step}", data={**data, "csrf": client.csrf()}).status_code == 303
    done = the_order()
    assert (done.state, done.paid_by) == (OrderState.HANDED_OVER, PaymentWay.CASH)
    run_outbox()
    page = a_client(app, buyer.person_id).get(f"/pesanan/{code}").get_data(as_text=True)
    assert "Sudah diambil" in page
    assert "Lunas" in page
    with pytest.raises(actions.NotAnyMore):
        actions.cancel_as_seller(seller.actor, code, "asked")


def test_ready_tells_the_buyer_once(app: Flask, seller: Seller, run_outbox: Callable[[], int]) -> None:
    _p, chips = a_product(seller)
    buyer = a_person()
    code = code_of(order(buyer, {chips: 1}))
    for _tap in range(2):
        actions.mark_ready(seller.actor, code)
    run_outbox()
    assert told(buyer.person_id) == [f"Pesanan {code} dari Dapur Oesapa siap diambil."]
    assert "Pesanan siap diambil" in a_client(app, buyer.person_id).get("/").get_data(as_text=True)


def test_the_pick_list_adds_up_what_to_pack(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    a_turn(seller)
    with reading() as session:
        day = session.scalars(select(Turn.market_day_id)).one()
    for name in ("Rina", "Deni"):
        order(a_person(name), {chips: 3}, days={seller.shop_id: day})
    page = a_client(app, seller.actor.person_id).get("/jualan/pesanan").get_data(as_text=True)
    assert re.search(r'<b class="num">6</b> × <span class="ugc">Keripik pisang', page)


def test_an_order_is_for_its_buyer_and_its_seller_only(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    buyer, stranger, other = a_person("Rina"), a_person("Deni"), a_seller("Tenun Liliba", "Mama Yanti")
    code = code_of(order(buyer, {chips: 1}))
    for who in (stranger, other.actor, seller.actor):
        assert a_client(app, who.person_id).get(f"/pesanan/{code}").status_code == 404
    for who in (stranger, other.actor, buyer):
        client = a_client(app, who.person_id)
        assert client.get(f"/jualan/pesanan/{code}").status_code == 404
        assert client.post(f"/jualan/pesanan/{code}/lunas", data={"cara": "tunai", "csrf": client.csrf()}).status_code == 404
        with pytest.raises(NotThere):
            actions.hand_over(who, code)
    assert the_order().paid_at is None


def test_the_seller_sees_a_name_and_a_code_but_no_phone(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller)
    buyer = a_person("Rina")
    code = code_of(order(buyer, {chips: 1}))
    page = a_client(app, seller.actor.person_id).get(f"/jualan/pesanan/{code}").get_data(as_text=True)
    assert "Rina" in page
    assert not re.search(r"0812|\+62", page)


def test_pages_do_not_grow_with_the_number_of_orders(
    app: Flask, seller: Seller, sql_count: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _p, chips = a_product(seller, stock=90)
    monkeypatch.setattr(rules, "MOST_OPEN_ORDERS", 100)
    buyer = a_person()
    for _turn in range(25):
        code = code_of(order(buyer, {chips: 1}))
    fill_cart(buyer, {chips: 1})
    mine, hers = a_client(app, buyer.person_id), a_client(app, seller.actor.person_id)
    for client, path in (
        (mine, "/pesanan"), (mine, f"/pesanan/{code}"), (mine, "/keranjang"), (mine, "/pesan"), (hers, "/jualan"), (hers, "/jualan/pesanan"),
        (hers, f"/jualan/pesanan/{code}"),
    ):  # fmt: skip
        with sql_count() as counted:
            assert client.get(path).status_code == 200
        assert len(counted) <= 8, (path, counted.statements)
    assert 'rel="next"' in mine.get("/pesanan").get_data(as_text=True)


def test_movements_tell_the_whole_story(app: Flask, seller: Seller) -> None:
    _p, chips = a_product(seller, stock=10)
    buyer = a_person()
    code = code_of(order(buyer, {chips: 4}))
    actions.cancel_as_buyer(buyer, code)
    with reading() as session:
        story = [(row.delta, row.reason.value) for row in session.scalars(select(StockMovement).order_by(StockMovement.id))]
        assert queries.open_orders_of(session, buyer.person_id) == []
    assert story == [(10, "set"), (-4, "reserved"), (4, "returned")]
