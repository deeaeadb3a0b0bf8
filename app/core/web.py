"""The request: converters, headers, Origin and CSRF, errors, what every template may use."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
import traceback
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Request, Response, current_app, flash, g, make_response, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004 - of the pool of connections
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, RequestRedirect, ValidationError

from app.core import access, assets, bodies, clock, facts, formats, forms, once, packing, pagecache, templating, words
from app.core.db import reading
from app.core.pagecache import appearance
from app.core.refusals import NotThere, Refusal, TooFast

if TYPE_CHECKING:
    from flask import Flask
    from flask.sessions import SessionMixin
    from flask.typing import ResponseReturnValue

    from app.config import Settings

log = logging.getLogger("katong.web")
_access_log = logging.getLogger("katong.access")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHECKOUT = "https://checkout.stripe.com"
MOST_SAYINGS = 4  # sentences that wait for the next page: they lie in the cookie, which must stay below 4 KB


# Addresses


class IdConverter(BaseConverter):
    """A row id that fits a 64-bit integer."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: Any) -> str:
        return str(int(value))


class SlugConverter(BaseConverter):
    regex = r"[a-z0-9](?:[a-z0-9-]{0,118}[a-z0-9])?"


class CodeConverter(BaseConverter):
    regex = r"[A-Za-z0-9-]{4,40}"


class DayConverter(BaseConverter):
    """A day that a market could be on: what is a century away is no page, and no arithmetic can run off the calendar."""

    regex = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: date) -> str:
        return value.isoformat()


def slug_of(text: str, most: int = 80) -> str:
    """A readable address part: letters and digits joined by hyphens; `x` when nothing is left."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:most].strip("-") or "x"


def see_other(address: str) -> ResponseReturnValue:
    """303: after a POST, go and look."""
    return redirect(address, 303)


def safe_next(default: str = "/") -> str:
    """The `next` address if it lies on this site, else the default."""
    given = request.values.get("next", "")
    return given if is_local(given) else default


def is_local(address: str) -> bool:
    """Whether an address is a path of this site: one slash, no control characters, no backslash, no host."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address or len(address) > 500:
        return False
    return not any(ord(c) < 33 or ord(c) == 127 for c in address)


def absolute(path: str) -> str:
    """A path of this site with scheme and host, for those who send people back to us; BASE_URL's where it is set."""
    base: str = current_app.config["BASE_URL"]
    return (base or request.host_url.rstrip("/")) + path


def home_address() -> str:
    """Scheme and host for what leaves the site without a request: BASE_URL, else this machine itself; never a Host header."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url or f"http://{settings.host}:{settings.port}"


# What a view uses


def page(template: str, **context: Any) -> str:
    return templating.render(template, **context)


def say(sentence: str, kind: str = "good") -> None:
    """A sentence on the next page: good, info, wait or bad."""
    flash(sentence, kind)
    waiting = session.get("_flashes", [])
    if len(waiting) > MOST_SAYINGS:
        session["_flashes"] = waiting[-MOST_SAYINGS:]


def sent() -> CombinedMultiDict[str, Any]:
    """The sent form, files included."""
    return CombinedMultiDict((request.files, request.form))


def arg_text(name: str, most: int = 100) -> str:
    """A query argument, cleaned and cut; "" when absent."""
    return forms.clean(request.args.get(name, "")[: most * 4], lines=False)[0][:most]


def arg_int(name: str, default: int, low: int, high: int) -> int:
    """A whole number in the query, pulled into its bounds; the default when it is none."""
    raw = request.args.get(name, "")
    if not re.fullmatch(r"\d{1,18}", raw, re.ASCII):
        return default
    return max(low, min(high, int(raw)))


def arg_instant(name: str) -> Any:
    """An instant in the query, as microseconds since 1970; None when it is none."""
    from datetime import datetime, timezone

    raw = request.args.get(name, "")
    if not re.fullmatch(r"\d{1,17}", raw, re.ASCII):
        return None
    try:
        return datetime.fromtimestamp(int(raw) / 1_000_000, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


# Sessions and CSRF


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie; over https it is Secure and carries the __Host- prefix."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if cookie_name() in request.cookies else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """What a visitor without a cookie never wrote to is not written."""
        if session or session.modified or cookie_name() in request.cookies:
            super().save_session(app, session, response)

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name()

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_secure()

    def get_cookie_domain(self, app: Flask) -> None:
        return None


def cookie_name() -> str:
    return "__Host-katong" if is_secure() else "katong"


def is_secure() -> bool:
    """Whether the browser talks https to us: by what the trusted proxy says, or because BASE_URL promises it."""
    return bool(request.environ["wsgi.url_scheme"] == "https") or str(current_app.config["BASE_URL"]).startswith("https://")


def csrf_token() -> str:
    """A token for this sign-in, worded anew each time so that compression can't leak it."""
    someone = access.visitor_or_actor()
    if someone is None:
        return ""
    if "csrf" not in g:
        nonce = secrets.token_hex(8)
        g.csrf = f"{nonce}.{_csrf_mark(someone.csrf, nonce)}"
    token: str = g.csrf
    return token


