"""Reads about shops and goods. What visitors read selects columns of the tables: a list is one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, asc, bindparam, desc, func, literal_column, or_, select, true, tuple_

from app.core.db import for_update
from app.core.places import place_name
from app.core.reads import Prepared
from app.core.web import slug_of
from app.market.shops import rules
from app.market.shops.models import (
    Category,
    Halal,
    Paper,
    Product,
    ProductState,
    Shop,
    ShopMember,
    ShopRole,
    ShopState,
    StockMovement,
    Variant,
)

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

# Where a shop stands next, by shop id: what the rota knows, handed in from above.
PlatesOf = Callable[["Session", Sequence[int], datetime], Mapping[int, str]]

_P, _S, _V = Product.__table__.c, Shop.__table__.c, Variant.__table__.c
_SHOWN = and_(_P.state == ProductState.SHOWN.value, _S.state == ShopState.OPEN.value)
COUNTED_MOST = 100  # a list says "38 barang" or "lebih dari 100 barang": counting on would cost as much as the table is long


@dataclass(frozen=True, slots=True)
class MyShop:
    """A shop seen by somebody who works in it."""

    id: int
    slug: str
    name: str
    role: ShopRole


def shops_of(session: Session, person_id: int, *, with_closed: bool = False) -> list[MyShop]:
    """The shops a person works in, her own first; closed ones only when asked for."""
    rows = session.execute(
        select(Shop.id, Shop.slug, Shop.name, ShopMember.role)
        .join(ShopMember, ShopMember.shop_id == Shop.id)
        .where(ShopMember.person_id == person_id, true() if with_closed else Shop.state != ShopState.CLOSED)
        .order_by(ShopMember.role.desc(), Shop.id)
    ).all()
    return [MyShop(*row) for row in rows]


def shops_owned_by(session: Session, person_id: int) -> list[MyShop]:
    """Her own shops that are not closed; those she only helps in are left out."""
    return [shop for shop in shops_of(session, person_id) if shop.role is ShopRole.OWNER]


def shared_shops(session: Session, person_id: int) -> set[int]:
    """Those of a person's shops in which somebody else works too."""
    own = select(ShopMember.shop_id).where(ShopMember.person_id == person_id)
    return set(session.scalars(select(ShopMember.shop_id).where(ShopMember.shop_id.in_(own), ShopMember.person_id != person_id)))


def lock_open(session: Session, shop_ids: Sequence[int]) -> set[int]:
    """Which of these shops are open; they stay so until commit."""
    rows = select(Shop.id).where(Shop.id.in_(shop_ids), Shop.state == ShopState.OPEN).order_by(Shop.id)
    return set(session.scalars(rows.with_for_update(read=True, key_share=True)))


def shop_data(session: Session, person_id: int) -> list[dict[str, object]]:
    """A person's shops with everything in them, for her own copy."""
    return [
        {
            "name": shop.name,
            "about": shop.about,
            "address": f"/toko/{shop.slug}",
            "place": place_name(shop.place_code) if shop.place_code else None,
            "whatsapp": shop.whatsapp,
            "role": role.value,
            "state": shop.state.value,
            "made_at": shop.made_at,
            "goods": [
                {
                    "title": product.title,
                    "description": product.description,
                    "ingredients": product.ingredients,
                    "unit": product.unit,
                    "price_rupiah": product.price_rupiah,
                    "halal": product.halal.value,
                    "state": product.state.value,
                    "made_at": product.made_at,
                }
                for product in session.scalars(select(Product).where(Product.shop_id == shop.id).order_by(Product.id))
            ],
            "papers": [
                {"kind": paper.kind, "number": paper.number, "expires_on": paper.expires_on, "seen_at": paper.seen_at}
                for paper in session.scalars(select(Paper).where(Paper.shop_id == shop.id).order_by(Paper.id))
            ],
        }
        for shop, role in session.execute(
            select(Shop, ShopMember.role)
            .join(ShopMember, ShopMember.shop_id == Shop.id)
            .where(ShopMember.person_id == person_id)
            .order_by(Shop.id)
        )
    ]


