"""Getting back into an account: by a link, by a code, by recovery codes, or with the desk's help."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts.factors import queries as factors
from app.accounts.factors import rules as factor_rules
from app.accounts.people.actions import PasswordAboutOneself, PasswordTooCommon
from app.accounts.people.routes import HALF, device, enter
from app.accounts.proofs.models import Purpose
from app.accounts.proofs.queries import look_at_link
from app.accounts.recovery import actions, queries
from app.accounts.recovery.actions import Recovered
from app.accounts.recovery.forms import CodeForm, FinishForm, MailForm, NewPasswordForm, PhoneForm
from app.core import clock, mail, messages, once, places
from app.core.access import actor, freshly_proved, public, signed_in
from app.core.db import reading
from app.core.forms import Form
from app.core.refusals import NotThere, TooFast
from app.core.web import page, say, see_other
from app.core.words import _

bp = Blueprint("recovery", __name__)

ASKED = "pulihkan"  # in the cookie: the number a code was asked for, and the secret that binds the code to this browser
MOST_TOKEN_LETTERS = 100


@bp.route("/pulihkan")
@public
def start() -> ResponseReturnValue:
    """The ways back in, best first."""
    return page("accounts/recovery/start.html", by_mail=mail.is_on(), by_message=messages.is_on())


Again = tuple[int, dict[str, str]]  # status and headers of the form shown again
ANEW: Again = (200, {})
REFUSED: Again = (422, {})


def _too_fast(form: Form, no: TooFast) -> Again:
    form.refuse(no)
    return 429, {"Retry-After": str(no.seconds)}


def _tried(form: Form, renew: Callable[[], Recovered], code: str = "code") -> Recovered | Again:
    """Who got back in, or how the form is shown again; `code` is the field that a code which doesn't match stands beside."""
    if not form.validate():
        return REFUSED
    try:
        return renew()
    except TooFast as no:
        return _too_fast(form, no)
    except (PasswordTooCommon, PasswordAboutOneself) as no:
        form.refuse(no, "password")
    except actions.CodeNoMatch as no:
        form.refuse(no, code)
    return REFUSED


def _go_on(recovered: Recovered, welcome: str) -> ResponseReturnValue:
    """In at once, or to the door where more is asked."""
    session.pop(ASKED, None)
    session.pop(HALF, None)
    if recovered.signed_in is None:
        say(_("Kata sandi baru tersimpan. Sekarang masuk dengan kata sandi itu."))
        return see_other(url_for("people.sign_in"))
    enter(recovered.signed_in)
    say(welcome)
    return see_other(url_for("recovery.done" if recovered.passkeys else "people.account"))


def _saved() -> str:
    return _("Kata sandi baru tersimpan. Semua HP lain sudah dikeluarkan dari akun ini.")


# By mail


@bp.route("/pulihkan/email", methods=["GET", "POST"])
@public
def by_mail() -> ResponseReturnValue:
    """Ask for a letter; the answer is the same whether or not the address is known."""
    form, again = MailForm(request.form), ANEW
    if request.method == "POST" and mail.is_on():
        if form.validate():
            try:
                actions.ask_link(form.email.data, address=request.remote_addr)
                return page("accounts/recovery/mail_asked.html", email=form.email.data)
            except TooFast as no:
                again = _too_fast(form, no)
        else:
            again = REFUSED
    return page("accounts/recovery/by_mail.html", form=form, is_on=mail.is_on()), *again


@bp.route("/pulihkan/tautan", methods=["GET", "POST"])
@public
def by_link() -> ResponseReturnValue:
    """Looking uses nothing up: mail programs open links by themselves. The secret stands in the query, which no log holds."""
    token = request.values.get("k", "")[:MOST_TOKEN_LETTERS]
    form, again = NewPasswordForm(request.form), ANEW
    with reading() as database:
        is_live = look_at_link(database, Purpose.RECOVERY, token, clock.now()) is not None
    if not is_live:
        return page("accounts/recovery/link_over.html"), 410
    if request.method == "POST":
        got = _tried(
            form, lambda: actions.by_link(token, form.password.data, device=device(), address=request.remote_addr), code="password"
        )
        if isinstance(got, Recovered):
            return _go_on(got, _saved())
        again = got
    return page("accounts/recovery/by_link.html", form=form, token=token), *again


# By a code to the number


@bp.route("/pulihkan/kode", methods=["GET", "POST"])
@public
def ask_code() -> ResponseReturnValue:
    """Ask for a code; the next page is the same whether or not the number is known."""
    form, again = PhoneForm(request.form), ANEW
    if request.method == "POST" and messages.is_on():
        if form.validate():
            asker = secrets.token_urlsafe(16)
            try:
                actions.ask_code(form.phone.data, asker, address=request.remote_addr)
                session[ASKED] = [form.phone.data, asker]
                return see_other(url_for("recovery.by_code"))
            except TooFast as no:
                again = _too_fast(form, no)
        else:
            again = REFUSED
    return page("accounts/recovery/ask_code.html", form=form, is_on=messages.is_on()), *again


