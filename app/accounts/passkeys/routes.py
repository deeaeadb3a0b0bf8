"""A fingerprint instead of a password; my keys.

A browser's way has two steps: it asks for a challenge (JSON), then sends what the phone made of it as an ordinary form. The challenge
lies signed in the browser's own cookie, for some minutes and one purpose, and is noted as spent once it was answered.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable

from flask import Blueprint, current_app, jsonify, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts.entries.rules import Way
from app.accounts.factors import queries as factors
from app.accounts.factors.routes import half_sign_in, show_codes
from app.accounts.passkeys import actions, queries, rules
from app.accounts.passkeys.forms import LabelForm
from app.accounts.people.actions import SignedIn
from app.accounts.people.routes import device, enter, keep_token
from app.core import clock, forms, once
from app.core.access import actor, freshly_proved, public, signed_in, visitor_or_actor
from app.core.db import reading
from app.core.refusals import NotThere, Refusal
from app.core.web import FormTooOld, is_local, page, safe_next, say, see_other
from app.core.words import _

bp = Blueprint("passkeys", __name__)

CHALLENGE = "tantangan"  # in the cookie, between the two steps


@bp.record_once
def _offer(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(has_passkeys=lambda: site() is not None, my_passkeys=my_passkeys)


def site() -> rules.Site | None:
    """Whom keys are made for on this address; None where browsers make none."""
    return rules.site(str(current_app.config["BASE_URL"]), request.host_url)


def my_passkeys() -> list[queries.Mine]:
    """The keys of whoever is signed in, for pages that say what stays."""
    someone = visitor_or_actor()
    if someone is None:
        return []
    with reading() as database:
        return queries.mine(database, someone.person_id)


@bp.errorhandler(FormTooOld)
def form_too_old(error: FormTooOld) -> ResponseReturnValue:
    """A second tap comes from a form of before the sign-in: it is in already, so go on."""
    if request.endpoint in ("passkeys.sign_in", "passkeys.second"):
        return see_other(safe_next("/"))
    everywhere_else = current_app.error_handler_spec[None][None][Refusal]
    return everywhere_else(error)  # type: ignore[return-value]


# Challenges


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="passkey challenge")


def _site() -> rules.Site:
    here = site()
    if here is None:
        raise NotThere
    return here


def _new_challenge(purpose: str, person_id: int) -> bytes:
    challenge = secrets.token_bytes(rules.CHALLENGE_BYTES)
    session[CHALLENGE] = _signer().dumps([purpose, person_id, b64encode(challenge).decode()])
    return challenge


def _answer(purpose: str, person_id: int, refusal: Refusal) -> actions.Answer:
    """What this browser answered to the challenge it was given for this purpose and person. The cookie forgets the challenge."""
    here, kept = _site(), session.pop(CHALLENGE, "")
    try:
        given_for, whose, challenge = _signer().loads(kept, max_age=rules.CHALLENGE_SECONDS)
    except BadSignature:
        raise refusal from None
    if (given_for, whose) != (purpose, person_id):
        raise refusal
    return actions.Answer(request.form.get("jawaban", ""), b64decode(challenge), here)


def _ask(purpose: str, person_id: int, known: Iterable[tuple[bytes, str]] = ()) -> ResponseReturnValue:
    here = _site()
    return jsonify(rules.request_options(here, challenge=_new_challenge(purpose, person_id), known=known))


def _known_to(person_id: int) -> list[tuple[bytes, str]]:
    with reading() as database:
        return queries.known_to(database, person_id, _site().rp_id)


def _next() -> str | None:
    given = request.values.get("next", "")
    return given if given and is_local(given) else None


# Signing in


@bp.route("/masuk/sidik-jari/mulai", methods=["POST"])
@public
def begin_sign_in() -> ResponseReturnValue:
    """Anybody may ask: the challenge names no key, and the phone knows which one is for here."""
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    return _ask("sign in", 0)


@bp.route("/masuk/sidik-jari", methods=["POST"])
@public
def sign_in() -> ResponseReturnValue:
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    back = url_for("people.sign_in", next=_next())
    try:
        signed = actions.sign_in(
            _answer("sign in", 0, actions.NoMatch()),
            device=device(),
            is_remembered=request.form.get("remember", "") == "y",
            address=request.remote_addr,
        )
    except actions.NoMatch as no:
        no.back = back
        raise
    return _enter(signed)


def _enter(signed: SignedIn) -> ResponseReturnValue:
    enter(signed, Way.PASSKEY)
    return see_other(safe_next("/"))


@bp.route("/masuk/kode/sidik-jari/mulai", methods=["POST"])
@public
def begin_second() -> ResponseReturnValue:
    half = half_sign_in()
    if visitor_or_actor() is not None or half is None:
        return see_other(url_for("factors.code", next=_next()))
    return _ask("second", half.person_id, _known_to(half.person_id))


@bp.route("/masuk/kode/sidik-jari", methods=["POST"])
@public
def second() -> ResponseReturnValue:
    """The second page of signing in, answered by a key."""
    half = half_sign_in()
    if visitor_or_actor() is not None or half is None:
        return see_other(url_for("factors.code", next=_next()))
    try:
        signed = actions.pass_passkey(
            half, _answer("second", half.person_id, actions.NoMatch()), device=device(), address=request.remote_addr
        )
    except actions.NoMatch as no:
        no.back = url_for("factors.code", next=_next())
        raise
    return _enter(signed)


# Proving again


@bp.route("/akun/pastikan/sidik-jari/mulai", methods=["POST"])
@signed_in
def begin_proof() -> ResponseReturnValue:
    me = actor()
    if me.has_proved(clock.now()):
        return see_other(safe_next("/akun"))
    return _ask("prove", me.person_id, _known_to(me.person_id))


@bp.route("/akun/pastikan/sidik-jari", methods=["POST"])
@signed_in
def prove() -> ResponseReturnValue:
    me = actor()
    if me.has_proved(clock.now()):
        return see_other(safe_next("/akun"))
    try:
        keep_token(actions.prove(me, _answer("prove", me.person_id, actions.NoMatch())))
    except actions.NoMatch as no:
        no.back = url_for("factors.prove", next=_next())
        raise
    return see_other(safe_next("/akun"))


# My keys


@bp.route("/akun/sidik-jari")
@signed_in
def overview() -> ResponseReturnValue:
    with reading() as database:
        mine, factor = queries.mine(database, actor().person_id), factors.factor(database, actor().person_id)
    return page("accounts/passkeys/overview.html", mine=mine, factor=factor, most=rules.MOST_KEYS)


@bp.route("/akun/sidik-jari/tambah/mulai", methods=["POST"])
@signed_in
@freshly_proved
def begin_add() -> ResponseReturnValue:
    me, here = actor(), _site()
    options = rules.creation_options(
        here,
        site_name=str(current_app.config["SITE_NAME"]),
        person_name=me.name,
        handle=actions.handle_of(me),
        challenge=_new_challenge("add", me.person_id),
        known=[credential_id for credential_id, _transports in _known_to(me.person_id)],
    )
    return jsonify(options)


@bp.route("/akun/sidik-jari/tambah", methods=["GET", "POST"])
@signed_in
@freshly_proved
def add() -> ResponseReturnValue:
    me = actor()
    form = LabelForm(request.form, data={"label": device()})
    if request.method != "POST":
        return _add_page(form, me.person_id)
    # The phone has made the key by now: a name that cannot be kept must not lose it.
    label = forms.clean(request.form.get("label", ""), lines=False)[0][: rules.MOST_LABEL_LETTERS].strip()
    try:
        added = actions.add(
            me, _answer("add", me.person_id, actions.NotMade()), label or device() or _("HP saya"), once.key_from(request.form)
        )
    except actions.NotMade as no:
        form.refuse(no, "label")
        return _add_page(form, me.person_id), 422
    say(_("Sidik jari terpasang. Mulai sekarang Anda bisa masuk dengannya."))
    return show_codes(added.codes) if added.codes else see_other(url_for("passkeys.overview"))


def _add_page(form: LabelForm, person_id: int) -> str:
    with reading() as database:
        factor = factors.factor(database, person_id)
    return page("accounts/passkeys/add.html", form=form, factor=factor)


@bp.route("/akun/sidik-jari/<id:passkey_id>/nama", methods=["GET", "POST"])
@signed_in
def rename(passkey_id: int) -> ResponseReturnValue:
    key = _mine(passkey_id)
    form = LabelForm(request.form, data={"label": key.label})
    if request.method == "POST" and form.validate():
        actions.rename(actor(), passkey_id, form.label.data)
        say(_("Nama tersimpan."))
        return see_other(url_for("passkeys.overview"))
    return page("accounts/passkeys/rename.html", form=form, key=key), 422 if form.is_refused else 200


@bp.route("/akun/sidik-jari/<id:passkey_id>/hapus", methods=["GET", "POST"])
@signed_in
@freshly_proved
def remove(passkey_id: int) -> ResponseReturnValue:
    key = _mine(passkey_id)
    if request.method == "POST":
        actions.remove(actor(), passkey_id, ends_others="keluarkan" in request.form)
        say(_("Sidik jari dihapus. Hapus juga dari pengaturan kata sandi di HP itu, supaya tidak ditawarkan lagi."))
        return see_other(url_for("passkeys.overview"))
    return page("accounts/passkeys/remove.html", key=key)


def _mine(passkey_id: int) -> queries.Mine:
    with reading() as database:
        found = queries.one_of_mine(database, actor().person_id, passkey_id)
    if found is None:
        raise NotThere
    return found
