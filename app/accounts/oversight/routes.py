"""Staff: finding people, roles, suspending, the trail of what staff did."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.factors import queries as factors
from app.accounts.oversight import actions, policy, queries, rules
from app.accounts.oversight.forms import SuspendForm
from app.accounts.oversight.queries import FoundPerson, TrailFilter
from app.accounts.people import actions as people_actions
from app.accounts.people import rules as people_rules
from app.core import clock, formats, once
from app.core.access import STAFF, Role, actor, freshly_proved, staff
from app.core.clock import WITA
from app.core.db import reading
from app.core.forms import clean, read_phone
from app.core.refusals import NotThere, Refusal
from app.core.tables import csv_download
from app.core.web import arg_int, arg_text, page, say, see_other
from app.core.words import _, _n

bp = Blueprint("oversight", __name__)

_LAST = 9_000_000_000_000_000_000  # beyond every id


# People


@bp.route("/petugas/orang", methods=["GET", "POST"])
@staff(Role.ADMIN, Role.MODERATOR)
def people() -> ResponseReturnValue:
    """Who works here; searching is a POST, so that no name and no number stands in an address or a log."""
    me = actor()
    found: list[FoundPerson] | None = None
    words = clean(request.form.get("q", "")[:400], lines=False)[0][:100]
    if request.method == "POST" and words:
        found = actions.search(me, words, read_phone(words))
    with reading() as session:
        workers = queries.with_roles(session) if found is None else []
    return page(
        "accounts/oversight/people.html",
        found=found,
        workers=workers,
        q=words,
        role_words=people_rules.ROLE_WORDS,
        most=queries.MOST_FOUND,
        number=_number,
        now=clock.now(),
    )


def _number(phone: str | None) -> str:
    """A number as this actor may see it."""
    if phone is None:
        return "–"
    shown = formats.phone(phone)
    return shown if policy.may_see_number(actor()) else "••••-" + shown[-4:]


@bp.route("/petugas/orang/<id:person_id>")
@staff(Role.ADMIN, Role.MODERATOR)
@freshly_proved
def person(person_id: int) -> ResponseReturnValue:
    """What staff need to decide about an account, and no more; each look is on record."""
    me = actor()
    found = _found(person_id)
    actions.note_view(me, person_id)
    return _person_page(found, SuspendForm())


def _found(person_id: int) -> FoundPerson:
    with reading() as session:
        found = queries.found_person(session, person_id)
    if found is None:
        raise NotThere
    return found


def _person_page(found: FoundPerson, form: SuspendForm) -> str:
    me, now = actor(), clock.now()
    with reading() as session:
        past = queries.suspensions(session, found.person_id)
        devices = queries.live_devices(session, found.person_id, now)
        has_factor = me.has(Role.ADMIN) and factors.factor(session, found.person_id).works
    return page(
        "accounts/oversight/person.html",
        found=found,
        form=form,
        past=past,
        standing=next((s for s in past if s.holds(now)), None),
        devices=devices,
        may_suspend=policy.may_suspend(me, found.person_id, frozenset(found.roles)),
        may_give=me.has(Role.ADMIN),
        may_remove_factor=has_factor and found.person_id != me.person_id,
        role_words=people_rules.ROLE_WORDS,
        role_hints=people_rules.ROLE_HINTS,
        reason_words=people_rules.SUSPENSION_WORDS,
        number=_number(found.phone),
        is_worker=not STAFF.isdisjoint(found.roles),
    )


@bp.route("/petugas/orang/<id:person_id>/beri", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def give_role(person_id: int) -> ResponseReturnValue:
    role = _role()
    people_actions.give_role(actor(), person_id, role)
    say(_("Peran {role} diberikan.", role=people_rules.ROLE_WORDS[role]))
    return see_other(url_for("oversight.person", person_id=person_id))


@bp.route("/petugas/orang/<id:person_id>/lepas", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def take_role(person_id: int) -> ResponseReturnValue:
    role = _role()
    people_actions.take_role(actor(), person_id, role)
    say(_("Peran {role} dilepas.", role=people_rules.ROLE_WORDS[role]))
    return see_other(url_for("oversight.person", person_id=person_id))


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise NotThere from None


@bp.route("/petugas/orang/<id:person_id>/hentikan", methods=["POST"])
@staff(Role.ADMIN, Role.MODERATOR)
@freshly_proved
def suspend(person_id: int) -> ResponseReturnValue:
    found, form = _found(person_id), SuspendForm(request.form)
    if form.validate():
        last_day = form.until.data
        until_at = datetime.combine(last_day + timedelta(days=1), time(), WITA)
        today = clock.today()
        if not today <= last_day <= today + timedelta(days=rules.MOST_SUSPENDED_DAYS):
            form.refuse(rules.DayOutOfReach(), "until")
        else:
            reason = people_rules.SuspensionReason(form.reason.data)
            try:
                actions.suspend(actor(), person_id, actions.Decision(reason, until_at, form.words.data or ""), once.key_from(request.form))
            except NotThere:
                raise
            except Refusal as no:
                form.refuse(no)
            else:
                say(_("Akun dihentikan. Orangnya diberi tahu alasan dan tanggalnya."))
                return see_other(url_for("oversight.person", person_id=person_id))
    return _person_page(found, form), 422


@bp.route("/petugas/orang/<id:person_id>/izinkan", methods=["POST"])
@staff(Role.ADMIN, Role.MODERATOR)
@freshly_proved
def lift(person_id: int) -> ResponseReturnValue:
    actions.lift(actor(), person_id)
    say(_("Akun bisa dipakai lagi. Orangnya diberi tahu."))
    return see_other(url_for("oversight.person", person_id=person_id))


@bp.route("/petugas/orang/<id:person_id>/keluarkan", methods=["POST"])
@staff(Role.ADMIN, Role.MODERATOR)
@freshly_proved
def end_devices(person_id: int) -> ResponseReturnValue:
    ended = actions.end_devices(actor(), person_id)
    say(_n("Dikeluarkan dari {n} perangkat.", "Dikeluarkan dari {n} perangkat.", ended))
    return see_other(url_for("oversight.person", person_id=person_id))


@bp.route("/petugas/orang/<id:person_id>/lepas-pengaman", methods=["POST"])
@staff(Role.ADMIN)
@freshly_proved
def remove_factor(person_id: int) -> ResponseReturnValue:
    back = url_for("oversight.person", person_id=person_id)
    if request.form.get("ktp") != "ya":
        say(_("Lihat dulu KTP-nya, lalu centang bahwa orangnya ada di depan Anda."), "bad")
        return see_other(back + "#pengaman")
    actions.remove_factor(actor(), person_id)
    say(_("Pengaman kedua dilepas. Orangnya masuk dengan kata sandinya, lalu memasang yang baru."))
    return see_other(back)


# The trail


def _asked() -> TrailFilter:
    """What of the trail the address asks for; what can't be read asks for everything."""
    subject = arg_text("hal-apa", 32)
    return TrailFilter(
        actor_id=arg_int("siapa", 0, 0, _LAST) or None,
        act=arg_text("tindakan", 64),
        subject=subject,
        subject_id=arg_int("nomor", 0, 0, _LAST) or None if subject else None,
        from_at=_midnight(arg_text("dari", 10), 0),
        until_at=_midnight(arg_text("sampai", 10), 1),
    )