def photo_keys(session: Session, person_id: int) -> list[str]:
    """Keys of the photos of a person's goods, the newest first."""
    own = select(ShopMember.shop_id).where(ShopMember.person_id == person_id)
    shown = select(Product.photo_key).where(Product.shop_id.in_(own), Product.photo_key.is_not(None), Product.state != ProductState.REMOVED)
    return [key for key in session.scalars(shown.order_by(Product.id.desc())) if key]


def sellers_of(session: Session, shop_id: int) -> list[int]:
    """Who works in a shop."""
    return list(session.scalars(select(ShopMember.person_id).where(ShopMember.shop_id == shop_id).order_by(ShopMember.person_id)))


# Goods for everybody


@dataclass(frozen=True, slots=True)
class GoodCard:
    """One of the goods as a list shows it. `plate` is where it will be found: the booth, else the kelurahan."""

    id: int
    title: str
    price_rupiah: int
    unit: str
    shop_id: int
    shop_name: str
    plate: str
    halal: str
    available: bool
    photo_key: str | None
    photo_alt: str
    url: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class GoodsFilter:
    """What a reader of /pasar asked for. `halal` holds codes of Halal; empty means all."""

    category: str | None = None
    halal: frozenset[str] = frozenset()
    most_rupiah: int | None = None
    only_available: bool = False
    cheapest_first: bool = False

    @property
    def in_use(self) -> int:
        """How many filters of the form are on (the category is a chip, not a filter)."""
        return len(self.halal) + (self.most_rupiah is not None) + self.only_available


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list: the sort value (microseconds, or rupiah) and the id of the row it lies beyond."""

    value: int
    id: int
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class GoodsPage:
    goods: list[GoodCard]
    before: Place | None
    after: Place | None
    count: int | None  # None where it was not asked; COUNTED_MOST + 1 means more


_CARD_COLUMNS = (
    _P.id, _P.title, _P.price_rupiah, _P.unit, _P.shop_id, _S.name, _S.place_code, _P.halal, _P.has_pork,
    _P.is_available, _P.photo_key, _P.photo_alt, _P.made_at,
)  # fmt: skip


def product_path(product_id: int, title: str) -> str:
    """The address of a product."""
    return f"/pasar/p/{product_id}-{slug_of(title)}"


def _card(row: Any, plates: Mapping[int, str], *, placed: bool = True) -> GoodCard:
    product_id, title, price, unit, shop_id, shop_name, place_code, halal, has_pork, available, photo_key, photo_alt, made_at = row
    return GoodCard(
        product_id, title, price, unit, shop_id, shop_name, (plates.get(shop_id) or place_name(place_code)) if placed else "",
        rules.halal_sign(halal, has_pork), available, photo_key, photo_alt or title, product_path(product_id, title), made_at,
    )  # fmt: skip


@lru_cache(256)
def _goods_statement(asked: GoodsFilter, placed: bool, backwards: bool) -> Prepared:
    """The list of one shape; values come as parameters, so that a shape is built and compiled once.

    A page begins where the last one ended (keyset), so the deepest page costs what the first one costs.
    """
    key = _P.price_rupiah if asked.cheapest_first else _P.made_at
    rising = asked.cheapest_first is not backwards
    order = asc if rising else desc
    statement = (
        select(*_CARD_COLUMNS).select_from(Product.__table__.join(Shop.__table__, _S.id == _P.shop_id)).where(_SHOWN, *_conditions(asked))
    )
    if placed:
        mark = tuple_(bindparam("value", type_=key.type), bindparam("id", type_=_P.id.type))
        statement = statement.where(tuple_(key, _P.id) > mark if rising else tuple_(key, _P.id) < mark)
    return Prepared(statement.order_by(order(key), order(_P.id)).limit(bindparam("rows")))


def _conditions(asked: GoodsFilter) -> Iterator[Any]:
    if asked.category:
        yield _P.category == asked.category
    if asked.halal:
        wanted: list[Any] = [_P.halal.in_(sorted(asked.halal))]
        if Halal.NOT_HALAL in asked.halal:
            wanted.append(_P.has_pork)
            yield or_(*wanted)
        else:
            yield and_(*wanted, _P.has_pork.is_(False))
    if asked.most_rupiah is not None:
        # Where the newest come first, the plus keeps SQLite on their order instead of sorting all that is cheap enough.
        price: Any = _P.price_rupiah if asked.cheapest_first else literal_column("+product.price_rupiah", _P.price_rupiah.type)
        yield price <= bindparam("most")
    if asked.only_available:
        yield _P.is_available


@lru_cache(256)
def _count_statement(asked: GoodsFilter) -> Prepared:
    some: Select[Any] = (
        select(literal_column("1").label("one"))
        .select_from(Product.__table__.join(Shop.__table__, _S.id == _P.shop_id))
        .where(_SHOWN, *_conditions(asked))
        .limit(COUNTED_MOST + 1)
    )
    return Prepared(select(func.count()).select_from(some.subquery()))


def goods_page(session: Session, asked: GoodsFilter, at: Place | None, plates_of: PlatesOf, now: datetime) -> GoodsPage:
    """One page of the goods on offer: of open shops, shown. Counts on the first page only, and never far."""
    # The statement depends on whether there is a limit, not on its height.
    shape = replace(asked, most_rupiah=0) if asked.most_rupiah is not None else asked
    values: dict[str, Any] = {"most": asked.most_rupiah} if asked.most_rupiah is not None else {}
    count_values = dict(values)
    backwards = at is not None and at.backwards
    if at is not None:
        values |= {"id": at.id, "value": at.value if asked.cheapest_first else _instant(at.value)}
    rows = _goods_statement(shape, at is not None, backwards).all(session, rows=rules.PAGE_SIZE + 1, **values)
    more = len(rows) > rules.PAGE_SIZE
    rows = rows[: rules.PAGE_SIZE]
    if backwards:
        rows.reverse()
    plates = plates_of(session, sorted({row[4] for row in rows}), now) if rows else {}
    goods = [_card(row, plates) for row in rows]
    count = None
    if at is None:
        count = _count_statement(shape).value(session, **count_values) if more else len(goods)
    has_before, has_after = (more, True) if backwards else (at is not None, more)
    return GoodsPage(
        goods,
        _place_of(goods[0], asked, True) if goods and has_before else None,
        _place_of(goods[-1], asked, False) if goods and has_after else None,
        count,
    )


def _place_of(card: GoodCard, asked: GoodsFilter, backwards: bool) -> Place:
    return Place(card.price_rupiah if asked.cheapest_first else _micros(card.made_at), card.id, backwards)


def _micros(instant: datetime) -> int:
    whole = int(instant.timestamp())
    return whole * 1_000_000 + instant.microsecond


def _instant(micros: int) -> datetime:
    from datetime import timedelta, timezone

    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=micros)


def newest_goods(session: Session, most: int, plates_of: PlatesOf, now: datetime) -> list[GoodCard]:
    """The newest goods that can be had, for the first page."""
    rows = _goods_statement(GoodsFilter(only_available=True), False, False).all(session, rows=most)
    plates = plates_of(session, sorted({row[4] for row in rows}), now) if rows else {}
    return [_card(row, plates) for row in rows]


def goods_of_shop(session: Session, shop_id: int, most: int = 60, but: int = 0) -> list[GoodCard]:
    """What an open shop offers, available things first, then the newest; without product `but`."""
    rows = _shop_goods_statement().all(session, shop=shop_id, but=but, most=most)
    return [_card(row, {}, placed=False) for row in rows]


@lru_cache(1)
def _shop_goods_statement() -> Prepared:
    return Prepared(
        select(*_CARD_COLUMNS)
        .select_from(Product.__table__.join(Shop.__table__, _S.id == _P.shop_id))
        .where(_P.shop_id == bindparam("shop"), _SHOWN, _P.id != bindparam("but"))
        .order_by(_P.is_available.desc(), _P.made_at.desc(), _P.id.desc())
        .limit(bindparam("most"))
    )


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything a product's page says."""

    id: int
    title: str
    description: str
    category: str
    unit: str
    ingredients: str
    halal: str
    has_pork: bool
    price_rupiah: int
    photo_key: str | None
    photo_alt: str
    state: str
    made_at: datetime
    shop_id: int
    shop_slug: str
    shop_name: str
    shop_place_code: str | None
    whatsapp: str | None
    shop_state: str
    is_sample: bool
    variant_id: int
    stock: int
    paper_number: str | None
    paper_seen_at: datetime | None
    paper_expires_on: date | None

    @property
    def sign(self) -> str:
        return rules.halal_sign(self.halal, self.has_pork)

    @property
    def is_on_offer(self) -> bool:
        return self.state == ProductState.SHOWN and self.shop_state == ShopState.OPEN

    @property
    def path(self) -> str:
        return product_path(self.id, self.title)

    @property
    def place(self) -> str:
        return place_name(self.shop_place_code)


