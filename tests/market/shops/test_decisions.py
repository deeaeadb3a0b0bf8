"""What a moderator's decision does to a shop and its goods, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.accounts.blocks import actions as blocks
from app.accounts.blocks import queries as block_queries
from app.accounts.reports import actions as reports
from app.accounts.reports import queries as report_queries
from app.accounts.reports.rules import Decision, Reason
from app.core.access import Role
from app.core.db import reading
from app.core.refusals import NotThere
from app.market.orders.models import Order
from app.market.shops import actions
from app.market.shops.models import Product, ProductState, Shop, ShopState
from tests.market.orders.factories import order
from tests.market.shops.factories import a_person, a_product, a_seller


def taken_down(kind: str, subject_id: int) -> int:
    """The id of a case that ended so."""
    reports.report(a_person("Pelapor"), kind, subject_id, Reason.FRAUD, "")
    with reading() as session:
        case_id = report_queries.open_case_of(session, kind, subject_id) or 0
    reports.decide(a_person("Moderator Satu", Role.MODERATOR), case_id, 1, Decision.TAKEN_DOWN)
    return case_id


@pytest.mark.both
def test_a_shop_taken_down_stays_paused_until_the_decision_falls(app: Flask) -> None:
    seller = a_seller()
    case_id = taken_down("shop", seller.shop_id)
    with pytest.raises(actions.ShopHeld):
        actions.set_shop_open(seller.actor, seller.shop_id, True)
    with reading() as session:
        assert session.get_one(Shop, seller.shop_id).state is ShopState.PAUSED
    reports.appeal(seller.actor, case_id, "Semua pesanan sudah saya serahkan.")
    reports.decide_appeal(a_person("Moderator Dua", Role.MODERATOR), case_id, 1, falls=True)
    with reading() as session:
        shop = session.get_one(Shop, seller.shop_id)
        assert (shop.state, shop.held_at) == (ShopState.OPEN, None)


@pytest.mark.both
def test_a_product_taken_down_cannot_be_shown_by_its_seller_and_comes_back_hidden(app: Flask) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    case_id = taken_down("product", product_id)
    with pytest.raises(NotThere):
        actions.show_product(seller.actor, product_id, ProductState.SHOWN)
    reports.appeal(seller.actor, case_id, "Barang ini boleh dijual.")
    reports.decide_appeal(a_person("Moderator Dua", Role.MODERATOR), case_id, 1, falls=True)
    with reading() as session:
        assert session.get_one(Product, product_id).state is ProductState.HIDDEN
    actions.show_product(seller.actor, product_id, ProductState.SHOWN)


def test_whoever_works_in_the_shop_does_not_report_it(app: Flask) -> None:
    seller = a_seller()
    with pytest.raises(reports.YourOwn):
        reports.report(seller.actor, "shop", seller.shop_id, Reason.RUDE, "")


def test_a_seller_blocks_a_buyer_she_met_and_a_buyer_meets_no_name(app: Flask, run_outbox: Callable[[], int]) -> None:
    seller, buyer = a_seller(), a_person("Pembeli")
    _product, variant_id = a_product(seller)
    order(buyer, {variant_id: 1})
    with reading() as session:
        order_id = session.query(Order.id).scalar()
    for stranger in (buyer, a_person("Orang lain")):
        with pytest.raises(NotThere):
            blocks.block(stranger, "pembeli", order_id)
    blocks.block(seller.actor, "pembeli", order_id)
    with reading() as session:
        assert block_queries.blocked_by(session, seller.actor.person_id) == {buyer.person_id}
