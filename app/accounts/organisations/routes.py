"""Staff: organisations, whether they were checked, and who acts for them; for members, the ones they act for."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.organisations import actions, queries, rules
from app.accounts.organisations.forms import FindForm, OrganisationForm
from app.accounts.organisations.queries import Candidate, OrganisationFacts
from app.accounts.organisations.rules import Function, OrganisationKind
from app.core import once
from app.core.access import Role, actor, freshly_proved, signed_in, staff
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import page, say, see_other
from app.core.words import _

bp = Blueprint("organisations", __name__)


@bp.route("/petugas/lembaga")
@staff(Role.ADMIN)
def organisations() -> ResponseReturnValue:
    with reading() as session:
        found = queries.listed(session)
    return page("accounts/organisations/list.html", found=found, kind_words=rules.KIND_WORDS)


@bp.route("/petugas/lembaga/baru", methods=["GET", "POST"])
@staff(Role.ADMIN)
def new() -> ResponseReturnValue:
    form = OrganisationForm(request.form)
    if request.method == "POST" and form.validate():
        kind, key = OrganisationKind(form.kind.data), once.key_from(request.form)
        try:
            made = actions.make(actor(), kind, form.name.data, form.short_name.data, key)
        except Refusal as no:
            form.refuse(no, "name")
        else:
            say(_("Lembaga masuk daftar. Periksa dulu, sebelum menandainya."))
            return see_other(url_for("organisations.one", organisation_id=made))
    return page("accounts/organisations/edit.html", form=form, found=None), 422 if form.is_refused else 200


@bp.route("/petugas/lembaga/<id:organisation_id>")
@staff(Role.ADMIN)
def one(organisation_id: int) -> ResponseReturnValue:
    return _one_page(_found(organisation_id), FindForm(), None)


def _found(organisation_id: int) -> OrganisationFacts:
    with reading() as session:
        found = queries.one(session, organisation_id)
    if found is None:
        raise NotThere
    return found


def _one_page(found: OrganisationFacts, form: FindForm, candidates: list[Candidate] | None) -> str:
    with reading() as session:
        people = queries.workers(session, found.organisation_id)
    return page(
        "accounts/organisations/one.html",
        found=found,
        people=people,
        form=form,
        candidates=candidates,
        kind_words=rules.KIND_WORDS,
        function_words=rules.FUNCTION_WORDS,
        function_word=rules.function_words,
    )


@bp.route("/petugas/lembaga/<id:organisation_id>/ubah", methods=["GET", "POST"])
@staff(Role.ADMIN)
@freshly_proved
def edit(organisation_id: int) -> ResponseReturnValue:
    """Another name or kind must be checked anew."""
    found = _found(organisation_id)
    form = OrganisationForm(request.form, obj=found)
    if request.method == "POST" and form.validate():
        try:
            loses_check = actions.change(actor(), organisation_id, OrganisationKind(form.kind.data), form.name.data, form.short_name.data)
        except actions.NameTaken as no:
            form.refuse(no, "name")
        else:
            say(_("Tersimpan. Tandanya dilepas: periksa lagi dengan nama yang baru.") if loses_check else _("Tersimpan."))
            return see_other(url_for("organisations.one", organisation_id=organisation_id))
    return page("accounts/organisations/edit.html", form=form, found=found), 422 if form.is_refused else 200


@bp.route("/petugas/lembaga/<id:organisation_id>/periksa", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def verify(organisation_id: int) -> ResponseReturnValue:
    actions.verify(actor(), organisation_id, request.form.get("yang-dibaca", "")[:32])
    say(_("Ditandai sudah diperiksa, dengan nama Anda dan tanggal hari ini."))
    return see_other(url_for("organisations.one", organisation_id=organisation_id))


@bp.route("/petugas/lembaga/<id:organisation_id>/tarik", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def withdraw(organisation_id: int) -> ResponseReturnValue:
    actions.withdraw(actor(), organisation_id)
    say(_("Tanda pemeriksaan dilepas."))
    return see_other(url_for("organisations.one", organisation_id=organisation_id))


@bp.route("/petugas/lembaga/<id:organisation_id>/orang", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def find(organisation_id: int) -> ResponseReturnValue:
    """A POST, so that no number stands in an address or a log."""
    found, form = _found(organisation_id), FindForm(request.form)
    if not form.validate():
        return _one_page(found, form, None), 422
    return _one_page(found, form, actions.search(actor(), organisation_id, form.phone.data))


@bp.route("/petugas/lembaga/<id:organisation_id>/beri", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def give(organisation_id: int) -> ResponseReturnValue:
    """The role of a trainer is not given here: the page that follows asks for it."""
    person_id, function = _person_id(), _function()
    actions.give_function(actor(), organisation_id, person_id, function)
    say(_("Tugas {function} diberikan. Orangnya diberi kabar.", function=rules.FUNCTION_WORDS[function]))
    return see_other(url_for("organisations.one", organisation_id=organisation_id))


@bp.route("/petugas/lembaga/<id:organisation_id>/lepas", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def take(organisation_id: int) -> ResponseReturnValue:
    actions.take_function(actor(), organisation_id, _person_id())
    say(_("Tugasnya dilepas. Orangnya diberi kabar."))
    return see_other(url_for("organisations.one", organisation_id=organisation_id))


def _person_id() -> int:
    given = request.form.get("orang", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise NotThere
    return int(given)


def _function() -> Function:
    try:
        return Function(request.form.get("tugas", ""))
    except ValueError:
        raise NotThere from None


# For members


@bp.route("/akun/lembaga")
@signed_in
def mine() -> ResponseReturnValue:
    with reading() as session:
        services = queries.of_person(session, actor().person_id)
    return page("accounts/organisations/mine.html", services=services, function_word=rules.function_words)


@bp.route("/akun/lembaga/<id:organisation_id>/keluar", methods=["POST"])
@signed_in
def leave(organisation_id: int) -> ResponseReturnValue:
    actions.leave_organisation(actor(), organisation_id)
    say(_("Anda tidak lagi bertugas di lembaga itu."))
    return see_other(url_for("organisations.mine"))
