"""Pages of the private fact, and of programmes: for the person, and for the officers of one programme."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.benefits import actions, policy, queries, rules
from app.accounts.benefits.actions import Draft
from app.accounts.benefits.forms import FactForm, OfficerForm, ProgrammeForm
from app.accounts.benefits.rules import Check, Told
from app.core import clock, once
from app.core.access import Role, actor, freshly_proved, signed_in, staff
from app.core.db import reading
from app.core.refusals import NotThere, Refusal, require
from app.core.web import page, say, see_other
from app.core.words import _

bp = Blueprint("benefits", __name__)


# One's own


@bp.route("/akun/purna-pmi", methods=["GET", "POST"])
@signed_in
def private_fact() -> ResponseReturnValue:
    with reading() as session:
        told = queries.told(session, actor().person_id)
    form = FactForm(request.form, data={"told": told.value if told else None})
    if request.method == "POST" and form.validate():
        actions.tell_fact(actor(), Told(form.told.data))
        say(_("Tersimpan. Hanya Anda yang melihatnya."))
        return see_other(url_for("benefits.private_fact"))
    return page("accounts/benefits/private_fact.html", form=form, has_told=told is not None), 422 if form.is_refused else 200


@bp.route("/akun/purna-pmi/hapus", methods=["POST"])
@signed_in
def forget_fact() -> ResponseReturnValue:
    actions.forget_fact(actor())
    say(_("Sudah dihapus. Tidak ada yang tersisa."))
    return see_other(url_for("benefits.private_fact"))


@bp.route("/akun/program")
@signed_in
def programmes() -> ResponseReturnValue:
    with reading() as session:
        found = queries.programmes_for(session, actor().person_id, clock.today())
    return page("accounts/benefits/programmes.html", programmes=found, short=rules.SHORT_WORDS)


@bp.route("/akun/program/<id:programme_id>")
@signed_in
def programme(programme_id: int) -> ResponseReturnValue:
    """The same page for every member who opens it, but for what is her own."""
    today = clock.today()
    with reading() as session:
        found = queries.programme_for(session, actor().person_id, programme_id)
        officers = queries.officers_of(session, programme_id)
    if found is None or not (found.ask or rules.is_open(found.ends_on, found.is_closed, today)):
        raise NotThere
    is_open = rules.is_open(found.ends_on, found.is_closed, today)
    return page(
        "accounts/benefits/programme.html",
        programme=found,
        officers=officers,
        is_open=is_open,
        short=rules.SHORT_WORDS,
        checks=rules.CHECK_WORDS,
    )


@bp.route("/akun/program/<id:programme_id>/minta", methods=["POST"])
@signed_in
def ask(programme_id: int) -> ResponseReturnValue:
    actions.ask(actor(), programme_id)
    say(_("Permintaan dicatat. Bawa suratnya ke tempat yang tertulis di sini."))
    return see_other(url_for("benefits.programme", programme_id=programme_id))


@bp.route("/akun/program/<id:programme_id>/tarik", methods=["POST"])
@signed_in
def take_back(programme_id: int) -> ResponseReturnValue:
    actions.take_back(actor(), programme_id)
    say(_("Permintaan ditarik, dan catatannya dihapus."))
    return see_other(url_for("benefits.programmes"))


# The officers' desk


@bp.route("/petugas/program")
@staff(Role.OFFICER, Role.ADMIN)
def desk() -> ResponseReturnValue:
    with reading() as session:
        found = queries.desk_programmes(session, actor().person_id)
    return page("accounts/benefits/desk.html", programmes=found, short=rules.SHORT_WORDS, today=clock.today())


@bp.route("/petugas/program/baru", methods=["GET", "POST"])
@staff(Role.OFFICER, Role.ADMIN)
def new_programme() -> ResponseReturnValue:
    form = ProgrammeForm(request.form, data={"lang": "id"})
    if request.method == "POST" and form.validate():
        draft = Draft(
            form.name.data, form.office.data, form.gives.data, form.counter.data, form.lang.data, Check(form.check.data), form.ends_on.data
        )
        try:
            programme_id = actions.open_programme(actor(), draft, once.key_from(request.form))
        except actions.DayIsPast as no:
            form.refuse(no, "ends_on")
        else:
            say(_("Program dibuka."))
            return see_other(url_for("benefits.run", programme_id=programme_id))
    return page("accounts/benefits/new_programme.html", form=form), 422 if form.is_refused else 200


@bp.route("/petugas/program/<id:programme_id>")
@staff(Role.OFFICER, Role.ADMIN)
@freshly_proved
def run(programme_id: int) -> ResponseReturnValue:
    """Who asked, for the officers of this programme; for an admin who is none of them, the programme without its requests."""
    me = actor()
    with reading() as session:
        found = queries.programme(session, programme_id)
        officers = queries.officers_of(session, programme_id)
        staff_there = queries.staff_to_add(session)
    ids = {officer.person_id for officer in officers}
    require(found is not None and policy.may_run(me, ids), NotThere())
    asks = actions.read_asks(me, programme_id) if policy.is_officer_of(me, ids) else None
    form = OfficerForm()
    form.person.choices = [(str(one.person_id), one.name) for one in staff_there if one.person_id not in ids]
    return page(
        "accounts/benefits/run.html",
        programme=found,
        officers=officers,
        asks=asks,
        form=form,
        checks=rules.CHECK_WORDS,
        today=clock.today(),
    )


@bp.route("/petugas/program/<id:programme_id>/periksa/<id:ask_id>", methods=["POST"])
@staff(Role.OFFICER, Role.ADMIN)
@freshly_proved
def check(programme_id: int, ask_id: int) -> ResponseReturnValue:
    answer = request.form.get("hasil")
    require(answer in ("ya", "tidak"), NotThere())
    actions.check(actor(), programme_id, ask_id, fits=answer == "ya")
    say(_("Hasil dicatat. Kembalikan suratnya kepada pemiliknya."))
    return see_other(url_for("benefits.run", programme_id=programme_id))


@bp.route("/petugas/program/<id:programme_id>/tutup", methods=["POST"])
@staff(Role.OFFICER, Role.ADMIN)
@freshly_proved
def close_programme(programme_id: int) -> ResponseReturnValue:
    actions.close_programme(actor(), programme_id)
    say(_("Program ditutup. Permintaan yang sudah masuk masih bisa diperiksa."))
    return see_other(url_for("benefits.run", programme_id=programme_id))


@bp.route("/petugas/program/<id:programme_id>/petugas", methods=["POST"])
@staff(Role.OFFICER, Role.ADMIN)
@freshly_proved
def add_officer(programme_id: int) -> ResponseReturnValue:
    typed = request.form.get("person", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 19):
        raise Refusal(_("Pilih dulu petugasnya."), url_for("benefits.run", programme_id=programme_id))
    actions.add_officer(actor(), programme_id, int(typed))
    say(_("Petugas ditambahkan."))
    return see_other(url_for("benefits.run", programme_id=programme_id))


@bp.route("/petugas/program/<id:programme_id>/petugas/<id:person_id>/lepas", methods=["POST"])
@staff(Role.OFFICER, Role.ADMIN)
@freshly_proved
def remove_officer(programme_id: int, person_id: int) -> ResponseReturnValue:
    actions.remove_officer(actor(), programme_id, person_id)
    say(_("Petugas dilepas dari program ini."))
    return see_other(url_for("benefits.desk") if person_id == actor().person_id else url_for("benefits.run", programme_id=programme_id))
