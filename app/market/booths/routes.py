"""The officers' desk for editions; the public pages are in market/evening."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from app.core import clock, once
from app.core.access import Role, actor, staff
from app.core.clock import WITA
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import arg_text, page, say, see_other
from app.core.words import _
from app.market.booths import actions, queries
from app.market.booths.forms import EditionForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("booths", __name__)


@bp.route("/petugas/edisi")
@staff(Role.OFFICER)
def editions() -> ResponseReturnValue:
    """The editions ahead and the last ones, with the booths that are given."""
    now = clock.now()
    with reading() as session:
        coming = queries.coming(session, clock.day_of(now))
        past = queries.past(session, clock.day_of(now), 6)
        counts = queries.counts(session, [day.id for edition in (*coming, *past) for day in edition.days], now)
    standing: dict[int, int] = {}
    every: dict[int, int] = {}
    for count in counts:
        standing[count.market_day_id] = standing.get(count.market_day_id, 0) + count.standing
        every[count.market_day_id] = every.get(count.market_day_id, 0) + count.standing + count.free + count.offered
    return page("market/booths/editions.html", coming=coming, past=past, standing=standing, every=every, now=now)


def _form(formdata: object = None, **data: object) -> EditionForm:
    return EditionForm(formdata, **data)


def _plan(form: EditionForm) -> actions.Plan:
    return actions.Plan(
        first_day=form.first_day.data,
        last_day=form.last_day.data or form.first_day.data,
        arrive_by=form.arrive_by.data,
        opens_at=form.opens_at.data,
        closes_at=form.closes_at.data,
        applications_close_at=form.applications_close_at,
        answer_by=form.answers_by,
        name=form.name.data or "",
    )


@bp.route("/petugas/edisi/baru", methods=["GET", "POST"])
@staff(Role.OFFICER)
def new_edition() -> ResponseReturnValue:
    """Plan an edition. The form comes filled from the site's last edition, a week on."""
    now = clock.now()
    with reading() as session:
        sites = queries.market_sites(session)
        known = [*queries.past(session, clock.day_of(now), 6), *queries.coming(session, clock.day_of(now))]
    chosen = next((site for site in sites if site.slug == arg_text("tempat")), sites[0] if sites else None)
    last = next((edition for edition in reversed(known) if chosen and edition.site.id == chosen.id), None)
    form = _form(request.form, **(_typed(last, 7) if last else {"site": str(chosen.id)} if chosen else {}))
    form.site.choices = [(str(site.id), site.name) for site in sites]
    if request.method == "POST" and form.validate():
        if form.first_day.data < clock.day_of(now):
            form.refuse(_("Hari pertama sudah lewat. Pilih hari yang akan datang."), "first_day")
        else:
            try:
                made = actions.make_edition(actor(), int(form.site.data), _plan(form), once.key_from(request.form))
            except actions.EditionThere as no:
                form.refuse(no, "first_day")
            else:
                say(_("Edisi tersimpan. Buka permohonan kalau sudah siap."))
                return see_other(url_for("booths.edition_desk", edition_id=made))
    return page("market/booths/edition_form.html", form=form, sites=sites, chosen=chosen, edition=None), 422 if form.is_refused else 200


def _typed(edition: queries.EditionView, days: int) -> dict[str, object]:
    """An edition as the form shows it, that many days later."""
    day, later = edition.days[0], timedelta(days=days)

    def moved(instant: datetime) -> datetime:
        return instant.astimezone(WITA) + later

    close, answer = moved(edition.applications_close_at), moved(edition.answer_by)
    return {
        "site": str(edition.site.id),
        "first_day": edition.first_day + later,
        "last_day": None if edition.last_day == edition.first_day else edition.last_day + later,
        "opens_at": moved(day.opens_at).time(),
        "closes_at": moved(day.closes_at).time(),
        "arrive_by": moved(day.arrive_by).time(),
        "close_day": close.date(),
        "close_time": close.time(),
        "answer_day": answer.date(),
        "answer_time": answer.time(),
        "name": edition.name if not days else "",
    }


@bp.route("/petugas/edisi/<id:edition_id>")
@staff(Role.OFFICER)
def edition_desk(edition_id: int) -> ResponseReturnValue:
    """One edition: its state, and each booth of a day."""
    now = clock.now()
    with reading() as session:
        edition = queries.edition_or_refuse(session, edition_id)
    day = edition.day(next((d.held_on for d in edition.days if d.held_on.isoformat() == arg_text("hari")), None), now)
    with reading() as session:
        cells = queries.cells(session, day.id, now)
        zones = queries.zones_of(session, edition.site.id, edition.site.method, cells)
    return page("market/booths/edition_desk.html", edition=edition, day=day, cells=cells, zones=zones, now=now, phase=edition.phase(now))


@bp.route("/petugas/edisi/<id:edition_id>/ubah", methods=["GET", "POST"])
@staff(Role.OFFICER)
def change_edition(edition_id: int) -> ResponseReturnValue:
    """Change hours and closing times; the days stay."""
    with reading() as session:
        edition = queries.edition_or_refuse(session, edition_id)
    form = _form(request.form, **_typed(edition, 0))
    form.site.choices = [(str(edition.site.id), edition.site.name)]
    if request.method == "POST":
        same = _typed(edition, 0)  # tempat dan hari tidak berubah di sini
        form.site.process_data(same["site"])
        form.first_day.process_data(same["first_day"])
        form.last_day.process_data(same["last_day"])
        for fixed in (form.site, form.first_day, form.last_day):
            fixed.process_errors = []
        if form.validate():
            try:
                actions.change_edition(actor(), edition_id, _plan(form))
            except Refusal as no:
                form.refuse(no)
            else:
                say(_("Edisi tersimpan."))
                return see_other(url_for("booths.edition_desk", edition_id=edition_id))
    return page(
        "market/booths/edition_form.html", form=form, sites=(), chosen=edition.site, edition=edition
    ), 422 if form.is_refused else 200


@bp.route("/petugas/edisi/<id:edition_id>/buka", methods=["POST"])
@staff(Role.OFFICER)
def open_edition(edition_id: int) -> ResponseReturnValue:
    actions.open_edition(actor(), edition_id)
    say(_("Permohonan dan pemesanan dibuka."))
    return see_other(url_for("booths.edition_desk", edition_id=edition_id))


@bp.route("/petugas/edisi/<id:edition_id>/tutup", methods=["POST"])
@staff(Role.OFFICER)
def close_edition(edition_id: int) -> ResponseReturnValue:
    actions.close_edition(actor(), edition_id)
    say(_("Permohonan dan pemesanan ditutup."))
    return see_other(url_for("booths.edition_desk", edition_id=edition_id))


@bp.route("/petugas/edisi/<id:edition_id>/lapak/<day:held_on>/<id:booth_id>", methods=["POST"])
@staff(Role.OFFICER)
def block_booth(edition_id: int, held_on: object, booth_id: int) -> ResponseReturnValue:
    """Take a booth out of a day, or put it back."""
    with reading() as session:
        edition = queries.edition_or_refuse(session, edition_id)
    day = next((day for day in edition.days if day.held_on == held_on), None)
    if day is None:
        raise NotThere
    back = url_for("booths.edition_desk", edition_id=edition_id, hari=day.held_on.isoformat()) + "#lapak"
    if request.form.get("jadi") == "tutup":
        actions.block(actor(), day.id, booth_id)
        say(_("Lapak ditutup untuk hari itu."))
    else:
        actions.unblock(actor(), day.id, booth_id)
        say(_("Lapak dibuka lagi."))
    return see_other(back)