@lru_cache(1)
def _product_statement() -> Prepared:
    paper = Paper.__table__
    seen = and_(paper.c.product_id == _P.id, paper.c.kind == "halal", paper.c.seen_at.is_not(None), _P.halal == Halal.CHECKED.value)
    return Prepared(
        select(
            _P.id, _P.title, _P.description, _P.category, _P.unit, _P.ingredients, _P.halal, _P.has_pork, _V.price_rupiah, _P.photo_key,
            _P.photo_alt, _P.state, _P.made_at, _S.id, _S.slug, _S.name, _S.place_code, _S.whatsapp, _S.state, _S.is_sample, _V.id, _V.stock,
            paper.c.number, paper.c.seen_at, paper.c.expires_on,
        )
        .select_from(
            Product.__table__.join(Shop.__table__, _S.id == _P.shop_id)
            .join(Variant.__table__, and_(_V.product_id == _P.id, _V.is_active))
            .outerjoin(paper, seen)
        )
        .where(_P.id == bindparam("id"))
        .order_by(_V.position, paper.c.seen_at.desc())
        .limit(1)
    )  # fmt: skip


def product_page(session: Session, product_id: int) -> ProductPage | None:
    """A product with its shop and default variant, whatever its state; None when there is none."""
    row = _product_statement().one(session, id=product_id)
    return ProductPage(*row) if row else None