def _csrf_mark(session_secret: str, nonce: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"csrf {session_secret} {nonce}".encode(), hashlib.sha256).hexdigest()[:40]


def _csrf_holds(session_secret: str, token: str) -> bool:
    nonce, _dot, mark = token.partition(".")
    return hmac.compare_digest(mark.encode("utf-8", "replace"), _csrf_mark(session_secret, nonce).encode()) if nonce else False


class CameFromElsewhere(Refusal):
    """A change asked for by another site."""

    words = words._l("Kiriman ini datang dari situs lain, jadi tidak kami jalankan. Buka halamannya di sini, lalu coba lagi.")


class FormTooOld(Refusal):
    words = words._l("Halaman ini sudah terlalu lama terbuka. Kembali, muat ulang, lalu kirim lagi. Tulisan Anda masih ada di halaman itu.")


def _check_origin() -> None:
    """Every change comes from our own pages: the browser says so (Sec-Fetch-Site, Origin), and signed-in forms carry a token."""
    if request.method in SAFE or request.endpoint is None:
        return
    mark = getattr(current_app.view_functions[request.endpoint], "access_mark", None)
    if mark is not None and mark.kind == "webhook":
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise CameFromElsewhere
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin is not None and not _is_ours(origin):
        raise CameFromElsewhere
    someone = access.visitor_or_actor()
    if someone is not None and not _csrf_holds(someone.csrf, request.form.get("csrf", "") or request.headers.get("X-CSRF-Token", "")):
        raise FormTooOld


