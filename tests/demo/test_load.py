"""The sample city as it stands in the database: whole, consistent, alive, careful, and loaded once."""

from __future__ import annotations

import json
import re
import stat
from datetime import timedelta
from typing import Any

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import String, func, select, union_all

from app import demo, models
from app.accounts.factors.actions import pass_code
from app.accounts.notices.models import Notice
from app.accounts.organisations.models import Organisation
from app.accounts.people.actions import HalfSignedIn, sign_in
from app.accounts.people.models import Person, PersonRole
from app.community.threads.models import Post, Room, Thread
from app.core import clock, facts, passwords, totp
from app.core.contrib import NoticeKind, offered
from app.core.db import reading, transaction
from app.core.outbox import OutboxRow
from app.core.pictures import Photo
from app.demo import pictures
from app.market.applications.models import Application, ApplicationState
from app.market.booths.models import Booth, BoothDay, BoothDayState, BoothKind, Edition, EditionState, MarketDay, Site
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.ledger.models import Journal, JournalLine
from app.market.orders.models import Order, OrderLine, OrderPickup, OrderState, Payment, PaymentAllocation
from app.market.rota.models import LIVE_TURNS, Turn, TurnPerson, TurnState
from app.market.shops.models import Halal, Paper, Product, ProductPhoto, Shop, ShopMember, StockMovement, Variant
from app.training.courses.models import Cohort, Course
from app.training.enrolments.models import Enrolment, EnrolmentState

pytestmark = pytest.mark.both
# Words about people that this city never uses, and the beginning of a payable QR.
FORBIDDEN = re.compile(r"\bTKW\b|\bTKI\b|ilegal|pahlawan devisa|purna PMI|000201", re.IGNORECASE)


DRAWN: dict[str, Photo] = {}  # drawing takes seconds, once is enough


