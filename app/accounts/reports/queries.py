"""Reads of reports: the queue, a case, one's own reports, a decision about one's own things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.people.models import Person, PersonRole
from app.accounts.reports import rules
from app.accounts.reports.models import Appeal, Report, ReportCase
from app.accounts.reports.rules import AppealState, CaseState, Decision, Reason
from app.core import sealing
from app.core.access import Role
from app.core.contrib import ReportSubject, offered


def subject_of(kind: str) -> ReportSubject | None:
    """What an area offers for reports of this kind."""
    return next((subject for subject in offered(ReportSubject) if subject.kind == kind), None)


def is_own(session: Session, subject: ReportSubject, person_id: int, subject_id: int) -> bool:
    """Whether the thing is this person's, pseudonyms included."""
    if subject.is_owner is not None:
        return subject.is_owner(session, person_id, subject_id)
    return subject.owner is not None and subject.owner(session, subject_id) == person_id


def mark_of(case_id: int, person_id: int) -> str:
    """A reporter's mark in one case: two cases can't be laid together without the key."""
    return sealing.keyed_mark("report", case_id, person_id)


def words_of(sealed: bytes | None, table: str, row: int | str) -> str:
    return sealing.unseal(sealed, table, row, "words").decode() if sealed is not None else ""


@dataclass(frozen=True, slots=True)
class Case:
    id: int
    kind: str
    subject_id: int
    state: CaseState
    reason: Reason
    is_for_admin: bool
    version: int
    opened_at: datetime
    taken_by_id: int | None
    taken_at: datetime | None
    decision: Decision | None
    decided_by_id: int | None
    decided_at: datetime | None
    taken_by: str
    decided_by: str


_taker, _decider = aliased(Person), aliased(Person)
_CASE = (
    select(
        ReportCase.id, ReportCase.kind, ReportCase.subject_id, ReportCase.state, ReportCase.reason, ReportCase.is_for_admin, ReportCase.version,
        ReportCase.opened_at, ReportCase.taken_by_id, ReportCase.taken_at, ReportCase.decision, ReportCase.decided_by_id, ReportCase.decided_at,
        func.coalesce(_taker.name, ""), func.coalesce(_decider.name, ""),
    )
    .outerjoin(_taker, _taker.id == ReportCase.taken_by_id)
    .outerjoin(_decider, _decider.id == ReportCase.decided_by_id)
)  # fmt: skip


def case(session: Session, case_id: int) -> Case | None:
    row = session.execute(_CASE.where(ReportCase.id == case_id)).one_or_none()
    return Case(*row) if row else None


def queue(session: Session) -> list[Case]:
    """Open cases: the gravest first, of these the oldest."""
    rows = session.execute(
        _CASE.where(ReportCase.state.in_([CaseState.OPEN, CaseState.TAKEN]))
        .order_by(ReportCase.weight.desc(), ReportCase.opened_at, ReportCase.id)
        .limit(rules.MOST_SHOWN)
    )
    return [Case(*row) for row in rows]


def count_waiting(session: Session, *, is_admin: bool) -> int:
    """Open cases and appeals; what was passed on counts for admins."""
    cases = select(func.count()).select_from(ReportCase).where(ReportCase.state.in_([CaseState.OPEN, CaseState.TAKEN]))
    if not is_admin:
        cases = cases.where(ReportCase.is_for_admin.is_(False))
    appeals = select(func.count()).select_from(Appeal).where(Appeal.state == AppealState.OPEN)
    return int(session.scalar(select(cases.scalar_subquery() + appeals.scalar_subquery())) or 0)


def reasons_of(session: Session, case_ids: list[int]) -> dict[int, dict[Reason, int]]:
    """How often each reason was given, by case."""
    found: dict[int, dict[Reason, int]] = {case_id: {} for case_id in case_ids}
    if case_ids:
        rows = session.execute(
            select(Report.case_id, Report.reason, func.count()).where(Report.case_id.in_(case_ids)).group_by(Report.case_id, Report.reason)
        )
        for case_id, reason, count in rows:
            found[case_id][reason] = count
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """A report as moderators read it: without who wrote it."""

    reason: Reason
    words: str
    made_at: datetime


def said_in(session: Session, case_id: int) -> list[Said]:
    rows = session.execute(
        select(Report.reason, Report.words, Report.reporter_mark, Report.made_at)
        .where(Report.case_id == case_id)
        .order_by(Report.id)
        .limit(rules.MOST_REPORTS_SHOWN)
    )
    return [Said(reason, words_of(sealed, "report", mark), made_at) for reason, sealed, mark, made_at in rows]


