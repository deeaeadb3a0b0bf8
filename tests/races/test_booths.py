"""The last booth, one person and two booths, one container by the month: many at once, one wins, on both databases; and kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.core import clock, once
from app.core.db import add_or_refuse, db, reading, transaction
from app.core.outbox import OutboxRow
from app.market.applications import actions as applications
from app.market.booths import actions as booths
from app.market.booths.models import BoothDay, BoothDayState, Method
from app.market.leases import actions as leases
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.rota import actions
from app.market.rota.models import LIVE_TURNS, Turn, TurnPerson, TurnState
from tests.market.booths.counts import check_day, states
from tests.market.booths.factories import (
    Seller,
    a_direct_day,
    a_seller,
    a_site,
    an_edition,
    an_officer,
    containers,
    next_first,
    sellers,
)

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Outcomes

ROOT = Path(__file__).resolve().parents[2]


def live(market_day_id: int) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(Turn.market_day_id == market_day_id, Turn.state.in_(LIVE_TURNS))) or 0


@pytest.mark.both
def test_of_two_hundred_sellers_one_holds_the_last_booth(app: Flask, race: Callable[..., Outcomes]) -> None:
    day = a_direct_day(booths=["K-01"]).days[0].id
    people = sellers(200)
    outcome = race(200, lambda i: actions.hold(people[i].actor, day, "K-01", None, once.new_key()))
    assert not outcome.others(booths.BoothTaken), outcome.others(booths.BoothTaken)[:3]
    assert len(outcome.wins) == 1
    assert len(outcome.refusals(booths.BoothTaken)) == 199
    check_day(day, 1)


@pytest.mark.both
def test_control_read_first_then_write_gives_one_booth_twice(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control of the race above: no condition in the UPDATE, no unique index, and the double is seen."""
    edition = a_direct_day(booths=["K-01"])
    day = edition.days[0].id
    people = sellers(8)
    with transaction() as session:
        session.execute(text("DROP INDEX uq_turn_live_booth"))
    all_read = threading.Barrier(8)

    def naive(number: int) -> int:
        with reading() as session:
            free = session.execute(
                select(BoothDay.booth_id).where(BoothDay.market_day_id == day, BoothDay.state == BoothDayState.FREE)
            ).first()
        all_read.wait(60)
        if free is None:
            raise booths.BoothTaken
        seller = people[number]
        with Session(db.engine) as session, session.begin():
            turn = Turn(
                market_day_id=day,
                booth_id=free.booth_id,
                shop_id=seller.shop_id,
                person_id=seller.actor.person_id,
                method=Method.DIRECT,
                state=TurnState.HELD,
                made_at=clock.now(),
            )
            session.add(turn)
            session.flush()
            session.execute(
                update(BoothDay)
                .where(BoothDay.market_day_id == day)
                .values(state=BoothDayState.HELD, shop_id=seller.shop_id, turn_id=turn.id)
            )
        return number

    outcome = race(8, naive)
    assert len(outcome.wins) > 1, "The control saw no double: then the race above proves nothing."
    assert live(day) > 1


@pytest.mark.both
def test_the_schema_alone_refuses_a_second_turn_on_a_booth(app: Flask) -> None:
    """Whatever code forgets, the index does not."""
    from sqlalchemy.exc import IntegrityError

    day = a_direct_day(booths=["K-01"]).days[0].id
    first, second = a_seller(), a_seller("Mama Ros", "Toko Ros")
    turn_id = actions.hold(first.actor, day, "K-01", None, once.new_key())
    with reading() as session:
        booth_id = session.scalar(select(Turn.booth_id).where(Turn.id == turn_id))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(
            Turn(
                market_day_id=day,
                booth_id=booth_id,
                shop_id=second.shop_id,
                person_id=second.actor.person_id,
                method=Method.DIRECT,
                state=TurnState.CONFIRMED,
                made_at=clock.now(),
            )
        )


@pytest.mark.both
def test_one_person_and_many_booths_at_once_keeps_one(app: Flask, race: Callable[..., Outcomes]) -> None:
    codes = [f"K-{n:02d}" for n in range(1, 9)]
    day = a_direct_day(booths=codes).days[0].id
    seller = a_seller()
    outcome = race(24, lambda i: actions.hold(seller.actor, day, codes[i % 8], None, once.new_key()))
    assert not outcome.others(actions.OneBoothADay, actions.HeldTooOften), outcome.others(actions.OneBoothADay, actions.HeldTooOften)[:3]
    assert live(day) == 1
    check_day(day, 8)


