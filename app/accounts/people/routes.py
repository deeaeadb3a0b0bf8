"""Sign up, sign in, my account; for admins, who has which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask_login
from flask import Blueprint, Response, current_app, g, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import URLSafeTimedSerializer

from app.accounts.entries.routes import after_answer, keep_device, known_devices, note_after
from app.accounts.entries.rules import Outcome, Way
from app.accounts.people import actions, policy, queries, rules
from app.accounts.people.actions import HalfSignedIn, SignedIn, token_hash
from app.accounts.people.forms import PasswordForm, PictureForm, ProfileForm, SignInForm, SignUpForm
from app.core import clock, messages, once
from app.core.access import Actor, actor, freshly_proved, public, signed_in, visitor_or_actor
from app.core.contrib import AccountBadge, AccountDoor, HomeCard, offered
from app.core.db import reading
from app.core.pictures import PictureRefused, store_photo
from app.core.refusals import NotThere, Refusal, TooFast
from app.core.web import FormTooOld, is_local, page, safe_next, say, see_other, sent
from app.core.words import _, _n

if TYPE_CHECKING:
    from flask import Flask

bp = Blueprint("people", __name__)


class Principal(flask_login.UserMixin):
    """What Flask-Login keeps: the random token of one sign-in; its SHA-256 finds the row."""

    def __init__(self, token: str, live: queries.LiveSession) -> None:
        self.token = token
        self.live = live

    def get_id(self) -> str:
        return self.token


def _principal(token: str) -> Principal | None:
    now = clock.now()
    with reading() as database:
        live = queries.live_session(database, token_hash(token), now)
    if live is not None and policy.is_idle(live.roles, is_remembered=live.is_remembered, idle=now - live.seen_at):
        session_id = live.session_id
        after_answer(lambda: actions.end_idle(session_id))
        return None
    return Principal(token, live) if live else None


def load_actor() -> Actor | None:
    """Who this request's cookie speaks for."""
    if not g.get("has_session", True):
        return None
    user = flask_login.current_user
    if not user.is_authenticated:
        return None
    live = user.live
    resting = policy.held_back(live.roles, has_passed_factor=live.factor_at is not None)
    return Actor(
        live.person_id,
        live.name,
        live.roles - resting,
        live.session_id,
        live.greeting,
        live.unread,
        csrf=token_hash(user.token),
        held_back=resting,
        proved_at=live.proved_at,
    )


def _note_seen(response: Response) -> Response:
    """Write down now and then that a sign-in is in use, after the answer has gone out, so that no page waits for the write lock."""
    live: queries.LiveSession | None = getattr(g.get("_login_user"), "live", None)
    if live is not None and clock.now() - live.seen_at > rules.SEEN_EVERY:
        app, session_id = current_app._get_current_object(), live.session_id  # type: ignore[attr-defined]

        def note() -> None:
            with app.app_context():
                actions.note_seen(session_id)

        response.call_on_close(note)
    return response


def init_app(app: Flask) -> None:
    manager = flask_login.LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # phones change their address all the time
    manager.user_loader(_principal)
    app.extensions["actor_loader"] = load_actor
    app.after_request(_note_seen)


def device() -> str:
    return rules.device_label(request.headers.get("User-Agent", "")[:400])


def enter(signed: SignedIn, way: Way | None = None) -> None:
    """Put a fresh sign-in into the cookie; whatever the cookie held before is gone (no fixation). The browser is a known device from now on.

    With a way (or after half a sign-in) the history gets its line, once the answer has gone out.
    """
    way = way or (Way.FACTOR if HALF in session else None)
    session.clear()
    session.permanent = signed.is_remembered
    keep_token(signed.token)
    was_unknown = keep_device(signed.person_id)
    if way is not None:
        note_after([signed.person_id], way, Outcome.IN, device(), is_new_device=was_unknown and way is not Way.SIGN_UP)


def keep_token(token: str | None) -> None:
    """Put this device's new token into the cookie; None changes nothing."""
    if token is None:
        return
    session["_user_id"], session["_fresh"] = token, True


HALF = "setengah"  # in the cookie, between the password and the code


def half_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="half signed in")


def _keep_half(half: HalfSignedIn) -> None:
    """Remember for some minutes, signed, that the password was right. It opens nothing but the page that asks for the code."""
    session.clear()
    session[HALF] = half_signer().dumps([half.person_id, half.mark, half.is_remembered])


