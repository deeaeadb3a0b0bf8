"""Leaving: nothing of the person is left, nothing of others is lost, and what binds her to others comes first."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from app.accounts.people import actions as people
from app.accounts.people.actions import HasLeft
from app.accounts.people.models import Consent, Person
from app.accounts.privacy import actions, queries
from app.community.threads.models import Thread
from app.core import clock, once, search
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.contrib import Farewell
from app.core.db import reading, transaction
from app.core.files import file_store
from app.core.pictures import FAMILY, picture_name
from app.core.refusals import Refusal
from app.market.ledger import queries as ledger
from app.market.orders import actions as orders
from app.market.orders.models import Order
from app.market.shops.models import ShopMember, ShopRole
from app.market.shops.rules import CLOSED_SHOP
from tests import factories
from tests.accounts.privacy import life
from tests.accounts.privacy.life import lived
from tests.community.factories import a_person
from tests.market.booths.factories import Seller as BoothSeller
from tests.market.booths.factories import a_helper
from tests.market.orders.factories import order
from tests.market.shops.factories import a_product, a_seller, a_turn
from tests.training.factories import a_course, a_trainer, an_organisation

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.conftest import Client


def hindrances(actor: Actor) -> list[str]:
    with reading() as session:
        return [one.words for one in queries.hindrances(session, actor.person_id, clock.now())]


@pytest.mark.both
def test_nothing_of_the_person_is_left_in_any_table_and_nothing_of_others_is_lost(app: Flask, run_outbox: Callable[[], int]) -> None:
    her = lived()
    run_outbox()
    store = file_store()
    names = [f"{FAMILY}/{picture_name(key, 320)}" for key in her.picture_keys]
    assert all(store.get(name) for name in names)
    with reading() as session:
        assert life.traces(session, her)
        before = copy_of(session, her.neighbour.actor.person_id)
        voices = life.voices(session, her.calm_thread)
    actions.leave(her.actor)
    run_outbox()
    assert not any(store.get(name) for name in names)
    assert not search.search("zxq").hits
    with reading() as session:
        assert life.traces(session, her) == []
        after = copy_of(session, her.neighbour.actor.person_id)
        still = life.voices(session, her.calm_thread)
        assert ledger.unbalanced(session) == []
    assert after == before.replace(life.SHOP, CLOSED_SHOP)
    # The same pseudonyms in the same places; only what led back to her is another now, the same for her post and her thread.
    assert [mark for mark, _seal, _author in still] == [mark for mark, _seal, _author in voices]
    assert still[0][1] == still[-1][1] != voices[0][1]
    assert still[1] == voices[1]


def copy_of(session: Session, person_id: int) -> str:
    """A neighbour's copy but for her inbox, where names are taken out, and her cart, where goods of a closed shop are."""
    parts = {part.name: part.data for part in queries.copy_parts(session, person_id, with_secret=True) if part.name != "notices"}
    return json.dumps({**parts, "orders": {**parts["orders"], "cart": []}})


class Undone(Exception):
    """Rolls a try back."""


def test_control_without_one_farewell_something_is_left(app: Flask) -> None:
    """The control of the test above: take any farewell away, and the look finds what it would have taken."""
    her, farewells = lived(), [one for one in app.extensions["contributions"] if isinstance(one, Farewell)]
    found: dict[str, list[str]] = {}
    for missing in (
        "",
        "people",
        "factors",
        "proofs",
        "shops",
        "orders",
        "rota",
        "applications",
        "leases",
        "privacy",
        "community",
        "enrolments",
    ):
        with contextlib.suppress(Undone), transaction() as session:
            actions.say_farewell(session, her.actor.person_id, clock.now(), [one for one in farewells if one.name != missing])
            session.flush()
            found[missing] = life.traces(session, her)
            raise Undone
    assert found.pop("") == []
    assert all(found.values()), f"Nobody noticed that these farewells were missing: {[name for name, left in found.items() if not left]}"


@pytest.mark.both
def test_leaving_is_on_record_by_number_and_the_log_of_consents_stays(app: Flask) -> None:
    her = lived()
    actions.leave(her.actor)
    with reading() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.act == "person.left")).one()
        assert (row.actor_id, row.subject_id, row.codes) == (her.actor.person_id, her.actor.person_id, {})
        log = session.execute(select(Consent.purpose, Consent.withdrawn_at).where(Consent.person_id == her.actor.person_id)).all()
    assert {purpose for purpose, _at in log} >= {"rules", "data", "adult"}
    assert all(at is not None for _purpose, at in log)


@pytest.mark.both
def test_the_number_is_free_again(app: Flask, client: Client) -> None:
    her = lived()
    actions.leave(her.actor)
    with transaction() as session:
        again = factories.a_person(session, name="Orang lain", phone=life.PHONE)
        assert (again.phone, again.phone_slot) == (life.PHONE, 0)
    with pytest.raises(HasLeft), transaction() as session:
        people.hold_here(session, her.actor.person_id)


def test_the_other_side_reads_that_somebody_has_left(app: Flask, sign_in: Callable[..., Client]) -> None:
    her = lived()
    neighbour = sign_in(her.neighbour.actor.person_id)
    actions.leave(her.actor)
    with reading() as session:
        row = session.scalars(select(Order.code).where(Order.buyer_id == her.actor.person_id)).one()
        thread = session.scalars(select(Thread.id).where(Thread.author_id == her.actor.person_id)).one()
    gone = "Anggota yang telah pergi"
    assert gone in neighbour.get(f"/jualan/pesanan/{row}").get_data(as_text=True)
    assert gone in neighbour.get(f"/komunitas/t/{thread}", follow_redirects=True).get_data(as_text=True)
    assert gone in neighbour.get("/komunitas/usaha").get_data(as_text=True)
    bought = neighbour.get("/pesanan").get_data(as_text=True)
    assert CLOSED_SHOP in bought
    assert life.SHOP not in bought
    inbox = neighbour.get("/kabar").get_data(as_text=True)
    assert life.NAME not in inbox
    assert life.SHOP not in inbox


