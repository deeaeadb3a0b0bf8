"""Sellers, goods and turns with fixed, readable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import transaction
from app.market.booths.models import (
    Booth,
    BoothDay,
    BoothDayState,
    BoothKind,
    Edition,
    EditionState,
    MarketDay,
    Method,
    Site,
    SiteKind,
    Zone,
)
from app.market.rota.models import Turn, TurnState
from app.market.shops import actions
from app.market.shops.models import Category, Variant
from tests import factories


def a_person(name: str = "Rina", *roles: Role) -> Actor:
    """A member, with roles if any, as actions see one."""
    with transaction() as session:
        person = factories.a_person(session, name=name, roles=roles)
        return Actor(person.id, name, frozenset(roles))


@dataclass(frozen=True)
class Seller:
    """Somebody with a shop."""

    actor: Actor
    shop_id: int


def a_seller(shop: str = "Dapur Oesapa", owner: str = "Mama Ina", whatsapp: str | None = None) -> Seller:
    actor = a_person(owner)
    draft = actions.ShopDraft(shop, "Keripik goreng tangan.", "53.71.03.1010", whatsapp)
    return Seller(actor, actions.open_shop(actor, draft, once.new_key()))


def a_draft(
    title: str = "Keripik pisang",
    *,
    price: int = 15_000,
    stock: int = 24,
    seen: int = 0,
    halal: str = "seller_says",
    category: Category = Category.FOOD,
) -> actions.ProductDraft:
    return actions.ProductDraft(title, category, price, "bungkus 200 g", stock, seen, "Renyah.", "Pisang, garam", halal, None, "")


def a_product(
    seller: Seller,
    title: str = "Keripik pisang",
    *,
    price: int = 15_000,
    stock: int = 24,
    halal: str = "seller_says",
    category: Category = Category.FOOD,
) -> tuple[int, int]:
    """Ids of the product and of its variant."""
    draft = a_draft(title, price=price, stock=stock, halal=halal, category=category)
    product_id = actions.add_product(seller.actor, seller.shop_id, draft, once.new_key())
    with transaction() as session:
        variant_id = session.scalars(select(Variant.id).where(Variant.product_id == product_id)).one()
    return product_id, variant_id


def a_turn(seller: Seller, *, booth: str = "M-07", in_days: int = 3) -> Turn:
    """A confirmed turn of the seller at a booth, some days from now."""
    day: date = clock.today() + timedelta(days=in_days)
    with transaction() as session:
        site = session.scalar(select(Site).where(Site.slug == "saboak"))
        if site is None:
            site = Site(slug="saboak", name="SABOAK", kind=SiteKind.MARKET, method=Method.GROUPS, address="Taman Nostalgia")
            session.add(site)
            session.flush()
            session.add(Zone(site_id=site.id, code="M", name="Makanan", position=1))
            session.flush()
        zone_id = session.scalars(select(Zone.id).where(Zone.site_id == site.id)).one()
        place = Booth(site_id=site.id, zone_id=zone_id, code=booth, kind=BoothKind.TENT, width_cm=300, depth_cm=300)
        edition = Edition(
            site_id=site.id,
            first_day=day,
            last_day=day,
            state=EditionState.OPEN,
            applications_close_at=clock.at(day, 8),
            answer_by=clock.at(day, 10),
        )
        session.add_all([place, edition])
        session.flush()
        market_day = MarketDay(
            edition_id=edition.id, held_on=day, arrive_by=clock.at(day, 15), opens_at=clock.at(day, 16), closes_at=clock.at(day, 22)
        )
        session.add(market_day)
        session.flush()
        turn = Turn(
            market_day_id=market_day.id, booth_id=place.id, shop_id=seller.shop_id, person_id=seller.actor.person_id, method=Method.GROUPS,
            state=TurnState.CONFIRMED, made_at=clock.now(),
        )  # fmt: skip
        session.add(turn)
        session.flush()
        session.add(
            BoothDay(market_day_id=market_day.id, booth_id=place.id, state=BoothDayState.HELD, shop_id=seller.shop_id, turn_id=turn.id)
        )
        return turn
