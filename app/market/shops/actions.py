"""What sellers do with their shop and goods."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select, update

from app.accounts.notices.actions import tell
from app.accounts.people.actions import hold_here
from app.core import clock, discards, once, outbox, pagecache
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.web import slug_of
from app.core.words import _l
from app.market.shops import policy, queries, rules
from app.market.shops.models import (
    Category,
    Halal,
    Paper,
    Product,
    ProductPhoto,
    ProductState,
    Shop,
    ShopMember,
    ShopRole,
    ShopState,
    StockMovement,
    StockReason,
    Variant,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.dml import ReturningUpdate

    from app.core.access import Actor
    from app.core.pictures import Photo


class TooManyShops(Refusal):
    words = _l("Satu orang dapat membuka paling banyak {most} toko. Tutup dulu toko yang tidak dipakai.", most=rules.MOST_SHOPS_A_PERSON)


class TooManyProducts(Refusal):
    words = _l("Toko ini sudah berisi {most} barang. Hapus dulu barang yang tidak dijual lagi.", most=rules.MOST_PRODUCTS)


class StockBelowOrders(Refusal):
    words = _l("Stok yang Anda tulis kurang dari pesanan yang baru masuk. Periksa lagi jumlahnya.")


class ShopHeld(Refusal):
    words = _l("Toko ini dijeda oleh keputusan moderator, jadi belum bisa dibuka. Alasan dan cara banding ada di Kabar.")


class _SlugTaken(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class ShopDraft:
    name: str
    about: str
    place_code: str
    whatsapp: str | None  # E.164; None: no WhatsApp link on the shop's pages


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """What the form says. `stock_seen` is the stock the seller looked at while typing: what sold meanwhile is not sold again."""

    title: str
    category: Category
    price_rupiah: int
    unit: str
    stock: int
    stock_seen: int
    description: str
    ingredients: str
    halal: str
    photo: Photo | None  # None: the one it has
    photo_alt: str


def open_shop(actor: Actor, draft: ShopDraft, key: str) -> int:
    """Open a shop for the actor; gives its id. Raises TooManyShops."""
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        hold_here(session, actor.person_id)
        owned = queries.shops_owned_by(session, actor.person_id)
        require(len(owned) < rules.MOST_SHOPS_A_PERSON, TooManyShops())
        shop = _with_free_slug(session, draft, clock.now())
        session.add(ShopMember(shop_id=shop.id, person_id=actor.person_id, role=ShopRole.OWNER))
        once.keep(session, key, actor.person_id, shop.id)
        outbox.put(session, "shop.changed", shop.id)
        return shop.id


def _with_free_slug(session: Session, draft: ShopDraft, now: datetime) -> Shop:
    """The shop with the first free address word: its name, else its name and a number."""
    word = slug_of(draft.name, 70)
    taken = set(session.scalars(select(Shop.slug).where(Shop.slug.like(f"{word}%"))))
    number = 1
    while True:
        slug = word if number == 1 else f"{word}-{number}"
        number += 1
        if slug in taken:
            continue
        shop = Shop(
            slug=slug,
            name=draft.name,
            about=draft.about,
            place_code=draft.place_code,
            whatsapp=draft.whatsapp,
            state=ShopState.OPEN,
            made_at=now,
        )
        try:
            add_or_refuse(session, shop, unique="uq_shop_slug", refusal=_SlugTaken())
        except _SlugTaken:
            continue
        return shop


def edit_shop(actor: Actor, shop_id: int, draft: ShopDraft) -> None:
    """Change the shop's page. Its address stays, so that printed cards keep working."""
    with transaction() as session:
        shop = _my_shop(session, actor, shop_id, owner=True)
        shop.name, shop.about, shop.place_code, shop.whatsapp = draft.name, draft.about, draft.place_code, draft.whatsapp
        _shop_changed(session, shop_id)


def set_shop_open(actor: Actor, shop_id: int, is_open: bool) -> None:
    """Open the shop, or pause it: its goods are not shown and can't be ordered; orders already made stay. Refuses `ShopHeld`."""
    with transaction() as session:
        shop = _my_shop(session, actor, shop_id, owner=True)
        require(not (is_open and shop.held_at), ShopHeld())
        shop.state = ShopState.OPEN if is_open else ShopState.PAUSED
        _shop_changed(session, shop_id)


def _shop_changed(session: Session, shop_id: int) -> None:
    outbox.put(session, "shop.changed", shop_id)
    pagecache.touch(session, "goods", "booths")


def _my_shop(session: Session, actor: Actor, shop_id: int, *, owner: bool = False) -> Shop:
    found = queries.lock_shop(session, shop_id, actor.person_id)
    require(found is not None, NotThere())
    assert found is not None
    shop, role = found
    may = policy.may_change_shop(role, shop.state) if owner else policy.may_sell(role, shop.state)
    require(may, NotThere())
    return shop