def test_every_device_of_hers_is_out_at_once(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("Mama Ros")
    phone, other = sign_in(actor.person_id), sign_in(actor.person_id)
    answer = phone.fill("/akun/data/pergi", {"sure": "y"}, action="/akun/data/pergi")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sampai-jumpa")
    goodbye = phone.get("/sampai-jumpa").get_data(as_text=True)
    assert "Sampai jumpa" in goodbye
    assert "Mama Ros" not in goodbye
    for device in (phone, other):
        assert device.get("/akun").headers["Location"].startswith("/masuk")


def test_without_the_tick_nothing_happens(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("Mama Ros")
    answer = sign_in(actor.person_id).post("/akun/data/pergi", data={})
    assert answer.status_code == 422
    with reading() as session:
        assert session.scalar(select(Person.left_at).where(Person.id == actor.person_id)) is None


# What comes first


def test_an_open_order_comes_first_for_buyer_and_seller(app: Flask) -> None:
    seller, buyer = a_seller(), a_person("Nona Bello")
    _product, variant = a_product(seller)
    code = order(buyer, {variant: 1}).orders[0][1]
    for actor in (buyer, seller.actor):
        assert [code in words for words in hindrances(actor)] == [True]
        with pytest.raises(actions.Unfinished):
            actions.leave(actor)
    orders.cancel_as_buyer(buyer, code)
    for actor in (buyer, seller.actor):
        actions.leave(actor)


def test_a_turn_ahead_comes_first(app: Flask) -> None:
    from app.market.rota.models import TurnPerson

    seller = a_seller()
    turn = a_turn(seller)
    with transaction() as session:
        session.add(TurnPerson(market_day_id=turn.market_day_id, person_id=seller.actor.person_id, turn_id=turn.id))
    assert any("M-07" in words for words in hindrances(seller.actor))
    with pytest.raises(actions.Unfinished):
        actions.leave(seller.actor)


def test_a_course_that_is_not_over_comes_first_for_trainer_and_participant(app: Flask) -> None:
    from app.training.enrolments import actions as enrolments

    trainer, person = a_trainer(), a_person("Peserta")
    a_course(trainer, an_organisation(trainer))
    enrolments.enrol(person, 1, once.new_key())
    for actor in (trainer, person):
        assert any("Menjahit" in words for words in hindrances(actor))
        with pytest.raises(actions.Unfinished):
            actions.leave(actor)
    enrolments.leave(person, 1)
    actions.leave(trainer)
    with pytest.raises(Refusal):
        enrolments.enrol(person, 1, once.new_key())


def test_the_last_admin_stays(app: Flask) -> None:
    first, second = a_person("Pengelola satu", Role.ADMIN), a_person("Pengelola dua", Role.ADMIN)
    assert hindrances(first) == []
    actions.leave(first)
    assert any("satu-satunya pengelola" in words for words in hindrances(second))
    with pytest.raises(actions.Unfinished):
        actions.leave(second)


def test_the_page_says_what_comes_first_and_leads_there(app: Flask, sign_in: Callable[..., Client]) -> None:
    seller, buyer = a_seller(), a_person("Nona Bello")
    _product, variant = a_product(seller)
    code = order(buyer, {variant: 1}).orders[0][1]
    phone = sign_in(buyer.person_id)
    shown = phone.get("/akun/data/pergi").get_data(as_text=True)
    assert code in shown
    assert 'href="/pesanan"' in shown
    assert 'name="sure"' not in shown
    refused = phone.post("/akun/data/pergi", data={"sure": "y"})
    assert refused.status_code == 422
    assert code in refused.get_data(as_text=True)


def test_a_shop_with_others_goes_on_and_finds_an_owner(app: Flask) -> None:
    seller = a_seller()
    helper = a_helper(BoothSeller(seller.actor, seller.shop_id))
    _product, variant = a_product(seller)
    order(a_person("Nona Bello"), {variant: 1})
    actions.leave(seller.actor)
    with reading() as session:
        members = session.execute(select(ShopMember.person_id, ShopMember.role).where(ShopMember.shop_id == seller.shop_id)).all()
        told = [row["kind"] for row in life.everything(session)["notice"] if row["person_id"] == helper.person_id]
    assert [tuple(row) for row in members] == [(helper.person_id, ShopRole.OWNER)]
    assert "shop.yours" in told


def test_old_sign_ins_and_old_applications_are_forgotten(app: Flask) -> None:
    from datetime import timedelta

    from app.accounts.people.models import DeviceSession
    from app.market.applications import actions as applications
    from app.market.applications.models import Application

    her = lived()
    people.start_session(her.actor.person_id, device="HP", is_remembered=False)
    later = clock.now() + timedelta(days=181)
    people.forget_devices(later)
    with transaction() as session:
        assert (
            session.scalar(select(func.count()).select_from(DeviceSession).where(DeviceSession.ends_at < later - timedelta(days=180))) == 0
        )
        session.execute(update(Application).values(state="withdrawn"))
    applications.forget(clock.now() + timedelta(days=731))
    with reading() as session:
        assert life.everything(session)["application"] == []
