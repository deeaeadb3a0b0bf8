"""/akun/data: what is held, a copy, consents, requests, leaving; and the admins' list of requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from flask import Blueprint, Response, current_app, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts.privacy import actions, queries, rules
from app.accounts.privacy.forms import AnswerForm, CopyForm, LeaveForm, RequestForm
from app.accounts.privacy.models import RequestKind, RequestState
from app.core import clock, once
from app.core.access import Role, actor, freshly_proved, public, signed_in, staff
from app.core.contrib import Farewell, offered
from app.core.db import reading
from app.core.refusals import NotThere, Refusal, TooFast
from app.core.templating import render_letter
from app.core.web import page, say, see_other
from app.core.words import _, language

bp = Blueprint("privacy", __name__)
_PIECE = 64 * 1024


@bp.route("/akun/data")
@signed_in
def overview() -> ResponseReturnValue:
    return page("accounts/privacy/overview.html", areas=queries.areas())


# The copy


@bp.route("/akun/data/unduh", methods=["GET", "POST"])
@signed_in
@freshly_proved
def download() -> ResponseReturnValue:
    form = CopyForm(request.form)
    if request.method != "POST" or not form.validate():
        return page("accounts/privacy/download.html", form=form, most=rules.COPIES_A_DAY)
    try:
        copy = actions.take_copy(actor(), with_secret=form.secret.data)
    except TooFast as no:
        form.refuse(no)
        return page("accounts/privacy/download.html", form=form, most=rules.COPIES_A_DAY), 429, {"Retry-After": str(no.seconds)}
    site = str(current_app.config["SITE_NAME"])
    file = actions.pack(copy, site, render_letter("accounts/privacy/copy.html", copy=copy, rules=rules, site=site, language=language()))
    answer = Response(_pieces(file), mimetype="application/zip")
    answer.call_on_close(file.close)
    day = clock.day_of(copy.made_at).isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="data-saya-{day}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


# Consents


@bp.route("/akun/data/persetujuan")
@signed_in
def consents() -> ResponseReturnValue:
    with reading() as database:
        log = queries.consent_log(database, actor().person_id)
    return page("accounts/privacy/consents.html", standings=queries.standings(log), log=log, purposes=rules.PURPOSES)


@bp.route("/akun/data/persetujuan/<slug:purpose>/beri", methods=["POST"])
@signed_in
def agree(purpose: str) -> ResponseReturnValue:
    actions.agree(actor(), purpose)
    say(_("Persetujuan dicatat."))
    return see_other(url_for("privacy.consents"))


@bp.route("/akun/data/persetujuan/<slug:purpose>/tarik", methods=["POST"])
@signed_in
def withdraw(purpose: str) -> ResponseReturnValue:
    actions.withdraw(actor(), purpose)
    say(_("Persetujuan ditarik. Mulai sekarang kami tidak melakukannya lagi."))
    return see_other(url_for("privacy.consents"))


@bp.route("/akun/data/persetujuan/teks-baru", methods=["POST"])
@signed_in
def agree_to_new_texts() -> ResponseReturnValue:
    actions.agree_to_new_texts(actor())
    say(_("Terima kasih. Persetujuan dicatat."))
    return see_other(url_for("privacy.consents"))


# Requests


@bp.route("/akun/data/permintaan", methods=["GET", "POST"])
@signed_in
def requests() -> ResponseReturnValue:
    form = RequestForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.ask(actor(), RequestKind(form.kind.data), form.words.data, once.key_from(request.form))
        except Refusal as no:
            form.refuse(no, "kind")
        else:
            say(_("Permintaan terkirim. Jawabannya datang paling lambat tiga hari."))
            return see_other(url_for("privacy.requests"))
    with reading() as database:
        mine = queries.requests_of(database, actor().person_id)
    return page("accounts/privacy/requests.html", form=form, mine=mine, rules=rules, now=clock.now()), 422 if form.is_refused else 200


@bp.route("/akun/data/permintaan/<id:request_id>/tarik", methods=["POST"])
@signed_in
def take_back(request_id: int) -> ResponseReturnValue:
    actions.take_back(actor(), request_id)
    say(_("Permintaan ditarik."))
    return see_other(url_for("privacy.requests"))


# Leaving


@bp.route("/akun/data/pergi", methods=["GET", "POST"])
@signed_in
@freshly_proved
def leave() -> ResponseReturnValue:
    form = LeaveForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.leave(actor())
        except actions.Unfinished as no:
            form.refuse(no)
        else:
            session.clear()
            return see_other(url_for("privacy.gone"))
    with reading() as database:
        hindrances = queries.hindrances(database, actor().person_id, clock.now())
    farewells = list(offered(Farewell))
    return page("accounts/privacy/leave.html", form=form, hindrances=hindrances, farewells=farewells), 422 if form.is_refused else 200


@bp.route("/sampai-jumpa")
@public
def gone() -> ResponseReturnValue:
    """After leaving: quick words, and nothing of anybody."""
    return page("accounts/privacy/gone.html")


# Admins


@bp.route("/petugas/permintaan-data")
@staff(Role.ADMIN)
def desk() -> ResponseReturnValue:
    with reading() as database:
        waiting, closed = queries.desk_list(database)
    return page("accounts/privacy/desk.html", waiting=waiting, closed=closed, rules=rules, now=clock.now())


@bp.route("/petugas/permintaan-data/<id:request_id>", methods=["GET", "POST"])
@staff(Role.ADMIN)
def answer(request_id: int) -> ResponseReturnValue:
    form = AnswerForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            actions.answer(actor(), request_id, RequestState(form.outcome.data), form.answer.data)
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no)
        else:
            say(_("Jawaban terkirim. Orangnya diberi kabar."))
            return see_other(url_for("privacy.desk"))
    with reading() as database:
        found = queries.request_on_desk(database, request_id)
    if found is None:
        raise NotThere
    return page("accounts/privacy/desk_request.html", form=form, asked=found, rules=rules, now=clock.now()), 422 if form.is_refused else 200
