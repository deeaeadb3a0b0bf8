"""Reporting, judging, appealing. Reports alone change nothing: only a person decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.people.actions import hold_here
from app.accounts.reports import policy, queries, rules
from app.accounts.reports.models import Appeal, Report, ReportCase
from app.accounts.reports.rules import AppealState, CaseState, Decision, Reason
from app.core import audit, brakes, clock, formats, outbox, sealing
from app.core.access import Actor
from app.core.brakes import Limit
from app.core.contrib import ReportSubject
from app.core.db import add_or_refuse, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.core.writes import insert

REPORTS = Limit("reports", 10, 3600, _l("Terima kasih, laporan Anda sudah banyak dan kami baca satu per satu. Coba lagi satu jam lagi."))


class YourOwn(Refusal):
    words = _l("Ini milik Anda sendiri. Anda bisa mengubah atau menghapusnya langsung.")


class AlreadyReported(Refusal):
    words = _l("Anda sudah melaporkan ini, dan sedang kami periksa. Anda diberi kabar sesudahnya.")


class SomebodyWasFirst(Refusal):
    """Another moderator acted on the same case meanwhile."""

    words = _l("Moderator lain lebih dulu mengerjakan laporan ini. Muat ulang halamannya.")


class NotOffered(Refusal):
    words = _l("Ini tidak bisa diturunkan dari sini. Pilih keputusan lain, atau teruskan ke pengelola.")


class AppealTooLate(Refusal):
    words = _l("Banding bisa diajukan sampai {days} hari sesudah keputusan.", days=rules.APPEAL_DAYS)


class AlreadyAppealed(Refusal):
    words = _l("Banding untuk keputusan ini sudah diajukan. Satu keputusan, satu banding.")


def _subject(kind: str) -> ReportSubject:
    subject = queries.subject_of(kind)
    if subject is None:
        raise NotThere
    return subject


# Reporting


def report(actor: Actor, kind: str, subject_id: int, reason: Reason, words: str) -> None:
    """Report a thing. Refuses `YourOwn`, `AlreadyReported`, `TooFast`, `people.HasLeft`.

    The open case's row is locked while the report joins it, so that it can't be decided in between.
    """
    subject = _subject(kind)
    brakes.take(REPORTS, str(actor.person_id))
    now = clock.now()
    with transaction() as session:
        hold_here(session, actor.person_id)
        require(subject.address(session, subject_id) is not None, NotThere())
        require(not queries.is_own(session, subject, actor.person_id, subject_id), YourOwn())
        case_id = _open_case(session, kind, subject_id, reason, now)
        mark = queries.mark_of(case_id, actor.person_id)
        is_quiet = subject.is_quiet is not None and subject.is_quiet(session, subject_id)
        row = Report(
            case_id=case_id,
            reporter_id=None if is_quiet else actor.person_id,
            reporter_mark=mark,
            reason=reason,
            words=sealing.seal(words.encode(), "report", mark, "words") if words else None,
            made_at=now,
        )
        add_or_refuse(session, row, unique="uq_report_case_reporter", refusal=AlreadyReported())


def _open_case(session: Session, kind: str, subject_id: int, reason: Reason, now: datetime) -> int:
    """The open case of a thing, locked; a new one when there is none. One thing has one open case, however many report at once."""
    weight = rules.WEIGHT[reason]
    graver = ReportCase.weight < weight
    join = (
        update(ReportCase)
        .where(ReportCase.kind == kind, ReportCase.subject_id == subject_id, ReportCase.decided_at.is_(None))
        .values(reason=case((graver, reason.value), else_=ReportCase.reason), weight=case((graver, weight), else_=ReportCase.weight))
        .returning(ReportCase.id)
        .execution_options(synchronize_session=False)
    )
    row = {
        "kind": kind,
        "subject_id": subject_id,
        "state": CaseState.OPEN,
        "weight": weight,
        "reason": reason,
        "opened_at": now,
        "version": 1,
    }
    row["is_for_admin"] = False
    while True:
        joined = session.scalar(join)
        if joined is not None:
            return int(joined)
        where = ReportCase.decided_at.is_(None)
        new = insert(session, ReportCase).values(**row).on_conflict_do_nothing(index_elements=["kind", "subject_id"], index_where=where)
        made = session.scalar(new.returning(ReportCase.id))
        if made is not None:
            return int(made)


# Judging


def _judged(session: Session, actor: Actor, case_id: int) -> tuple[queries.Case, ReportSubject]:
    """A case the actor may act on."""
    found = queries.case(session, case_id)
    if found is None:
        raise NotThere
    subject = _subject(found.kind)
    is_own = queries.is_own(session, subject, actor.person_id, found.subject_id)
    has_reported = queries.has_reported(session, case_id, actor.person_id)
    require(policy.may_judge(actor, is_own=is_own, has_reported=has_reported, is_for_admin=found.is_for_admin))
    return found, subject


def _move(session: Session, actor: Actor, case_id: int, version: int, **values: Any) -> None:
    """Change a case if it still is as the actor saw it; else say who was first."""
    moved = session.execute(
        update(ReportCase)
        .where(ReportCase.id == case_id, ReportCase.version == version, ReportCase.decided_at.is_(None))
        .where(
            or_(
                ReportCase.taken_by_id.is_(None),
                ReportCase.taken_by_id == actor.person_id,
                ReportCase.taken_at < clock.now() - rules.HOLDS,
            )
        )
        .values(version=ReportCase.version + 1, **values)
        .returning(ReportCase.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise SomebodyWasFirst(_who_was_first(session, case_id))


def _who_was_first(session: Session, case_id: int) -> Any:
    found = queries.case(session, case_id)
    if found is not None and found.decided_at is not None:
        return _l("{name} sudah memutuskan laporan ini pada {when}.", name=found.decided_by, when=formats.instant(found.decided_at))
    if found is not None and found.taken_at is not None:
        return _l("{name} sudah mengambil laporan ini pada {when}.", name=found.taken_by, when=formats.instant(found.taken_at))
    return None


def take_up(actor: Actor, case_id: int, version: int) -> None:
    """Say that one is at it. Refuses `SomebodyWasFirst`."""
    with transaction() as session:
        _judged(session, actor, case_id)
        _move(session, actor, case_id, version, state=CaseState.TAKEN, taken_by_id=actor.person_id, taken_at=clock.now())
        audit.write(session, actor.person_id, "report.taken_up", "report_case", case_id)


def let_go(actor: Actor, case_id: int, version: int) -> None:
    """Give a case back to the queue."""
    with transaction() as session:
        _judged(session, actor, case_id)
        _move(session, actor, case_id, version, state=CaseState.OPEN, taken_by_id=None, taken_at=None)
        audit.write(session, actor.person_id, "report.let_go", "report_case", case_id)


def pass_on(actor: Actor, case_id: int, version: int) -> None:
    """Give a case to the admins."""
    with transaction() as session:
        _judged(session, actor, case_id)
        _move(session, actor, case_id, version, state=CaseState.OPEN, is_for_admin=True, taken_by_id=None, taken_at=None)
        audit.write(session, actor.person_id, "report.passed_on", "report_case", case_id)


def decide(actor: Actor, case_id: int, version: int, decision: Decision) -> None:
    """Decide a case by code; what is taken down is taken down in the same transaction. Refuses `SomebodyWasFirst`, `NotOffered`."""
    now = clock.now()
    with transaction() as session:
        found, subject = _judged(session, actor, case_id)
        _move(session, actor, case_id, version, state=CaseState.DECIDED, decision=decision, decided_by_id=actor.person_id, decided_at=now)
        if decision is Decision.TAKEN_DOWN:
            if subject.take_down is None:
                raise NotOffered
            subject.take_down(session, actor.person_id, found.subject_id, now)
        codes = {"decision": decision.value, "kind": found.kind, "subject": found.subject_id, "reason": found.reason.value}
        audit.write(session, actor.person_id, "report.decided", "report_case", case_id, codes)
        outbox.put(session, "report.decided", case_id)


# Appeals


def appeal(actor: Actor, case_id: int, words: str) -> None:
    """Object to a decision about one's own thing, once. Refuses `AppealTooLate`, `AlreadyAppealed`."""
    now = clock.now()
    with transaction() as session:
        found = queries.case(session, case_id)
        require(found is not None, NotThere())
        assert found is not None
        require(queries.is_own(session, _subject(found.kind), actor.person_id, found.subject_id), NotThere())
        require(found.decision in (Decision.WARNED, Decision.TAKEN_DOWN) and found.decided_at is not None, NotThere())
        assert found.decided_at is not None
        require(rules.may_still_appeal(found.decided_at, now), AppealTooLate())
        # No row says who objects: the one whose thing it is. In rooms of pseudonyms that would be a name.
        sealed = sealing.seal(words.encode(), "appeal", case_id, "words")
        add_or_refuse(session, Appeal(case_id=case_id, words=sealed, made_at=now), unique="uq_appeal_case", refusal=AlreadyAppealed())


