"""A member who has done everything that can be done here, and somebody beside her; and a look for what is left of her afterwards."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image
from sqlalchemy import MetaData, select, update
from sqlalchemy.orm import Session

from app.accounts.notices.actions import tell
from app.accounts.organisations.models import OrganisationMember
from app.accounts.people.models import Consent, Person
from app.accounts.people.rules import CONSENTS, COURSE_NEWS
from app.accounts.privacy import actions
from app.accounts.privacy.rules import RequestKind
from app.accounts.proofs.models import Proof, Purpose
from app.community.threads import actions as talk
from app.community.threads.models import Post, Thread
from app.community.threads.queries import own_seals
from app.core import clock, once, pictures
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.market.applications.models import Application, ApplicationState
from app.market.booths.models import MarketDay
from app.market.leases.models import Lease, LeaseState
from app.market.orders import actions as orders
from app.market.orders.models import Order, PaymentWay
from app.market.rota.models import Turn, TurnPerson, TurnState
from app.market.shops import actions as shops
from app.market.shops.models import Paper, Product
from app.training.courses.models import Cohort
from app.training.enrolments import actions as enrolments
from tests import factories
from tests.community.factories import a_calm_room, a_person, a_room
from tests.market.booths.factories import containers
from tests.market.orders.factories import order
from tests.market.shops.factories import Seller, a_draft, a_product, a_seller, a_turn
from tests.training.factories import a_course, an_organisation

MARK = "zxq"  # in every word of hers that must go; posts and titles on receipts stay, so they are without it
NAME = "Wilhelmina Zxq"
PHONE = "+6281299887766"
EMAIL = "wilhelmina.zxq@contoh.id"
SHOP = "Dapur Zxq"
MARKS = (MARK, "81299887766", "wilhelmina")


@dataclass(frozen=True)
class Life:
    """Who lives it, her shop, what she wrote under a pseudonym, and her neighbour."""

    actor: Actor
    shop_id: int
    calm_thread: int
    neighbour: Seller
    picture_keys: tuple[str, ...]


def a_picture(colour: str = "teal") -> pictures.Photo:
    file = io.BytesIO()
    Image.new("RGB", (80, 80), colour).save(file, "PNG")
    file.seek(0)
    return pictures.store_photo(file)


def agreed(person_id: int) -> None:
    """What everybody agrees to at sign-up."""
    with transaction() as session:
        now = clock.now()
        session.add_all(Consent(person_id=person_id, purpose=code, text_version=text, given_at=now) for code, text in CONSENTS.items())


def lived() -> Life:
    """Everything finished, so that nothing stands in the way of leaving."""
    face, good = a_picture(), a_picture("maroon")
    seller = a_seller(SHOP, NAME, PHONE)
    me = Actor(seller.actor.person_id, NAME, frozenset({Role.TRAINER}), session_id=0)
    neighbour = a_seller("Kios Bello", "Om Bello")
    agreed(me.person_id)
    with transaction() as session:
        session.execute(
            update(Person)
            .where(Person.id == me.person_id)
            .values(phone=PHONE, email=EMAIL, about="Suka zxq memasak", greeting="Mama", place_code="53.71.03.1010", picture_key=face.key)
        )
        factories.a_factor(session, me.person_id)
        session.add(
            Proof(
                purpose=Purpose.PHONE, target=PHONE, person_id=me.person_id, code_mark="0" * 32, made_at=clock.now(),
                ends_at=clock.now() + timedelta(minutes=10), tries_left=3,
            )
        )  # fmt: skip
        tell(session, me.person_id, "role.given", {"role": "trainer"}, "role:trainer:zxq")
    _talked(me, neighbour.actor)
    calm = talk.start_thread(me, a_calm_room(), "Sulit tidur", "Tiap malam terbangun.", once.new_key())
    talk.reply(neighbour.actor, calm, "Saya juga.", once.new_key())
    _traded(Seller(me, seller.shop_id), neighbour, good)
    _stood(Seller(me, seller.shop_id))
    _learned(me, neighbour.actor)
    actions.agree(me, COURSE_NEWS)
    actions.ask(me, RequestKind.CORRECTION, "Nama zxq saya salah tulis", once.new_key())
    return Life(me, seller.shop_id, calm, neighbour, (face.key, good.key))


def _talked(me: Actor, other: Actor) -> None:
    room = a_room()
    thread = talk.start_thread(me, room, "Kemasan keripik", "Di mana beli plastik tebal?", once.new_key())
    talk.reply(other, thread, "Di pasar Oeba.", once.new_key())
    theirs = talk.start_thread(other, room, "Harga pisang", "Naik lagi.", once.new_key())
    talk.reply(me, theirs, "Betul.", once.new_key())


def _traded(mine: Seller, theirs: Seller, photo: pictures.Photo) -> None:
    draft = a_draft("Keripik ubi")
    words = {"description": "Buatan zxq sendiri", "ingredients": "Ubi zxq", "photo": photo, "photo_alt": "Keripik zxq"}
    product = shops.add_product(mine.actor, mine.shop_id, type(draft)(**{**vars_of(draft), **words}), once.new_key())
    variant = variant_of(product)
    _other, bought = a_product(theirs, "Kopi Alor")
    with transaction() as session:
        session.add(Paper(shop_id=mine.shop_id, product_id=product, kind="nib", number="zxq-123", seen_at=None))
    sold_code = order(theirs.actor, {variant: 1}).orders[0][1]
    bought_code = order(mine.actor, {bought: 2}).orders[0][1]
    with transaction() as session:
        session.execute(update(Order).where(Order.code == bought_code).values(note="Titip zxq di meja"))
    for seller, code in ((mine.actor, sold_code), (theirs.actor, bought_code)):
        orders.mark_ready(seller, code)
        orders.hand_over(seller, code)
        orders.mark_paid(seller, code, PaymentWay.CASH)
    orders.add_to_cart(mine.actor, bought, 1, once.new_key())
    orders.add_to_cart(theirs.actor, variant, 1, once.new_key())


def vars_of(draft: shops.ProductDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def variant_of(product_id: int) -> int:
    from app.market.shops.models import Variant

    with reading() as session:
        return session.scalars(select(Variant.id).where(Variant.product_id == product_id)).one()


def _stood(mine: Seller) -> None:
    turn = a_turn(mine, in_days=-9)
    unit = containers()[0]
    person_id, now = mine.actor.person_id, clock.now()
    with transaction() as session:
        session.execute(update(Turn).where(Turn.id == turn.id).values(state=TurnState.ATTENDED, goods="Keripik zxq"))
        session.add(TurnPerson(market_day_id=turn.market_day_id, person_id=person_id, turn_id=turn.id))
        edition = session.scalars(select(MarketDay.edition_id).where(MarketDay.id == turn.market_day_id)).one()
        session.add(
            Application(
                edition_id=edition, shop_id=mine.shop_id, person_id=person_id, goods="Sambal zxq", document="nib",
                state=ApplicationState.SUBMITTED, made_at=now,
            )
        )  # fmt: skip
        session.add(
            Lease(
                booth_id=unit, shop_id=mine.shop_id, person_id=person_id, first_month=clock.today().replace(day=1), months=1,
                use="Warung zxq", state=LeaseState.APPLIED, made_at=now,
            )
        )  # fmt: skip


def _learned(me: Actor, other: Actor) -> None:
    """She taught a course, and took one of a trainer's; both are over. And gave one seat back."""
    trainer = a_person("Pelatih Liliba", Role.TRAINER)
    house = an_organisation(trainer)
    a_course(trainer, house, title="Kelas bordir")
    a_course(trainer, house, title="Kelas renda")
    with transaction() as session:
        session.add(OrganisationMember(organisation_id=house, person_id=me.person_id, function="trainer"))
    a_course(me, house, title="Kelas keripik")
    with reading() as session:
        taken, left, own = session.scalars(select(Cohort.id).order_by(Cohort.id)).all()
    for cohort in (taken, left):
        enrolments.enrol(me, cohort, once.new_key())
    enrolments.leave(me, left)
    enrolments.enrol(other, own, once.new_key())
    over = clock.today() - timedelta(days=5)
    with transaction() as session:
        session.execute(update(Cohort).where(Cohort.id.in_([taken, own])).values(starts_on=over - timedelta(days=9), ends_on=over))


