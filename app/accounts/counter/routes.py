"""The kelurahan desk: signing people up face to face, starting a reset for somebody who stands there."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.counter import actions, queries
from app.accounts.counter.actions import Shown
from app.accounts.counter.forms import AssistForm, HandoverForm, ResetForm, SearchForm
from app.accounts.people import rules as people_rules
from app.accounts.people.actions import NewPerson, NumberFull
from app.accounts.recovery.rules import FLAG_WORDS
from app.core import clock, once, places, qr
from app.core.access import Role, actor, freshly_proved, staff
from app.core.db import reading
from app.core.forms import read_phone
from app.core.refusals import Refusal, TooFast
from app.core.web import absolute, page, say, see_other
from app.core.words import _, _l

bp = Blueprint("counter", __name__)

_NUMBER_FULL = _l("Nomor ini sudah dipakai tiga akun. Pakai nomor lain.")


@bp.route("/petugas/loket")
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def desk() -> ResponseReturnValue:
    """Look for somebody, sign somebody up, and what was done today."""
    return _desk_page(SearchForm()), 200


def _desk_page(form: SearchForm, found: list[queries.Found] | None = None) -> str:
    now = clock.now()
    with reading() as session:
        today = queries.today(session, actor().person_id, clock.at(clock.day_of(now), 0), now)
    return page("accounts/counter/desk.html", form=form, found=found, today=today, place_name=places.place_name)


@bp.route("/petugas/loket/cari", methods=["POST"])
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def search() -> ResponseReturnValue:
    """The words stay out of the address: it would keep whom somebody looked for."""
    form, found = SearchForm(request.form), None
    if form.validate():
        try:
            found = actions.search(actor(), form.who.data, read_phone(form.who.data))
        except TooFast:
            raise
        except Refusal as no:
            form.refuse(no, "who")
    return _desk_page(form, found), 422 if form.is_refused else 200


@bp.route("/petugas/loket/orang/<id:person_id>/sandi", methods=["GET", "POST"])
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def reset(person_id: int) -> ResponseReturnValue:
    """See the ID, tick, hand over the slip."""
    form = ResetForm(request.form)
    if request.method == "POST" and form.validate():
        return _slip(actions.start(actor(), person_id, once.key_from(request.form)))
    found = actions.look_at(actor(), person_id)
    return page("accounts/counter/reset.html", form=form, found=found, place_name=places.place_name), 422 if form.is_refused else 200


@bp.route("/petugas/loket/orang/<id:person_id>/nomor", methods=["GET", "POST"])
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def handover(person_id: int) -> ResponseReturnValue:
    """The same with a new number, which holds once she has used the slip."""
    form = HandoverForm(request.form)
    if request.method == "POST" and form.validate():
        return _slip(actions.start(actor(), person_id, once.key_from(request.form), new_phone=form.phone.data))
    found = actions.look_at(actor(), person_id)
    return page("accounts/counter/handover.html", form=form, found=found, place_name=places.place_name), 422 if form.is_refused else 200


@bp.route("/petugas/loket/orang/<id:person_id>/kode", methods=["POST"])
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def new_code(person_id: int) -> ResponseReturnValue:
    """Another slip for somebody signed up here."""
    return _slip(actions.new_code(actor(), person_id, once.key_from(request.form)))


@bp.route("/petugas/loket/daftarkan", methods=["GET", "POST"])
@staff(Role.DESK, Role.ADMIN)
@freshly_proved
def assist() -> ResponseReturnValue:
    """Five fields without a password; the person gets a slip and does the rest herself."""
    form, is_known = AssistForm(request.form), False
    if request.method == "POST" and form.validate():
        new = NewPerson(form.name.data, form.phone.data, "", form.place.data, form.greeting.data or "")
        try:
            return _slip(actions.sign_up(actor(), new, once.key_from(request.form), is_somebody_else=form.other.data))
        except actions.NumberKnown as no:
            is_known = True
            form.refuse(no, "phone")
        except NumberFull:
            form.refuse(_NUMBER_FULL, "phone")
    is_known = is_known or bool(form.other.data)
    shown = page("accounts/counter/assist.html", form=form, places=people_rules.place_choices(), is_known=is_known)
    return shown, 422 if form.is_refused else 200


def _slip(shown: Shown) -> ResponseReturnValue:
    """A code is shown in the answer itself and nowhere else. The picture leads to the page, never to the code."""
    address = absolute(url_for("recovery.at_desk" if shown.slip.act else "recovery.finish"))
    picture = Markup(qr.svg(address, scale=4).decode())  # noqa: S704 - drawn by us from an address of this site
    return page("accounts/counter/slip.html", code=shown.code, slip=shown.slip, address=address.partition("://")[2], picture=picture)


# For admins


@bp.route("/petugas/loket/ditandai")
@staff(Role.ADMIN)
@freshly_proved
def flagged() -> ResponseReturnValue:
    """What the desk did more often than usual, or was denied by the person."""
    with reading() as session:
        found = queries.flagged(session)
    return page("accounts/counter/flagged.html", found=found, flag_words=FLAG_WORDS)


@bp.route("/petugas/loket/ditandai/<id:reset_id>/dilihat", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def look(reset_id: int) -> ResponseReturnValue:
    actions.look(actor(), reset_id)
    say(_("Dicatat: sudah Anda lihat."))
    return see_other(url_for("counter.flagged"))
