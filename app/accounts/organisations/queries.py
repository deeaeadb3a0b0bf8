"""Reads about offices, training centres and NGOs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.organisations.models import Organisation, OrganisationMember


@dataclass(frozen=True)
class Service:
    """One organisation that a person acts for."""

    organisation_id: int
    name: str
    short_name: str
    function: str  # trainer, counsellor, supervisor
    is_verified: bool


def of_person(session: Session, person_id: int) -> list[Service]:
    """The organisations a person acts for, by name."""
    rows = session.execute(
        select(
            Organisation.id, Organisation.name, Organisation.short_name, OrganisationMember.function, Organisation.verified_at.is_not(None)
        )
        .join(Organisation, Organisation.id == OrganisationMember.organisation_id)
        .where(OrganisationMember.person_id == person_id)
        .order_by(Organisation.name, Organisation.id)
        .limit(20)
    )
    return [Service(*row) for row in rows]
