"""Reports about anything: one queue, in which two moderators cannot act on the same thing.

Many reports about one thing join one open case (`uq_report_case_open`). A case carries a version: whoever acts names the
version that was on the screen, and of two at once one is told that the other was first.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.reports.rules import AppealState, CaseState, Decision, Reason
from app.core.db import Base, Id, code_type

_OPEN = text("decided_at IS NULL")


class ReportCase(Base):
    """Everything that was reported about one thing until it is decided."""

    __tablename__ = "report_case"
    __table_args__ = (
        Index("uq_report_case_open", "kind", "subject_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_report_case_queue", "state", "weight", "opened_at"),
        Index("ix_report_case_subject", "kind", "subject_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))  # of the ReportSubject
    subject_id: Mapped[int] = mapped_column(Id)
    state: Mapped[CaseState] = mapped_column(code_type(CaseState, "report_case_state"), default=CaseState.OPEN)
    weight: Mapped[int] = mapped_column(SmallInteger)  # of the gravest reason
    reason: Mapped[Reason] = mapped_column(code_type(Reason, "report_case_reason"))  # the gravest
    is_for_admin: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime | None]
    decision: Mapped[Decision | None] = mapped_column(code_type(Decision, "report_case_decision"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class Report(Base):
    """One person's report. In rooms of pseudonyms the row names nobody: the mark alone keeps it single."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("case_id", "reporter_mark", name="uq_report_case_reporter"),
        Index("ix_report_reporter", "reporter_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("report_case.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reporter_mark: Mapped[str] = mapped_column(String(32))
    reason: Mapped[Reason] = mapped_column(code_type(Reason, "report_reason"))
    words: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; the row's name is its mark
    made_at: Mapped[datetime]


class Appeal(Base):
    """The reported person asks for a second look, once a decision."""

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("case_id", name="uq_appeal_case"), Index("ix_appeal_state", "state", "made_at"))
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("report_case.id"))
    state: Mapped[AppealState] = mapped_column(code_type(AppealState, "appeal_state"), default=AppealState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; the row's name is its case
    made_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