def _is_ours(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:  # a half-open [ of an IPv6 address
        return False
    host = parts.netloc.lower()
    if not host or parts.scheme not in ("http", "https"):
        return False
    base = current_app.config["BASE_URL"]
    return host == request.host.lower() or (bool(base) and host == urlsplit(base).netloc.lower())


# Around every request


def _begin() -> ResponseReturnValue | None:
    cookies = request.cookies
    language, theme, saver = appearance(cookies, request.environ)
    words.set_language(language)
    g.__dict__.update(
        began=time.perf_counter(),
        request_id=secrets.token_hex(6),
        has_session=cookie_name() in cookies,
        language=language,
        theme=theme,
        saver=saver,
    )
    # Enforce before the token is checked: a signed-out form goes to sign in, not to an error.
    turned_away = access.enforce()
    if turned_away is not None:
        return turned_away
    _check_origin()
    return None


# On every answer that does not say otherwise itself.
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(self), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def _always(app: Flask) -> tuple[tuple[str, str, str], ...]:
    """The same headers with the policy of this app, each with its name in small letters."""
    return tuple((name.lower(), name, value) for name, value in {**_ALWAYS, "Content-Security-Policy": str(app.config["CSP"])}.items())


def _finish(response: Response) -> Response:
    """Last of all: headers, packing, the shelf of whole pages, the log."""
    if isinstance(request.routing_exception, RequestRedirect):  # from the router, which believes the Host header
        to = urlsplit(request.routing_exception.new_url)
        response.set_data("")
        response.headers["Location"] = "/" + to.path.lstrip("/") + (f"?{to.query}" if to.query else "")
    known, headers = g.__dict__, response.headers
    is_html = response.mimetype == "text/html"
    said = {name.lower() for name, _value in headers}
    # Visitors' pages may be kept by the browser but are asked for again; a person's pages are never kept.
    private = (
        known.get("has_session", False)
        or "set-cookie" in said
        or response.status_code >= 400
        or request.method not in SAFE
        or session.modified
    )
    more = [(name, value) for low, name, value in current_app.extensions["always_headers"] if low not in said]
    if is_secure() and "strict-transport-security" not in said:
        more.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    if "cache-control" not in said:
        more.append(("Cache-Control", "no-store" if private else "no-cache"))
    if is_html:
        if "content-language" not in said:
            more.append(("Content-Language", known.get("language", "id")))
        if "vary" in said:
            response.vary.update(("Cookie", "Save-Data"))
        else:
            more.append(("Vary", "Cookie, Save-Data"))
    headers._list.extend(more)  # all ours and clean; adding them one by one costs as much as drawing a short list
    kept = None if private or response.status_code != 200 else known.get("page_to_keep")
    packing.pack_response(response, request.environ.get("HTTP_ACCEPT_ENCODING", ""), well=kept is not None)
    if kept is not None and headers.get("Cache-Control") == "no-cache":
        pagecache.keep(kept, response)
    headers._list.append(("X-Request-Id", known.get("request_id", "-")))
    _log_request(response)
    return response


def _log_request(response: Response) -> None:
    """Method, path pattern and status: no query, no form, no name. Paths with codes are logged by their rule."""
    rule = request.url_rule.rule if request.url_rule else "-"
    known = g.__dict__
    milliseconds = (time.perf_counter() - known.get("began", time.perf_counter())) * 1000
    _access_log.info("%s %s %s %s %.1fms", known.get("request_id", "-"), request.method, rule, response.status_code, milliseconds)


# Errors


def error_code(status: int) -> str:
    return f"{status}-{g.get('request_id', '0000')[:4].upper()}"


def _error_page(status: int, **context: Any) -> Response:
    name = status if status in (400, 403, 404, 410, 413, 429, 500, 503) else (404 if status == 405 else 400 if status < 500 else 500)
    response = make_response(
        templating.render(f"errors/{name}.html", status=status, code=error_code(status), now=clock.now(), **context), status
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _on_refusal(error: Refusal) -> ResponseReturnValue:
    if isinstance(error, NotThere):
        return _error_page(404)
    if isinstance(error, TooFast):
        from datetime import timedelta

        response = _error_page(429, again_at=clock.now() + timedelta(seconds=error.seconds), words=str(error))
        response.headers["Retry-After"] = str(error.seconds)
        return response
    if isinstance(error, CameFromElsewhere):
        return _error_page(403, words=str(error))
    if isinstance(error, FormTooOld):
        return _error_page(400, words=str(error))
    say(str(error), "bad")
    back = error.back or access.last_page() or "/"
    # A page that refuses to open must not be sent back to itself.
    if request.method in SAFE and urlsplit(back).path == request.path:
        back = "/" if request.path != "/" else "/panduan"
    return see_other(back)


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if status >= 500:
        return _still_page(status)
    if status == 413:
        bodies.drain()
    response = _error_page(status)
    if status == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _on_error(error: Exception) -> ResponseReturnValue:
    _log_failure(error)
    return _still_page(503 if isinstance(error, (OperationalError, TimeoutError)) else 500)


def _log_failure(error: BaseException | None) -> None:
    """Where it broke and of what kind, never the error's own text: that may quote what a person typed."""
    where = "".join(traceback.format_tb(error.__traceback__)[-12:]) if error is not None else ""
    log.error("request %s failed: %s\n%s", g.get("request_id", "-"), type(error).__name__, where)


def _without_words(record: logging.LogRecord) -> bool:
    """For the loggers of others: a traceback's place and kind stay, the error's text goes."""
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = "".join(traceback.format_tb(record.exc_info[2])[-12:]) + record.exc_info[0].__name__
        record.exc_info = None
    return True


def _still_page(status: int) -> Response:
    """Drawn before anything broke: it needs no database and no template."""
    shown = 503 if status in (502, 503, 504) else 500
    response = Response(assets.still_page(current_app, shown, error_code(status), g.get("language", "id")), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    if shown == 503:
        response.headers["Retry-After"] = "30"
    return response


# Templates


def is_demo() -> bool:
    """Whether this database holds sample data; asked once a process."""
    known = current_app.extensions.get("is_demo")
    if known is None:
        with reading() as session:
            known = facts.get(session, facts.DEMO) is not None
        current_app.extensions["is_demo"] = known
    return bool(known)


def _context() -> dict[str, Any]:
    known = g.__dict__
    return {
        "me": access.visitor_or_actor() if "request_id" in known else None,
        "lang": known.get("language", "id"),
        "theme": known.get("theme", ""),
        "path": request.path,
        "DEMO": is_demo(),
        "here": "",
    }


def _saver() -> bool:
    return bool(g.get("saver", False))


def init_web(app: Flask, settings: Settings) -> None:
    """Install everything above on the app."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=bodies.MOST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=bodies.MOST_TEXT_BYTES,
        MAX_FORM_PARTS=bodies.MOST_FIELDS,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=180 * 86400,
        SESSION_REFRESH_EACH_REQUEST=False,
        BASE_URL=settings.base_url,
        SITE_NAME=settings.site_name,
        PAGE_CACHE=settings.page_cache,
        CSP=content_security_policy(settings),
    )
    app.session_interface = _Sessions()
    app.request_class = bodies.Request
    app.logger.addFilter(_without_words)
    app.log_exception = lambda exc_info: _log_failure(exc_info[1])  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters.update(id=IdConverter, slug=SlugConverter, code=CodeConverter, day=DayConverter)
    app.jinja_env.globals.update(
        SITE_NAME=settings.site_name,
        BASE_URL=settings.base_url,
        Role=access.Role,
        _=words._,
        _n=words._n,
        _m=words._m,
        csrf_token=csrf_token,
        form_key=once.new_key,
        saver=_saver,
        language=words.language,
        clock_now=clock.now,
    )
    formats.install(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.extensions["always_headers"] = _always(app)
    app.extensions[templating.CONTEXT] = _context
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]  # no view of ours is async; asking costs eight looks a page
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_error)
    pagecache.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def content_security_policy(settings: Settings) -> str:
    """Everything from ourselves, nothing inline; forms may lead on to the checkout and to WhatsApp."""
    checkout = settings.stripe_api_base or CHECKOUT
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": f"'self' {checkout} https://wa.me https://api.whatsapp.com",  # wa.me leads on there, and browsers ask for each hop
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
