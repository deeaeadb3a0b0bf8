"""Phone and e-mail of an account: proving, changing, taking back; signing in by a code."""

from __future__ import annotations

from flask import Blueprint, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts.contacts import actions, queries, rules
from app.accounts.contacts.forms import CodeForm, EmailForm, EntryForm, NumberForm
from app.accounts.entries.routes import note_after
from app.accounts.entries.rules import Outcome, Way
from app.accounts.people.actions import HalfSignedIn, SignedIn
from app.accounts.people.routes import HALF, device, enter, half_signer
from app.accounts.proofs import queries as proof_queries
from app.accounts.proofs.models import Purpose
from app.core import clock, mail, messages, once
from app.core.access import actor, freshly_proved, public, signed_in, visitor_or_actor
from app.core.db import reading
from app.core.forms import Form
from app.core.refusals import NotThere, Refusal, TooFast
from app.core.web import FormTooOld, is_local, page, safe_next, say, see_other
from app.core.words import _

bp = Blueprint("contacts", __name__)


@bp.errorhandler(FormTooOld)
def form_too_old(error: FormTooOld) -> ResponseReturnValue:
    """A second tap on the code's button comes from a form of before the sign-in: it is in already, so go on."""
    if request.endpoint in ("contacts.ask_entry", "contacts.entry_code"):
        return see_other(safe_next("/"))
    everywhere_else = current_app.error_handler_spec[None][None][Refusal]
    return everywhere_else(error)  # type: ignore[return-value]


def _mine() -> queries.Contacts:
    with reading() as database:
        mine = queries.contacts(database, actor().person_id)
    if mine is None:
        raise NotThere
    return mine


def _refused(template: str, form: Form, no: Refusal, field: str, **context: object) -> ResponseReturnValue:
    """The page again, with the sentence beside the field; a brake says when to come back."""
    form.refuse(no, field)
    if isinstance(no, TooFast):
        return page(template, form=form, **context), 429, {"Retry-After": str(no.seconds)}
    return page(template, form=form, **context), 422


# My contacts


@bp.route("/akun/kontak")
@signed_in
def overview() -> ResponseReturnValue:
    me, now = actor().person_id, clock.now()
    with reading() as database:
        mine = queries.contacts(database, me)
        changes = queries.changes(database, me, now)
        waiting = proof_queries.waits_for(database, Purpose.EMAIL, me, now)
    if mine is None:
        raise NotThere
    return page(
        "accounts/contacts/overview.html", mine=mine, changes=changes, waiting=waiting, has_gateway=messages.is_on(), has_mail=mail.is_on()
    )


@bp.route("/akun/kontak/nomor/buktikan", methods=["GET", "POST"])
@signed_in
def prove_number() -> ResponseReturnValue:
    """A code to my number: asked for by a button, so that no link sends messages."""
    mine = _mine()
    if mine.phone is None or mine.phone_proven_at is not None:
        return see_other(url_for("contacts.overview"))
    if request.method == "POST":
        actions.ask_own_code(actor(), once.key_from(request.form), address=request.remote_addr)
        return see_other(url_for("contacts.prove_code"))
    return page("accounts/contacts/prove.html", mine=mine, has_gateway=messages.is_on())


@bp.route("/akun/kontak/nomor/buktikan/kode", methods=["GET", "POST"])
@signed_in
def prove_code() -> ResponseReturnValue:
    mine = _mine()
    if mine.phone is None or mine.phone_proven_at is not None:
        return see_other(url_for("contacts.overview"))
    if _waiting() != mine.phone:
        return see_other(url_for("contacts.prove_number"))
    form, context = CodeForm(request.form), {"phone": mine.phone, "again": "contacts.prove_number", "action": "contacts.prove_code"}
    if request.method == "POST" and form.validate():
        try:
            actions.prove_own(actor(), form.code.data)
        except Refusal as no:
            return _refused("accounts/contacts/code.html", form, no, "code", **context)
        say(_("Nomor Anda sudah dibuktikan."))
        return see_other(url_for("contacts.overview"))
    return page("accounts/contacts/code.html", form=form, **context), 422 if form.is_refused else 200


