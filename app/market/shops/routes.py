"""Goods and shops for everybody; a seller's shop and goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from app.core import clock, forms, once
from app.core.access import actor, public, signed_in
from app.core.contrib import offered
from app.core.db import reading
from app.core.pagecache import cached
from app.core.pictures import Photo, PictureRefused, store_photo
from app.core.places import place_name
from app.core.refusals import NotThere, Refusal, require
from app.core.web import arg_int, arg_text, page, say, see_other, sent
from app.core.words import _
from app.market.shops import actions, queries, rules
from app.market.shops.contrib import SellingCard
from app.market.shops.forms import ProductForm, ShopForm, StockForm
from app.market.shops.models import Category, ProductState, ShopState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

bp = Blueprint("shops", __name__)


# For everybody


@bp.route("/pasar")
@public
@cached("goods", "booths")
def goods() -> ResponseReturnValue:
    """The goods on offer: at most 3 statements, no OFFSET, no count of a whole table."""
    asked = _asked()
    with reading() as session:
        shown = queries.goods_page(session, asked, _place(), current_app.extensions["plates_of_shops"], clock.now())
    kept = _asked_arguments()

    def address(**changes: str | None) -> str:
        """This list with something changed; a place in it is not carried over."""
        pairs = [(name, value) for name, value in kept if name not in changes] + [(n, v) for n, v in changes.items() if v]
        return "/pasar" + (f"?{urlencode(pairs)}" if pairs else "")

    return page("market/shops/goods.html", shown=shown, asked=asked, address=address, kept=kept, rules=rules, most=queries.COUNTED_MOST)


def _asked() -> queries.GoodsFilter:
    most = forms.read_number(arg_text("maks", 20))
    return queries.GoodsFilter(
        category=rules.CATEGORY_SLUGS.get(arg_text("jenis", 20)),
        halal=frozenset(rules.HALAL_LETTERS[letter] for letter in request.args.getlist("halal")[:8] if letter in rules.HALAL_LETTERS),
        most_rupiah=most if most is not None and 0 < most <= rules.MOST_PRICE_RUPIAH else None,
        only_available=request.args.get("ada") == "1",
        cheapest_first=request.args.get("urut") == "murah",
    )


def _asked_arguments() -> list[tuple[str, str]]:
    """The arguments that chose this list, as they may stand in an address."""
    asked = _asked()
    pairs = [("jenis", rules.SLUG_OF_CATEGORY[asked.category])] if asked.category else []
    pairs += [("halal", letter) for letter, code in rules.HALAL_LETTERS.items() if code in asked.halal]
    if asked.most_rupiah is not None:
        pairs.append(("maks", str(asked.most_rupiah)))
    if asked.only_available:
        pairs.append(("ada", "1"))
    if asked.cheapest_first:
        pairs.append(("urut", "murah"))
    return pairs


def _place() -> queries.Place | None:
    """Where in the list the reader stands: `sesudah` or `sebelum` holds sort value and id."""
    for name, backwards in (("sesudah", False), ("sebelum", True)):
        value, _dot, row_id = request.args.get(name, "").partition(".")
        if value.isascii() and value.isdigit() and row_id.isascii() and row_id.isdigit() and len(value) <= 17 and len(row_id) <= 18:
            return queries.Place(int(value), int(row_id), backwards)
    return None


@bp.route("/pasar/p/<id:product_id>-<slug:slug>")
@public
@cached("goods", "booths")
def product(product_id: int, slug: str) -> ResponseReturnValue:
    """One product: at most 3 statements. A wrong slug is sent to the right one; a removed product answers 410."""
    now = clock.now()
    with reading() as session:
        found = queries.product_page(session, product_id)
        if found is None or (not found.is_on_offer and found.state != ProductState.REMOVED):
            raise NotThere
        if found.state == ProductState.REMOVED:
            abort(410)
        if found.path != f"/pasar/p/{product_id}-{slug}":
            return redirect(found.path, 301)
        turns = current_app.extensions["pickup_turns"](session, [found.shop_id], now)
        more = queries.goods_of_shop(session, found.shop_id, most=4, but=found.id)
    return page("market/shops/product.html", product=found, turns=turns[:4], more=more, rules=rules)


@bp.route("/pasar/p/<id:product_id>")
@public
def product_by_number(product_id: int) -> ResponseReturnValue:
    """A short address leads to the full one."""
    with reading() as session:
        found = queries.product_page(session, product_id)
    if found is None or not found.is_on_offer:
        raise NotThere
    return redirect(found.path, 301)


@bp.route("/toko/<slug:shop>")
@public
@cached("goods", "booths")
def shop(shop: str) -> ResponseReturnValue:
    """A shop with what it offers and where it stands next: 3 statements."""
    now = clock.now()
    with reading() as session:
        found = queries.shop_page(session, shop)
        if found is None or found.state == ShopState.CLOSED:
            raise NotThere
        is_open = found.state == ShopState.OPEN
        shown = queries.goods_of_shop(session, found.id) if is_open else []
        turns = current_app.extensions["pickup_turns"](session, [found.id], now) if is_open else []
    return page("market/shops/shop.html", shop=found, goods=shown, turns=turns[:4], is_open=is_open, rules=rules)


# The seller's shop


def chosen_shop(session: Session) -> tuple[queries.MyShop | None, list[queries.MyShop]]:
    """The shop that `toko` in the query names (else the first), among all shops of the actor."""
    shops = queries.shops_of(session, actor().person_id)
    slug = arg_text("toko", 80)
    return next((one for one in shops if one.slug == slug), shops[0] if shops else None), shops


@bp.route("/jualan")
@signed_in
def selling() -> ResponseReturnValue:
    """The seller's first page: what waits, today's numbers, her goods."""
    now = clock.now()
    with reading() as session:
        mine, shops = chosen_shop(session)
        if mine is None:
            return page("market/shops/no_shop.html")
        cards = [(card.template, card.load(session, mine, now)) for card in offered(SellingCard)]
        own = queries.my_products(session, mine.id, most=6)
        state = queries.shop_by_id(session, mine.id)
    return page("market/shops/selling.html", shop=mine, shops=shops, cards=[c for c in cards if c[1] is not None], goods=own, state=state)


@bp.route("/jualan/toko/baru", methods=["GET", "POST"])
@signed_in
def new_shop() -> ResponseReturnValue:
    form = ShopForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.open_shop(actor(), _shop_draft(form), once.key_from(request.form))
            say(_("Toko sudah dibuka. Sekarang barang pertama."))
            return see_other(url_for("shops.new_product"))
        except Refusal as no:
            form.refuse(no)
    return page("market/shops/shop_form.html", form=form, shop=None), 422 if request.method == "POST" else 200


@bp.route("/jualan/toko", methods=["GET", "POST"])
@signed_in
def edit_shop() -> ResponseReturnValue:
    with reading() as session:
        mine, shops = chosen_shop(session)
        found = queries.edited_shop(session, actor().person_id, mine.slug) if mine else None
    if mine is None:
        return see_other(url_for("shops.new_shop"))
    require(found is not None, NotThere())
    assert found is not None
    form = ShopForm(request.form, name=found.name, about=found.about, place=found.place_code, whatsapp=found.whatsapp)
    if request.method == "POST" and form.validate():
        try:
            actions.edit_shop(actor(), found.id, _shop_draft(form))
            say(_("Halaman toko sudah diubah."))
            return see_other(url_for("shops.edit_shop", toko=found.slug))
        except Refusal as no:
            form.refuse(no)
    return page("market/shops/shop_form.html", form=form, shop=found, shops=shops), 422 if request.method == "POST" else 200


@bp.route("/jualan/toko/<id:shop_id>/buka", methods=["POST"])
@signed_in
def open_or_pause(shop_id: int) -> ResponseReturnValue:
    is_open = request.form.get("buka") == "1"
    actions.set_shop_open(actor(), shop_id, is_open)
    say(_("Toko dibuka lagi.") if is_open else _("Toko dijeda. Barang tidak terlihat sampai Anda membukanya lagi."))
    return see_other(url_for("shops.edit_shop"))


def _shop_draft(form: ShopForm) -> actions.ShopDraft:
    return actions.ShopDraft(form.name.data, form.about.data or "", form.place.data, form.whatsapp.data)


# The seller's goods


@bp.route("/jualan/barang")
@signed_in
def my_goods() -> ResponseReturnValue:
    most = 50
    with reading() as session:
        mine, shops = chosen_shop(session)
        if mine is None:
            return see_other(url_for("shops.new_shop"))
        below = arg_int("di_bawah", 0, 0, 2**62) or None
        own = queries.my_products(session, mine.id, below, most + 1)
    rest = own[most - 1].id if len(own) > most else None
    return page("market/shops/my_goods.html", shop=mine, shops=shops, goods=own[:most], rest=rest, form=StockForm())


@bp.route("/jualan/barang/baru", methods=["GET", "POST"])
@signed_in
def new_product() -> ResponseReturnValue:
    with reading() as session:
        mine, _shops = chosen_shop(session)
    if mine is None:
        return see_other(url_for("shops.new_shop"))
    form = ProductForm(sent())
    photo = None
    if request.method == "POST":
        is_valid = form.validate()
        photo, is_good = _photo(form)
        if is_valid and is_good:
            try:
                draft = _product_draft(form, photo, 0)
                product_id = actions.add_product(actor(), mine.id, draft, once.key_from(request.form))
                say(_("Barang sudah tampil di pasar."))
                return see_other(url_for("shops.my_goods", toko=mine.slug, _anchor=f"b{product_id}"))
            except Refusal as no:
                form.refuse(no)
    return page(
        "market/shops/product_form.html", form=form, product=None, shop=mine, **_kept(photo)
    ), 422 if request.method == "POST" else 200


@bp.route("/jualan/barang/<id:product_id>", methods=["GET", "POST"])
@signed_in
def edit_product(product_id: int) -> ResponseReturnValue:
    with reading() as session:
        found = queries.edited_product(session, actor().person_id, product_id)
    require(found is not None, NotThere())
    assert found is not None
    halal = "seller_says" if found.halal == "checked" else found.halal
    alt = found.photo_alt if found.photo_alt != found.title else ""
    form = ProductForm(
        sent(), title=found.title, category=found.category, price=found.price_rupiah, unit=found.unit, stock=found.stock,
        description=found.description or None, ingredients=found.ingredients or None, halal=halal, photo_alt=alt or None,
    )  # fmt: skip
    photo = None
    seen = forms.read_number(request.form.get("stok_tadi", ""))
    seen = found.stock if seen is None else max(0, min(seen, 10 * rules.MOST_STOCK))
    if request.method == "POST":
        is_valid = form.validate()
        photo, is_good = _photo(form)
        if is_valid and is_good:
            try:
                actions.edit_product(actor(), product_id, _product_draft(form, photo, seen))
                say(_("Barang sudah diubah."))
                return see_other(url_for("shops.my_goods", _anchor=f"b{product_id}"))
            except actions.StockBelowOrders as no:
                form.refuse(no, field="stock")
                seen = found.stock
            except Refusal as no:
                form.refuse(no)
    shown = page("market/shops/product_form.html", form=form, product=found, shop=None, seen=seen, **_kept(photo))
    return shown, 422 if request.method == "POST" else 200


@bp.route("/jualan/barang/<id:product_id>/stok", methods=["POST"])
@signed_in
def set_stock(product_id: int) -> ResponseReturnValue:
    form = StockForm(request.form)
    if not form.validate():
        raise Refusal(str(next(iter(field.errors[0] for field in form if field.errors))), back=url_for("shops.my_goods"))
    actions.set_stock(actor(), product_id, form.stock.data, form.seen.data)
    say(_("Stok sudah dicatat."))
    return see_other(url_for("shops.my_goods", _anchor=f"b{product_id}"))


@bp.route("/jualan/barang/<id:product_id>/tampil", methods=["POST"])
@signed_in
def show_product(product_id: int) -> ResponseReturnValue:
    """Show, hide or remove: the button's value says which."""
    wanted = {"tampil": ProductState.SHOWN, "sembunyi": ProductState.HIDDEN, "hapus": ProductState.REMOVED}.get(
        request.form.get("jadi", "")
    )
    require(wanted is not None)
    assert wanted is not None
    actions.show_product(actor(), product_id, wanted)
    say({"shown": _("Barang tampil lagi di pasar."), "hidden": _("Barang disembunyikan."), "removed": _("Barang sudah dihapus.")}[wanted])
    return see_other(url_for("shops.my_goods"))


