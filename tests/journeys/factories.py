"""The small city of the journeys: an office with a trainer, a room, two markets, and a weaver who sells."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from sqlalchemy import select

from app.accounts.organisations.models import Organisation, OrganisationKind, OrganisationMember
from app.core import clock
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.market.booths import actions as booths
from app.market.booths.models import Booth, BoothKind, Method, Site, SiteKind, Zone
from app.market.shops import actions as shops
from app.market.shops.models import Category, Halal, Variant
from tests import factories
from tests.community.factories import a_room

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TRAINER, OFFICER, WEAVER, RESIDENT = "Ibu Naikoten", "Pak Liliba", "Mama Fontein", "Bapa Kelapa Lima"


@dataclass(frozen=True)
class City:
    """What the people of a journey find: the market days, and the numbers they sign in with."""

    saturday: date
    phones: dict[str, str]  # by name, as people type them


def a_city() -> City:
    """Everything that was there before our Saturday; the weaver's selendang is on offer."""
    with transaction() as session:
        people = {
            TRAINER: factories.a_person(session, name=TRAINER, roles=[Role.TRAINER]),
            OFFICER: factories.a_person(session, name=OFFICER, roles=[Role.OFFICER]),
            WEAVER: factories.a_person(session, name=WEAVER),
            RESIDENT: factories.a_person(session, name=RESIDENT),
        }
        actors = {name: Actor(person.id, name) for name, person in people.items()}
        factories.a_factor(session, people[OFFICER].id)
        phones = {name: f"0{str(person.phone)[3:]}" for name, person in people.items()}
        _an_office(session, actors[TRAINER].person_id)
        assigned = _a_site(session, "taman-nostalgia", "Taman Nostalgia", "K", Method.ASSIGNED)
        direct = _a_site(session, "pasar-sore", "Pasar Sore Oesapa", "T", Method.DIRECT)
    a_room()
    _her_shop(actors[WEAVER], stock=3)
    saturday = next_saturday()
    for site_id, days in ((assigned, 2), (direct, 1)):
        booths.open_edition(
            actors[OFFICER], booths.make_edition(actors[OFFICER], site_id, a_plan(saturday, days), f"key-of-edition-{site_id:06d}")
        )
    return City(saturday, phones)


def a_weaver(*, stock: int) -> int:
    """A weaver with a shop and that many shawls; the variant's id."""
    with transaction() as session:
        weaver = Actor(factories.a_person(session, name=WEAVER).id, WEAVER)
    product_id = _her_shop(weaver, stock=stock)
    with reading() as session:
        return session.scalars(select(Variant.id).where(Variant.product_id == product_id)).one()


def _her_shop(weaver: Actor, *, stock: int) -> int:
    shop_id = shops.open_shop(
        weaver, shops.ShopDraft("Tenun Fontein", "Tenun ikat dari Fontein.", "53.71.05.1008", None), "key-of-a-shop-00001"
    )
    shawl = shops.ProductDraft(
        title="Selendang tenun",
        category=Category.WEAVING,
        price_rupiah=150_000,
        unit="lembar",
        stock=stock,
        stock_seen=0,
        description="Motif kecil, benang katun.",
        ingredients="",
        halal=Halal.NOT_FOOD,
        photo=None,
        photo_alt="",
    )
    return shops.add_product(weaver, shop_id, shawl, "key-of-a-product-01")


def next_saturday() -> date:
    """A Saturday at least four days away, so that applications are open now whatever the day."""
    today = clock.today()
    return today + timedelta(days=4 + (5 - today.weekday() - 4) % 7)


def a_plan(saturday: date, days: int) -> booths.Plan:
    """One evening or two; applications close on Thursday, answers by Friday."""
    return booths.Plan(
        first_day=saturday,
        last_day=saturday + timedelta(days=days - 1),
        arrive_by=time(15, 30),
        opens_at=time(16, 0),
        closes_at=time(22, 0),
        applications_close_at=clock.at(saturday - timedelta(days=2), 20),
        answer_by=clock.at(saturday - timedelta(days=1), 20),
    )


def _an_office(session: Session, trainer_id: int) -> None:
    office = Organisation(
        slug="blk-kupang",
        name="Balai Latihan Kerja Kupang",
        short_name="BLK Kupang",
        kind=OrganisationKind.TRAINING_CENTRE,
        verified_at=factories.FRIDAY,
        made_at=factories.FRIDAY,
    )
    session.add(office)
    session.flush()
    session.add(OrganisationMember(organisation_id=office.id, person_id=trainer_id, function="trainer"))


def _a_site(session: Session, slug: str, name: str, letter: str, method: Method) -> int:
    """A market of four booths, such as K-01 to K-04."""
    site = Site(slug=slug, name=name, kind=SiteKind.MARKET, method=method, address="Jalan Frans Seda, Kupang", most_a_month=2)
    session.add(site)
    session.flush()
    zone = Zone(site_id=site.id, code=letter, name="Makanan dan kerajinan", position=0, x=8, y=20, width=300, height=60)
    session.add(zone)
    session.flush()
    for number in range(1, 5):
        session.add(
            Booth(
                site_id=site.id,
                zone_id=zone.id,
                code=f"{letter}-{number:02d}",
                kind=BoothKind.TENT,
                width_cm=300,
                depth_cm=300,
                power_va=450,
                has_gas=True,
                x=12 + 46 * (number - 1),
                y=44,
            )
        )
    session.flush()
    return site.id


def a_photo() -> bytes:
    """A JPEG as a phone makes it: with the camera's name and the place where it was taken."""
    picture = Image.new("RGB", (1200, 900), "#ead9c6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 620, 1200, 900), fill="#6b4a2b")
    pen.ellipse((300, 260, 900, 760), fill="#e6a92e")
    exif = picture.getexif()
    exif[0x010F] = "Kamera Contoh"
    exif.get_ifd(0x8825).update({1: "S", 2: (10.0, 10.0, 12.0), 3: "E", 4: (123.0, 36.0, 25.0)})
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=88, exif=exif)
    return made.getvalue()
