"""Booking a booth, asking for one, answering; and the officers' queue."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from app.core import clock, formats, once
from app.core.access import Role, actor, signed_in, staff
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import arg_int, arg_text, is_local, page, say, see_other
from app.core.words import _
from app.market.booths import queries as booth_queries
from app.market.booths.actions import HoldOver
from app.market.booths.forms import ReasonForm
from app.market.booths.models import BoothDayState, Method
from app.market.booths.queries import Cell, EditionView, ZoneView
from app.market.booths.rules import Phase, Plot, drawing
from app.market.rota import actions, policy, queries, rules
from app.market.rota.forms import ApplyForm, AssignForm, BookForm, RefuseForm
from app.market.rota.models import TurnState
from app.market.shops.models import ShopRole
from app.market.shops.queries import shops_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("rota", __name__)

ROWS_A_PAGE = 30


def _edition_on(first_day: date, site: str | None) -> EditionView:
    with reading() as session:
        found = booth_queries.edition_on(session, first_day, site)
    if found is None:
        raise NotThere
    return found


def _asked_day(edition: EditionView, now: datetime) -> booth_queries.Day:
    asked = arg_text("hari") or request.form.get("hari", "")
    return edition.day(next((day.held_on for day in edition.days if day.held_on.isoformat() == asked), None), now)


# Booking directly


@bp.route("/lapak/edisi/<day:first_day>/pesan", methods=["GET", "POST"])
@bp.route("/lapak/edisi/<day:first_day>/<slug:site>/pesan", methods=["GET", "POST"])
@signed_in
def book(first_day: date, site: str | None = None) -> ResponseReturnValue:
    """The free booths of a day, and the one that is kept for the member."""
    now = clock.now()
    edition = _edition_on(first_day, site)
    day = _asked_day(edition, now)
    address = url_for("rota.book", first_day=edition.first_day, site=edition.site.slug, hari=day.held_on.isoformat())
    form = BookForm(request.form)
    with reading() as session:
        mine = queries.turn_on(session, actor().person_id, day.id)
    if request.method == "POST" and mine is None:
        say(str(HoldOver()), "bad")
        return see_other(address)
    if request.method == "POST" and mine is not None:
        if request.form.get("lepas"):
            actions.release(actor(), mine.turn_id)
            say(_("Lapak dilepas. Tidak apa-apa."))
            return see_other(address)
        if form.validate():
            try:
                actions.confirm(actor(), mine.turn_id, form.goods.data, once.key_from(request.form))
            except HoldOver as no:
                say(str(no), "bad")
                return see_other(address)
            say(_("Lapak sudah dipesan. Sampai bertemu di pasar."))
            return see_other("/lapak/giliran")
    return _book_page(edition, day, form, now), 422 if form.is_refused else 200


def _book_page(edition: EditionView, day: booth_queries.Day, form: BookForm, now: datetime) -> str:
    me = actor()
    first, until = rules.month_around(day.held_on)
    with reading() as session:
        cells = booth_queries.cells(session, day.id, now)
        zones = booth_queries.zones_of(session, edition.site.id, edition.site.method, cells)
        shops = [shop for shop in shops_of(session, me.person_id) if shop.role is ShopRole.OWNER]
        turn = queries.turn_on(session, me.person_id, day.id)
        booked = queries.booked_days(session, me.person_id, edition.site.id, first, until) if edition.site.most_a_month else []
        before = queries.turns_of(session, me.person_id) if turn else []
    if turn is not None and turn.answer_by is not None and turn.answer_by <= now and turn.state in (TurnState.HELD, TurnState.OFFERED):
        turn = None
    if turn is not None and request.method == "GET" and not form.goods.typed:
        form.goods.process_data(next((view.goods for view in before if view.goods), ""))
    direct = {zone.id for zone in zones if zone.method is Method.DIRECT}
    mine = next((cell for cell in cells if turn and cell.booth_id == turn.booth_id), None)
    is_open = edition.phase(now) is Phase.OPEN
    free = [cell for cell in cells if cell.state is BoothDayState.FREE and cell.is_bookable and cell.zone_id in direct and is_open]
    held = [cell for cell in cells if cell.state is BoothDayState.OFFERED and cell is not mine]
    free_ids = {cell.booth_id for cell in free}
    plots = [_book_plot(cell, cell is mine, cell.booth_id in free_ids) for cell in cells]
    return page(
        "market/rota/book.html",
        edition=edition,
        day=day,
        phase=edition.phase(now),
        plan=drawing([(zone.name, zone.box) for zone in zones], plots),
        zones=zones,
        free=free,
        held=held,
        mine=mine,
        turn=turn,
        shops=shops,
        shop=next((shop for shop in shops if turn and shop.id == turn.shop_id), None),
        booked=booked,
        form=form,
        now=now,
        is_direct=bool(direct),
        held_until=max((cell.offered_until for cell in held if cell.offered_until), default=None),
    )


def _book_plot(cell: Cell, is_mine: bool, is_free: bool) -> Plot:
    if is_mine:
        return Plot(cell.x, cell.y, cell.code, "mine", _("{code}, untuk Anda", code=cell.code), "#ditahan", cell.is_accessible)
    if is_free:
        return Plot(
            cell.x,
            cell.y,
            cell.code,
            "free",
            _("{code}, kosong, bisa dipesan", code=cell.code),
            f"#l-{cell.code.lower()}",
            cell.is_accessible,
        )
    look = {BoothDayState.OFFERED: "held", BoothDayState.BLOCKED: "city"}.get(cell.state, "")
    return Plot(cell.x, cell.y, cell.code, look, "", "", cell.is_accessible)


@bp.route("/lapak/edisi/<day:first_day>/<slug:site>/tahan", methods=["POST"])
@signed_in
def hold(first_day: date, site: str) -> ResponseReturnValue:
    """Keep one free booth for a quarter of an hour."""
    now = clock.now()
    edition = _edition_on(first_day, site)
    day = _asked_day(edition, now)
    back = url_for("rota.book", first_day=edition.first_day, site=edition.site.slug, hari=day.held_on.isoformat())
    code = request.form.get("lapak", "")[:12]
    shop = request.form.get("toko", "")
    if not code:
        say(_("Pilih lapak."), "bad")
        return see_other(back)
    try:
        actions.hold(
            actor(), day.id, code, int(shop) if shop.isascii() and shop.isdigit() and len(shop) < 18 else None, once.key_from(request.form)
        )
    except NotThere:
        raise
    except Refusal as no:
        say(str(no), "bad")
        return see_other(back)
    return see_other(back + "#ditahan")


# Asking for a turn


@bp.route("/lapak/edisi/<day:first_day>/lamar", methods=["GET", "POST"])
@bp.route("/lapak/edisi/<day:first_day>/<slug:site>/lamar", methods=["GET", "POST"])
@signed_in
def apply(first_day: date, site: str | None = None) -> ResponseReturnValue:
    """Ask for a booth of an edition, or change what one asked for."""
    now = clock.now()
    me = actor()
    edition = _edition_on(first_day, site)
    with reading() as session:
        shops = [shop for shop in shops_of(session, me.person_id) if shop.role is ShopRole.OWNER]
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
        "market/rota/apply.html",
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


# Answering


@bp.route("/lapak/giliran/<id:turn_id>/jawab", methods=["POST"])
@signed_in
def answer(turn_id: int) -> ResponseReturnValue:
    """Yes, I come; or: I can't."""
    if request.form.get("jawab") == "ya":
        actions.accept(actor(), turn_id)
        say(_("Terima kasih. Lapak itu milik Anda pada hari itu."))
    else:
        actions.release(actor(), turn_id)
        say(_("Terima kasih sudah memberi tahu. Lapak ditawarkan kepada yang lain, dan tempat Anda dalam urutan tetap."))
    return see_other("/lapak/giliran")


