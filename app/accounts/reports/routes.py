"""Reporting, the moderators' queue, decisions and appeals."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.reports import actions, policy, queries, rules
from app.accounts.reports.forms import AppealForm, ReportForm
from app.accounts.reports.rules import AppealState, CaseState, Decision, Reason
from app.core import clock
from app.core.access import Role, actor, signed_in, staff
from app.core.contrib import ReportSubject
from app.core.db import reading
from app.core.refusals import NotThere, Refusal, TooFast
from app.core.web import page, say, see_other
from app.core.words import _

bp = Blueprint("reports", __name__)


def _subject(kind: str) -> ReportSubject:
    subject = queries.subject_of(kind)
    if subject is None:
        raise NotThere
    return subject


@bp.route("/lapor")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as session:
        found = queries.reports_by(session, actor().person_id)
    labels = {report.kind: subject.label for report in found if (subject := queries.subject_of(report.kind))}
    return page("accounts/reports/mine.html", reports=found, labels=labels, rules=rules)


@bp.route("/lapor/<slug:kind>/<id:subject_id>", methods=["GET", "POST"])
@signed_in
def report(kind: str, subject_id: int) -> ResponseReturnValue:
    subject, me = _subject(kind), actor()
    with reading() as session:
        address = subject.address(session, subject_id)
        if address is None:
            raise NotThere
        is_own = queries.is_own(session, subject, me.person_id, subject_id)
        case_id = queries.open_case_of(session, kind, subject_id)
        has_reported = case_id is not None and queries.has_reported(session, case_id, me.person_id)
    if request.method == "POST" and (is_own or has_reported):
        return see_other(url_for("reports.report", kind=kind, subject_id=subject_id))  # that page says why there is nothing to send
    form = ReportForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.report(me, kind, subject_id, Reason(form.reason.data), form.words.data or "")
        except (NotThere, TooFast):
            raise
        except actions.AlreadyReported:
            pass  # a second tap: it is here already
        except Refusal as no:
            form.refuse(no)
        if not form.is_refused:
            say(_("Terima kasih. Laporan Anda sampai di moderator, nama Anda tidak disebut. Anda diberi kabar sesudah diperiksa."))
            return see_other(address)
    shown = page(
        "accounts/reports/report.html",
        form=form,
        subject=subject,
        subject_id=subject_id,
        address=address,
        is_own=is_own,
        has_reported=has_reported,
    )
    return shown, 422 if form.is_refused else 200


@bp.route("/lapor/putusan/<slug:kind>/<id:subject_id>")
@signed_in
def decision_about(kind: str, subject_id: int) -> ResponseReturnValue:
    """From a thing that was taken down to the decision, for its owner: the way in where no notice may name her."""
    subject = _subject(kind)
    with reading() as session:
        is_own = queries.is_own(session, subject, actor().person_id, subject_id)
        case_id = queries.last_decided_of(session, kind, subject_id) if is_own else None
    if case_id is None:
        raise NotThere
    return see_other(url_for("reports.decision", case_id=case_id))


@bp.route("/lapor/banding/<id:case_id>", methods=["GET", "POST"])
@signed_in
def decision(case_id: int) -> ResponseReturnValue:
    """Why something of one's own was decided about, by which rule, and the way to appeal."""
    me, now = actor(), clock.now()
    with reading() as session:
        found = queries.case(session, case_id)
        if found is None or found.decision in (None, Decision.NO_VIOLATION) or found.decided_at is None:
            raise NotThere
        subject = _subject(found.kind)
        if not queries.is_own(session, subject, me.person_id, found.subject_id):
            raise NotThere
        appeal = queries.appeal_of(session, case_id)
        words = subject.words(session, found.subject_id) if subject.words else None
    form = AppealForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.appeal(me, case_id, form.words.data)
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no)
        else:
            say(_("Banding Anda diterima. Moderator lain akan membacanya, dan Anda diberi kabar."))
            return see_other(url_for("reports.decision", case_id=case_id))
    may_appeal = appeal is None and rules.may_still_appeal(found.decided_at, now)
    shown = page(
        "accounts/reports/decision.html",
        case=found,
        subject=subject,
        words=words,
        appeal=appeal,
        may_appeal=may_appeal,
        form=form,
        rules=rules,
    )
    return shown, 422 if form.is_refused else 200


# The moderators' desk