@pytest.mark.both
def test_control_without_the_person_row_one_person_stands_twice(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: nobody looks for the person's other turn, and no row stands for the person."""
    codes = [f"K-{n:02d}" for n in range(1, 5)]
    day = a_direct_day(booths=codes).days[0].id
    seller = a_seller()
    real = add_or_refuse

    def careless(session: Session, row: object, *, unique: str, refusal: Exception) -> None:
        if not isinstance(row, TurnPerson):
            real(session, row, unique=unique, refusal=refusal)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "add_or_refuse", careless)
    outcome = race(4, lambda i: actions.hold(seller.actor, day, codes[i], None, once.new_key()))
    assert len(outcome.wins) == 4
    assert live(day) > 1, "The control saw no double: then the race above proves nothing."


@pytest.mark.both
def test_many_taps_with_one_key_hold_one_booth(app: Flask, race: Callable[..., Outcomes]) -> None:
    day = a_direct_day(booths=["K-01", "K-02"]).days[0].id
    seller, key = a_seller(), once.new_key()
    outcome = race(20, lambda i: actions.hold(seller.actor, day, "K-01", None, key))
    assert not outcome.others(), outcome.others()[:3]
    assert len(set(outcome.wins)) == 1
    check_day(day, 2)


def an_applicant(edition_id: int, zone_id: int, number: int) -> tuple[Seller, int]:
    seller = a_seller(f"Penjual {number}", f"Toko {number}")
    wish = applications.Wish(zone_id, None, "Keripik", False, 0, "none")
    return seller, applications.apply_for_edition(seller.actor, edition_id, None, wish, once.new_key())


@pytest.mark.both
def test_one_booth_assigned_by_many_officers_at_once_goes_to_one(app: Flask, race: Callable[..., Outcomes]) -> None:
    edition = an_edition(a_site(booths=["K-01"]))
    day = edition.days[0].id
    with reading() as session:
        place = booths_place(session, day)
    waiting = [an_applicant(edition.id, place[1], n)[1] for n in range(12)]
    officer = an_officer()
    outcome = race(12, lambda i: applications.assign(officer, waiting[i], day, place[0], once.new_key()))
    assert not outcome.others(booths.BoothTaken), outcome.others(booths.BoothTaken)[:3]
    assert len(outcome.wins) == 1
    check_day(day, 1)


def booths_place(session: Session, day: int) -> tuple[int, int]:
    """Id and zone of the first booth of a day."""
    from app.market.booths.models import Booth

    row = session.execute(
        select(Booth.id, Booth.zone_id)
        .join(BoothDay, BoothDay.booth_id == Booth.id)
        .where(BoothDay.market_day_id == day)
        .order_by(Booth.id)
    ).first()
    assert row is not None
    return row.id, row.zone_id


@pytest.mark.both
def test_holding_and_assigning_at_once_gives_each_booth_to_one(app: Flask, race: Callable[..., Outcomes]) -> None:
    """A site that takes both: the same booth is held by sellers and assigned by officers in the same instant."""
    edition = a_direct_day(booths=["K-01"])
    day = edition.days[0].id
    with reading() as session:
        booth_id, zone_id = booths_place(session, day)
    people = sellers(10)
    with transaction() as session:
        from app.market.applications.models import Application, ApplicationState

        rows = [
            Application(
                edition_id=edition.id,
                shop_id=s.shop_id,
                person_id=s.actor.person_id,
                zone_id=zone_id,
                goods="x",
                document="none",
                state=ApplicationState.SUBMITTED,
                made_at=clock.now(),
            )
            for s in people[5:]
        ]
        session.add_all(rows)
        session.flush()
        waiting = [row.id for row in rows]
    officer = an_officer()

    def run(number: int) -> int:
        if number < 5:
            return actions.hold(people[number].actor, day, "K-01", None, once.new_key())
        return applications.assign(officer, waiting[number - 5], day, booth_id, once.new_key())

    outcome = race(10, run)
    assert not outcome.others(booths.BoothTaken), outcome.others(booths.BoothTaken)[:3]
    assert len(outcome.wins) == 1
    check_day(day, 1)


@pytest.mark.both
def test_sellers_who_change_their_minds_at_once_never_share_a_booth(app: Flask, race: Callable[..., Outcomes]) -> None:
    """Everybody holds, moves, confirms and gives back, in opposite directions: no deadlock, and every day adds up."""
    codes = [f"K-{n:02d}" for n in range(1, 5)]
    day = a_direct_day(booths=codes).days[0].id
    people = sellers(8)
    kinds = (booths.BoothTaken, booths.HoldOver, actions.OneBoothADay, actions.HeldTooOften)

    def wander(number: int) -> int:
        actor, held = people[number].actor, 0
        for step in range(4):
            code = codes[(number + step) % 4 if number % 2 else (number - step) % 4]
            try:
                turn_id = actions.hold(actor, day, code, None, once.new_key())
                held += 1
                if step == 2 and number % 3 == 0:
                    actions.confirm(actor, turn_id, "Keripik", once.new_key())
                    actions.give_back(actor, turn_id)
                elif step == 1:
                    actions.release(actor, turn_id)
            except kinds:
                continue
        return held

    outcome = race(8, wander)
    assert not outcome.others(), outcome.others()[:3]
    assert sum(outcome.wins) >= 4, "Hardly anybody got a booth: then nothing was raced for."
    check_day(day, 4)