@bp.route("/lapak/giliran/<id:turn_id>/kembalikan", methods=["GET", "POST"])
@signed_in
def give_back(turn_id: int) -> ResponseReturnValue:
    """Return a confirmed turn: asked once, on a page of its own."""
    if request.method == "POST":
        actions.give_back(actor(), turn_id)
        say(_("Giliran dikembalikan. Lapak dibuka lagi untuk yang lain."))
        return see_other("/lapak/giliran")
    with reading() as session:
        turn = queries.turn_of(session, actor().person_id, turn_id)
    if turn is None or turn.state is not TurnState.CONFIRMED:
        raise NotThere
    return page("market/rota/give_back.html", turn=turn, is_open=clock.now() >= turn.opens_at)


# The officers' queue


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


def _edition(edition_id: int) -> EditionView:
    with reading() as session:
        found = booth_queries.edition(session, edition_id)
    if found is None:
        raise NotThere
    return found


@bp.route("/petugas/edisi/<id:edition_id>/lamaran")
@staff(Role.OFFICER)
def queue(edition_id: int) -> ResponseReturnValue:
    """Who asked for a booth, who waits longest first."""
    now = clock.now()
    edition = _edition(edition_id)
    with reading() as session:
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
        "market/rota/queue.html",
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


@bp.route("/petugas/edisi/<id:edition_id>/giliran")
@staff(Role.OFFICER)
def turns(edition_id: int) -> ResponseReturnValue:
    """Who has which booth, day by day."""
    now = clock.now()
    edition = _edition(edition_id)
    day = _asked_day(edition, now)
    with reading() as session:
        standing = {view.booth_id: view for view in queries.standing(session, day.id)}
        cells = booth_queries.cells(session, day.id, now)
    rows = [(cell, standing[cell.booth_id]) for cell in cells if cell.booth_id in standing and cell.turn_id is not None]
    return page("market/rota/turns.html", edition=edition, day=day, rows=rows, phase=edition.phase(now))


@bp.route("/petugas/giliran/<id:turn_id>/batal", methods=["GET", "POST"])
@staff(Role.OFFICER)
def cancel_turn(turn_id: int) -> ResponseReturnValue:
    """End somebody's turn: asked once, with a reason."""
    with reading() as session:
        turn = queries.any_turn(session, turn_id)
    if turn is None:
        raise NotThere
    form = ReasonForm(request.form)
    if request.method == "POST" and form.validate():
        actions.cancel_turn(actor(), turn_id, form.reason.data)
        say(_("Giliran dibatalkan. Penjual sudah diberi tahu."))
        return see_other("/petugas/edisi")
    return page("market/rota/cancel_turn.html", turn=turn, form=form), 422 if form.is_refused else 200


@bp.route("/petugas/edisi/<id:edition_id>/batal", methods=["GET", "POST"])
@staff(Role.OFFICER)
def cancel_edition(edition_id: int) -> ResponseReturnValue:
    """Call an edition off: asked once, with a reason."""
    edition = _edition(edition_id)
    form = ReasonForm(request.form)
    if request.method == "POST" and form.validate():
        actions.cancel_edition(actor(), edition_id, form.reason.data)
        say(_("Edisi dibatalkan. Semua yang punya giliran atau permohonan sudah diberi tahu."))
        return see_other(f"/petugas/edisi/{edition_id}")
    return page("market/rota/cancel_edition.html", edition=edition, form=form), 422 if form.is_refused else 200
