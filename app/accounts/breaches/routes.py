"""The admins' register of leaks of data: entries, letters, who was told when."""

from __future__ import annotations

from datetime import datetime, time, timezone

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.breaches import actions, queries, rules
from app.accounts.breaches.actions import Draft
from app.accounts.breaches.forms import BreachForm, ToldForm
from app.accounts.breaches.rules import Audience, Way
from app.core import clock, once
from app.core.access import Role, actor, freshly_proved, staff
from app.core.db import reading
from app.core.refusals import NotThere
from app.core.tables import csv_download, local_moment
from app.core.web import page, say, see_other
from app.core.words import _, spoken

bp = Blueprint("breaches", __name__)

LETTERS = {"lembaga": Audience.AGENCY, "orang": Audience.PEOPLE}


def _at(day: object, moment: object) -> datetime:
    """The instant of a day and a clock time in Kupang, as two fields gave them."""
    assert isinstance(moment, time)
    return datetime.combine(day, moment, clock.WITA).astimezone(timezone.utc)  # type: ignore[arg-type]


def _draft(form: BreachForm) -> Draft:
    noticed_at = _at(form.noticed_on.data, form.noticed_at.data)
    count = form.people_count.data
    return Draft(
        form.title.data,
        form.what.data,
        form.happened.data,
        form.data.data,
        count,
        form.measures.data,
        form.contact.data,
        form.lang.data,
        noticed_at,
    )


def _entry(breach_id: int) -> queries.Entry:
    with reading() as session:
        found = queries.entry(session, breach_id)
    if found is None:
        raise NotThere
    return found


def _version() -> int:
    typed = request.form.get("versi", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise NotThere
    return int(typed)


@bp.route("/petugas/insiden")
@staff(Role.ADMIN)
@freshly_proved
def register() -> ResponseReturnValue:
    with reading() as session:
        found = queries.entries(session)
    return page("accounts/breaches/register.html", entries=found, now=clock.now(), rules=rules)


@bp.route("/petugas/insiden/baru", methods=["GET", "POST"])
@staff(Role.ADMIN)
@freshly_proved
def new() -> ResponseReturnValue:
    local = clock.now().astimezone(clock.WITA)
    form = BreachForm(request.form, data={"lang": "id", "noticed_on": local.date(), "noticed_at": local.time()})
    if request.method == "POST" and form.validate():
        try:
            breach_id = actions.enter(actor(), _draft(form), once.key_from(request.form))
        except actions.StillAhead as no:
            form.refuse(no, "noticed_at")
        else:
            say(_("Insiden dicatat. Jam 3×24 sudah berjalan."))
            return see_other(url_for("breaches.breach", breach_id=breach_id))
    return page("accounts/breaches/form.html", form=form, entry=None), 422 if form.is_refused else 200


@bp.route("/petugas/insiden/<id:breach_id>", methods=["GET", "POST"])
@staff(Role.ADMIN)
@freshly_proved
def breach(breach_id: int) -> ResponseReturnValue:
    """One entry; a POST writes down who was told."""
    found, now = _entry(breach_id), clock.now()
    local = now.astimezone(clock.WITA)
    form = ToldForm(request.form, data={"told_on": local.date(), "told_at": local.time(), "people_count": 0})
    if request.method == "POST" and form.validate():
        told_at = _at(form.told_on.data, form.told_at.data)
        audience, way = Audience(form.audience.data), Way(form.way.data)
        try:
            actions.note_told(actor(), breach_id, audience, way, form.people_count.data, told_at, once.key_from(request.form))
        except (actions.StillAhead, actions.ToldBeforeNoticed) as no:
            form.refuse(no, "told_at")
        else:
            say(_("Dicatat."))
            return see_other(url_for("breaches.breach", breach_id=breach_id))
    with reading() as session:
        told = queries.told_of(session, breach_id)
    return page("accounts/breaches/breach.html", entry=found, told=told, form=form, now=now, rules=rules), 422 if form.is_refused else 200


@bp.route("/petugas/insiden/<id:breach_id>/ubah", methods=["GET", "POST"])
@staff(Role.ADMIN)
@freshly_proved
def change(breach_id: int) -> ResponseReturnValue:
    found = _entry(breach_id)
    local = found.noticed_at.astimezone(clock.WITA)
    names = ("title", "what", "happened", "data", "people_count", "measures", "contact", "lang")
    form = BreachForm(
        request.form, data={**{name: getattr(found, name) for name in names}, "noticed_on": local.date(), "noticed_at": local.time()}
    )
    if request.method == "POST" and form.validate():
        try:
            actions.change(actor(), breach_id, _version(), _draft(form))
        except actions.StillAhead as no:
            form.refuse(no, "noticed_at")
        except actions.ChangedMeanwhile as no:
            form.refuse(no)
        else:
            say(_("Perubahan tersimpan."))
            return see_other(url_for("breaches.breach", breach_id=breach_id))
    # What was on the screen when the change was typed: a form shown again must not overwrite what came in between.
    version = request.form.get("versi", str(found.version))
    return page("accounts/breaches/form.html", form=form, entry=found, version=version), 422 if form.is_refused else 200


@bp.route("/petugas/insiden/<id:breach_id>/surat/<any(lembaga, orang):to>")
@staff(Role.ADMIN)
@freshly_proved
def letter(breach_id: int, to: str) -> ResponseReturnValue:
    """The letter that article 46 asks for, in the language of the entry, ready to print."""
    found = _entry(breach_id)
    with spoken(found.lang):
        body = Markup(page("accounts/breaches/letter_text.html", entry=found, to=to, today=clock.today()))  # noqa: S704 - our own template
    return page("accounts/breaches/letter.html", entry=found, to=to, body=body, rules=rules, audience=LETTERS[to])


@bp.route("/petugas/insiden/<id:breach_id>/tutup", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def close(breach_id: int) -> ResponseReturnValue:
    actions.close(actor(), breach_id, _version())
    say(_("Insiden ditutup."))
    return see_other(url_for("breaches.breach", breach_id=breach_id))


@bp.route("/petugas/insiden/<id:breach_id>/buka", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def reopen(breach_id: int) -> ResponseReturnValue:
    actions.reopen(actor(), breach_id, _version())
    say(_("Insiden dibuka lagi."))
    return see_other(url_for("breaches.breach", breach_id=breach_id))


@bp.route("/petugas/insiden/unduh", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def export() -> ResponseReturnValue:
    """The register as a table for a spreadsheet."""
    head = [
        _("Nomor"), _("Nama singkat kejadian"), _("Diketahui"), _("Batas waktu"), _("Data apa saja yang terkena"), _("Orang terkena"),
        _("Lembaga diberi tahu"), _("Orang diberi tahu"), _("Keadaan"), _("Tindakan"),
    ]  # fmt: skip
    rows: list[list[str | int | None]] = [
        [
            one.id, one.title, local_moment(one.noticed_at), local_moment(one.due_at), one.data, one.people_count,
            local_moment(one.agency_told_at), local_moment(one.people_told_at), str(rules.STATE_WORDS[one.state]), one.measures,
        ]
        for one in actions.export(actor())
    ]  # fmt: skip
    return csv_download("insiden.csv", head, rows)
