"""Courses and their cohorts (angkatan)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, code_type
from app.training.courses.rules import CertificateKind as CertificateKind
from app.training.courses.rules import CohortState as CohortState
from app.training.courses.rules import CourseState as CourseState


class Course(Base):
    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("slug", name="uq_course_slug"),
        Index("ix_course_list", "state", "id"),
        Index("ix_course_trainer", "trainer_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    vocation: Mapped[str] = mapped_column(String(32))  # rules.VOCATIONS
    lesson_hours: Mapped[int]  # JP, 45 minutes each
    requirements: Mapped[str] = mapped_column(String(500), default="")
    provided: Mapped[str] = mapped_column(String(500), default="")
    cost_rupiah: Mapped[int] = mapped_column(default=0)
    certificate: Mapped[CertificateKind] = mapped_column(code_type(CertificateKind, "certificate_kind"), default=CertificateKind.ATTENDANCE)
    has_childcare: Mapped[bool] = mapped_column(default=False)
    is_women_only: Mapped[bool] = mapped_column(default=False)
    photo_key: Mapped[str | None] = mapped_column(String(32))
    photo_alt: Mapped[str] = mapped_column(String(160), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    state: Mapped[CourseState] = mapped_column(code_type(CourseState, "course_state"), default=CourseState.DRAFT)
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class Cohort(Base):
    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("course_id", "number", name="uq_cohort_course_number"),
        # The last guard against overselling: no row can hold more seats than its quota.
        CheckConstraint("seats_taken >= 0 AND seats_taken <= quota", name="seats"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        Index("ix_cohort_next", "state", "starts_on"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    schedule: Mapped[str] = mapped_column(String(160))  # such as "Senin sampai Jumat, 08.00-14.00"
    place: Mapped[str] = mapped_column(String(160))
    quota: Mapped[int]
    least_people: Mapped[int] = mapped_column(default=1)
    seats_taken: Mapped[int] = mapped_column(default=0)
    closes_at: Mapped[datetime]
    state: Mapped[CohortState] = mapped_column(code_type(CohortState, "cohort_state"), default=CohortState.OPEN)
