"""Organisations, trainers, courses with their cohorts, and who has a seat."""

from __future__ import annotations

from datetime import date, timedelta

from app.accounts.organisations.models import Organisation, OrganisationKind, OrganisationMember
from app.core.clock import WITA
from app.core.markdown import to_html
from app.demo.calendar import WEEK, at
from app.demo.content import courses as written
from app.demo.content.courses import COURSES, CourseSpec
from app.demo.world import World
from app.training.courses.models import CertificateKind, Cohort, CohortState, Course, CourseState
from app.training.enrolments.contrib import ENROLLED
from app.training.enrolments.models import Enrolment, EnrolmentState

KINDS = {
    "blk": OrganisationKind.TRAINING_CENTRE,
    "lpk": OrganisationKind.TRAINING_CENTRE,
    "office": OrganisationKind.OFFICE,
    "community": OrganisationKind.NGO,
}
CERTIFICATES = {"training": CertificateKind.ATTENDANCE, "bnsp": CertificateKind.COMPETENCE, "none": CertificateKind.NONE}
VOCATIONS = {
    "Menjahit": "sewing",
    "Tenun": "weaving",
    "Tata boga": "cooking",
    "Usaha": "business",
    "Las": "welding",
    "Otomotif": "motorcycles",
    "Listrik": "electricity",
    "Kecantikan": "beauty",
    "Kopi": "coffee",
    "Pertanian": "farming",
    "Bahasa": "languages",
}


def fill(world: World) -> None:
    """Fifteen courses; each with a running or coming cohort and, where it has run before, finished ones."""
    organisation_ids = {}
    for spec in written.ORGANISATIONS:
        organisation_ids[spec.slug] = world.rows.add(
            Organisation,
            slug=spec.slug,
            name=spec.name,
            short_name=spec.name.split(" Kupang")[0][:40],
            kind=KINDS[spec.kind],
            verified_at=world.now - timedelta(days=50) if spec.is_verified else None,
            verified_by_id=world.people["kelola"] if spec.is_verified else None,
            made_at=world.now - timedelta(days=54 if spec.is_verified else 2),
        )
    for person, organisation in written.TRAINERS:
        world.rows.add(
            OrganisationMember, organisation_id=organisation_ids[organisation], person_id=world.people[person], function="trainer"
        )
    for number, course in enumerate(COURSES):
        _course(world, course, organisation_ids[course.organisation], world.now - timedelta(days=40 - number, hours=number))
    world.rows.flush()


def _course(world: World, spec: CourseSpec, organisation_id: int, published_at: object) -> None:
    photo = world.photos.get(f"course:{spec.slug}")
    body = f"{spec.summary}\n\n{spec.certificate_note}"
    course_id = world.rows.add(
        Course,
        slug=spec.slug,
        organisation_id=organisation_id,
        trainer_id=world.people[spec.trainer],
        title=spec.title,
        summary=spec.summary,
        body=body,
        body_html=to_html(body),
        vocation=VOCATIONS[spec.trade],
        lesson_hours=spec.lesson_hours,
        requirements=spec.requirements,
        provided=spec.provided,
        certificate=CERTIFICATES[spec.certificate],
        has_childcare=spec.has_childcare,
        is_women_only=spec.women_only,
        photo_key=photo.key if photo else None,
        photo_alt=f"Gambar contoh: {spec.title.lower()}" if photo else "",
        is_sample=True,
        state=CourseState.SHOWN,
        made_at=published_at,
        published_at=published_at,
    )
    today = world.now.astimezone(WITA).date()
    starts_on = _on_a_weekday(today + timedelta(days=spec.starts_in_days))
    earlier = 2 if world.size.writes_talk else 1
    for number in range(1, earlier + 1):
        began = starts_on - (spec.weeks + 8) * WEEK * (earlier + 1 - number)
        _cohort(world, spec, course_id, number, began, today, taken=min(spec.quota, spec.min_participants + number))
    _cohort(world, spec, course_id, earlier + 1, starts_on, today, taken=spec.taken)


def _on_a_weekday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day


def _cohort(world: World, spec: CourseSpec, course_id: int, number: int, starts_on: date, today: date, taken: int) -> None:
    ends_on = starts_on + WEEK * spec.weeks - timedelta(days=3)
    closes_at = at(starts_on - timedelta(days=4), spec.ends.replace(hour=23, minute=59))
    state = CohortState.FINISHED if ends_on < today else CohortState.OPEN if closes_at > world.now else CohortState.CLOSED
    cohort_id = world.rows.add(
        Cohort,
        course_id=course_id,
        number=number,
        starts_on=starts_on,
        ends_on=max(ends_on, starts_on),
        schedule=_schedule(spec),
        place=spec.place,
        quota=spec.quota,
        least_people=spec.min_participants,
        seats_taken=taken,
        closes_at=closes_at,
        state=state,
    )
    counted_from = min(closes_at, world.now)
    rina = world.people["rina"]
    pupils = world.dice.sample([member for member in world.members[:4_000] if member != rina], taken + 1)
    left = pupils.pop()
    if spec.slug == "menjahit-pakaian" and state is CohortState.OPEN:
        pupils[-1] = rina
    for place, person_id in enumerate(pupils):
        made_at = counted_from - timedelta(days=20 - place * 0.6, hours=3)
        enrolment_id = world.rows.add(Enrolment, cohort_id=cohort_id, person_id=person_id, state=EnrolmentState.ENROLLED, made_at=made_at)
        if person_id == rina and state is CohortState.OPEN:
            told = {
                "title": spec.title,
                "slug": spec.slug,
                "starts_on": starts_on.isoformat(),
                "schedule": _schedule(spec),
                "place": spec.place,
            }
            world.tell(rina, ENROLLED, told, f"enrolment:{enrolment_id}:{int(made_at.timestamp())}", made_at, is_read=True)
    world.rows.add(
        Enrolment,
        cohort_id=cohort_id,
        person_id=left,
        state=EnrolmentState.LEFT,
        made_at=counted_from - timedelta(days=20),
        left_at=counted_from - timedelta(days=15),
    )


def _schedule(spec: CourseSpec) -> str:
    return f"{spec.weekdays}, {spec.starts:%H.%M}–{spec.ends:%H.%M} WITA"