@pytest.fixture
def city(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app with the sample city at its smallest size."""
    DRAWN.update(DRAWN or pictures.store_all())
    monkeypatch.setattr(pictures, "store_all", lambda: DRAWN)
    assert demo.load(app, "demo")
    return app


def count(model: Any, *where: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def rows(statement: Any) -> list[Any]:
    with reading() as session:
        return list(session.execute(statement).all())


def test_the_sample_city_is_whole_and_consistent(city: Flask) -> None:
    """One load, many looks: loading takes seconds."""
    _numbers()
    _counters()
    _booths()
    _goods_and_orders()
    _inboxes()
    _alive()
    _careful()
    _accounts(city)
    _a_second_load_changes_nothing(city)
    _ids_go_on()


def _numbers() -> None:
    assert count(Room) == 10
    assert count(Thread) == 21
    assert count(Post) == 180
    assert count(Course) == 15
    assert count(Product) == count(ProductPhoto) == 40
    assert count(Person) == 160 + 1  # and whom the desk signed up this week
    assert count(Shop) == 123
    assert count(Booth, Booth.kind != BoothKind.CONTAINER) == 48 + 12
    assert count(Booth, Booth.kind == BoothKind.CONTAINER) == 12
    assert count(Site) == 7
    assert count(Edition, Edition.state == EditionState.FINISHED) == 16
    assert count(PersonRole) >= 7
    assert count(Organisation, Organisation.verified_at.is_(None)) == 1
    assert count(Lease, Lease.state == LeaseState.RUNNING) == 1


def _counters() -> None:
    """What is counted twice is the same both times."""
    posts = select(func.count()).where(Post.thread_id == Thread.id).scalar_subquery()
    last = select(func.max(Post.made_at)).where(Post.thread_id == Thread.id).scalar_subquery()
    assert all(replies == found - 1 for replies, found in rows(select(Thread.reply_count, posts)))
    assert all(said == found for said, found in rows(select(Thread.last_post_at, last)))
    threads = select(func.count()).where(Thread.room_id == Room.id).scalar_subquery()
    assert all(said == found for said, found in rows(select(Room.thread_count, threads)))
    seats = select(func.count()).where(Enrolment.cohort_id == Cohort.id, Enrolment.state == EnrolmentState.ENROLLED).scalar_subquery()
    assert all(said == found for said, found in rows(select(Cohort.seats_taken, seats)))
    assert count(Cohort) == 30


def _booths() -> None:
    """Every bookable booth has a row for every day of its edition, and what holds it is one live turn of one person."""
    days = count(MarketDay)
    assert days == 11 * 2 + 10
    held = count(BoothDay, BoothDay.state.in_((BoothDayState.HELD, BoothDayState.OFFERED)))
    live = count(Turn, Turn.state.in_(LIVE_TURNS))
    assert held == live == count(TurnPerson) > 400
    with reading() as session:
        pairs = session.execute(
            select(BoothDay, Turn)
            .join(Turn, (Turn.id == BoothDay.turn_id))
            .where(BoothDay.state.in_((BoothDayState.HELD, BoothDayState.OFFERED)))
        ).all()
        assert len(pairs) == live
        for day, turn in pairs:
            assert (day.market_day_id, day.booth_id, day.shop_id) == (turn.market_day_id, turn.booth_id, turn.shop_id)
            assert (day.state == BoothDayState.OFFERED) == (turn.state == TurnState.OFFERED)
        expected = {"saboak": 48, "pasar-rabu": 12}
        for slug, booths in session.execute(
            select(Site.slug, func.count())
            .join(Edition, Edition.site_id == Site.id)
            .join(MarketDay, MarketDay.edition_id == Edition.id)
            .join(BoothDay, BoothDay.market_day_id == MarketDay.id)
            .group_by(Site.slug, MarketDay.id)
        ):
            assert booths == expected[slug]
    members = {(shop_id, person_id) for shop_id, person_id in rows(select(ShopMember.shop_id, ShopMember.person_id))}
    assert all(pair in members for pair in rows(select(Turn.shop_id, Turn.person_id)) for pair in [tuple(pair)])
    leased = rows(select(BoothMonth.lease_id, func.count()).group_by(BoothMonth.lease_id))
    assert dict(map(tuple, leased)) == dict(map(tuple, rows(select(Lease.id, Lease.months).where(Lease.state != LeaseState.APPLIED))))


def _goods_and_orders() -> None:
    moved = select(func.coalesce(func.sum(StockMovement.delta), 0)).where(StockMovement.variant_id == Variant.id).scalar_subquery()
    assert all(stock == sum_of for stock, sum_of in rows(select(Variant.stock, moved)))
    assert all(available == (stock > 0) for available, stock in rows(select(Product.is_available, Variant.stock).join(Variant)))
    lines = select(func.sum(OrderLine.price_rupiah * OrderLine.quantity)).where(OrderLine.order_id == Order.id).scalar_subquery()
    assert all(total == summed for total, summed in rows(select(Order.total_rupiah, lines)))
    assert count(OrderPickup) == count(Order) > 60
    assert {state for (state,) in rows(select(Order.state).distinct())} == set(OrderState)
    for order in rows(select(Order.state, Order.made_at, Order.ready_at, Order.handed_over_at, Order.paid_at, Order.cancelled_at)):
        instants = [instant for instant in order[1:] if instant is not None]
        assert min(instants) == order.made_at
        assert max(instants) <= clock.now()
    # Every journal balances, and every paid order is in the seller's book to the rupiah.
    assert all(total == 0 for (total,) in rows(select(func.sum(JournalLine.amount_rupiah)).group_by(JournalLine.journal_id)))
    paid = {tuple(row) for row in rows(select(Order.id, Order.shop_id, Order.total_rupiah).where(Order.paid_at.is_not(None)))}
    assert count(Order, Order.state == OrderState.HANDED_OVER, Order.paid_at.is_(None)) == 0
    booked = {
        tuple(row)
        for row in rows(
            select(Journal.order_id, Journal.shop_id, JournalLine.amount_rupiah)
            .join(JournalLine)
            .where(Journal.order_id.is_not(None), JournalLine.amount_rupiah > 0)
        )
    }
    assert paid == booked
    assert count(Journal, Journal.order_id.is_(None)) > 0
    payments = rows(select(Payment.id, Payment.amount_rupiah))
    assert sorted(map(tuple, payments)) == sorted(map(tuple, rows(select(PaymentAllocation.payment_id, PaymentAllocation.amount_rupiah))))


def _inboxes() -> None:
    """The printed accounts have something new, of kinds that the pages can word, and what is due later waits in the outbox."""
    kinds = {kind.code: kind for kind in offered(NoticeKind)}
    found = rows(select(Notice.kind, Notice.params, Person.name, Notice.read_at).join(Person, Person.id == Notice.person_id))
    for code, params, _name, _read_at in found:
        assert kinds[code].words(params)
        assert kinds[code].address(params).startswith("/")
    assert {code for code, _params, name, _read_at in found if name == "Rina"} >= {"order.ready", "enrolment.made", "thread.reply"}
    assert {code for code, _params, name, _read_at in found if name == "Ina"} >= {"order.made", "turn.offered", "thread.reply"}
    assert count(OutboxRow, OutboxRow.topic == "edition.over") == 5
    assert count(OutboxRow, OutboxRow.topic == "turn.due") == count(Turn, Turn.state == TurnState.OFFERED)
    assert count(OutboxRow, OutboxRow.due_at <= clock.now()) == 0


def _alive() -> None:
    """Some market is near: turns stand, booths are free, applications wait, courses are open, somebody has just written."""
    now = clock.now()
    coming = rows(select(Site.slug, Edition.first_day).join(Edition).where(Edition.state == EditionState.OPEN))
    assert sorted(slug for slug, _ in coming) == ["pasar-rabu", "pasar-rabu", "saboak", "saboak", "saboak"]
    assert count(Turn, Turn.state == TurnState.CONFIRMED) > 30
    assert count(Turn, Turn.state == TurnState.OFFERED) > 0
    assert count(Application, Application.state == ApplicationState.SUBMITTED) >= 12
    free = select(func.count()).select_from(BoothDay).join(MarketDay).where(BoothDay.state == BoothDayState.FREE, MarketDay.opens_at > now)
    assert rows(free)[0][0] > 10
    assert count(Cohort, Cohort.closes_at > now) >= 8
    assert rows(select(func.max(Post.made_at)))[0][0] > now - timedelta(hours=3)  # people sleep
    for model, column in (
        (Post, Post.made_at),
        (Order, Order.made_at),
        (Journal, Journal.made_at),
        (Turn, Turn.made_at),
        (Application, Application.made_at),
    ):
        assert count(model, column > now) == 0, model.__name__
    assert count(Enrolment, Enrolment.made_at > now) == 0


def _careful() -> None:
    """Nobody real, nothing that looks official, nothing about where anybody has been."""
    for (number,) in rows(select(Person.phone)):
        assert number.startswith("+62890")
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
    assert not [slug for (slug,) in rows(select(Shop.whatsapp).where(Shop.whatsapp.is_not(None)))]
    assert all(number.startswith("CONTOH-") for (number,) in rows(select(Paper.number)))
    assert count(Product, Product.halal == Halal.CHECKED) == count(Paper) == 5
    samples = union_all(select(Shop.is_sample), select(Course.is_sample), select(Site.is_sample))
    assert all(is_sample for (is_sample,) in rows(samples))
    assert count(Product, Product.has_pork.is_(True)) == 2
    # Being a returned migrant is a private fact: no table of the sample city holds it about anybody.
    assert not [name for name in models.metadata.tables if re.search("purna|migra", name)]
    with reading() as session:
        for table in models.metadata.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, String)]
            for row in session.execute(select(*texts)) if texts else ():
                said = " ".join(str(value) for value in row if value)
                assert not FORBIDDEN.search(said), (table.name, said)
    sealed = rows(select(Post.author_id, Post.author_mark, Post.author_seal).join(Thread).join(Room).where(Room.is_calm))
    assert sealed
    staff = {person_id for (person_id,) in rows(select(PersonRole.person_id))}
    assert all((author is None) == bool(mark) == bool(seal) for author, mark, seal in sealed)
    assert all(author in staff for author, _, _ in sealed if author is not None)


def _accounts(city: Flask) -> None:
    path = city.extensions["settings"].data_dir / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    accounts = json.loads(path.read_text(encoding="utf-8"))
    assert {account["role"] for account in accounts} == {
        "member",
        "seller",
        "trainer",
        "officer",
        "counsellor",
        "desk",
        "moderator",
        "admin",
    }
    for account in accounts:
        is_staff = account["role"] not in {"member", "seller", "trainer"}
        assert ("totp_secret" in account) == is_staff
        if is_staff:
            half = sign_in(account["phone"], account["password"], device="", is_remembered=False, address=None)
            assert isinstance(half, HalfSignedIn)
            pass_code(half, totp.code_at(account["totp_secret"], clock.now()), device="", address=None)
        ((person_id, kept),) = rows(
            select(Person.id, Person.password_hash).where(Person.phone == account["phone"], Person.name == account["name"])
        )
        assert passwords.verify(kept, account["password"])
        roles = {role for (role,) in rows(select(PersonRole.role).where(PersonRole.person_id == person_id))}
        assert account["role"] in roles | {"member", "seller"}
    assert len({account["password"] for account in accounts}) == len(accounts)


def _a_second_load_changes_nothing(city: Flask) -> None:
    before = {table.name: count(table) for table in models.metadata.sorted_tables}
    kept = (city.extensions["settings"].data_dir / "demo-accounts.json").read_bytes()
    assert not demo.load(city, "demo")
    assert not demo.load(city, "city")
    assert before == {table.name: count(table) for table in models.metadata.sorted_tables}
    assert kept == (city.extensions["settings"].data_dir / "demo-accounts.json").read_bytes()
    with reading() as session:
        assert facts.get(session, facts.DEMO) == "demo"


def _ids_go_on() -> None:
    """The next row gets the next id, also where a sequence gives it."""
    with transaction() as session:
        person = Person(name="Baru", phone="+6289099999999", made_at=clock.now())
        session.add(person)
        session.flush()
        assert person.id == 162


def test_a_database_with_somebody_in_it_is_left_alone(app: Flask) -> None:
    with transaction() as session:
        session.add(Person(name="Ada", phone="+6289000000001", made_at=clock.now()))
    with pytest.raises(demo.NotEmpty, match="not empty"):
        demo.load(app, "demo")
    assert count(Person) == 1
    assert not (app.extensions["settings"].data_dir / "demo-accounts.json").exists()
