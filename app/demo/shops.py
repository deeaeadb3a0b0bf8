"""Shops with their goods, stock and papers."""

from __future__ import annotations

import re
from datetime import timedelta

from app.core.places import KELURAHAN
from app.demo.content import words
from app.demo.content.goods import CERTIFIED, GOODS, NOT_FOOD, PORK, GoodSpec
from app.demo.content.shops import SHOPS
from app.demo.people import PLACE_CODES
from app.demo.world import GoodRow, ShopRow, World
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

CATEGORIES = {
    "makanan": Category.FOOD,
    "minuman": Category.DRINK,
    "tenun": Category.WEAVING,
    "kriya": Category.CRAFT,
    "pertanian": Category.FARM,
    "jasa": Category.SERVICE,
}
CATEGORY_OF_ZONE = {"M": "makanan", "N": "minuman", "T": "tenun", "K": "kriya", "P": "pertanian", "J": "jasa"}
# How many shops of each zone make one group of the alternating three: the booths of SABOAK less the five that stay free.
GROUP = {"M": 15, "N": 5, "T": 8, "K": 7, "P": 4, "J": 2}
GROUPS = 3
SEED_STOCK = timedelta(days=400)


def fill(world: World) -> None:
    """Written shops first, spread over the three groups; generated ones fill each group's zones up, then go on in turn."""
    written_members = set(world.people.values())
    owners = (member for member in world.members if member not in written_members)
    missing = {(group, zone): count for group in range(GROUPS) for zone, count in GROUP.items()}
    for number, spec in enumerate(SHOPS):
        owner_id = world.people[spec.owner] if spec.owner else next(owners)
        row = _shop(world, spec.slug, spec.name, owner_id, spec.zone, spec.home, spec.about, spec.sells, group=number % GROUPS)
        row.booth = spec.booth
        missing[row.group, row.zone] -= 1
        for good in GOODS:
            if good.shop == spec.slug:
                _good(world, row, good)
    places = [place for place, count in missing.items() for _ in range(count)]
    usual = [(number % GROUPS, zone) for number, zone in enumerate(zone for zone, count in GROUP.items() for _ in range(count))]
    taken = {row.slug for row in world.shops}
    for number in range(world.size.shops - len(SHOPS)):
        group, zone = places[number] if number < len(places) else usual[number % len(usual)]
        name, home, slug, sells = _stall(world, zone, taken)
        about = world.dice.choice(words.STALL_ABOUT).format(place=home, sells=sells, sells_first=sells.capitalize())
        _shop(world, slug, name, next(owners), zone, home, about, sells, group)
        if world.rows.is_full:
            world.rows.flush()
    _generated_goods(world)
    world.rows.flush()


def _stall(world: World, zone: str, taken: set[str]) -> tuple[str, str, str, str]:
    """A name nobody has yet (what, where, and a neighbourhood number once the plain names are used up), its place, address and goods."""
    dice = world.dice
    for attempt in range(1_000):
        (what, sells), home = dice.choice(words.STALLS[zone]), dice.choice(KELURAHAN).name
        name = f"{what} {home}" if attempt < 8 else f"{what} {home} RT {dice.randint(1, 60)}"
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if slug not in taken:
            taken.add(slug)
            return name, home, slug, sells
    raise RuntimeError("The word lists are too short for so many shops.")


def _shop(world: World, slug: str, name: str, owner_id: int, zone: str, home: str, about: str, sells: str, group: int) -> ShopRow:
    shop_id = world.rows.add(
        Shop,
        slug=slug,
        name=name,
        about=about,
        place_code=PLACE_CODES[home],
        state=ShopState.OPEN,
        is_sample=True,
        made_at=world.now - timedelta(days=world.dice.randint(70, 480)),
    )
    world.rows.add(ShopMember, shop_id=shop_id, person_id=owner_id, role=ShopRole.OWNER)
    row = ShopRow(shop_id, slug, name, owner_id, zone, sells, group)
    world.shops.append(row)
    return row


def _halal(good: GoodSpec) -> Halal:
    """Green only with a (sample) paper; of the others some sellers say so and most say nothing."""
    if good.halal == CERTIFIED:
        return Halal.CHECKED
    if good.halal == PORK:
        return Halal.NOT_HALAL
    if good.halal == NOT_FOOD:
        return Halal.NOT_FOOD
    return Halal.SELLER_SAYS if good.number % 3 == 0 else Halal.UNKNOWN