def add_product(actor: Actor, shop_id: int, draft: ProductDraft, key: str) -> int:
    """Put a product in the shop; gives its id. Raises TooManyProducts."""
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        _my_shop(session, actor, shop_id)
        require(queries.count_products(session, shop_id) < rules.MOST_PRODUCTS, TooManyProducts())
        product = Product(shop_id=shop_id, made_at=now, is_available=draft.stock > 0, state=ProductState.SHOWN)
        _describe(product, draft, now, before=None)
        session.add(product)
        session.flush()
        variant = Variant(product_id=product.id, price_rupiah=draft.price_rupiah, stock=draft.stock, position=1)
        session.add(variant)
        session.flush()
        if draft.stock:
            session.add(_movement(variant.id, draft.stock, actor.person_id, now))
        _keep_photo(session, product, draft, now)
        once.keep(session, key, actor.person_id, product.id)
        _product_changed(session, product.id)
        return product.id


def edit_product(actor: Actor, product_id: int, draft: ProductDraft) -> None:
    """Change a product. Raises StockBelowOrders."""
    now = clock.now()
    with transaction() as session:
        product, variant = _my_product(session, actor, product_id)
        _describe(product, draft, now, before=product.halal)
        variant.price_rupiah = draft.price_rupiah
        _change_stock(session, product, variant, draft.stock - draft.stock_seen, actor.person_id, now)
        _keep_photo(session, product, draft, now)
        _product_changed(session, product_id)


def set_stock(actor: Actor, product_id: int, stock: int, stock_seen: int) -> None:
    """Set the stock to what the seller counted; what sold while she counted is taken off. Raises StockBelowOrders."""
    now = clock.now()
    with transaction() as session:
        product, variant = _my_product(session, actor, product_id)
        _change_stock(session, product, variant, stock - stock_seen, actor.person_id, now)
        _product_changed(session, product_id)


def show_product(actor: Actor, product_id: int, state: ProductState) -> None:
    """Show, hide or remove a product. A removed one stays in old orders and comes back for nobody."""
    with transaction() as session:
        product, _variant = _my_product(session, actor, product_id)
        product.state, product.changed_at = state, clock.now()
        _product_changed(session, product_id)


# What a moderator's decision does, in the decision's own transaction


def take_down_product(session: Session, _actor_id: int, product_id: int, now: datetime) -> None:
    """Step: nobody finds the product any more, and its seller can't show it; orders already made stay. Twice is once."""
    changed = update(Product).where(Product.id == product_id, Product.state != ProductState.REMOVED)
    _turn_product(session, changed.values(state=ProductState.REMOVED, changed_at=now).returning(Product.id))


def put_back_product(session: Session, _actor_id: int, product_id: int, now: datetime) -> None:
    """Step: the product is among its seller's goods again, hidden until she shows it."""
    changed = update(Product).where(Product.id == product_id, Product.state == ProductState.REMOVED)
    _turn_product(session, changed.values(state=ProductState.HIDDEN, changed_at=now).returning(Product.id))


def _turn_product(session: Session, changed: ReturningUpdate[tuple[int]]) -> None:
    product_id = session.scalar(changed)
    if product_id is not None:
        _product_changed(session, product_id)


def take_down_shop(session: Session, _actor_id: int, shop_id: int, now: datetime) -> None:
    """Step: the shop is paused and stays so; its seller still sees the orders already made. Twice is once."""
    held = update(Shop).where(Shop.id == shop_id, Shop.held_at.is_(None), Shop.state != ShopState.CLOSED)
    if session.scalar(held.values(held_at=now, state=ShopState.PAUSED).returning(Shop.id)) is not None:
        _shop_changed(session, shop_id)


def put_back_shop(session: Session, _actor_id: int, shop_id: int, _now: datetime) -> None:
    """Step: the shop is open again."""
    freed = update(Shop).where(Shop.id == shop_id, Shop.held_at.is_not(None), Shop.state == ShopState.PAUSED)
    if session.scalar(freed.values(held_at=None, state=ShopState.OPEN).returning(Shop.id)) is not None:
        _shop_changed(session, shop_id)


def _my_product(session: Session, actor: Actor, product_id: int) -> tuple[Product, Variant]:
    hold_here(session, actor.person_id)
    require(queries.edited_product(session, actor.person_id, product_id) is not None, NotThere())
    found = queries.lock_product(session, product_id)
    require(found is not None, NotThere())
    assert found is not None
    return found