@bp.route("/pulihkan/kode/sandi", methods=["GET", "POST"])
@public
def by_code() -> ResponseReturnValue:
    phone, asker = session.get(ASKED) or ("", "")
    if not asker:
        return see_other(url_for("recovery.ask_code"))
    form, again = CodeForm(request.form, data={"phone": phone}), ANEW
    if request.method == "POST":
        got = _tried(
            form,
            lambda: actions.by_code(
                form.phone.data, form.code.data, form.password.data, asker, device=device(), address=request.remote_addr
            ),
        )
        if isinstance(got, Recovered):
            return _go_on(got, _saved())
        again = got
    return page("accounts/recovery/by_code.html", form=form), *again


# By a code on paper, of one's own or of the desk


@bp.route("/pulihkan/kertas", methods=["GET", "POST"])
@public
def by_paper() -> ResponseReturnValue:
    form, again = CodeForm(request.form), ANEW
    if request.method == "POST":
        got = _tried(
            form,
            lambda: actions.by_paper(form.phone.data, form.code.data, form.password.data, device=device(), address=request.remote_addr),
        )
        if isinstance(got, Recovered):
            return _go_on(got, _saved())
        again = got
    return page("accounts/recovery/by_paper.html", form=form), *again


@bp.route("/pulihkan/loket", methods=["GET", "POST"])
@public
def at_desk() -> ResponseReturnValue:
    form, again = CodeForm(request.form), ANEW
    if request.method == "POST":
        got = _tried(
            form,
            lambda: actions.at_desk(form.phone.data, form.code.data, form.password.data, device=device(), address=request.remote_addr),
        )
        if isinstance(got, Recovered):
            return _go_on(got, _saved())
        again = got
    return page("accounts/recovery/at_desk.html", form=form), *again


@bp.route("/daftar/lanjut", methods=["GET", "POST"])
@public
def finish() -> ResponseReturnValue:
    """Who was signed up at the desk reads, agrees and sets a password by herself."""
    form, again = FinishForm(request.form), ANEW
    if request.method == "POST":
        got = _tried(
            form,
            lambda: actions.finish(form.phone.data, form.code.data, form.password.data, device=device(), address=request.remote_addr),
        )
        if isinstance(got, Recovered):
            return _go_on(got, _("Selamat datang, {name}. Akun Anda sudah jadi.", name=got.name))
        again = got
    return page("accounts/recovery/finish.html", form=form), *again


@bp.route("/akun/masuk-lagi")
@signed_in
def done() -> ResponseReturnValue:
    """In again, with the passkeys that go on opening the account: whoever made her lose it may have left one."""
    return page("accounts/recovery/done.html")


# What the desk started for me


@bp.route("/akun/loket/<id:reset_id>")
@signed_in
def started(reset_id: int) -> ResponseReturnValue:
    """Who started what for me at the desk, and the way to stop it."""
    with reading() as database:
        reset = queries.own_reset(database, actor().person_id, reset_id)
    if reset is None:
        raise NotThere
    where = places.place_name(reset.officer_place) if reset.officer_place else None
    return page("accounts/recovery/started.html", reset=reset, where=where, now=clock.now())


@bp.route("/akun/loket/<id:reset_id>/bukan-saya", methods=["POST"])
@signed_in
def deny(reset_id: int) -> ResponseReturnValue:
    if actions.deny(actor(), reset_id):
        say(_("Kode itu tidak berlaku lagi. Akun Anda tidak berubah, dan pengelola diberi tahu."))
    else:
        say(_("Pengelola diberi tahu. Ganti kata sandi Anda sekarang juga, lalu periksa nomor HP di akun Anda."), "wait")
    return see_other(url_for("recovery.started", reset_id=reset_id))


# My codes on paper


@bp.route("/akun/kode-pemulihan")
@signed_in
def codes() -> ResponseReturnValue:
    """Who has a second factor has her codes there."""
    me = actor()
    with reading() as database:
        if factors.factor(database, me.person_id).works:
            return see_other(url_for("factors.overview"))
        left = queries.codes_left(database, me.person_id)
    return page("accounts/recovery/codes.html", left=left, most=factor_rules.CODES)


@bp.route("/akun/kode-pemulihan/buat", methods=["POST"])
@signed_in
@freshly_proved
def make_codes() -> ResponseReturnValue:
    """Codes are shown in the answer itself: they are stored nowhere to be fetched from again."""
    made = actions.make_codes(actor(), once.key_from(request.form))
    return page("accounts/recovery/new_codes.html", codes=[factor_rules.written(code) for code in made])
