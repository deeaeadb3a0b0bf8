"""A course's page with the reader's own seat, enrolling and leaving, my courses, the roster."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.core import clock, once
from app.core.access import Role, actor, public, signed_in, staff, visitor_or_actor
from app.core.db import reading
from app.core.pagecache import cached
from app.core.refusals import NotThere, require
from app.core.web import page, say, see_other
from app.core.words import _
from app.training.courses import policy, rules
from app.training.courses import queries as courses
from app.training.courses.models import CourseState
from app.training.courses.routes import bp as courses_bp
from app.training.enrolments import actions, queries

bp = Blueprint("enrolments", __name__)


# Named courses.course, as the address is the course's; it stands here because only this floor knows who has a seat.
@courses_bp.get("/pelatihan/<slug:course>")
@public
@cached("training", "people")
def course(course: str) -> ResponseReturnValue:
    someone, now = visitor_or_actor(), clock.now()
    with reading() as session:
        found = courses.course_by_slug(session, course)
        if found is None or (
            found.state is not CourseState.SHOWN and (someone is None or not policy.may_manage(someone, found.trainer_id))
        ):
            raise NotThere
        cohorts = courses.cohorts_of(session, found.id)
        mine = queries.enrolled_in(session, someone.person_id, [c.id for c in cohorts]) if someone else set()
    staged = [(cohort, cohort.stage(now)) for cohort in cohorts]
    ahead = sorted(
        (s for s in staged if s[1] not in (rules.Stage.FINISHED, rules.Stage.CANCELLED)), key=lambda s: (s[0].starts_on, s[0].id)
    )
    return page(
        "training/course.html",
        course=found,
        ahead=ahead or staged[:1],
        finished=sum(1 for _cohort, stage in staged if stage is rules.Stage.FINISHED),
        mine=mine,
        vocation=rules.VOCATIONS.get(found.vocation),
        lines=rules.lines,
        badges=rules.STAGE_BADGES,
        now=now,
    )


@bp.post("/pelatihan/angkatan/<id:cohort_id>/daftar")
@signed_in
def enrol(cohort_id: int) -> ResponseReturnValue:
    actions.enrol(actor(), cohort_id, once.key_from(request.form))
    say(_("Anda terdaftar. Jadwalnya ada di kabar Anda."))
    return see_other(_cohort(cohort_id).address)


@bp.route("/pelatihan/angkatan/<id:cohort_id>/batal", methods=["GET", "POST"])
@signed_in
def leave(cohort_id: int) -> ResponseReturnValue:
    found = _cohort(cohort_id)
    if request.method == "POST":
        actions.leave(actor(), cohort_id)
        say(_("Pendaftaran Anda dibatalkan. Kursinya dibuka untuk orang lain."))
        return see_other(found.address)
    with reading() as session:
        require(bool(queries.enrolled_in(session, actor().person_id, [cohort_id])))
    return page("training/leave.html", mine=found)


@bp.get("/pelatihan/saya")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as session:
        seats = queries.seats_of(session, actor().person_id)
    return page("training/mine.html", seats=seats, now=clock.now(), badges=rules.STAGE_BADGES)


@bp.get("/pelatih/angkatan/<id:cohort_id>/peserta")
@staff(Role.TRAINER)
def roster(cohort_id: int) -> ResponseReturnValue:
    found = _cohort(cohort_id)
    require(policy.may_manage(actor(), found.trainer_id))
    with reading() as session:
        people = queries.roster(session, cohort_id)
    return page("training/roster.html", mine=found, people=people)


def _cohort(cohort_id: int) -> courses.OwnCohort:
    with reading() as session:
        found = courses.own_cohort(session, cohort_id)
    if found is None:
        raise NotThere
    return found