def _describe(product: Product, draft: ProductDraft, now: datetime, before: Halal | None) -> None:
    kept_facts = before is not None and (product.title, product.ingredients) == (draft.title, draft.ingredients)
    halal, has_pork = rules.halal_after_edit(before, draft.halal, draft.category, kept_facts)
    product.title, product.description, product.category = draft.title, draft.description, draft.category
    product.unit, product.ingredients, product.price_rupiah = draft.unit, draft.ingredients, draft.price_rupiah
    product.halal, product.has_pork, product.changed_at = Halal(halal), has_pork, now


def _keep_photo(session: Session, product: Product, draft: ProductDraft, now: datetime) -> None:
    alt = draft.photo_alt or draft.title
    if draft.photo is not None:
        photo = session.scalar(select(ProductPhoto).where(ProductPhoto.product_id == product.id, ProductPhoto.position == 1))
        if photo is None:
            photo = ProductPhoto(product_id=product.id, position=1)
            session.add(photo)
        photo.key, photo.width, photo.height = draft.photo.key, draft.photo.width, draft.photo.height
        photo.alt, photo.made_at = alt, now
        product.photo_key = draft.photo.key
    if product.photo_key:
        product.photo_alt = alt


def _change_stock(session: Session, product: Product, variant: Variant, delta: int, person_id: int, now: datetime) -> None:
    if not delta:
        return
    if variant.stock + delta < 0:
        raise StockBelowOrders
    variant.stock += delta
    session.add(_movement(variant.id, delta, person_id, now))
    session.flush()
    note_availability(session, [product.id])


def note_availability(session: Session, product_ids: list[int]) -> None:
    """A step: copy onto products whether anything is left of them. One row at a time in id order, so that two orders can't wait in a ring."""
    left = exists().where(Variant.product_id == Product.id, Variant.is_active, Variant.stock > 0)
    for product_id in sorted(set(product_ids)):
        session.execute(
            update(Product).where(Product.id == product_id).values(is_available=left).execution_options(synchronize_session=False)
        )


def _movement(variant_id: int, delta: int, person_id: int, now: datetime) -> StockMovement:
    return StockMovement(variant_id=variant_id, delta=delta, reason=StockReason.SET, by_person_id=person_id, made_at=now)


def _product_changed(session: Session, product_id: int) -> None:
    outbox.put(session, "product.changed", product_id)
    pagecache.touch(session, "goods")


# Leaving


def hold(session: Session, person_id: int) -> None:
    """Step before a farewell: nobody orders from this person's shops until it is over."""
    own = select(ShopMember.shop_id).where(ShopMember.person_id == person_id)
    session.execute(for_update(select(Shop.id).where(Shop.id.in_(own)).order_by(Shop.id))).all()


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: a shop with others in it goes on without the person; one that was hers alone closes and loses its words."""
    others = queries.shared_shops(session, person_id)
    for shop in queries.shops_of(session, person_id, with_closed=True):
        session.execute(delete(ShopMember).where(ShopMember.shop_id == shop.id, ShopMember.person_id == person_id))
        if shop.id in others:
            _hand_on(session, shop.id, shop.name)
        else:
            _close_for_good(session, shop.id)
    pagecache.touch(session, "goods", "booths", "orders")


def _hand_on(session: Session, shop_id: int, name: str) -> None:
    """Whoever has worked in it and stands first becomes its owner, where the owner has left; she is told."""
    members = session.scalars(select(ShopMember).where(ShopMember.shop_id == shop_id).order_by(ShopMember.person_id)).all()
    if members and all(member.role is not ShopRole.OWNER for member in members):
        members[0].role = ShopRole.OWNER
        tell(session, members[0].person_id, "shop.yours", {"shop": name}, f"shop:{shop_id}:yours:{members[0].person_id}")


def _close_for_good(session: Session, shop_id: int) -> None:
    """Nothing of what its seller wrote, showed or numbered stays; orders keep what buyers bought, the book its sums."""
    closed = {"name": rules.CLOSED_SHOP, "slug": f"tutup-{secrets.token_hex(5)}", "about": "", "place_code": None, "whatsapp": None}
    session.execute(update(Shop).where(Shop.id == shop_id).values(state=ShopState.CLOSED, **closed))
    goods = select(Product.id).where(Product.shop_id == shop_id)
    keys = set(session.scalars(select(ProductPhoto.key).where(ProductPhoto.product_id.in_(goods))))
    keys |= set(session.scalars(select(Product.photo_key).where(Product.shop_id == shop_id, Product.photo_key.is_not(None))))
    for key in sorted(keys):
        discards.discard(session, key)
    session.execute(delete(ProductPhoto).where(ProductPhoto.product_id.in_(goods)))
    session.execute(delete(Paper).where(Paper.shop_id == shop_id))
    wordless = {"title": "", "description": "", "ingredients": "", "photo_key": None, "photo_alt": ""}
    session.execute(update(Product).where(Product.shop_id == shop_id).values(state=ProductState.REMOVED, **wordless))
    outbox.put(session, "shop.changed", shop_id)
