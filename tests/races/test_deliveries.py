"""One message, two workers; one person, two officers: on both databases, each with its control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from app.accounts.deliveries import actions, handlers
from app.accounts.deliveries.actions import Taken
from app.accounts.deliveries.models import Delivery
from app.accounts.deliveries.rules import DeliveryState
from app.accounts.notices.contrib import kinds
from app.core import audit, clock
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from tests.accounts.deliveries.factories import NOON, at, choose, deliveries, offer, somebody, work
from tests.factories import a_person

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Outcomes

RUNNERS = 8


def sent(app: Flask) -> int:
    path: Path = app.extensions["settings"].data_dir / "pesan-keluar.jsonl"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def offers(number: int) -> list[int]:
    """Text messages that are due, none of them taken yet; their ids."""
    for count in range(number):
        notice_id = offer(somebody(phone=f"+6281239{count:06d}", proven=True), count)
        handlers.decide(notice_id)
    with reading() as session:
        return list(session.scalars(select(Delivery.id).order_by(Delivery.id)))


@pytest.fixture
def noon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOON)
    choose(app, sms_gateway="file")


@pytest.mark.both
@pytest.mark.usefixtures("noon")
def test_a_message_goes_out_once_however_many_workers_have_it(
    app: Flask, race: Callable[..., Outcomes], rounds: Callable[[int, int], int]
) -> None:
    ids = offers(rounds(5, 100))

    def work_through(_number: int) -> None:
        for delivery_id in ids:
            handlers.send(delivery_id)

    outcome = race(RUNNERS, work_through)
    assert not outcome.others(), outcome.others()[:3]
    assert sent(app) == len(ids)
    assert {row[2] for row in deliveries()} == {"sent"}


@pytest.mark.both
@pytest.mark.usefixtures("noon")
def test_control_workers_that_look_first_and_take_later_send_it_twice(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the race above: the condition of the UPDATE left out, and the second message is seen."""
    (delivery_id,) = offers(1)
    all_looked = threading.Barrier(RUNNERS)

    def naive(delivery_id: int, now: object) -> Taken | None:
        with reading() as session:
            row = session.execute(select(Delivery).where(Delivery.id == delivery_id)).scalar_one()
            is_free = row.state is DeliveryState.WAITING
            taken = Taken(row.id, row.person_id, row.notice_id, row.digest_id, row.channel, 1, row.expires_at, clock.now())
        all_looked.wait(60)
        with transaction() as session:
            session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state=DeliveryState.SENDING, taken_at=now))
        return taken if is_free else None

    monkeypatch.setattr(actions, "take", naive)
    outcome = race(RUNNERS, lambda _number: handlers.send(delivery_id))
    assert not outcome.others(), outcome.others()[:3]
    assert sent(app) > 1, "The control saw no second message: then the race above proves nothing."


def two_officers() -> list[Actor]:
    with transaction() as session:
        return [Actor(a_person(session, name=f"Petugas {n}").id, f"Petugas {n}", frozenset({Role.OFFICER})) for n in range(RUNNERS)]


def to_hand() -> int:
    offer(somebody(phone="+6281239990001"))
    work()
    with reading() as session:
        return session.scalar(select(Delivery.id)) or 0


BOOTHS = frozenset({"turn.offered"})


@pytest.mark.both
def test_of_many_officers_one_writes_to_the_person(app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOON)
    delivery_id, officers = to_hand(), two_officers()
    assert "turn.offered" in kinds()
    outcome = race(RUNNERS, lambda number: actions.hand(officers[number], delivery_id, BOOTHS))
    assert not outcome.others(actions.AlreadyHanded), outcome.others(actions.AlreadyHanded)[:3]
    assert len(outcome.wins) == 1
    winner = officers[outcome.results.index(outcome.wins[0])].name
    assert all(winner in str(refusal) for refusal in outcome.refusals(actions.AlreadyHanded))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(audit.AuditRow).where(audit.AuditRow.act == "delivery.handed")) == 1


@pytest.mark.both
def test_control_officers_that_look_first_write_twice(app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the race above: looked at first, written without a condition, and a second officer writes, too."""
    at(monkeypatch, NOON)
    delivery_id, officers = to_hand(), two_officers()
    all_looked = threading.Barrier(RUNNERS)

    def naive(number: int) -> int:
        with reading() as session:
            is_free = session.scalar(select(Delivery.state).where(Delivery.id == delivery_id)) is DeliveryState.WAITING
        all_looked.wait(60)
        if not is_free:
            raise actions.NotToHand
        with transaction() as session:
            values = {"state": DeliveryState.SENT, "sent_at": clock.now(), "sent_by_id": officers[number].person_id}
            session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
        return number

    outcome = race(RUNNERS, naive)
    assert len(outcome.wins) > 1, "The control saw one officer only: then the race above proves nothing."


@pytest.mark.both
def test_a_notice_decided_by_many_workers_has_one_delivery(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    choose(app, sms_gateway="file")
    notice_id = offer(somebody(phone="+6281239990001", proven=True))
    outcome = race(RUNNERS, lambda _number: handlers.decide(notice_id))
    assert not outcome.others(), outcome.others()[:3]
    work()
    assert deliveries() == [(notice_id, "message", "sent", None)]
    assert sent(app) == 1
