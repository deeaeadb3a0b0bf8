"""What this slice offers to shared pages, and what others may put on the seller's first page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.contrib import Farewell, NoticeKind, PersonalData, ReportSubject, SearchSource, SitemapSource
from app.core.places import place_name
from app.core.search import Document
from app.core.words import _, _l
from app.market.shops import actions, queries, rules
from app.market.shops.queries import MyShop, ProductText, ShopPage


@dataclass(frozen=True)
class SellingCard:
    """A piece of /jualan. `load` costs at most 3 statements; None leaves the card out."""

    template: str  # rendered with `card`, what `load` gave
    load: Callable[[Session, MyShop, datetime], Any]


def _product_document(text: ProductText) -> Document:
    body = "\n".join(
        part for part in (text.description, text.ingredients, text.shop_name, rules.CATEGORY_WORDS[text.category].text) if part
    )
    facts = {
        "price_rupiah": text.price_rupiah,
        "shop_name": text.shop_name,
        "photo_key": text.photo_key or "",
        "photo_alt": text.photo_alt or text.title,
        "unit": text.unit,
        "halal": text.sign,
        "available": text.is_available,
    }
    return Document("product", text.id, text.title, body, queries.product_path(text.id, text.title), facts, text.made_at)


def _load_product(session: Session, product_id: int) -> Document | None:
    text = queries.product_text(session, product_id)
    return _product_document(text) if text and text.is_on_offer else None


def _all_products(session: Session) -> Iterable[Document]:
    return map(_product_document, queries.product_texts(session))


def _shop_document(shop: ShopPage) -> Document:
    place = place_name(shop.place_code)
    return Document("shop", shop.id, shop.name, f"{shop.about}\n{place}", f"/toko/{shop.slug}", {"place": place}, shop.made_at)


def _load_shop(session: Session, shop_id: int) -> Document | None:
    shop = queries.shop_by_id(session, shop_id)
    return _shop_document(shop) if shop and shop.state == "open" else None


def _all_shops(session: Session) -> Iterable[Document]:
    return map(_shop_document, queries.open_shops(session))


def _addresses(session: Session) -> Iterable[tuple[str, datetime | date | None]]:
    yield "/pasar", None
    yield from queries.public_addresses(session)


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {"shops": queries.shop_data(session, person_id)}


def _yours(params: Mapping[str, Any]) -> str:
    return _("Pemilik toko {shop} sudah pergi. Sekarang Anda yang mengatur toko ini.", shop=params["shop"])


def _product_address(session: Session, product_id: int) -> str | None:
    text = queries.product_text(session, product_id)
    return queries.product_path(text.id, text.title) if text and text.is_on_offer else None


def _product_words(session: Session, product_id: int) -> str | None:
    text = queries.product_text(session, product_id)
    return "\n".join(part for part in (text.title, text.description, text.ingredients) if part) if text else None


def _shop_address(session: Session, shop_id: int) -> str | None:
    shop = queries.shop_by_id(session, shop_id)
    return f"/toko/{shop.slug}" if shop and shop.state == "open" else None


def _shop_words(session: Session, shop_id: int) -> str | None:
    shop = queries.shop_by_id(session, shop_id)
    return "\n".join(part for part in (shop.name, shop.about) if part) if shop else None


CONTRIBUTIONS: tuple[object, ...] = (
    SearchSource("product", _l("Barang"), _load_product, _all_products),
    SearchSource("shop", _l("Toko"), _load_shop, _all_shops),
    SitemapSource(_addresses),
    NoticeKind("shop.yours", _yours, _l("Ada kabar tentang jualan Anda."), lambda _params: "/jualan"),
    PersonalData(
        "shops",
        _mine,
        label=_l("Toko dan barang"),
        purpose=_l("Supaya pembeli menemukan barang Anda. Nama toko, isinya, dan nomor WhatsApp toko kalau Anda isi terlihat semua orang."),
        kept=_l("Selama toko Anda ada. Nomor surat usaha hanya dilihat petugas."),
        tables=("shop_member",),
        pictures=queries.photo_keys,
    ),
    Farewell(
        "shops",
        actions.leave,
        gone=_l("Toko yang Anda jalankan sendiri ditutup: nama, alamat, barang, foto, dan nomor suratnya dihapus."),
        kept=_l("Toko yang punya anggota lain tetap berjalan tanpa Anda."),
        tables=("shop_member",),
    ),
    ReportSubject(
        "product",
        _l("Barang"),
        _product_address,
        _product_words,
        queries.owner_of_product,
        queries.works_with_product,
        take_down=actions.take_down_product,
        put_back=actions.put_back_product,
    ),
    ReportSubject(
        "shop",
        _l("Toko"),
        _shop_address,
        _shop_words,
        queries.owner_of_shop,
        queries.works_in_shop,
        take_down=actions.take_down_shop,
        put_back=actions.put_back_shop,
    ),
)
