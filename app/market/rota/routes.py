"""Booking a booth, answering; who stands where, for officers."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from app.core import clock, once
from app.core.access import Role, actor, signed_in, staff
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import arg_text, page, say, see_other
from app.core.words import _
from app.market.booths import queries as booth_queries
from app.market.booths.actions import HoldOver
from app.market.booths.forms import ReasonForm
from app.market.booths.models import BoothDayState, Method
from app.market.booths.queries import Cell, EditionView
from app.market.booths.rules import Phase, Plot, drawing
from app.market.rota import actions, queries, rules
from app.market.rota.forms import BookForm
from app.market.rota.models import TurnState
from app.market.shops.queries import shops_owned_by

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("rota", __name__)


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
    with reading() as session:
        edition = booth_queries.edition_on_or_refuse(session, first_day, site)
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
        shops = shops_owned_by(session, me.person_id)
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
    with reading() as session:
        edition = booth_queries.edition_on_or_refuse(session, first_day, site)
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


# Officers end turns


@bp.route("/petugas/edisi/<id:edition_id>/giliran")
@staff(Role.OFFICER)
def turns(edition_id: int) -> ResponseReturnValue:
    """Who has which booth, day by day."""
    now = clock.now()
    with reading() as session:
        edition = booth_queries.edition_or_refuse(session, edition_id)
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
