"""Codes of the desk under many hands: one code works once, and of two officers' codes only the last; with their controls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.counter import actions
from app.accounts.notices.models import Notice
from app.accounts.people.models import DeviceSession
from app.accounts.proofs.actions import _code_mark
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.recovery import actions as recovery
from app.accounts.recovery.models import DeskReset
from app.accounts.recovery.rules import DeskAct
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import db, reading, transaction
from app.core.refusals import TooFast
from tests.factories import a_person

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Outcomes

PHONE = "+62812000000001"


def at_the_desk(officers: int = 1) -> tuple[list[Actor], int]:
    """That many officers who have just looked for Ros, and her id."""
    with transaction() as session:
        ros = a_person(session, name="Ros", phone=PHONE)
        people = [a_person(session, name=f"Petugas {n}", roles=[Role.DESK]) for n in range(officers)]
        ids = [(person.id, person.name) for person in people]
    actors = [Actor(person_id, name, frozenset({Role.DESK})) for person_id, name in ids]
    for actor in actors:
        actions.search(actor, PHONE, PHONE)
    return actors, ros.id


@pytest.mark.both
def test_the_same_code_at_once_sets_one_password(app: Flask, race: Callable[..., Outcomes]) -> None:
    (officer,), ros = at_the_desk()
    code = actions.start(officer, ros, once.new_key()).code
    with transaction() as session:  # so many hands would use up the tries, which is another guard
        session.execute(update(Proof).values(tries_left=100))
    outcome = race(20, lambda i: recovery.at_desk(PHONE, code, f"periuk tikar lesung {i}", device="", address=f"10.0.0.{i}"))
    assert not outcome.others(recovery.CodeNoMatch, TooFast), outcome.others(recovery.CodeNoMatch)[:3]
    assert len(outcome.wins) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "password.recovered")) == 1
        assert session.scalar(select(func.count()).select_from(DeviceSession).where(DeviceSession.ended_at.is_(None))) == 1


@pytest.mark.both
def test_control_looking_before_marking_lets_two_in(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The guard off: look whether the code was used, then mark it. Two hands see it unused."""
    (officer,), ros = at_the_desk()
    code = actions.start(officer, ros, once.new_key()).code
    gate = threading.Barrier(6)

    def naive(_number: int) -> int:
        with reading() as session:
            mark = _code_mark(Purpose.DESK_RESET, PHONE, ros, code)
            found = session.scalar(select(Proof.id).where(Proof.code_mark == mark, Proof.used_at.is_(None)))
        gate.wait(60)
        if found is None:
            raise recovery.CodeNoMatch
        with transaction() as session:
            session.execute(update(Proof).where(Proof.id == found).values(used_at=clock.now()))
        return found

    assert len(race(6, naive).wins) > 1, "The control saw no second way in: then the race above proves nothing."


@pytest.mark.both
def test_of_many_officers_at_once_only_the_last_code_works(app: Flask, race: Callable[..., Outcomes]) -> None:
    officers, ros = at_the_desk(8)
    outcome = race(8, lambda i: actions.start(officers[i], ros, once.new_key()).code)
    assert not outcome.others(), outcome.others()[:3]
    with reading() as session:
        live = session.scalar(select(func.count()).select_from(Proof).where(Proof.used_at.is_(None)))
        still_open = select(func.count()).select_from(DeskReset).where(DeskReset.done_at.is_(None), DeskReset.stopped_at.is_(None))
        assert (live, session.scalar(still_open)) == (1, 1)
        flags = list(session.scalars(select(DeskReset.flag).where(DeskReset.flag.is_not(None))))
    assert len(flags) == 7, "all but the first were a second for the same person"
    works = []
    for code in outcome.wins:
        with transaction() as session:
            session.execute(update(Proof).values(tries_left=100))
        try:
            works.append(recovery.at_desk(PHONE, code, "periuk tikar lesung", device="", address=None).person_id)
        except recovery.CodeNoMatch:
            continue
    assert works == [ros]


@pytest.mark.both
def test_control_without_the_lock_two_codes_live(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The guard off: no lock and no index. Each officer drops what was there before she looked, and adds her own."""
    officers, ros = at_the_desk(4)
    with Session(db.engine) as session, session.begin():
        session.execute(text("DROP INDEX uq_desk_reset_open"))
    gate = threading.Barrier(4)

    def naive(number: int) -> int:
        now = clock.now()
        with reading() as session:
            earlier = list(session.scalars(select(Proof.id).where(Proof.person_id == ros)))
        gate.wait(60)
        with transaction() as session:
            session.execute(delete(Proof).where(Proof.id.in_(earlier)))
            mine = {"person_id": ros, "made_at": now, "ends_at": now, "target": PHONE}
            session.add(Proof(purpose=Purpose.DESK_RESET, code_mark=f"{number:032d}", tries_left=5, **mine))
            session.add(
                DeskReset(act=DeskAct.PASSWORD, person_id=ros, officer_id=officers[number].person_id, phone=PHONE, made_at=now, ends_at=now)
            )
        return number

    race(4, naive)
    with reading() as session:
        assert (session.scalar(select(func.count()).select_from(Proof)) or 0) > 1, (
            "The control saw one code: the race above proves nothing."
        )


@pytest.mark.both
def test_the_schema_alone_refuses_a_second_open_reset(app: Flask) -> None:
    (officer,), ros = at_the_desk()
    actions.start(officer, ros, once.new_key())
    now = clock.now()
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(DeskReset(act=DeskAct.PASSWORD, person_id=ros, officer_id=officer.person_id, phone=PHONE, made_at=now, ends_at=now))


@pytest.mark.both
def test_using_and_starting_anew_at_once_never_locks_up(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The person types her code while officers start again: whoever comes first, nobody waits for ever, and at most one code is left."""
    officers, ros = at_the_desk(4)
    code = actions.start(officers[0], ros, once.new_key()).code

    def hand(number: int) -> object:
        if number % 2:
            return actions.start(officers[number // 2], ros, once.new_key())
        return recovery.at_desk(PHONE, code, f"periuk tikar lesung {number}", device="", address=f"10.0.0.{number}")

    outcome = race(8, hand)
    assert not outcome.others(recovery.CodeNoMatch), outcome.others(recovery.CodeNoMatch)[:3]
    with reading() as session:
        assert (session.scalar(select(func.count()).select_from(Proof).where(Proof.used_at.is_(None))) or 0) <= 1
