"""After a seat was taken or given back, and after a cohort changed: who is concerned hears of it. Each may run twice."""

from __future__ import annotations

import hashlib
from typing import Any

from app.accounts.notices.actions import tell
from app.core.db import transaction
from app.training.courses import queries as courses
from app.training.enrolments import contrib, queries
from app.training.enrolments.models import EnrolmentState


def tell_of_enrolment(enrolment_id: int) -> None:
    """The person hears when and where; the trainer, how many there are."""
    with transaction() as session:
        found = queries.happening(session, enrolment_id)
        if found is None or found.state is not EnrolmentState.ENROLLED:
            return
        event = f"enrolment:{enrolment_id}:{int(found.at.timestamp())}"
        tell(
            session,
            found.person_id,
            contrib.ENROLLED,
            {
                "title": found.title,
                "slug": found.slug,
                "starts_on": found.starts_on.isoformat(),
                "schedule": found.schedule,
                "place": found.place,
            },
            event,
        )
        params = {"title": found.title, "cohort_id": found.cohort_id, "seats_taken": found.seats_taken, "quota": found.quota}
        tell(session, found.trainer_id, contrib.NEW_PARTICIPANT, params, f"{event}:trainer")


def tell_of_leaving(enrolment_id: int) -> None:
    """The trainer hears that a seat is free again."""
    with transaction() as session:
        found = queries.happening(session, enrolment_id)
        if found is None or found.state is not EnrolmentState.LEFT:
            return
        params = {"title": found.title, "cohort_id": found.cohort_id, "seats_taken": found.seats_taken, "quota": found.quota}
        tell(session, found.trainer_id, contrib.SEAT_FREED, params, f"enrolment:{enrolment_id}:{int(found.at.timestamp())}:left")


def tell_of_change(cohort_id: int) -> None:
    """Everybody with a seat hears the new days and place; once for each such change."""
    with transaction() as session:
        found = courses.own_cohort(session, cohort_id)
        if found is None:
            return
        cohort = found.cohort
        so = f"{cohort.starts_on}|{cohort.ends_on}|{cohort.schedule}|{cohort.place}"
        event = f"cohort:{cohort_id}:{hashlib.sha256(so.encode()).hexdigest()[:16]}"
        params: dict[str, Any] = {
            "title": found.title,
            "slug": found.slug,
            "starts_on": cohort.starts_on.isoformat(),
            "place": cohort.place,
        }
        for person_id in queries.participant_ids(session, cohort_id):
            tell(session, person_id, contrib.COHORT_CHANGED, params | {"schedule": cohort.schedule}, event)


def tell_of_cancelling(cohort_id: int) -> None:
    """Everybody with a seat hears that the cohort does not take place."""
    with transaction() as session:
        found = courses.own_cohort(session, cohort_id)
        if found is None:
            return
        for person_id in queries.participant_ids(session, cohort_id):
            tell(session, person_id, contrib.COHORT_CANCELLED, {"title": found.title, "slug": found.slug}, f"cohort:{cohort_id}:cancelled")
