"""Asking for a booth; the officers' queue."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, request

from app.core import clock, formats, once
from app.core.access import Role, actor, signed_in, staff
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import arg_int, arg_text, is_local, page, say, see_other
from app.core.words import _
from app.market.applications import actions, policy, queries, rules
from app.market.applications.forms import ApplyForm, AssignForm, RefuseForm
from app.market.booths import queries as booth_queries
from app.market.booths.forms import ReasonForm
from app.market.booths.models import BoothDayState, Method
from app.market.booths.queries import Cell, ZoneView
from app.market.booths.rules import Phase
from app.market.shops.queries import shops_owned_by

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


bp = Blueprint("applications", __name__)

ROWS_A_PAGE = 30


@bp.route("/lapak/edisi/<day:first_day>/lamar", methods=["GET", "POST"])
@bp.route("/lapak/edisi/<day:first_day>/<slug:site>/lamar", methods=["GET", "POST"])
@signed_in
def apply(first_day: date, site: str | None = None) -> ResponseReturnValue:
    """Ask for a booth of an edition, or change what one asked for."""
    now = clock.now()
    me = actor()
    with reading() as session:
        edition = booth_queries.edition_on_or_refuse(session, first_day, site)
        shops = shops_owned_by(session, me.person_id)
        chosen = next((shop for shop in shops if shop.slug == arg_text("toko")), shops[0] if shops else None)
        zones = [zone for zone in booth_queries.zones_of(session, edition.site.id, edition.site.method) if zone.method is not Method.DIRECT]
        zones = _bookable(zones, booth_queries.cells(session, edition.days[0].id, now))
        there = queries.application_of(session, edition.id, chosen.id) if chosen else None
    form = ApplyForm(request.form, **_asked_for(there, chosen.id if chosen else None))
    form.shop.choices = [(str(shop.id), shop.name) for shop in shops]
    form.zone.choices = [(str(zone.id), zone.name) for zone in zones]
    form.day.choices = [("", _("Hari mana saja")), *((str(day.id), formats.weekday_month(day.held_on)) for day in edition.days)]
    form.day.required = False
    if request.method == "POST" and form.validate():
        wish = actions.Wish(
            int(form.zone.data),
            int(form.day.data) if form.day.data else None,
            form.goods.data,
            bool(form.gas.data),
            int(form.power.data),
            form.document.data,
        )
        try:
            actions.apply_for_edition(me, edition.id, int(form.shop.data), wish, once.key_from(request.form))
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no)
        else:
            say(_("Permohonan tersimpan. Jawabannya ada di Giliran saya dan di Kabar."))
            return see_other("/lapak/giliran")
    may_change = policy.may_apply(edition, now) and (there is None or policy.may_change(there, edition, now))
    return page(
        "market/applications/apply.html",
        edition=edition,
        day=edition.days[0],
        phase=edition.phase(now),
        form=form,
        shops=shops,
        chosen=chosen,
        there=there,
        may_change=may_change,
        zones=zones,
        reasons=rules.REFUSAL_REASONS,
    ), 422 if form.is_refused else 200


def _bookable(zones: list[ZoneView], cells: list[Cell]) -> list[ZoneView]:
    """Without the zones that are city desks only."""
    open_zones = {cell.zone_id for cell in cells if cell.is_bookable}
    return [zone for zone in zones if zone.id in open_zones] if cells else zones


def _asked_for(there: queries.ApplicationView | None, shop_id: int | None) -> dict[str, object]:
    if there is None:
        return {"shop": str(shop_id) if shop_id else None, "power": "0", "document": "none", "day": ""}
    return {
        "shop": str(there.shop_id),
        "zone": str(there.zone_id),
        "day": str(there.market_day_id or ""),
        "goods": there.goods,
        "gas": there.needs_gas,
        "power": str(there.power_va),
        "document": there.document,
    }


@bp.route("/lapak/lamaran/<id:application_id>/batal", methods=["POST"])
@signed_in
def withdraw(application_id: int) -> ResponseReturnValue:
    actions.withdraw(actor(), application_id)
    say(_("Permohonan ditarik. Sebelum ditutup, Anda boleh mengajukan lagi."))
    return see_other("/lapak/giliran")


@bp.route("/petugas/lamaran")
@staff(Role.OFFICER)
def waiting() -> ResponseReturnValue:
    """To the edition whose applications wait first."""
    now = clock.now()
    with reading() as session:
        coming = [
            edition for edition in booth_queries.coming(session, clock.day_of(now)) if edition.phase(now) in (Phase.OPEN, Phase.ARRANGING)
        ]
        counts = queries.waiting_by_edition(session, [edition.id for edition in coming])
    asked = [edition for edition in coming if edition.site.method is not Method.DIRECT]
    first = next((edition for edition in asked if counts.get(edition.id, (0, 0))[1]), asked[0] if asked else None)
    return see_other(f"/petugas/edisi/{first.id}/lamaran" if first else "/petugas/edisi")


@bp.route("/petugas/edisi/<id:edition_id>/lamaran")
@staff(Role.OFFICER)
def queue(edition_id: int) -> ResponseReturnValue:
    """Who asked for a booth, who waits longest first."""
    now = clock.now()
    with reading() as session:
        edition = booth_queries.edition_or_refuse(session, edition_id)
        every = queries.queue(session, edition_id)
        zones = booth_queries.zones_of(session, edition.site.id, edition.site.method)
        free = [
            (day, cell)
            for day in edition.days
            if day.arrive_by > now
            for cell in booth_queries.cells(session, day.id, now)
            if cell.state is BoothDayState.FREE and cell.is_bookable
        ]
    zone_id = arg_int("zona", 0, 0, 10**15)
    waiting_ones = [view for view in every if view.waits and zone_id in (0, view.zone_id)]
    number = arg_int("hal", 1, 1, max(1, -(-len(waiting_ones) // ROWS_A_PAGE)))
    shown = waiting_ones[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    return page(
        "market/applications/queue.html",
        edition=edition,
        phase=edition.phase(now),
        zones=zones,
        zone_id=zone_id,
        waiting=waiting_ones,
        shown=[(view, _places(view, free)) for view in shown],
        decided=[view for view in every if not view.waits],
        free=len(free),
        number=number,
        pages=-(-len(waiting_ones) // ROWS_A_PAGE),
        reasons=rules.REFUSAL_REASONS,
        documents=rules.DOCUMENTS,
        may_decide=policy.may_assign(edition.state) and edition.phase(now) in (Phase.OPEN, Phase.ARRANGING, Phase.RUNNING),
    )


def _places(view: queries.ApplicationView, free: list[tuple[booth_queries.Day, Cell]]) -> list[tuple[str, str]]:
    """The free booths that fit an application: in the zone it asked for, or, when none is left there, in any."""
    fitting = [
        (day, cell)
        for day, cell in free
        if rules.fits(view.needs_gas, view.power_va, cell.has_gas, cell.power_va) and view.market_day_id in (None, day.id)
    ]
    wished = [(day, cell) for day, cell in fitting if cell.zone_id == view.zone_id]
    return [(f"{day.id}-{cell.booth_id}", f"{cell.code}, {formats.day_name(day.held_on)}") for day, cell in wished or fitting]


@bp.route("/petugas/lamaran/<id:application_id>/beri", methods=["POST"])
@staff(Role.OFFICER)
def assign(application_id: int) -> ResponseReturnValue:
    """Give an applicant a booth."""
    form = AssignForm(request.form)
    day, _dash, booth = (request.form.get("place", "")).partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (day, booth)):
        raise Refusal(form.place.missing)
    actions.assign(actor(), application_id, int(day), int(booth), once.key_from(request.form))
    say(_("Lapak diberikan. Penjual sudah diberi tahu dan menjawab sampai batas waktunya."))
    return see_other(_queue_page())


def _queue_page() -> str:
    """The page of the queue the officer stood on."""
    given = request.form.get("kembali", "")
    return given if given.startswith("/petugas/edisi/") and is_local(given) else "/petugas/lamaran"


@bp.route("/petugas/lamaran/<id:application_id>/tolak", methods=["POST"])
@staff(Role.OFFICER)
def refuse(application_id: int) -> ResponseReturnValue:
    """Say no, with a reason."""
    form = RefuseForm(request.form)
    if not form.validate():
        raise Refusal(form.reason.errors[0])
    actions.refuse_application(actor(), application_id, form.reason.data)
    say(_("Permohonan ditolak dengan alasan. Pemohon sudah diberi tahu."))
    return see_other(_queue_page())


@bp.route("/petugas/edisi/<id:edition_id>/batal", methods=["GET", "POST"])
@staff(Role.OFFICER)
def cancel_edition(edition_id: int) -> ResponseReturnValue:
    """Call an edition off: asked once, with a reason."""
    with reading() as session:
        edition = booth_queries.edition_or_refuse(session, edition_id)
    form = ReasonForm(request.form)
    if request.method == "POST" and form.validate():
        actions.cancel_edition(actor(), edition_id, form.reason.data)
        say(_("Edisi dibatalkan. Semua yang punya giliran atau permohonan sudah diberi tahu."))
        return see_other(f"/petugas/edisi/{edition_id}")
    return page("market/applications/cancel_edition.html", edition=edition, form=form), 422 if form.is_refused else 200