def decide_appeal(actor: Actor, case_id: int, version: int, *, falls: bool) -> None:
    """Let the first decision stand or fall; what was taken down comes back when it falls. Refuses `SomebodyWasFirst`."""
    now = clock.now()
    with transaction() as session:
        found = queries.case(session, case_id)
        if found is None:
            raise NotThere
        subject = _subject(found.kind)
        others = queries.other_moderators(session, found.decided_by_id, now)
        is_own = queries.is_own(session, subject, actor.person_id, found.subject_id)
        has_reported = queries.has_reported(session, case_id, actor.person_id)
        require(
            policy.may_judge_appeal(actor, first_id=found.decided_by_id, is_own=is_own, has_reported=has_reported, other_moderators=others)
        )
        state = AppealState.CHANGED if falls else AppealState.KEPT
        moved = session.execute(
            update(Appeal)
            .where(Appeal.case_id == case_id, Appeal.version == version, Appeal.state == AppealState.OPEN)
            .values(state=state, version=Appeal.version + 1, decided_by_id=actor.person_id, decided_at=now)
            .returning(Appeal.id)
            .execution_options(synchronize_session=False)
        ).first()
        if moved is None:
            by_id = session.scalar(select(Appeal.decided_by_id).where(Appeal.case_id == case_id))
            name = queries.name_of(session, by_id)
            raise SomebodyWasFirst(_l("{name} sudah memutuskan banding ini.", name=name) if name else None)
        if falls and found.decision is Decision.TAKEN_DOWN and subject.put_back is not None:
            subject.put_back(session, actor.person_id, found.subject_id, now)
        audit.write(session, actor.person_id, "appeal.decided", "report_case", case_id, {"state": state.value, "kind": found.kind})
        outbox.put(session, "appeal.decided", case_id)