@pytest.mark.both
def test_an_edition_called_off_while_people_hold_leaves_no_turn(app: Flask, race: Callable[..., Outcomes]) -> None:
    codes = [f"K-{n:02d}" for n in range(1, 7)]
    edition = a_direct_day(booths=codes)
    day = edition.days[0].id
    people, officer = sellers(6), an_officer()

    def run(number: int) -> None:
        if number == 6:
            applications.cancel_edition(officer, edition.id, "rain")
        else:
            actions.hold(people[number].actor, day, codes[number], None, once.new_key())

    outcome = race(7, run)
    assert not outcome.others(actions.BookingClosed), outcome.others(actions.BookingClosed)[:3]
    assert live(day) == 0
    assert states(day) == {"free": 6}
    check_day(day, 6)


# Containers


def askings(unit: int, most: int) -> list[int]:
    return [leases.apply_for_unit(s.actor, unit, s.shop_id, next_first(), 3, "Kopi", once.new_key()) for s in sellers(most)]


@pytest.mark.both
def test_of_many_askings_for_one_container_one_runs(app: Flask, race: Callable[..., Outcomes]) -> None:
    unit, officer = containers()[0], an_officer()
    waiting = askings(unit, 20)
    outcome = race(20, lambda i: leases.approve(officer, waiting[i]))
    assert not outcome.others(leases.UnitTaken), outcome.others(leases.UnitTaken)[:3]
    assert len(outcome.refusals(leases.UnitTaken)) == 19
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(BoothMonth)) == 3
        assert session.scalar(select(func.count()).where(Lease.state == LeaseState.RUNNING)) == 1


@pytest.mark.both
def test_control_without_the_month_rows_a_container_has_many_tenants(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, officer = containers()[0], an_officer()
    waiting = askings(unit, 4)
    monkeypatch.setattr(leases, "take_months", lambda session, lease: None)
    race(4, lambda i: leases.approve(officer, waiting[i]))
    with reading() as session:
        running = session.scalar(select(func.count()).where(Lease.state == LeaseState.RUNNING)) or 0
    assert running > 1, "The control saw no double: then the race above proves nothing."


@pytest.mark.both
def test_one_person_asks_for_one_container(app: Flask, race: Callable[..., Outcomes]) -> None:
    units = containers()
    seller = a_seller()
    outcome = race(12, lambda i: leases.apply_for_unit(seller.actor, units[i % 2], seller.shop_id, next_first(), 6, "Kopi", once.new_key()))
    assert not outcome.others(leases.OneContainer), outcome.others(leases.OneContainer)[:3]
    assert len(outcome.wins) == 1


# kill -9


KILLED = """
import os, signal, sys
from app import create_app
from app.config import Settings
from app.core import once
from app.core.access import Actor
from app.market.rota import actions
app = create_app(Settings.from_env())
person_id, day, where = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    if where == "middle":
        once.keep = die  # turn, person, booth and outbox are written, nothing is committed
    actions.hold(Actor(person_id, "Mama Ros"), day, "K-01", None, "kunci-yang-sama-1234")
    die()
"""


def run_and_die(seller: Seller, day: int, where: str, database_url: str, folder: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(seller.actor.person_id), str(day), where],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.both
def test_killed_in_the_middle_leaves_nothing_half_done(app: Flask, database_url: str, tmp_path: Path) -> None:
    day = a_direct_day(booths=["K-01"]).days[0].id
    seller = a_seller()
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(OutboxRow))
    run_and_die(seller, day, "middle", database_url, tmp_path)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Turn)) == 0
        assert session.scalar(select(func.count()).select_from(TurnPerson)) == 0
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == before
    assert states(day) == {"free": 1}
    actions.hold(seller.actor, day, "K-01", None, "kunci-yang-sama-1234")
    check_day(day, 1)


@pytest.mark.both
def test_killed_after_the_commit_the_hold_still_runs_out(
    app: Flask, database_url: str, tmp_path: Path, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    day = a_direct_day(booths=["K-01"]).days[0].id
    seller = a_seller()
    run_and_die(seller, day, "end", database_url, tmp_path)
    check_day(day, 1)
    assert states(day) == {"offered": 1}
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    run_outbox()
    assert states(day) == {"free": 1}
    check_day(day, 1)