def product_of_variant(session: Session, variant_id: int) -> ProductPage | None:
    """The product that a variant belongs to."""
    product_id = session.scalar(select(Variant.product_id).where(Variant.id == variant_id))
    return product_page(session, product_id) if product_id else None


@dataclass(frozen=True, slots=True)
class ShopPage:
    id: int
    slug: str
    name: str
    about: str
    place_code: str | None
    whatsapp: str | None
    state: str
    is_sample: bool
    made_at: datetime

    @property
    def place(self) -> str:
        return place_name(self.place_code)


def shop_page(session: Session, slug: str) -> ShopPage | None:
    """A shop by its address word, whatever its state."""
    row = _shop_statement().one(session, slug=slug)
    return ShopPage(*row) if row else None


@lru_cache(1)
def _shop_statement() -> Prepared:
    columns = (_S.id, _S.slug, _S.name, _S.about, _S.place_code, _S.whatsapp, _S.state, _S.is_sample, _S.made_at)
    return Prepared(select(*columns).where(_S.slug == bindparam("slug")))


# The seller's own


@dataclass(frozen=True, slots=True)
class MyProduct:
    id: int
    title: str
    price_rupiah: int
    unit: str
    stock: int
    state: ProductState
    photo_key: str | None
    photo_alt: str
    sign: str

    @property
    def path(self) -> str:
        return product_path(self.id, self.title)