def has_reported(session: Session, case_id: int, person_id: int) -> bool:
    found = select(Report.id).where(Report.case_id == case_id, Report.reporter_mark == mark_of(case_id, person_id))
    return session.scalar(found.limit(1)) is not None


def open_case_of(session: Session, kind: str, subject_id: int) -> int | None:
    found: int | None = session.scalar(
        select(ReportCase.id).where(ReportCase.kind == kind, ReportCase.subject_id == subject_id, ReportCase.decided_at.is_(None))
    )
    return found


def last_decided_of(session: Session, kind: str, subject_id: int) -> int | None:
    """The newest decision about a thing that it was not left alone by."""
    found: int | None = session.scalar(
        select(ReportCase.id)
        .where(
            ReportCase.kind == kind,
            ReportCase.subject_id == subject_id,
            ReportCase.decision.in_([Decision.WARNED, Decision.TAKEN_DOWN]),
        )
        .order_by(ReportCase.id.desc())
        .limit(1)
    )
    return found


def reporters_of(session: Session, case_id: int) -> list[int]:
    """Whom to tell what came of it."""
    rows = session.scalars(select(Report.reporter_id).where(Report.case_id == case_id, Report.reporter_id.is_not(None)).order_by(Report.id))
    return [person_id for person_id in rows if person_id is not None]


@dataclass(frozen=True, slots=True)
class OwnReport:
    kind: str
    reason: Reason
    made_at: datetime
    decision: Decision | None
    decided_at: datetime | None
    appeal: AppealState | None


def reports_by(session: Session, person_id: int) -> list[OwnReport]:
    """One's own reports, newest first, and what came of each."""
    rows = session.execute(
        select(ReportCase.kind, Report.reason, Report.made_at, ReportCase.decision, ReportCase.decided_at, Appeal.state)
        .join(ReportCase, ReportCase.id == Report.case_id)
        .outerjoin(Appeal, Appeal.case_id == ReportCase.id)
        .where(Report.reporter_id == person_id)
        .order_by(Report.id.desc())
        .limit(rules.MOST_OWN)
    )
    return [OwnReport(*row) for row in rows]


def data_of(session: Session, person_id: int) -> list[dict[str, object]]:
    """One's own reports with their texts, for the download."""
    rows = session.execute(
        select(ReportCase.kind, Report.reason, Report.words, Report.reporter_mark, Report.made_at, ReportCase.decision)
        .join(ReportCase, ReportCase.id == Report.case_id)
        .where(Report.reporter_id == person_id)
        .order_by(Report.id)
    )
    return [
        {
            "about": kind,
            "reason": reason.value,
            "text": words_of(sealed, "report", mark),
            "made_at": made_at,
            "decision": decision.value if decision else None,
        }
        for kind, reason, sealed, mark, made_at, decision in rows
    ]


@dataclass(frozen=True, slots=True)
class AppealRow:
    id: int
    case_id: int
    state: AppealState
    version: int
    words: str
    made_at: datetime
    decided_by_id: int | None
    decided_at: datetime | None
    decided_by: str


_APPEAL = select(
    Appeal.id, Appeal.case_id, Appeal.state, Appeal.version, Appeal.words, Appeal.made_at, Appeal.decided_by_id, Appeal.decided_at,
    func.coalesce(Person.name, ""),
).outerjoin(Person, Person.id == Appeal.decided_by_id)  # fmt: skip


def appeal_of(session: Session, case_id: int) -> AppealRow | None:
    row = session.execute(_APPEAL.where(Appeal.case_id == case_id)).one_or_none()
    if row is None:
        return None
    id_, case_, state, version, sealed, made_at, by_id, at, by = row
    return AppealRow(id_, case_, state, version, words_of(sealed, "appeal", case_), made_at, by_id, at, by)


def open_appeals(session: Session) -> list[tuple[Case, datetime]]:
    """Cases somebody objects to, the oldest objection first."""
    rows = session.execute(
        _CASE.add_columns(Appeal.made_at)
        .join(Appeal, Appeal.case_id == ReportCase.id)
        .where(Appeal.state == AppealState.OPEN)
        .order_by(Appeal.made_at, Appeal.id)
        .limit(rules.MOST_SHOWN)
    )
    return [(Case(*row[:-1]), row[-1]) for row in rows]


def other_moderators(session: Session, first_id: int | None, now: datetime) -> int:
    """How many moderators there are beside the first decider."""
    found = (
        select(func.count())
        .select_from(PersonRole)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.MODERATOR, Person.left_at.is_(None), PersonRole.person_id != (first_id or 0))
        .where(or_(Person.suspended_until.is_(None), Person.suspended_until <= now))
    )
    return int(session.scalar(found) or 0)


def name_of(session: Session, person_id: int | None) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or "" if person_id is not None else ""