@bp.route("/jualan/barang/<id:product_id>/hapus")
@signed_in
def ask_remove(product_id: int) -> ResponseReturnValue:
    """Removing asks once, on a page of its own."""
    with reading() as session:
        found = queries.edited_product(session, actor().person_id, product_id)
    require(found is not None, NotThere())
    return page("market/shops/remove.html", product=found)


def _product_draft(form: ProductForm, photo: Photo | None, stock_seen: int) -> actions.ProductDraft:
    return actions.ProductDraft(
        title=form.title.data,
        category=Category(form.category.data),
        price_rupiah=form.price.data,
        unit=form.unit.data,
        stock=form.stock.data,
        stock_seen=stock_seen,
        description=form.description.data or "",
        ingredients=form.ingredients.data or "",
        halal=form.halal.data,
        photo=photo,
        photo_alt=form.photo_alt.data or "",
    )


# A photo chosen once stays chosen while the rest of the form is being mended: its key travels signed in the form.


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"product photo of {actor().person_id}")


def _photo(form: ProductForm) -> tuple[Photo | None, bool]:
    """The photo of this sending, or the one kept from the sending before; False when a new one was refused (said beside the field)."""
    if form.photo.data is not None:
        try:
            return store_photo(form.photo.data.stream), True
        except PictureRefused as no:
            form.refuse(no, field="photo")
            return _photo_kept(), False
    return _photo_kept(), True


def _photo_kept() -> Photo | None:
    try:
        return Photo(*_signer().loads(request.form.get("foto_tersimpan", "")))
    except (BadSignature, TypeError):
        return None


def _kept(photo: Photo | None) -> dict[str, Any]:
    if photo is None:
        return {"photo_key": None, "photo_signed": ""}
    return {"photo_key": photo.key, "photo_signed": _signer().dumps([photo.key, photo.width, photo.height])}


@bp.app_template_filter("place")
def place(code: str | None) -> str:
    """The name of a place by its code."""
    return place_name(code)
