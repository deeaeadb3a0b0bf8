"""For machines: alive, ready, robots, sitemap; and the quick exit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, jsonify, make_response, request, session
from flask.typing import ResponseReturnValue
from markupsafe import escape
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.people import actions
from app.core import brakes, clock, outbox, schema
from app.core.access import public, visitor_or_actor
from app.core.clock import day_of
from app.core.contrib import SitemapSource, offered
from app.core.db import db, reading
from app.core.pagecache import cached
from app.core.web import arg_int, see_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.config import Settings

bp = Blueprint("machines", __name__)

PAGE_LENGTH = 5_000  # addresses in one sitemap
MOST_ADDRESSES = 50_000  # in all sitemaps: what one source may add is cut, so that no area crowds the others out
STUCK_AFTER = timedelta(minutes=15)  # an effect that is due for so long: no worker is at work
PLACES = ("/", "/komunitas", "/pelatihan", "/lapak", "/lapak/kontainer", "/pasar", "/panduan")
NOT_FOR_ROBOTS = (
    "/akun",
    "/kabar",
    "/petugas",
    "/pelatih/",  # with the stroke, or it would shut /pelatihan too
    "/pelatih$",
    "/jualan",
    "/keranjang",
    "/pesanan",
    "/pendampingan",
    "/cari",
    "/masuk",
    "/daftar",
    "/bahasa",
    "/tampilan",
    "/keluar-cepat",
)


@bp.route("/sehat")
@public
def alive() -> ResponseReturnValue:
    """The process answers. Asks nobody else."""
    return _plain("ok\n")


@bp.route("/siap")
@public
def ready() -> ResponseReturnValue:
    """Whether people can be served: database there, tables of today, effects on their way. 200 or 503, with numbers only."""
    told: dict[str, object] = {"database": False, "schema": "unknown", "outbox_waiting_too_long": 0, "outbox_given_up": 0}
    now = clock.now()
    try:
        told["schema"] = schema.state(db.engines["reading"]).value
        with reading() as database:
            told["database"] = True
            told["outbox_waiting_too_long"] = outbox.overdue(database, now - STUCK_AFTER)
            told["outbox_given_up"] = outbox.stuck(database)
    except SQLAlchemyError:
        told["database"] = False
    redis = brakes.is_redis_there()
    if redis is not None:
        told["redis"] = redis  # without it each process counts for itself: worth knowing, no reason to turn people away
    is_ready = bool(told["database"]) and told["schema"] == schema.State.CURRENT.value and not told["outbox_waiting_too_long"]
    response = jsonify({"ready": is_ready, **told})
    response.status_code = 200 if is_ready else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS), f"Sitemap: {_base()}/sitemap.xml"]
    return _plain("\n".join(lines) + "\n")


@bp.route("/sitemap.xml")
@public
@cached("community", "training", "booths", "goods")
def sitemap() -> ResponseReturnValue:
    """One list, or an index of lists by `?hal=` when there are more than `PAGE_LENGTH` addresses. One statement a source."""
    found = list(_addresses())
    number = arg_int("hal", 0, 0, MOST_ADDRESSES // PAGE_LENGTH)
    base = escape(_base())
    if not number and len(found) > PAGE_LENGTH:
        pages = range(1, (len(found) - 1) // PAGE_LENGTH + 2)
        return _xml("sitemapindex", "".join(f"<sitemap><loc>{base}/sitemap.xml?hal={n}</loc></sitemap>" for n in pages))
    shown = found[max(number - 1, 0) * PAGE_LENGTH :][:PAGE_LENGTH]
    return _xml("urlset", "".join(f"<url><loc>{base}{escape(path)}</loc>{_changed(at)}</url>" for path, at in shown))


def _addresses() -> Iterator[tuple[str, datetime | date | None]]:
    sources = list(offered(SitemapSource))
    most = (MOST_ADDRESSES - len(PLACES)) // max(len(sources), 1)
    for path in PLACES:
        yield path, None
    with reading() as database:
        for source in sources:
            yield from islice(source.load(database), most)


def _changed(at: datetime | date | None) -> str:
    if at is None:
        return ""
    return f"<lastmod>{(day_of(at) if isinstance(at, datetime) else at).isoformat()}</lastmod>"


def _base() -> str:
    """Scheme and host for those who need them whole. Without BASE_URL only this machine's own names are believed, never another Host."""
    base: str = current_app.config["BASE_URL"]
    if base:
        return base
    name = urlsplit(request.host_url).hostname or ""
    settings: Settings = current_app.extensions["settings"]
    return request.host_url.rstrip("/") if name in ("localhost", "127.0.0.1", "::1") else f"http://{settings.host}:{settings.port}"


def _plain(text: str) -> Response:
    return Response(text, mimetype="text/plain")


def _xml(root: str, inside: str) -> Response:
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</{root}>\n',
        mimetype="application/xml",
    )


# Quick exit


@bp.route("/keluar-cepat")
@public
def quick_exit() -> ResponseReturnValue:
    """Away to a page of no meaning; what this site left in the browser's cache goes too."""
    response = make_response(see_other(current_app.extensions["settings"].quick_exit_url))
    return _leave_no_trace(response)


@bp.route("/keluar-cepat", methods=["POST"])
@public
def quick_exit_and_sign_out() -> ResponseReturnValue:
    """The same, and the sign-in ends. The page leads away by itself: a form's own redirect may not leave the site (CSP form-action)."""
    someone = visitor_or_actor()
    if someone is not None:
        actions.sign_out(someone)
    session.clear()
    address = escape(current_app.extensions["settings"].quick_exit_url)
    page = f'<!doctype html><html lang="id"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={address}"><title>.</title>'
    return _leave_no_trace(Response(page, mimetype="text/html"))


def _leave_no_trace(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