@bp.route("/petugas/laporan")
@staff(Role.MODERATOR, Role.ADMIN)
def queue() -> ResponseReturnValue:
    with reading() as session:
        cases = queries.queue(session)
        reasons = queries.reasons_of(session, [case.id for case in cases])
        appeals = queries.open_appeals(session)
    kinds = {case.kind for case in cases} | {case.kind for case, _made_at in appeals}
    labels = {kind: subject.label for kind in kinds if (subject := queries.subject_of(kind))}
    return page("accounts/reports/queue.html", cases=cases, reasons=reasons, appeals=appeals, labels=labels, rules=rules)


@bp.route("/petugas/laporan/<id:case_id>")
@staff(Role.MODERATOR, Role.ADMIN)
def case(case_id: int) -> ResponseReturnValue:
    me, now = actor(), clock.now()
    with reading() as session:
        found = queries.case(session, case_id)
        if found is None:
            raise NotThere
        subject = _subject(found.kind)
        reports = queries.said_in(session, case_id)
        words = subject.words(session, found.subject_id) if subject.words else None
        address = subject.address(session, found.subject_id)
        appeal = queries.appeal_of(session, case_id)
        is_own = queries.is_own(session, subject, me.person_id, found.subject_id)
        has_reported = queries.has_reported(session, case_id, me.person_id)
        others = queries.other_moderators(session, found.decided_by_id, now) if appeal else 0
    may_judge = found.state is not CaseState.DECIDED and policy.may_judge(
        me, is_own=is_own, has_reported=has_reported, is_for_admin=found.is_for_admin
    )
    may_judge_appeal = (
        appeal is not None
        and appeal.state is AppealState.OPEN
        and policy.may_judge_appeal(me, first_id=found.decided_by_id, is_own=is_own, has_reported=has_reported, other_moderators=others)
    )
    return page(
        "accounts/reports/case.html",
        case=found,
        subject=subject,
        reports=reports,
        words=words,
        address=address,
        appeal=appeal,
        may_judge=may_judge
        and (found.taken_by_id in (None, me.person_id) or (found.taken_at is not None and now - found.taken_at > rules.HOLDS)),
        is_partial=is_own or has_reported,
        may_judge_appeal=may_judge_appeal,
        rules=rules,
    )


def _version() -> int:
    typed = request.form.get("versi", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise NotThere
    return int(typed)


@bp.route("/petugas/laporan/<id:case_id>/ambil", methods=["POST"])
@staff(Role.MODERATOR, Role.ADMIN)
def take_up(case_id: int) -> ResponseReturnValue:
    actions.take_up(actor(), case_id, _version())
    say(_("Laporan ini sekarang Anda yang kerjakan."))
    return see_other(url_for("reports.case", case_id=case_id))


@bp.route("/petugas/laporan/<id:case_id>/lepas", methods=["POST"])
@staff(Role.MODERATOR, Role.ADMIN)
def let_go(case_id: int) -> ResponseReturnValue:
    actions.let_go(actor(), case_id, _version())
    say(_("Laporan kembali ke antrean."))
    return see_other(url_for("reports.queue"))


@bp.route("/petugas/laporan/<id:case_id>/teruskan", methods=["POST"])
@staff(Role.MODERATOR, Role.ADMIN)
def pass_on(case_id: int) -> ResponseReturnValue:
    actions.pass_on(actor(), case_id, _version())
    say(_("Laporan diteruskan ke pengelola."))
    return see_other(url_for("reports.queue"))


@bp.route("/petugas/laporan/<id:case_id>/putus", methods=["POST"])
@staff(Role.MODERATOR, Role.ADMIN)
def decide(case_id: int) -> ResponseReturnValue:
    try:
        chosen = Decision(request.form.get("putusan", ""))
    except ValueError:
        raise NotThere from None
    actions.decide(actor(), case_id, _version(), chosen)
    say(_("Keputusan dicatat. Pelapor dan yang dilaporkan diberi kabar."))
    return see_other(url_for("reports.queue"))


@bp.route("/petugas/laporan/<id:case_id>/banding", methods=["POST"])
@staff(Role.MODERATOR, Role.ADMIN)
def decide_appeal(case_id: int) -> ResponseReturnValue:
    answer = request.form.get("hasil")
    if answer not in ("tetap", "batal"):
        raise NotThere
    actions.decide_appeal(actor(), case_id, _version(), falls=answer == "batal")
    say(_("Keputusan banding dicatat, dan orangnya diberi kabar."))
    return see_other(url_for("reports.queue"))
