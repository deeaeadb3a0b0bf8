"""My sign-in history; the cookie by which an account knows a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, Response, after_this_request, current_app, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from app.accounts.entries import actions, queries, rules
from app.accounts.entries.rules import KnownDevice, Outcome, Way
from app.core import clock
from app.core.access import actor, signed_in
from app.core.db import reading, transaction
from app.core.web import is_secure, page

bp = Blueprint("entries", __name__)


@bp.route("/akun/riwayat-masuk")
@signed_in
def history() -> ResponseReturnValue:
    now = clock.now()
    with reading() as session:
        lines = queries.history(session, actor().person_id, now)
    return page(
        "accounts/entries/history.html",
        lines=lines,
        way_words=rules.WAY_WORDS,
        outcome_words=rules.OUTCOME_WORDS,
        got_in=Outcome.IN,
        days=rules.KEPT.days,
    )


# After the answer


def after_answer(work: Callable[[], None]) -> None:
    """Do this once the answer has gone out, in contexts of its own: nobody can tell from the time it takes whether it was done."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            work()

    @after_this_request
    def arrange(response: Response) -> Response:
        response.call_on_close(run)
        return response


def note_after(person_ids: Iterable[int], way: Way, outcome: Outcome, device: str, *, is_new_device: bool = False) -> None:
    """`actions.note_sign_in` for these people, once the answer has gone out."""
    people, now = tuple(person_ids), clock.now()

    def note() -> None:
        with transaction() as session:
            for person_id in people:
                actions.note_sign_in(session, person_id, way, outcome, device, now, is_new_device=is_new_device)

    if people:
        after_answer(note)


# Known devices


def cookie_name() -> str:
    return "__Host-perangkat" if is_secure() else "perangkat"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="known devices")


def known_devices() -> tuple[KnownDevice, ...]:
    """Whose device this browser has been, by its signed cookie; a cookie that was altered says nothing."""
    try:
        return rules.read_known(_signer().loads(request.cookies.get(cookie_name(), "")))
    except BadSignature:
        return ()


def keep_device(person_id: int) -> bool:
    """Let this browser be a known device of the person from now on; signing out leaves it so. True when it was not one before."""
    known, mark = known_devices(), actions.known_mark(person_id)
    value = _signer().dumps([[device.mark, device.nonce] for device in rules.with_known(known, mark)])

    @after_this_request
    def arrange(response: Response) -> Response:
        response.set_cookie(
            cookie_name(),
            str(value),
            max_age=rules.KNOWN_SECONDS,
            path="/",
            secure=is_secure(),
            httponly=True,
            samesite="Lax",
        )
        return response

    return rules.find_known(known, mark) is None
