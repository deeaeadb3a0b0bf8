"""Whose things the training's addresses name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core import once
from app.core.access import Actor
from app.core.db import reading
from app.training.courses.models import Cohort
from app.training.enrolments import actions as enrolments
from tests.house.ownership import Own
from tests.training.factories import a_course, a_trainer, an_organisation


def course(actor: Actor) -> dict[str, Any]:
    """A course of an organisation for which this person teaches."""
    return {"course_id": a_course(actor, an_organisation(actor))}


def cohort(actor: Actor) -> dict[str, Any]:
    """A cohort of such a course."""
    return _cohort_of(course(actor)["course_id"])


def _cohort_of(course_id: int) -> dict[str, Any]:
    with reading() as session:
        return {"cohort_id": session.scalars(select(Cohort.id).where(Cohort.course_id == course_id)).one()}


def seat(actor: Actor) -> dict[str, Any]:
    """A cohort in which this person has a seat."""
    trainer = a_trainer()
    found = _cohort_of(a_course(trainer, an_organisation(trainer)))
    enrolments.enrol(actor, found["cohort_id"], once.new_key())
    return found


OWN: dict[str, Own] = {
    "courses.my_course": Own(course, 200, only="trainer"),
    "courses.change_course": Own(course, 200, only="trainer"),
    "courses.publish_course": Own(course, 303, only="trainer"),
    "courses.new_cohort": Own(course, 200, only="trainer"),
    "courses.change_cohort": Own(cohort, 200, only="trainer"),
    "courses.close_cohort": Own(cohort, 303, only="trainer"),
    "courses.reopen_cohort": Own(cohort, 303, only="trainer"),
    "courses.cancel_cohort": Own(cohort, 200, only="trainer"),
    "enrolments.roster": Own(cohort, 200, only="trainer"),
    "enrolments.leave": Own(seat, 200),
}
NOBODYS: dict[str, str] = {
    "courses.course": "everybody may see it",
    "enrolments.enrol": "everybody may ask for a seat",
}
