"""/bahasa and /tampilan: cookies that any visitor may set."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, request
from flask.typing import ResponseReturnValue

from app.core.access import public
from app.core.web import arg_text, is_secure, page, safe_next, say, see_other
from app.core.words import LANGUAGES, _, set_language

bp = Blueprint("settings", __name__)

A_YEAR = 365 * 24 * 3600  # seconds
THEMES = ("light", "dark")


def _set(response: Response, name: str, value: str) -> None:
    """Keep a wish for a year; an empty one is forgotten."""
    if value:
        response.set_cookie(name, value, max_age=A_YEAR, secure=is_secure(), httponly=True, samesite="Lax")
    else:
        response.delete_cookie(name, secure=is_secure(), httponly=True, samesite="Lax")


@bp.route("/bahasa")
@public
def language() -> ResponseReturnValue:
    """Change the language of this browser and go back; an unknown language changes nothing."""
    wanted = arg_text("ke", 8)
    response = make_response(see_other(safe_next()))
    if wanted in LANGUAGES:
        _set(response, "bahasa", wanted)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/tampilan", methods=["GET", "POST"])
@public
def appearance() -> ResponseReturnValue:
    """Language, theme and data saver in one form."""
    if request.method == "GET":
        return page("settings/appearance.html", saver_chosen=request.cookies.get("hemat") == "1", next=safe_next())
    wanted, theme = request.form.get("bahasa", ""), request.form.get("tema", "")
    if wanted in LANGUAGES:
        set_language(wanted)
    say(_("Tersimpan di HP ini."))
    response = make_response(see_other(safe_next()))
    _set(response, "bahasa", wanted if wanted in LANGUAGES else g.language)
    _set(response, "tema", theme if theme in THEMES else "")
    _set(response, "hemat", "1" if request.form.get("hemat") else "")
    return response