def my_products(session: Session, shop_id: int, below_id: int | None = None, most: int = 50) -> list[MyProduct]:
    """A shop's goods for its seller, the newest first, removed ones left out; `below_id` continues where a page ended."""
    statement = (
        select(
            Product.id,
            Product.title,
            Variant.price_rupiah,
            Product.unit,
            Variant.stock,
            Product.state,
            Product.photo_key,
            Product.photo_alt,
            Product.halal,
            Product.has_pork,
        )
        .join(Variant, and_(Variant.product_id == Product.id, Variant.is_active, Variant.position == 1))
        .where(Product.shop_id == shop_id, Product.state != ProductState.REMOVED)
        .order_by(Product.id.desc())
        .limit(most)
    )
    if below_id is not None:
        statement = statement.where(Product.id < below_id)
    return [
        MyProduct(id_, title, price, unit, stock, state, key, alt, rules.halal_sign(halal, has_pork))
        for id_, title, price, unit, stock, state, key, alt, halal, has_pork in session.execute(statement).all()
    ]


@dataclass(frozen=True, slots=True)
class EditedProduct:
    """A product as its form needs it."""

    id: int
    shop_id: int
    title: str
    description: str
    category: Category
    unit: str
    ingredients: str
    halal: Halal
    price_rupiah: int
    stock: int
    photo_key: str | None
    photo_alt: str
    state: ProductState


def edited_product(session: Session, person_id: int, product_id: int) -> EditedProduct | None:
    """A product that this person may change; None for all others."""
    row = session.execute(
        select(
            Product.id, Product.shop_id, Product.title, Product.description, Product.category, Product.unit, Product.ingredients,
            Product.halal, Variant.price_rupiah, Variant.stock, Product.photo_key, Product.photo_alt, Product.state,
        )
        .join(Variant, and_(Variant.product_id == Product.id, Variant.is_active, Variant.position == 1))
        .join(ShopMember, and_(ShopMember.shop_id == Product.shop_id, ShopMember.person_id == person_id))
        .join(Shop, Shop.id == Product.shop_id)
        .where(Product.id == product_id, Product.state != ProductState.REMOVED, Shop.state != ShopState.CLOSED)
    ).first()  # fmt: skip
    return EditedProduct(*row) if row else None


def edited_shop(session: Session, person_id: int, slug: str) -> ShopPage | None:
    """A shop that this person owns; None for all others."""
    row = session.execute(
        select(Shop.id, Shop.slug, Shop.name, Shop.about, Shop.place_code, Shop.whatsapp, Shop.state, Shop.is_sample, Shop.made_at)
        .join(ShopMember, and_(ShopMember.shop_id == Shop.id, ShopMember.person_id == person_id, ShopMember.role == ShopRole.OWNER))
        .where(Shop.slug == slug, Shop.state != ShopState.CLOSED)
    ).first()
    return ShopPage(*row) if row else None


def lock_shop(session: Session, shop_id: int, person_id: int) -> tuple[Shop, ShopRole | None] | None:
    """A shop locked for change, with what this person is in it."""
    shop = session.scalar(for_update(select(Shop).where(Shop.id == shop_id)))
    if shop is None:
        return None
    return shop, session.scalar(select(ShopMember.role).where(ShopMember.shop_id == shop_id, ShopMember.person_id == person_id))


def lock_product(session: Session, product_id: int) -> tuple[Product, Variant] | None:
    """A product and its default variant, locked: the variant first, as ordering does, so that nobody waits in a ring."""
    variant = session.scalar(
        for_update(select(Variant).where(Variant.product_id == product_id, Variant.is_active).order_by(Variant.position).limit(1))
    )
    product = session.scalar(for_update(select(Product).where(Product.id == product_id)))
    return (product, variant) if product is not None and variant is not None else None


def count_products(session: Session, shop_id: int) -> int:
    return (
        session.scalar(select(func.count()).select_from(Product).where(Product.shop_id == shop_id, Product.state != ProductState.REMOVED))
        or 0
    )


