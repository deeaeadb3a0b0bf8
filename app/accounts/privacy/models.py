"""Requests that a person makes about her own data, each with its clock of 3 x 24 hours (UU 27/2022)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.privacy.rules import RequestKind as RequestKind
from app.accounts.privacy.rules import RequestState as RequestState
from app.core.db import Base, Id, code_type


class DataRequest(Base):
    """One request. Both texts are sealed for this row: its writer and the admins read them, a copied database does not."""

    __tablename__ = "data_request"
    __table_args__ = (
        # One of a kind at a time: a form sent twice asks once.
        Index(
            "uq_data_request_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_data_request_due", "state", "due_at"),
        Index("ix_data_request_person", "person_id", "id"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[RequestKind] = mapped_column(code_type(RequestKind, "request_kind"))
    state: Mapped[RequestState] = mapped_column(code_type(RequestState, "request_state"), default=RequestState.OPEN)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)  # the person's, sealed
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)  # the admin's, sealed
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
