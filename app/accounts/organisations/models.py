"""Offices, training centres and NGOs, and who acts for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.organisations.rules import OrganisationKind as OrganisationKind
from app.core.db import Base, Id, code_type


class Organisation(Base):
    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("slug", name="uq_organisation_slug"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[OrganisationKind] = mapped_column(code_type(OrganisationKind, "organisation_kind"))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class OrganisationMember(Base):
    __tablename__ = "organisation_member"
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    function: Mapped[str] = mapped_column(String(32))  # a rules.Function; one person has one function in one organisation
