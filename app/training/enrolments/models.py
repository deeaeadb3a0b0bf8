"""Who has a seat in which cohort."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type


class EnrolmentState(StrEnum):
    ENROLLED = "enrolled"
    LEFT = "left"


class Enrolment(Base):
    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id", name="uq_enrolment_cohort_person"),
        Index("ix_enrolment_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[EnrolmentState] = mapped_column(code_type(EnrolmentState, "enrolment_state"))
    made_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