def _waiting() -> str | None:
    """The number that a code of the actor's went to."""
    with reading() as database:
        return proof_queries.waits_for(database, Purpose.PHONE, actor().person_id, clock.now())


@bp.route("/akun/kontak/nomor/ganti", methods=["GET", "POST"])
@signed_in
@freshly_proved
def change_number() -> ResponseReturnValue:
    form, context = NumberForm(request.form), {"mine": _mine(), "has_gateway": messages.is_on()}
    if request.method == "POST" and form.validate():
        try:
            waits = actions.ask_change(actor(), form.phone.data, once.key_from(request.form), address=request.remote_addr)
        except Refusal as no:
            return _refused("accounts/contacts/change.html", form, no, "phone", **context)
        if waits:
            return see_other(url_for("contacts.change_code"))
        say(_("Nomor HP diganti. Mulai sekarang masuk dengan nomor yang baru."))
        return see_other(url_for("contacts.overview"))
    return page("accounts/contacts/change.html", form=form, **context), 422 if form.is_refused else 200


@bp.route("/akun/kontak/nomor/ganti/kode", methods=["GET", "POST"])
@signed_in
@freshly_proved
def change_code() -> ResponseReturnValue:
    phone = _waiting()
    if phone is None:  # a second tap of the right code comes here too
        return see_other(url_for("contacts.overview" if request.method == "POST" else "contacts.change_number"))
    form, context = CodeForm(request.form), {"phone": phone, "again": "contacts.change_number", "action": "contacts.change_code"}
    if request.method == "POST" and form.validate():
        try:
            actions.prove_new(actor(), form.code.data)
        except Refusal as no:
            return _refused("accounts/contacts/code.html", form, no, "code", **context)
        say(_("Nomor HP diganti dan sudah dibuktikan. Mulai sekarang masuk dengan nomor yang baru."))
        return see_other(url_for("contacts.overview"))
    return page("accounts/contacts/code.html", form=form, **context), 422 if form.is_refused else 200


# My mailbox


@bp.route("/akun/kontak/email", methods=["GET", "POST"])
@signed_in
@freshly_proved
def email() -> ResponseReturnValue:
    form, context = EmailForm(request.form), {"mine": _mine(), "has_mail": mail.is_on()}
    if request.method == "POST" and form.validate():
        try:
            actions.ask_link(actor(), form.email.data, once.key_from(request.form))
        except Refusal as no:
            return _refused("accounts/contacts/email.html", form, no, "email", **context)
        say(_("Kami mengirim surat ke alamat itu. Buka tautannya dalam 2 jam, di HP mana saja."), "wait")
        return see_other(url_for("contacts.overview"))
    return page("accounts/contacts/email.html", form=form, **context), 422 if form.is_refused else 200


@bp.route("/akun/kontak/email/lepas", methods=["POST"])
@signed_in
@freshly_proved
def remove_email() -> ResponseReturnValue:
    actions.remove_email(actor())
    say(_("E-mail sudah dilepas dari akun Anda."))
    return see_other(url_for("contacts.overview"))


