"""Two moderators, one case: one acts, the other is told who; many reporters, one case. On both databases, with controls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from app.accounts.blocks import actions as blocks
from app.accounts.blocks.models import Block
from app.accounts.reports import actions
from app.accounts.reports.models import Report, ReportCase
from app.accounts.reports.rules import CaseState, Decision, Reason
from app.core import clock
from app.core.access import Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from tests.accounts.reports.test_reports import a_case, a_reply
from tests.community.factories import a_person

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Outcomes


def decisions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.act == "report.decided")) or 0


@pytest.mark.both
def test_of_many_moderators_at_once_one_decides(app: Flask, race: Callable[..., Outcomes]) -> None:
    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    moderators = [a_person(f"Moderator {number}", Role.MODERATOR) for number in range(20)]
    outcome = race(20, lambda i: actions.decide(moderators[i], case_id, 1, Decision.WARNED))
    assert not outcome.others(actions.SomebodyWasFirst), outcome.others(actions.SomebodyWasFirst)[:3]
    assert (len(outcome.wins), len(outcome.refusals(actions.SomebodyWasFirst)), decisions()) == (1, 19, 1)
    (winner,) = [moderators[i].name for i, result in enumerate(outcome.results) if result is None]
    assert all(winner in str(refusal) for refusal in outcome.refusals(actions.SomebodyWasFirst))


@pytest.mark.both
def test_control_without_the_version_in_the_update_two_decide(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control of the race above: read first, write without a condition, and both believe to have decided."""
    case_id = a_case(subject_id=a_reply(a_person("Penulis")))
    both_read = threading.Barrier(2)

    def naive(_number: int) -> bool:
        with reading() as session:
            is_open = session.scalars(select(ReportCase.state).where(ReportCase.id == case_id)).one() is CaseState.OPEN
        both_read.wait(30)
        with transaction() as session:
            if is_open:
                session.execute(update(ReportCase).where(ReportCase.id == case_id).values(state=CaseState.DECIDED, decided_at=clock.now()))
        return is_open

    assert race(2, naive).wins == [True, True]


@pytest.mark.both
def test_many_who_report_at_once_make_one_case(app: Flask, race: Callable[..., Outcomes]) -> None:
    reply_id = a_reply(a_person("Penulis"))
    people = [a_person(f"Pelapor {number}") for number in range(20)]
    outcome = race(20, lambda i: actions.report(people[i], "reply", reply_id, Reason.RUDE, ""))
    assert not outcome.others(), outcome.others()[:3]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ReportCase)) == 1
        assert session.scalar(select(func.count()).select_from(Report)) == 20


@pytest.mark.both
def test_control_without_the_index_there_are_two_open_cases(app: Flask) -> None:
    """The control: with `uq_report_case_open` dropped, a second open case of the same thing is possible."""
    reply_id = a_reply(a_person("Penulis"))
    a_case(subject_id=reply_id)
    row = {"kind": "reply", "subject_id": reply_id, "state": CaseState.OPEN, "weight": 1, "reason": Reason.RUDE, "opened_at": clock.now()}
    with transaction() as session:
        session.execute(text("DROP INDEX uq_report_case_open"))
    with transaction() as session:
        session.add(ReportCase(**row))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ReportCase)) == 2


@pytest.mark.both
def test_the_same_person_reports_once_however_many_taps(app: Flask, race: Callable[..., Outcomes]) -> None:
    reply_id, rina = a_reply(a_person("Penulis")), a_person("Rina")
    outcome = race(10, lambda _i: actions.report(rina, "reply", reply_id, Reason.RUDE, ""))
    assert not outcome.others(actions.AlreadyReported), outcome.others(actions.AlreadyReported)[:3]
    assert len(outcome.wins) == 1


@pytest.mark.both
def test_blocking_at_once_makes_one_block(app: Flask, race: Callable[..., Outcomes]) -> None:
    reply_id, rina = a_reply(a_person("Penulis")), a_person("Rina")
    outcome = race(10, lambda _i: blocks.block(rina, "tulisan", reply_id))
    assert not outcome.others(), outcome.others()[:3]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Block)) == 1


@pytest.mark.both
def test_control_a_block_written_without_looking_meets_the_primary_key(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control: a plain insert by all at once is stopped by the pair's primary key but for one."""
    rina, other = a_person("Rina"), a_person("Orang lain")

    def naive(_number: int) -> None:
        with transaction() as session:
            session.add(Block(blocker_id=rina.person_id, blocked_id=other.person_id, made_at=clock.now()))

    outcome = race(5, naive)
    assert (len(outcome.wins), len(outcome.refusals(IntegrityError))) == (1, 4)