def movements_sum(session: Session, variant_id: int) -> int:
    """What the movements of a variant add up to: its stock."""
    return session.scalar(select(func.coalesce(func.sum(StockMovement.delta), 0)).where(StockMovement.variant_id == variant_id)) or 0


# For shared pages


@dataclass(frozen=True, slots=True)
class ProductText:
    """What the search keeps of a product."""

    id: int
    title: str
    description: str
    category: str
    ingredients: str
    price_rupiah: int
    unit: str
    shop_name: str
    is_on_offer: bool
    made_at: datetime
    halal: str
    has_pork: bool
    is_available: bool
    photo_key: str | None
    photo_alt: str

    @property
    def sign(self) -> str:
        return rules.halal_sign(self.halal, self.has_pork)


_TEXT = select(
    _P.id, _P.title, _P.description, _P.category, _P.ingredients, _P.price_rupiah, _P.unit, _S.name, _SHOWN.label("on_offer"), _P.made_at,
    _P.halal, _P.has_pork, _P.is_available, _P.photo_key, _P.photo_alt,
).select_from(Product.__table__.join(Shop.__table__, _S.id == _P.shop_id))  # fmt: skip


def product_text(session: Session, product_id: int) -> ProductText | None:
    row = session.connection().execute(_TEXT.where(_P.id == product_id)).first()
    return ProductText(*row) if row else None


def product_texts(session: Session) -> Iterator[ProductText]:
    """Every product on offer, in id order, in batches."""
    last = 0
    while rows := session.connection().execute(_TEXT.where(_SHOWN, _P.id > last).order_by(_P.id).limit(500)).all():
        yield from (ProductText(*row) for row in rows)
        last = rows[-1][0]


def shop_by_id(session: Session, shop_id: int) -> ShopPage | None:
    row = session.execute(
        select(_S.id, _S.slug, _S.name, _S.about, _S.place_code, _S.whatsapp, _S.state, _S.is_sample, _S.made_at).where(_S.id == shop_id)
    ).first()
    return ShopPage(*row) if row else None


def open_shops(session: Session) -> Iterator[ShopPage]:
    """Every open shop, in id order, in batches."""
    last = 0
    columns = (_S.id, _S.slug, _S.name, _S.about, _S.place_code, _S.whatsapp, _S.state, _S.is_sample, _S.made_at)
    while (
        rows := session.connection()
        .execute(select(*columns).where(_S.state == ShopState.OPEN.value, _S.id > last).order_by(_S.id).limit(500))
        .all()
    ):
        yield from (ShopPage(*row) for row in rows)
        last = rows[-1][0]


def product_ids_of_shop(session: Session, shop_id: int) -> list[int]:
    return list(session.scalars(select(Product.id).where(Product.shop_id == shop_id).order_by(Product.id)))


def public_addresses(session: Session) -> Iterator[tuple[str, datetime]]:
    """Shops and goods for search engines."""
    for shop in open_shops(session):
        yield f"/toko/{shop.slug}", shop.made_at
    for text in product_texts(session):
        yield product_path(text.id, text.title), text.made_at


# For reports


def owner_of_shop(session: Session, shop_id: int) -> int | None:
    """Who answers for a shop: the first of its owners."""
    owners = select(ShopMember.person_id).where(ShopMember.shop_id == shop_id, ShopMember.role == ShopRole.OWNER)
    return session.scalar(owners.order_by(ShopMember.person_id).limit(1))


def works_in_shop(session: Session, person_id: int, shop_id: int) -> bool:
    works = select(ShopMember.shop_id).where(ShopMember.shop_id == shop_id, ShopMember.person_id == person_id)
    return session.scalar(works) is not None


def owner_of_product(session: Session, product_id: int) -> int | None:
    shop_id = session.scalar(select(Product.shop_id).where(Product.id == product_id))
    return owner_of_shop(session, shop_id) if shop_id is not None else None


def works_with_product(session: Session, person_id: int, product_id: int) -> bool:
    shop_id = session.scalar(select(Product.shop_id).where(Product.id == product_id))
    return shop_id is not None and works_in_shop(session, person_id, shop_id)
