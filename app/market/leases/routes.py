"""Container booths: what is free, asking for one, and the officers' decisions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, request

from app.core import clock, formats, once
from app.core.access import Role, actor, freshly_proved, public, signed_in, staff, visitor_or_actor
from app.core.db import reading
from app.core.pagecache import cached
from app.core.refusals import NotThere, Refusal
from app.core.web import page, say, see_other
from app.core.words import _
from app.market.leases import actions, queries, rules
from app.market.leases.forms import LeaseForm, LeaseRefusalForm
from app.market.leases.models import LeaseState
from app.market.shops.queries import shops_owned_by

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("leases", __name__)


@bp.route("/lapak/kontainer")
@public
@cached("booths")
def containers() -> ResponseReturnValue:
    """The containers, what is free from when, and the form for a member with a shop."""
    return _containers(None)


@bp.route("/lapak/kontainer/ajukan", methods=["GET", "POST"])
@signed_in
def apply() -> ResponseReturnValue:
    """Ask for a container. Opening the address alone leads to the form."""
    if request.method == "GET":
        return see_other("/lapak/kontainer#ajukan")
    form = LeaseForm(request.form)
    _fill(form)
    if form.validate():
        first = date.fromisoformat(form.first_month.data)
        try:
            actions.apply_for_unit(
                actor(), int(form.unit.data), int(form.shop.data), first, form.months.data, form.use.data, once.key_from(request.form)
            )
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no)
        else:
            say(_("Permohonan kontainer terkirim. Jawabannya ada di Giliran saya dan di Kabar."))
            return see_other("/lapak/giliran#kontainer")
    return _containers(form), 422


def _fill(form: LeaseForm) -> None:
    """Give the form its choices: units that can be leased, months ahead, the member's shops."""
    today = clock.today()
    with reading() as session:
        units = queries.units(session, today)
        shops = shops_owned_by(session, actor().person_id)
    form.unit.choices = [(str(unit.id), f"{unit.code}, {unit.site_name}") for unit in units if unit.is_bookable and unit.free_from]
    form.shop.choices = [(str(shop.id), shop.name) for shop in shops]
    form.first_month.choices = [
        (month.isoformat(), formats.month(month)) for month in rules.months_from(rules.earliest(today), rules.MONTHS_AHEAD)
    ]


def _containers(form: LeaseForm | None) -> str:
    today = clock.today()
    me = visitor_or_actor()
    with reading() as session:
        units = queries.units(session, today)
        mine = [view for view in queries.leases_of(session, me.person_id) if _is_current(view, today)] if me else []
        has_shop = bool(me and shops_owned_by(session, me.person_id))
        waiting = queries.waiting_count(session)
    if form is None and has_shop and not mine:
        form = LeaseForm(None, months=6)
        _fill(form)
        form.shop.process_data(form.shop.choices[0][0])
    return page(
        "market/leases/containers.html",
        units=units,
        form=form,
        mine=mine[0] if mine else None,
        has_shop=has_shop,
        waiting=waiting,
        earliest=rules.earliest(today),
        free={str(unit.id): unit for unit in units},
        reasons=rules.REFUSAL_REASONS,
        monthly=max((unit.monthly_rupiah for unit in units), default=0),
        deposit=max((unit.deposit_rupiah for unit in units), default=0),
    )


def _is_current(view: queries.LeaseView, today: date) -> bool:
    return view.state is LeaseState.APPLIED or (view.state is LeaseState.RUNNING and view.ends_on >= today)


@bp.route("/lapak/kontainer/permohonan/<id:lease_id>/batal", methods=["POST"])
@signed_in
def withdraw(lease_id: int) -> ResponseReturnValue:
    actions.withdraw(actor(), lease_id)
    say(_("Permohonan kontainer ditarik."))
    return see_other("/lapak/kontainer")


@bp.route("/petugas/kontainer")
@staff(Role.OFFICER)
def desk() -> ResponseReturnValue:
    """Askings that wait, and the leases that run."""
    today = clock.today()
    with reading() as session:
        waiting = queries.waiting(session)
        running = queries.running(session, today)
        units = queries.units(session, today)
    last_months = {
        view.id: [
            month for month in rules.months_from(view.first_month, view.months) if month >= rules.month_of(today) and month <= view.ends_on
        ]
        for view in running
    }
    return page(
        "market/leases/desk.html",
        waiting=waiting,
        running=running,
        units=units,
        last_months=last_months,
        reasons=rules.REFUSAL_REASONS,
        today=today,
    )


@bp.route("/petugas/kontainer/<id:lease_id>/setujui", methods=["POST"])
@staff(Role.OFFICER)
def approve(lease_id: int) -> ResponseReturnValue:
    actions.approve(actor(), lease_id)
    say(_("Sewa disetujui. Pemohon sudah diberi tahu."))
    return see_other("/petugas/kontainer")


@bp.route("/petugas/kontainer/<id:lease_id>/tolak", methods=["POST"])
@staff(Role.OFFICER)
def refuse(lease_id: int) -> ResponseReturnValue:
    form = LeaseRefusalForm(request.form)
    if not form.validate():
        raise Refusal(form.reason.errors[0], back="/petugas/kontainer")
    actions.refuse(actor(), lease_id, form.reason.data)
    say(_("Permohonan ditolak dengan alasan. Pemohon sudah diberi tahu."))
    return see_other("/petugas/kontainer")


@bp.route("/petugas/kontainer/<id:lease_id>/akhiri", methods=["GET", "POST"])
@staff(Role.OFFICER)
@freshly_proved
def end_early(lease_id: int) -> ResponseReturnValue:
    """End a lease before its time: asked once. The later months are free again."""
    today = clock.today()
    with reading() as session:
        lease = queries.lease(session, lease_id)
    if lease is None or lease.state is not LeaseState.RUNNING:
        raise NotThere
    choices = [
        month for month in rules.months_from(lease.first_month, lease.months) if month >= rules.month_of(today) and month <= lease.ends_on
    ]
    before = rules.month_of(today)
    if lease.first_month > before:
        choices = [before, *choices]
    if request.method == "POST":
        chosen = next((month for month in choices if month.isoformat() == request.form.get("sampai")), None)
        if chosen is None:
            raise Refusal(_("Pilih bulan terakhir dari daftar."))
        actions.end_early(actor(), lease_id, chosen)
        say(_("Sewa diakhiri. Bulan sesudahnya bisa disewa orang lain."))
        return see_other("/petugas/kontainer")
    return page("market/leases/end_early.html", lease=lease, choices=choices, before=before)
