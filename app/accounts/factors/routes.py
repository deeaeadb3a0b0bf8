"""The code at sign-in; my second factor."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature

from app.accounts.entries.routes import note_after
from app.accounts.entries.rules import Outcome, Way
from app.accounts.factors import actions, queries, rules
from app.accounts.factors.forms import CodeForm, FirstCodeForm, ProofForm
from app.accounts.people.actions import HalfSignedIn, sign_out
from app.accounts.people.routes import HALF, device, enter, half_signer, keep_token
from app.core import clock, once, qr, totp
from app.core.access import PROOF_HOLDS, actor, freshly_proved, public, signed_in, visitor_or_actor
from app.core.db import reading
from app.core.refusals import NotThere, Refusal, TooFast
from app.core.web import FormTooOld, is_local, page, safe_next, say, see_other

bp = Blueprint("factors", __name__)


@bp.errorhandler(FormTooOld)
def form_too_old(error: FormTooOld) -> ResponseReturnValue:
    """A second tap on the code's button comes from a form of before the sign-in: it is in already, so go on."""
    if request.endpoint == "factors.code":
        return see_other(safe_next("/"))
    everywhere_else = current_app.error_handler_spec[None][None][Refusal]
    return everywhere_else(error)  # type: ignore[return-value]


def half_sign_in() -> HalfSignedIn | None:
    """The half sign-in of this browser, if its time is not over."""
    try:
        person_id, mark, is_remembered = half_signer().loads(session.get(HALF, ""), max_age=rules.HALF_SECONDS)
    except BadSignature:
        return None
    return HalfSignedIn(int(person_id), str(mark), bool(is_remembered))


@bp.route("/masuk/kode", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """The second page of signing in."""
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    half, given = half_sign_in(), request.values.get("next", "")
    next_ = given if is_local(given) else ""
    if half is None:
        if HALF in session:
            del session[HALF]
            say(str(actions.HalfTooOld()), "wait")
        return see_other(url_for("people.sign_in", next=next_ or None))
    with reading() as database:
        theirs = queries.factor(database, half.person_id)
    form = CodeForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            signed = actions.pass_code(half, form.code.data, device=device(), address=request.remote_addr)
        except actions.HalfTooOld:
            raise
        except TooFast as no:
            form.refuse(no, "code")
            return page("accounts/factors/code.html", form=form, next=next_, theirs=theirs), 429, {"Retry-After": str(no.seconds)}
        except actions.CodeNoMatch as no:
            note_after([half.person_id], Way.FACTOR, Outcome.WRONG_CODE, device())
            form.refuse(no, "code")
        except Refusal as no:
            form.refuse(no, "code")
        else:
            enter(signed)
            return see_other(safe_next("/"))
    return page("accounts/factors/code.html", form=form, next=next_, theirs=theirs), 422 if form.is_refused else 200


# Proving again


@bp.route("/akun/pastikan", methods=["GET", "POST"])
@signed_in
def prove() -> ResponseReturnValue:
    """Before a dangerous act: is it still the owner who holds this device? Afterwards on to `next`."""
    me, next_ = actor(), safe_next("/akun")
    if me.has_proved(clock.now()):
        return see_other(next_)
    form, ways = ProofForm(request.form), actions.ways(me)
    if request.method == "POST" and "keluar" in request.form:
        # Who has no password proves it by signing in anew.
        sign_out(me)
        session.clear()
        return see_other(url_for("people.sign_in", next=next_))
    if not ways.password:
        del form.password
    if not ways.any_code:
        del form.code
    if request.method == "POST" and form.validate() and (ways.password or ways.any_code):
        try:
            token = actions.prove_by_password(me, form.password.data) if ways.password else actions.prove_by_code(me, form.code.data)
            keep_token(token)
            return see_other(next_)
        except TooFast as no:
            form.refuse(no, "password" if ways.password else "code")
            return _prove_page(form, ways, next_), 429, {"Retry-After": str(no.seconds)}
        except Refusal as no:
            form.refuse(no, "password" if ways.password else "code")
    return _prove_page(form, ways, next_), 422 if form.is_refused else 200


def _prove_page(form: ProofForm, ways: rules.Ways, next_: str) -> str:
    return page("accounts/factors/prove.html", form=form, ways=ways, next=next_, minutes=int(PROOF_HOLDS.total_seconds()) // 60)


# My second factor


@bp.route("/akun/pengaman")
@signed_in
@freshly_proved
def overview() -> ResponseReturnValue:
    me = actor()
    with reading() as database:
        mine = queries.factor(database, me.person_id)
    return page("accounts/factors/overview.html", mine=mine, all_codes=rules.CODES)


@bp.route("/akun/pengaman/mulai", methods=["POST"])
@signed_in
@freshly_proved
def begin() -> ResponseReturnValue:
    actions.begin(actor())
    return see_other(url_for("factors.set_up"))


@bp.route("/akun/pengaman/pasang", methods=["GET", "POST"])
@signed_in
@freshly_proved
def set_up() -> ResponseReturnValue:
    me = actor()
    form = FirstCodeForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            codes = actions.confirm(me, form.code.data, once.key_from(request.form))
            return show_codes(codes)
        except actions.FirstCodeNoMatch as no:
            form.refuse(no, "code")
    with reading() as database:
        secret = queries.secret_to_set(database, me.person_id)
    if secret is None:
        return see_other(url_for("factors.overview"))
    groups = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    address = totp.address(secret, account=me.name, issuer=current_app.config["SITE_NAME"])
    return page("accounts/factors/set_up.html", form=form, secret=groups, address=address), 422 if form.is_refused else 200


@bp.route("/akun/pengaman/gambar.svg")
@signed_in
@freshly_proved
def picture() -> ResponseReturnValue:
    """The QR code of the secret that waits; kept by no cache."""
    me = actor()
    with reading() as database:
        secret = queries.secret_to_set(database, me.person_id)
    if secret is None:
        raise NotThere
    address = totp.address(secret, account=me.name, issuer=current_app.config["SITE_NAME"])
    return Response(qr.svg(address), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@bp.route("/akun/pengaman/kode", methods=["POST"])
@signed_in
@freshly_proved
def new_codes() -> ResponseReturnValue:
    return show_codes(actions.new_codes(actor(), once.key_from(request.form)))


def show_codes(codes: list[str]) -> ResponseReturnValue:
    """Recovery codes are shown in the answer itself: they are stored nowhere to be fetched from again."""
    return page("accounts/factors/codes.html", codes=[rules.written(code) for code in codes]), 200