def _next() -> str:
    """Where the form wants to go afterwards: an address of this site or ""."""
    given = request.values.get("next", "")
    return given if is_local(given) else ""


@bp.errorhandler(FormTooOld)
def form_too_old(error: FormTooOld) -> ResponseReturnValue:
    """A second tap on "Masuk" or "Buat akun" comes from a form without this sign-in's token: it is in already, so go on."""
    if request.endpoint in ("people.sign_in", "people.sign_up"):
        return see_other(safe_next("/akun"))
    everywhere_else = current_app.error_handler_spec[None][None][Refusal]
    return everywhere_else(error)  # type: ignore[return-value]


# In and out


@bp.route("/daftar", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    if visitor_or_actor() is not None:
        return see_other(safe_next("/akun"))
    form = SignUpForm(request.form)
    if request.method == "POST" and form.validate():
        new = actions.NewPerson(form.name.data, form.phone.data, form.password.data, form.place.data, form.greeting.data or "")
        try:
            signed = actions.sign_up(new, once.key_from(request.form), device=device(), address=request.remote_addr, known=known_devices())
        except TooFast as no:
            form.refuse(no, "password")
            return _sign_up_page(form), 429, {"Retry-After": str(no.seconds)}
        except actions.NumberFull as no:
            form.refuse(no, "phone")
        except Refusal as no:
            form.refuse(no, "password")
        else:
            return _welcome(signed)
    return _sign_up_page(form), 422 if form.is_refused else 200


def _sign_up_page(form: SignUpForm) -> str:
    return page("accounts/people/sign_up.html", form=form, places=rules.place_choices(), next=_next())


def _welcome(signed: SignedIn | HalfSignedIn) -> ResponseReturnValue:
    """On from the sign-up form. Who had an account already and signed up with its password is in that one."""
    if isinstance(signed, HalfSignedIn):
        _keep_half(signed)
        return see_other(url_for("factors.code", next=_next() or None))
    enter(signed, Way.SIGN_UP if signed.is_new else Way.PASSWORD)
    return see_other(safe_next(url_for("people.welcome")))


@bp.route("/selamat-datang")
@signed_in
def welcome() -> ResponseReturnValue:
    """The first page after signing up: what can be done next, none of it a must."""
    with reading() as database:
        mine = queries.profile(database, actor().person_id)
    return page("accounts/people/welcome.html", mine=mine, can_prove=messages.is_on())


@bp.route("/masuk", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if visitor_or_actor() is not None:
        return see_other(safe_next("/"))
    form = SignInForm(request.form)
    if request.method == "POST" and form.validate():
        who, label, known = form.phone.data, device(), known_devices()
        try:
            signed = actions.sign_in(
                who,
                form.password.data,
                device=label,
                is_remembered=form.remember.data,
                address=request.remote_addr,
                known=known,
            )
        except TooFast as no:
            after_answer(lambda: actions.note_refused(who, Outcome.BRAKED, label, known))
            form.refuse(no, "password")
            return _sign_in_page(form), 429, {"Retry-After": str(no.seconds)}
        except actions.NoMatch as no:
            after_answer(lambda: actions.note_refused(who, Outcome.WRONG_PASSWORD, label, known))
            form.refuse(no, "password")
        except Refusal as no:
            form.refuse(no, "password")
        else:
            if isinstance(signed, HalfSignedIn):
                _keep_half(signed)
                return see_other(url_for("factors.code", next=_next() or None))
            enter(signed, Way.PASSWORD)
            if signed.needs_factor:
                say(_("Peran Anda di sini memerlukan pengaman kedua. Pasang dulu, sebentar saja."), "info")
                return see_other(url_for("factors.overview"))
            return see_other(safe_next("/"))
    return _sign_in_page(form), 422 if form.is_refused else 200


def _sign_in_page(form: SignInForm) -> str:
    return page("accounts/people/sign_in.html", form=form, next=_next(), has_codes=messages.is_on())


@bp.route("/keluar", methods=["POST"])
@signed_in
def sign_out() -> ResponseReturnValue:
    actions.sign_out(actor())
    session.clear()
    say(_("Anda sudah keluar."))
    return see_other("/")


# My account


@bp.route("/akun")
@signed_in
def account() -> ResponseReturnValue:
    """At most two statements for each card that waits, one for each kind of badge, and one of its own."""
    me, now = actor(), clock.now()
    with reading() as database:
        mine = queries.profile(database, me.person_id)
        badges = [(words, badge.address) for badge in offered(AccountBadge) for words in badge.load(database, me.person_id)]
        loaded = [(card.template, card.load(database, me, now)) for card in offered(HomeCard) if card.slot == "waiting"]
    waiting = [(template, content) for template, content in loaded if content is not None]
    doors: dict[str, list[AccountDoor]] = {}
    for door in sorted(offered(AccountDoor), key=lambda door: door.order):
        doors.setdefault(door.section, []).append(door)
    return page("accounts/people/account.html", mine=mine, badges=badges, doors=doors, waiting=waiting, role_words=rules.ROLE_WORDS)


@bp.route("/akun/profil", methods=["GET", "POST"])
@signed_in
def profile() -> ResponseReturnValue:
    me = actor()
    with reading() as database:
        mine = queries.profile(database, me.person_id)
    if mine is None:
        raise NotThere
    form = ProfileForm(request.form, data={"name": mine.name, "greeting": mine.greeting, "place": mine.place_code, "about": mine.about})
    if request.method == "POST" and form.validate():
        actions.save_profile(
            me, name=form.name.data, greeting=form.greeting.data or "", place_code=form.place.data, about=form.about.data or ""
        )
        say(_("Profil tersimpan."))
        return see_other(url_for("people.account"))
    return page("accounts/people/profile.html", form=form, places=rules.place_choices()), 422 if form.is_refused else 200


@bp.route("/akun/foto", methods=["GET", "POST"])
@signed_in
def picture() -> ResponseReturnValue:
    """My picture: shown beside my name where I write under it; made small before anything is stored."""
    me, form = actor(), PictureForm(sent())
    if request.method == "POST" and form.validate() and form.photo.data is not None:
        actions.brake_pictures(me)
        try:
            actions.set_picture(me, store_photo(form.photo.data.stream).key)
        except PictureRefused as no:
            form.refuse(no, "photo")
        else:
            say(_("Foto tersimpan."))
            return see_other(url_for("people.account"))
    with reading() as database:
        mine = queries.profile(database, me.person_id)
    return page("accounts/people/picture.html", form=form, mine=mine), 422 if form.is_refused else 200


@bp.route("/akun/foto/hapus", methods=["POST"])
@signed_in
def remove_picture() -> ResponseReturnValue:
    actions.set_picture(actor(), None)
    say(_("Foto dihapus."))
    return see_other(url_for("people.account"))


@bp.route("/akun/sandi", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    form = PasswordForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            changed = actions.change_password(actor(), old=form.old.data, new=form.new.data)
        except TooFast:
            raise
        except actions.NotTheOldPassword as no:
            form.refuse(no, "old")
        except Refusal as no:
            form.refuse(no, "new")
        else:
            keep_token(changed.token)
            say(
                _n(
                    "Kata sandi diganti. {n} HP lain sudah dikeluarkan.",
                    "Kata sandi diganti. {n} HP lain sudah dikeluarkan.",
                    changed.ended,
                )
                if changed.ended
                else _("Kata sandi diganti.")
            )
            return see_other(url_for("people.account"))
    return page("accounts/people/password.html", form=form), 422 if form.is_refused else 200


@bp.route("/akun/perangkat")
@signed_in
def devices() -> ResponseReturnValue:
    me = actor()
    with reading() as database:
        found = queries.devices(database, me.person_id, clock.now())
    return page("accounts/people/devices.html", devices=found, this=me.session_id)


@bp.route("/akun/perangkat/keluarkan")
@signed_in
@freshly_proved
def end_others() -> ResponseReturnValue:
    """Asked for by a link, so that who has to prove first comes back to the button and not to a page that looks as if it were done."""
    return page("accounts/people/end_others.html", next=_next())


@bp.route("/akun/perangkat/<id:session_id>/akhiri", methods=["POST"])
@signed_in
@freshly_proved
def end_device(session_id: int) -> ResponseReturnValue:
    actions.end_device(actor(), session_id)
    say(_("HP itu sudah dikeluarkan."))
    return see_other(url_for("people.devices"))


@bp.route("/akun/perangkat/akhiri-lain", methods=["POST"])
@signed_in
@freshly_proved
def end_other_devices() -> ResponseReturnValue:
    actions.end_other_devices(actor())
    say(_("Semua HP lain sudah dikeluarkan."))
    return see_other(safe_next(url_for("people.devices")))