@bp.route("/akun/kontak/email/buka/<code:token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> ResponseReturnValue:
    """The link of a letter. Opening it does nothing (mail programs open links by themselves); the button connects the mailbox.

    Who has the letter proves the mailbox; the account is the one that asked, whoever is signed in here.
    """
    with reading() as database:
        seen = proof_queries.look_at_link(database, Purpose.EMAIL, token, clock.now())
        name = queries.name_of(database, seen.person_id) if seen else None
        connected = None if seen else queries.connected_by(database, proof_queries.spent_link(database, Purpose.EMAIL, token))
    if connected is not None:  # a second tap, or a second look
        return page("accounts/contacts/confirmed.html", refusal=None, email=connected)
    if seen is None or name is None:
        return page("accounts/contacts/confirmed.html", refusal=actions.LinkOver(), email=None), 410
    if request.method == "POST":
        try:
            address = actions.confirm_email(token)
        except Refusal as no:
            return page("accounts/contacts/confirmed.html", refusal=no, email=None), 410 if isinstance(no, actions.LinkOver) else 422
        return page("accounts/contacts/confirmed.html", refusal=None, email=address)
    return page("accounts/contacts/confirm.html", email=seen.target, name=name, token=token)


# Signing in by a code

ENTRY = "kode_hp"  # in the cookie, between the number and the code


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="entry by code")


def _asked() -> tuple[str, str, bool] | None:
    """The number this browser asked a code for, the secret that the code is bound to, and whether to remember the device."""
    try:
        phone, asker, is_remembered = _signer().loads(session.get(ENTRY, ""), max_age=rules.ENTRY_WAITS_SECONDS)
    except BadSignature:
        return None
    return str(phone), str(asker), bool(is_remembered)


def _next() -> str:
    given = request.values.get("next", "")
    return given if is_local(given) else ""


@bp.route("/masuk/kode-hp", methods=["GET", "POST"])
@public
def ask_entry() -> ResponseReturnValue:
    """A number; the answer is the same whether or not somebody has proven it."""
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    if not messages.is_on():
        say(_("Masuk dengan kode belum ada di sini. Masuk dengan kata sandi."), "wait")
        return see_other(url_for("people.sign_in", next=_next() or None))
    asked = _asked()
    form = EntryForm(request.form, data={"phone": asked[0], "remember": asked[2]} if asked else None)
    if request.method == "POST" and form.validate():
        try:
            asker = actions.ask_entry_code(form.phone.data, once.key_from(request.form), address=request.remote_addr)
        except TooFast as no:
            return _refused("accounts/contacts/entry.html", form, no, "phone", next=_next())
        session.clear()
        session[ENTRY] = _signer().dumps([form.phone.data, asker, bool(form.remember.data)])
        return see_other(url_for("contacts.entry_code", next=_next() or None))
    return page("accounts/contacts/entry.html", form=form, next=_next()), 422 if form.is_refused else 200


@bp.route("/masuk/kode-hp/kode", methods=["GET", "POST"])
@public
def entry_code() -> ResponseReturnValue:
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    asked = _asked()
    if asked is None:
        return see_other(url_for("contacts.ask_entry", next=_next() or None))
    phone, asker, is_remembered = asked
    form, context = CodeForm(request.form), {"phone": phone, "next": _next()}
    if request.method == "POST" and form.validate():
        try:
            signed = actions.enter_by_code(
                phone, asker, form.code.data, device=device(), is_remembered=is_remembered, address=request.remote_addr
            )
        except Refusal as no:
            if isinstance(no, actions.CodeNoMatch) and no.person_id is not None:
                note_after([no.person_id], Way.CODE, Outcome.WRONG_CODE, device())
            return _refused("accounts/contacts/entry_code.html", form, no, "code", **context)
        return _on(signed)
    return page("accounts/contacts/entry_code.html", form=form, **context), 422 if form.is_refused else 200


def _on(signed: SignedIn | HalfSignedIn) -> ResponseReturnValue:
    """In, or on to the second factor: a code to the number is the first one only."""
    if isinstance(signed, HalfSignedIn):
        session.clear()
        session[HALF] = half_signer().dumps([signed.person_id, signed.mark, signed.is_remembered])
        return see_other(url_for("factors.code", next=_next() or None))
    enter(signed, Way.CODE)
    if signed.needs_factor:
        say(_("Peran Anda di sini memerlukan pengaman kedua. Pasang dulu, sebentar saja."), "info")
        return see_other(url_for("factors.overview"))
    return see_other(safe_next("/"))
