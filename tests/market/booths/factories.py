"""Sites, editions, sellers and containers with fixed, readable values; days count from today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.market.booths import actions, queries
from app.market.booths.models import Booth, BoothKind, Edition, Method, Site, SiteKind, Zone
from app.market.shops.models import Shop, ShopMember, ShopRole, ShopState
from tests import factories

# Code of a booth: zone letter and number. K has gas at 02 only, so that fitting can be seen.
BOOTHS = ("K-01", "K-02", "M-01", "M-02", "L-01")
ZONES = {"K": "Kriya", "M": "Makanan", "L": "Layanan"}


@dataclass(frozen=True)
class Seller:
    actor: Actor
    shop_id: int


def an_actor(name: str = "Mama Ina", *roles: Role) -> Actor:
    """A member, as actions see one."""
    with transaction() as session:
        return Actor(factories.a_person(session, name=name, roles=roles, greeting="Mama").id, name, frozenset(roles))


def an_officer() -> Actor:
    return an_actor("Petugas Liliba", Role.OFFICER)


def a_seller(name: str = "Mama Ina", shop: str = "Anyaman Mama Ina") -> Seller:
    actor = an_actor(name)
    with transaction() as session:
        row = Shop(slug=f"toko-{actor.person_id}", name=shop, state=ShopState.OPEN, made_at=clock.now())
        session.add(row)
        session.flush()
        session.add(ShopMember(shop_id=row.id, person_id=actor.person_id, role=ShopRole.OWNER))
        return Seller(actor, row.id)


def a_helper(seller: Seller, name: str = "Nona Bello") -> Actor:
    """Somebody who works in the shop but doesn't own it."""
    actor = an_actor(name)
    with transaction() as session:
        session.add(ShopMember(shop_id=seller.shop_id, person_id=actor.person_id, role=ShopRole.HELPER))
    return actor


def sellers(most: int) -> list[Seller]:
    """Many at once, in one transaction."""
    with transaction() as session:
        people = [factories.a_person(session, name=f"Penjual {n}") for n in range(most)]
        shops = [Shop(slug=f"toko-{p.id}", name=f"Toko {p.id}", state=ShopState.OPEN, made_at=clock.now()) for p in people]
        session.add_all(shops)
        session.flush()
        session.add_all(ShopMember(shop_id=s.id, person_id=p.id, role=ShopRole.OWNER) for p, s in zip(people, shops, strict=True))
        return [Seller(Actor(p.id, p.name), s.id) for p, s in zip(people, shops, strict=True)]


def a_site(
    *,
    slug: str = "saboak",
    name: str = "SABOAK",
    method: Method = Method.GROUPS,
    booths: Sequence[str] = BOOTHS,
    most_a_month: int | None = None,
    position: int = 1,
) -> int:
    with transaction() as session:
        site = Site(
            slug=slug,
            name=name,
            kind=SiteKind.MARKET,
            method=method,
            address="Taman Nostalgia",
            most_a_month=most_a_month,
            position=position,
        )
        session.add(site)
        session.flush()
        for number, letter in enumerate(sorted({code[0] for code in booths}), start=1):
            zone = Zone(site_id=site.id, code=letter, name=ZONES.get(letter, letter), position=number)
            session.add(zone)
            session.flush()
            for n, code in enumerate([c for c in booths if c[0] == letter]):
                session.add(
                    Booth(
                        site_id=site.id,
                        zone_id=zone.id,
                        code=code,
                        kind=BoothKind.TABLE,
                        width_cm=200,
                        depth_cm=200,
                        power_va=200 if letter == "K" else 450,
                        has_gas=code == "K-02" or letter == "M",
                        is_accessible=code.endswith("01"),
                        is_bookable=letter != "L",
                        x=8 + 40 * (n % 8),
                        y=100 * number + 28 * (n // 8),
                    )
                )
        return site.id


def a_plan(*, in_days: int = 7, length: int = 2, close_in: timedelta | None = None) -> actions.Plan:
    first = clock.today() + timedelta(days=in_days)
    opening = clock.at(first, 16)
    close: datetime = clock.now() + close_in if close_in else opening - timedelta(days=2)
    answer = max(close, opening - timedelta(days=1))
    return actions.Plan(first, first + timedelta(days=length - 1), time(15, 45), time(16), time(22), close, answer)


def an_edition(site_id: int, *, in_days: int = 7, length: int = 2, is_open: bool = True) -> queries.EditionView:
    officer = an_officer()
    edition_id = actions.make_edition(officer, site_id, a_plan(in_days=in_days, length=length), once.new_key())
    if is_open:
        actions.open_edition(officer, edition_id)
    return edition_view(edition_id)


def edition_view(edition_id: int) -> queries.EditionView:
    with reading() as session:
        found = queries.edition(session, edition_id)
    assert found is not None
    return found


def a_direct_day(*, booths: Sequence[str] = BOOTHS, most_a_month: int | None = None, in_days: int = 3) -> queries.EditionView:
    """An open edition of one day whose booths are booked directly."""
    site = a_site(slug="pasar-rabu", name="Pasar Rabu", method=Method.DIRECT, booths=booths, most_a_month=most_a_month, position=2)
    return an_edition(site, in_days=in_days, length=1)


def containers(codes: Sequence[str] = ("KT-TN-01", "KT-TN-02")) -> list[int]:
    with transaction() as session:
        site = Site(
            slug="taman-nostalgia",
            name="Taman Nostalgia",
            kind=SiteKind.CONTAINERS,
            method=Method.ASSIGNED,
            address="Taman Nostalgia",
            position=9,
        )
        session.add(site)
        session.flush()
        zone = Zone(site_id=site.id, code="KT", name="Kontainer", position=1)
        session.add(zone)
        session.flush()
        rows = [
            Booth(
                site_id=site.id,
                zone_id=zone.id,
                code=code,
                kind=BoothKind.CONTAINER,
                width_cm=300,
                depth_cm=240,
                power_va=900,
                has_water=True,
            )
            for code in codes
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def next_first() -> date:
    """The 1st a lease may begin on."""
    from app.market.leases.rules import earliest

    return earliest(clock.today())


def zone_of(edition_id: int, code: str) -> int:
    with reading() as session:
        site = session.scalars(select(Edition.site_id).where(Edition.id == edition_id)).one()
        return session.scalars(select(Zone.id).where(Zone.site_id == site, Zone.code == code)).one()


def booth_of(code: str) -> int:
    with reading() as session:
        return session.scalars(select(Booth.id).where(Booth.code == code)).one()