def _midnight(day: str, days_later: int) -> datetime | None:
    """The instant a day in Kupang begins, or the next one does; None when it is no day of our calendar."""
    try:
        begins = datetime.combine(datetime.strptime(day, "%Y-%m-%d"), time(), WITA)  # noqa: DTZ007 - combined with WITA here
    except ValueError:
        return None
    return begins + timedelta(days=days_later) if 2000 <= begins.year <= 2100 else None


@bp.route("/petugas/jejak")
@staff(Role.ADMIN)
def trail() -> ResponseReturnValue:
    asked, before = _asked(), arg_int("sebelum", 0, 0, _LAST) or None
    with reading() as session:
        found = queries.trail(session, asked, before)
        workers = queries.with_roles(session)
    shown = found[: queries.PAGE_LENGTH]
    kept: dict[str, Any] = {
        name: value for name in ("siapa", "tindakan", "hal-apa", "nomor", "dari", "sampai") if (value := arg_text(name, 64))
    }
    return page(
        "accounts/oversight/trail.html",
        rows=shown,
        workers=workers,
        kept=kept,
        is_filtered=bool(kept),
        act_words=rules.act_words,
        areas=rules.AREAS,
        subject_link=_subject_link,
        codes=_codes,
        older=url_for("oversight.trail", **kept, sebelum=shown[-1].audit_id) if len(found) > len(shown) else None,
        newest=url_for("oversight.trail", **kept) if before else None,
        table=url_for("oversight.trail_table", **kept),
    )


def _subject_link(row: queries.TrailRow) -> str | None:
    return url_for("oversight.person", person_id=row.subject_id) if row.subject == "person" and row.subject_id else None


def _codes(row: queries.TrailRow) -> str:
    """The codes of a row in one line: `role: officer`."""
    return " · ".join(f"{name}: {value}" for name, value in row.codes.items())


@bp.route("/petugas/jejak.csv")
@staff(Role.ADMIN)
@freshly_proved
def trail_table() -> ResponseReturnValue:
    """The same rows as a table for a spreadsheet; taking it along is on record."""
    asked = _asked()
    actions.note_export(actor(), asked)
    head = ["id", "at_utc", "actor_id", "act", "subject", "subject_id", "codes"]
    with reading() as session:
        rows = (
            [
                row.audit_id,
                row.at.isoformat(),
                row.actor_id,
                row.act,
                row.subject,
                row.subject_id,
                json.dumps(dict(row.codes), sort_keys=True),
            ]
            for row in queries.whole_trail(session, asked)
        )
        return csv_download(f"jejak-{clock.today().isoformat()}.csv", head, rows)