# What is left


def everything(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the database holds it."""
    tables, connection = MetaData(), session.connection()
    tables.reflect(connection)
    return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables.sorted_tables}


def traces(session: Session, life: Life) -> list[str]:
    """Where something of hers still stands: her words anywhere; private rows that point to her; a pseudonym that the key leads back."""
    me, found = life.actor.person_id, []
    for table, rows in everything(session).items():
        for row in rows:
            told = " ".join(str(value) for value in row.values()).lower()
            found += [f"{table}: {mark} in {sorted(row)}" for mark in MARKS if mark in told]
            if table in PRIVATE and row.get("person_id") == me:
                found.append(f"{table}: a row of hers")
            if row.get("person_id") == me and any(row[column] == value for column, value in WAITS.get(table, {}).items()):
                found.append(f"{table}: still waits")
            if table == "data_request" and row["person_id"] == me and row["words"] is not None:
                found.append("data_request: what she asked")
    found += [f"thread {thread}: her seal" for thread, _seal in own_seals(session, me)]
    shown = session.scalar(select(Product.id).where(Product.shop_id == life.shop_id, Product.photo_key.is_not(None)))
    return found + (["product: still shows a photo"] if shown else [])


# Rows that exist for a person alone.
PRIVATE = {
    "cart_line", "device_session", "notice", "organisation_member", "passkey", "person_role", "proof", "recovery_code", "second_factor",
    "shop_member", "turn_person",
}  # fmt: skip
WAITS = {
    "application": {"state": "submitted"},
    "lease": {"state": "applied"},
    "enrolment": {"state": "left"},
    "data_request": {"state": "open"},
}


def voices(session: Session, thread_id: int) -> list[tuple[str | None, str | None, int | None]]:
    """Pseudonym, seal and author of the posts of a thread, and of the thread itself last."""
    posts = session.execute(
        select(Post.author_mark, Post.author_seal, Post.author_id).where(Post.thread_id == thread_id).order_by(Post.id)
    ).all()
    head = session.execute(select(Thread.author_mark, Thread.author_seal, Thread.author_id).where(Thread.id == thread_id)).all()
    return [(row[0], row[1], row[2]) for row in [*posts, *head]]