def _good(world: World, shop: ShopRow, good: GoodSpec) -> None:
    made_at = world.now - timedelta(hours=5 + 11 * ((good.number * 17) % 41), minutes=good.number)
    product_id = _product(
        world,
        shop,
        title=good.name,
        description=good.text,
        category=CATEGORIES[good.category],
        unit=good.unit,
        price_rupiah=good.price_rupiah,
        stock=good.stock,
        picture=good.number,
        made_at=made_at,
        ingredients=good.ingredients,
        halal=_halal(good),
        has_pork=good.halal == PORK,
    )
    if good.sample_certificate:
        world.rows.add(
            Paper,
            shop_id=shop.shop_id,
            product_id=product_id,
            kind="halal",
            number=good.sample_certificate,
            seen_by_id=world.people["usaha"],
            seen_at=world.now - timedelta(days=30 + good.number % 9),
        )


def _product(world: World, shop: ShopRow, *, picture: int, stock: int, made_at: object, **values: object) -> int:
    """A product with one variant, its first stock and its picture; the stock movement is corrected once the orders are known."""
    rows = world.rows
    spec = GOODS[picture - 1]
    photo = world.photos.get(f"good:{picture}")
    price_rupiah = int(str(values["price_rupiah"]))
    product_id = rows.add(
        Product,
        shop_id=shop.shop_id,
        is_available=stock > 0,
        photo_key=photo.key if photo else None,
        photo_alt=spec.alt if photo else "",
        state=ProductState.SHOWN,
        made_at=made_at,
        changed_at=made_at,
        **values,
    )
    variant_id = rows.add(Variant, product_id=product_id, price_rupiah=price_rupiah, stock=stock)
    if photo:
        rows.add(
            ProductPhoto,
            product_id=product_id,
            position=1,
            key=photo.key,
            alt=spec.alt,
            width=photo.width,
            height=photo.height,
            made_at=made_at,
        )
    shop.goods.append(GoodRow(product_id, variant_id, str(values["title"]), str(values["unit"]), price_rupiah, stock))
    return product_id


def _generated_goods(world: World) -> None:
    dice = world.dice
    by_category: dict[str, list[tuple[str, str, str, int, int]]] = {}
    for base in words.GOODS_BASES:
        by_category.setdefault(base[1], []).append(base)
    sellers = world.shops[len(SHOPS) :]
    for number in range(world.size.goods - len(GOODS)):
        shop = sellers[number % len(sellers)]
        name, category, unit, rupiah, picture = dice.choice(by_category[CATEGORY_OF_ZONE[shop.zone]])
        title = f"{name} {dice.choice(words.GOODS_KINDS)}"
        is_food = category in ("makanan", "minuman") or picture in (32, 33)
        _product(
            world,
            shop,
            title=title,
            description=dice.choice(words.GOODS_TEXT).format(place=shop.name.split(" RT ")[0].split(" ", 1)[-1], unit=unit.split()[0]),
            category=CATEGORIES[category],
            unit=unit,
            price_rupiah=max(1_000, round(rupiah * dice.uniform(0.7, 1.4) / 1_000) * 1_000),
            stock=dice.randint(0, 60),
            picture=picture,
            made_at=world.now - timedelta(minutes=dice.randint(600, 500_000)),
            ingredients="",
            halal=(dice.choice((Halal.UNKNOWN, Halal.UNKNOWN, Halal.SELLER_SAYS)) if is_food else Halal.NOT_FOOD),
            has_pork=False,
        )
        if world.rows.is_full:
            world.rows.flush()


def first_stock(world: World, reserved: dict[int, int]) -> None:
    """Book the first stock of every variant, so that its movements sum to what is left. `reserved`: pieces by variant that orders hold or took."""
    for shop in world.shops:
        for good in shop.goods:
            delta = good.stock + reserved.get(good.variant_id, 0)
            if delta:
                world.rows.add(
                    StockMovement,
                    variant_id=good.variant_id,
                    delta=delta,
                    reason=StockReason.SET,
                    by_person_id=shop.owner_id,
                    made_at=world.now - SEED_STOCK,
                )
            if world.rows.is_full:
                world.rows.flush()
    world.rows.flush()
