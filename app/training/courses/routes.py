"""The list of courses for everybody, and the trainer's desk. A course's own page is in enrolments: it shows the reader's own seat."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.core import clock, once
from app.core.access import Role, actor, public, staff
from app.core.db import reading
from app.core.pagecache import cached
from app.core.pictures import PictureRefused, store_photo
from app.core.refusals import NotThere, Refusal, require
from app.core.web import arg_text, page, say, see_other, sent
from app.core.words import _
from app.training.courses import actions, policy, queries, rules
from app.training.courses.forms import CohortForm, CourseForm, NewCourseForm
from app.training.courses.models import CertificateKind

bp = Blueprint("courses", __name__)


@bp.get("/pelatihan")
@public
@cached("training")
def courses() -> ResponseReturnValue:
    now = clock.now()
    vocation = arg_text("kejuruan", 32)
    vocation = vocation if vocation in rules.VOCATIONS else ""
    with reading() as session:
        listed = queries.open_cohorts(session, now, vocation=vocation, after=arg_text("sesudah", 40))
        others = queries.other_courses(session, now, vocation=vocation) if listed.following is None else []
    return page("training/courses.html", listed=listed, others=others, vocation=vocation, vocations=rules.VOCATIONS)


# The trainer's desk


@bp.get("/pelatih")
@staff(Role.TRAINER)
def desk() -> ResponseReturnValue:
    with reading() as session:
        taught = queries.taught_by(session, actor().person_id)
        places = queries.organisations_of(session, actor().person_id)
    return page("training/desk.html", taught=taught, places=places, now=clock.now(), badges=rules.STAGE_BADGES)


@bp.route("/pelatih/kursus/baru", methods=["GET", "POST"])
@staff(Role.TRAINER)
def new_course() -> ResponseReturnValue:
    with reading() as session:
        places = queries.organisations_of(session, actor().person_id)
    given = sent() if request.method == "POST" else None
    kind = NewCourseForm.for_places([(str(place.organisation_id), place.name) for place in places])
    form = kind(given, data={"quota": 16, "least_people": 12, "cost_rupiah": 0, "certificate": "attendance"})
    if request.method == "POST" and form.validate() and form.check_days(clock.today()):
        try:
            course_id = actions.new_course(
                actor(),
                int(str(form.organisation.data)),
                _course_draft(form),
                _cohort_draft(form),
                once.key_from(request.form),
                publish=request.form.get("tindakan") == "terbit",
            )
        except PictureRefused as no:
            form.refuse(no, "photo")
        except Refusal as no:
            form.refuse(no)
        else:
            say(_("Kelas sudah terbit.") if request.form.get("tindakan") == "terbit" else _("Konsep tersimpan."))
            return see_other(f"/pelatih/kursus/{course_id}")
    return page("training/new_course.html", form=form, places=places), 422 if request.method == "POST" else 200


def _course_draft(form: CourseForm) -> actions.CourseDraft:
    """The course as typed; the photo is looked at and stored here, outside any transaction. Raises PictureRefused."""
    photo = store_photo(form.photo.data.stream) if form.photo.data else None
    return actions.CourseDraft(
        title=str(form.title.data),
        vocation=str(form.vocation.data),
        summary=str(form.summary.data),
        body=form.body.data or "",
        lesson_hours=_number(form.lesson_hours.data),
        requirements=form.requirements.data or "",
        provided=form.provided.data or "",
        cost_rupiah=_number(form.cost_rupiah.data),
        certificate=CertificateKind(str(form.certificate.data)),
        has_childcare=bool(form.has_childcare.data),
        is_women_only=bool(form.is_women_only.data),
        photo_key=photo.key if photo else None,
        photo_alt=form.photo_alt.data or "",
    )


def _cohort_draft(form: CohortForm) -> actions.CohortDraft:
    return actions.CohortDraft(
        starts_on=_day(form.starts_on.data),
        ends_on=_day(form.ends_on.data),
        closes_on=_day(form.closes_on.data),
        schedule=str(form.schedule.data),
        place=str(form.place.data),
        quota=_number(form.quota.data),
        least_people=_number(form.least_people.data),
    )


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value


def _mine(course_id: int) -> tuple[queries.CoursePage, list[queries.CohortFacts]]:
    with reading() as session:
        course = queries.course_by_id(session, course_id)
        if course is None:
            raise NotThere
        require(policy.may_manage(actor(), course.trainer_id))
        return course, queries.cohorts_of(session, course_id)


def _my_cohort(cohort_id: int) -> queries.OwnCohort:
    with reading() as session:
        found = queries.own_cohort(session, cohort_id)
    if found is None:
        raise NotThere
    require(policy.may_manage(actor(), found.trainer_id))
    return found


@bp.get("/pelatih/kursus/<id:course_id>")
@staff(Role.TRAINER)
def my_course(course_id: int) -> ResponseReturnValue:
    course, cohorts = _mine(course_id)
    return page("training/my_course.html", course=course, cohorts=cohorts, now=clock.now(), badges=rules.STAGE_BADGES)


@bp.route("/pelatih/kursus/<id:course_id>/ubah", methods=["GET", "POST"])
@staff(Role.TRAINER)
def change_course(course_id: int) -> ResponseReturnValue:
    course, _cohorts = _mine(course_id)
    with reading() as session:
        body = queries.source_of(session, course_id)
    names = (
        "title", "vocation", "summary", "lesson_hours", "requirements", "provided", "cost_rupiah", "has_childcare", "is_women_only", "photo_alt",
    )  # fmt: skip
    before = {name: getattr(course, name) for name in names} | {"body": body, "certificate": course.certificate.value}
    form = CourseForm(sent() if request.method == "POST" else None, data=before)
    if request.method == "POST" and form.validate():
        try:
            actions.change_course(actor(), course_id, _course_draft(form))
        except PictureRefused as no:
            form.refuse(no, "photo")
        else:
            say(_("Perubahan tersimpan."))
            return see_other(f"/pelatih/kursus/{course_id}")
    return page("training/change_course.html", course=course, form=form), 422 if request.method == "POST" else 200


@bp.post("/pelatih/kursus/<id:course_id>/terbit")
@staff(Role.TRAINER)
def publish_course(course_id: int) -> ResponseReturnValue:
    try:
        actions.publish(actor(), course_id)
    except (actions.OrganisationUnchecked, actions.NeedsCohort) as no:
        no.back = f"/pelatih/kursus/{course_id}"
        raise
    say(_("Kelas sudah terbit."))
    return see_other(f"/pelatih/kursus/{course_id}")


@bp.route("/pelatih/kursus/<id:course_id>/angkatan-baru", methods=["GET", "POST"])
@staff(Role.TRAINER)
def new_cohort(course_id: int) -> ResponseReturnValue:
    course, cohorts = _mine(course_id)
    names = ("schedule", "place", "quota", "least_people")
    before = {name: getattr(cohorts[0], name) for name in names} if cohorts else {}
    form = CohortForm(request.form, data=before)
    if request.method == "POST" and form.validate() and form.check_days(clock.today()):
        try:
            actions.new_cohort(actor(), course_id, _cohort_draft(form), once.key_from(request.form))
        except actions.NumberTaken as no:
            form.refuse(no)
        else:
            say(_("Angkatan baru dibuka."))
            return see_other(f"/pelatih/kursus/{course_id}")
    return page("training/new_cohort.html", course=course, form=form), 422 if request.method == "POST" else 200


@bp.route("/pelatih/angkatan/<id:cohort_id>/ubah", methods=["GET", "POST"])
@staff(Role.TRAINER)
def change_cohort(cohort_id: int) -> ResponseReturnValue:
    mine = _my_cohort(cohort_id)
    names = ("starts_on", "ends_on", "closes_on", "schedule", "place", "quota", "least_people")
    form = CohortForm(request.form, data={name: getattr(mine.cohort, name) for name in names})
    if request.method == "POST" and form.validate() and form.check_days(clock.today(), mine.cohort.starts_on):
        try:
            actions.change_cohort(actor(), cohort_id, _cohort_draft(form))
        except actions.QuotaBelowSeats as no:
            form.refuse(no, "quota")
        else:
            say(_("Perubahan tersimpan. Peserta diberi kabar kalau jadwal atau tempat berubah."))
            return see_other(f"/pelatih/kursus/{mine.course_id}")
    return page("training/change_cohort.html", mine=mine, form=form), 422 if request.method == "POST" else 200


@bp.post("/pelatih/angkatan/<id:cohort_id>/tutup")
@staff(Role.TRAINER)
def close_cohort(cohort_id: int) -> ResponseReturnValue:
    mine = _my_cohort(cohort_id)
    actions.close_cohort(actor(), cohort_id)
    say(_("Pendaftaran ditutup."))
    return see_other(f"/pelatih/kursus/{mine.course_id}")


@bp.post("/pelatih/angkatan/<id:cohort_id>/buka")
@staff(Role.TRAINER)
def reopen_cohort(cohort_id: int) -> ResponseReturnValue:
    mine = _my_cohort(cohort_id)
    try:
        actions.reopen_cohort(actor(), cohort_id)
    except actions.ClosingDayOver as no:
        no.back = f"/pelatih/angkatan/{cohort_id}/ubah"
        raise
    say(_("Pendaftaran dibuka lagi."))
    return see_other(f"/pelatih/kursus/{mine.course_id}")


@bp.route("/pelatih/angkatan/<id:cohort_id>/batal", methods=["GET", "POST"])
@staff(Role.TRAINER)
def cancel_cohort(cohort_id: int) -> ResponseReturnValue:
    mine = _my_cohort(cohort_id)
    if request.method == "POST":
        actions.cancel_cohort(actor(), cohort_id)
        say(_("Angkatan dibatalkan. Peserta diberi kabar."))
        return see_other(f"/pelatih/kursus/{mine.course_id}")
    return page("training/cancel_cohort.html", mine=mine)
