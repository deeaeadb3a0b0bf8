"""Trainers, courses and cohorts for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.accounts.organisations.models import Organisation, OrganisationKind, OrganisationMember
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import transaction
from app.training.courses import actions
from app.training.courses.models import CertificateKind
from tests.community.factories import a_person


def an_organisation(trainer: Actor, name: str = "BLK Contoh", *, is_verified: bool = True, function: str = "trainer") -> int:
    """An organisation for which this person teaches; returns its id."""
    with transaction() as session:
        made = Organisation(
            slug=f"o-{trainer.person_id}-{name.lower().replace(' ', '-')}",
            name=name,
            short_name=name,
            kind=OrganisationKind.TRAINING_CENTRE,
            verified_at=clock.now() if is_verified else None,
            made_at=clock.now(),
        )
        session.add(made)
        session.flush()
        session.add(OrganisationMember(organisation_id=made.id, person_id=trainer.person_id, function=function))
        return made.id


def a_trainer(name: str = "Pelatih Ina") -> Actor:
    return a_person(name, Role.TRAINER)


def a_course_draft(title: str = "Menjahit pakaian dengan mesin", **more: Any) -> actions.CourseDraft:
    words: dict[str, Any] = {
        "title": title,
        "vocation": "sewing",
        "summary": "Dari memegang mesin sampai membuat kemeja sendiri.",
        "body": "Belajar **pelan-pelan**.",
        "lesson_hours": 240,
        "requirements": "- Umur 18 tahun ke atas\n- Bisa datang",
        "provided": "Mesin\nKain",
        "cost_rupiah": 0,
        "certificate": CertificateKind.COMPETENCE,
        "has_childcare": True,
        "is_women_only": False,
        "photo_key": None,
        "photo_alt": "",
    }
    return actions.CourseDraft(**(words | more))


def a_cohort_draft(*, quota: int = 16, starts_on: date | None = None, **more: Any) -> actions.CohortDraft:
    begins = starts_on or clock.today() + timedelta(days=16)
    days: dict[str, Any] = {
        "starts_on": begins,
        "ends_on": begins + timedelta(days=50),
        "closes_on": begins - timedelta(days=4),
        "schedule": "Senin–Jumat, 08.00–14.00 WITA",
        "place": "BLK Contoh, ruang jahit",
        "quota": quota,
        "least_people": min(12, quota),
    }
    return actions.CohortDraft(**(days | more))


def a_course(
    trainer: Actor,
    organisation_id: int,
    *,
    quota: int = 16,
    publish: bool = True,
    title: str = "Menjahit pakaian dengan mesin",
    **more: Any,
) -> int:
    """A course with its first cohort; returns its id. On a fresh database the first cohort has the same number."""
    return actions.new_course(
        trainer, organisation_id, a_course_draft(title), a_cohort_draft(quota=quota, **more), once.new_key(), publish=publish
    )
