"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.people.rules import shown_name
from app.core import clock
from app.core.access import Actor, Role
from app.core.contrib import DeskCard, Farewell, HomeCard, LeaveBlocker, MetPerson, NoticeKind, PersonalData
from app.core.formats import rupiah
from app.core.words import _, _l
from app.market.orders import actions, queries, rules
from app.market.rota.queries import plates_this_week
from app.market.shops.actions import hold as hold_shops
from app.market.shops.contrib import SellingCard
from app.market.shops.queries import GoodCard, MyShop, newest_goods

HOME_GOODS = 8

Params = Mapping[str, Any]


def _newest(session: Session, actor: Actor | None, now: datetime) -> list[GoodCard] | None:
    return newest_goods(session, HOME_GOODS, plates_this_week, now) or None


def _waiting(session: Session, actor: Actor | None, now: datetime) -> list[queries.OrderRow] | None:
    return queries.ready_orders(session, actor.person_id) or None if actor else None


def _numbers(session: Session, shop: MyShop, now: datetime) -> dict[str, Any]:
    return {"numbers": queries.selling_numbers(session, shop.id, clock.at(clock.day_of(now), 0)), "shop": shop}


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {"orders": queries.bought_by(session, person_id), **queries.cart_and_payments(session, person_id)}


def _open_orders(session: Session, person_id: int, now: datetime) -> list[str]:
    codes = queries.open_orders_of(session, person_id)
    return [_("Masih ada pesanan yang belum selesai: {codes}. Selesaikan atau batalkan dulu.", codes=", ".join(codes))] if codes else []


def _open_sales(session: Session, person_id: int, now: datetime) -> list[str]:
    codes = queries.open_sales_of(session, person_id)
    return [_("Pembeli masih menunggu pesanan {codes}. Serahkan atau batalkan dulu.", codes=", ".join(codes))] if codes else []


def _money_back(session: Session, person_id: int, now: datetime) -> list[str]:
    due = queries.money_due_back(session, person_id)
    return [_("Uang kartu Anda {amount} sedang dikembalikan petugas. Tunggu sampai selesai.", amount=rupiah(due))] if due else []


def _refunds(session: Session, actor: Actor, now: datetime) -> int:
    return queries.count_refunds_due(session)


def _shop(params: Params) -> str:
    return params["shop"] or _("toko yang sudah tutup")


def _made(params: Params) -> str:
    return _(
        "{buyer} memesan barang Anda, {amount}. Pesanan {code}.",
        buyer=shown_name(params["buyer"]),
        amount=rupiah(params["rupiah"]),
        code=params["code"],
    )


def _ready(params: Params) -> str:
    return _("Pesanan {code} dari {shop} siap diambil.", code=params["code"], shop=_shop(params))


def _cancelled(params: Params) -> str:
    reason = rules.CANCEL_REASONS.get(params["reason"])
    return _("Pesanan {code} dibatalkan oleh {shop}. Alasan: {reason}.", code=params["code"], shop=_shop(params), reason=reason or "")


def _let_go(params: Params) -> str:
    return _("{buyer} membatalkan pesanan {code}. Barang kembali ke stok Anda.", buyer=shown_name(params["buyer"]), code=params["code"])


def _paid(params: Params) -> str:
    way = rules.WAY_WORDS.get(params["way"], "")
    return _(
        "Pembayaran {amount} untuk pesanan {code} dari {shop} sudah dicatat ({way}).",
        amount=rupiah(params["rupiah"]), code=params["code"], shop=_shop(params), way=way,
    )  # fmt: skip


def _card_paid(params: Params) -> str:
    return _("Pesanan {code} sudah dibayar dengan kartu, {amount}.", code=params["code"], amount=rupiah(params["rupiah"]))


def _to_buyer(params: Params) -> str:
    return f"/pesanan/{params['code']}"


def _to_seller(params: Params) -> str:
    return f"/jualan/pesanan/{params['code']}"


_NEWS = _l("Ada kabar tentang pesanan Anda.")
_SALES = _l("Ada kabar tentang jualan Anda.")


def _met_back(session: Session, seller_id: int, order_id: int) -> str:
    found = queries.buyer_met_by(session, seller_id, order_id)
    return f"/jualan/pesanan/{found[2]}" if found else "/jualan/pesanan"


def _met(session: Session, seller_id: int, order_id: int) -> tuple[int, str] | None:
    """The buyer, whose name a seller reads on the order. The other way round there is no name: a shop does not tell whose it is."""
    found = queries.buyer_met_by(session, seller_id, order_id)
    return found[:2] if found else None


CONTRIBUTIONS: tuple[object, ...] = (
    MetPerson("pembeli", _met, _met_back),
    HomeCard("waiting", "market/orders/home_waiting.html", _waiting),
    HomeCard("goods", "market/orders/home_goods.html", _newest),
    SellingCard("market/orders/selling_numbers.html", _numbers),
    NoticeKind("order.made", _made, _SALES, _to_seller),
    NoticeKind("order.ready", _ready, _NEWS, _to_buyer),
    NoticeKind("order.cancelled", _cancelled, _NEWS, _to_buyer, is_urgent=True),
    NoticeKind("order.let_go", _let_go, _SALES, _to_seller),
    NoticeKind("order.paid", _paid, _NEWS, _to_buyer),
    NoticeKind("order.card_paid", _card_paid, _SALES, _to_seller),
    PersonalData(
        "orders",
        _mine,
        label=_l("Pesanan, keranjang, dan pembayaran"),
        purpose=_l("Supaya penjual bisa menyiapkan pesanan. Penjualnya melihat nama Anda dan catatan pada pesanan itu."),
        kept=_l("Pesanan disimpan sebagai bukti jual beli bagi kedua pihak. Keranjang hanya sampai Anda kosongkan."),
        tables=("cart_line", "shop_order", "payment"),
    ),
    LeaveBlocker(_open_orders, address="/pesanan", label=_l("Buka pesanan saya")),
    LeaveBlocker(_open_sales, address="/jualan/pesanan", label=_l("Buka pesanan pembeli"), hold=hold_shops),
    LeaveBlocker(_money_back, address="/pesanan", label=_l("Buka pesanan saya")),
    Farewell(
        "orders",
        actions.leave,
        gone=_l("Keranjang, dan catatan yang Anda tulis pada pesanan."),
        kept=_l("Pesanan lama tetap ada di buku penjual dengan jumlah dan tanggalnya, pembelinya “Anggota yang telah pergi”."),
        tables=("cart_line", "shop_order", "payment"),
    ),
    DeskCard("petugas", frozenset({Role.ADMIN}), _l("Uang kartu yang harus dikembalikan"), "kartu", "orders.refunds", _refunds),
)
