"""Whole pages for visitors, kept compressed in each process.

A key is the address with its host (sitemaps name it), query, language, theme and data saver; a page names the versions it depends on, which actions raise
in their own transaction (`touch`). A hit costs one statement that reads the versions. Nothing of a signed-in
person is ever kept: a request that carries a session is not looked up and not stored.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, request
from sqlalchemy import String, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.http import parse_cookie

from app.core.db import Base, Id, at_end, db
from app.core.packing import chosen
from app.core.reads import Prepared, Reader
from app.core.words import LANGUAGES
from app.core.writes import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask, Response
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

log = logging.getLogger("katong.access")

View = TypeVar("View", bound=Callable[..., Any])

NAMES = ("people", "community", "training", "booths", "goods", "orders")
SECONDS_KEPT = 60  # pages also tell the time ("20 menit lalu"), so none is older than a minute
MOST_ADDRESS = 300  # characters: made-up queries shall not fill the shelf
MOST_BYTES = 32 * 1024 * 1024  # a process; the least recently read goes first


class PageVersion(Base):
    __tablename__ = "page_version"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(Id)


def touch(session: Session, *names: str) -> None:
    """Whatever shows these changes with this transaction."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"No page depends on {name!r}.")
    touched: set[str] = session.info.setdefault("touched_pages", set())
    touched.update(names)
    # Last in the transaction: a row that every action raises must not be locked before rows that two actions want in turn.
    at_end(session, "pages", _raise_versions)


def _raise_versions(session: Session) -> None:
    for name in sorted(session.info.pop("touched_pages")):
        row = insert(session, PageVersion).values(name=name, version=1)
        session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"version": PageVersion.version + 1}))


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it goes out, and what it depended on when it was drawn."""

    names: tuple[str, ...]
    versions: tuple[int, ...]
    at: float  # monotonic seconds
    headers: tuple[tuple[str, str], ...]
    body: bytes
    rule: str


class _Shelf:
    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: tuple[Any, ...]) -> _Kept | None:
        """What lies there, if it is not too old; whether it is still true, the versions say."""
        with self._lock:
            found = self._pages.get(key)
            if found is None or time.monotonic() - found.at > SECONDS_KEPT:
                return None
            self._pages.move_to_end(key)
            return found

    def put(self, key: tuple[Any, ...], page: _Kept) -> None:
        if len(page.body) > MOST_BYTES // 16:
            return
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += len(page.body)
            while self._bytes > MOST_BYTES:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: tuple[Any, ...]) -> None:
        gone = self._pages.pop(key, None)
        if gone:
            self._bytes -= len(gone.body)


_READ = Prepared(select(PageVersion.name, PageVersion.version))


def _versions(engine: Engine, names: tuple[str, ...]) -> tuple[int, ...]:
    reader = Reader(engine)
    try:
        known = dict(_READ.all(reader))
    finally:
        reader.end()
    return tuple([known.get(name, 0) for name in names])


def cached(*names: str) -> Callable[[View], View]:
    """Keep this anonymous GET page until one of the named versions rises."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"No page depends on {name!r}.")

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            if current_app.config["PAGE_CACHE"] and not g.has_session and (key := _key(request.environ)) is not None:
                # Read before the page is drawn: what changes meanwhile makes it old, never falsely new.
                g.page_to_keep = (key, names, _versions(db.engines["reading"], names))
            return view(*args, **kwargs)

        return inner  # type: ignore[return-value]

    return wrap


def keep(place: tuple[tuple[Any, ...], tuple[str, ...], tuple[int, ...]], response: Response) -> None:
    """Put a visitor's finished page on the shelf; the caller has seen that nothing in it is one person's."""
    if response.is_streamed:
        return
    key, names, versions = place
    body = response.get_data()
    headers = tuple((name, value) for name, value in response.headers if name.lower() != "content-length")
    rule = request.url_rule.rule if request.url_rule else "-"
    _shelf(current_app).put(key, _Kept(names, versions, time.monotonic(), (*headers, ("Content-Length", str(len(body)))), body, rule))


def _shelf(app: Flask) -> _Shelf:
    shelf: _Shelf = app.extensions["page_shelf"]
    return shelf


def appearance(cookies: Mapping[str, str], environ: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Language, theme (light, dark or "" for the device's own) and data saver of a request; made-up values are none."""
    language, theme = cookies.get("bahasa", ""), cookies.get("tema", "")
    return (
        language if language in LANGUAGES else LANGUAGES[0],
        theme if theme in ("light", "dark") else "",
        cookies.get("hemat") == "1" or environ.get("HTTP_SAVE_DATA", "").lower() == "on",
    )


def _key(environ: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Where a visitor's page lies; None for whatever is no plain GET of a visitor."""
    cookie = environ.get("HTTP_COOKIE", "")
    # Any cookie like our own (whatever its prefix) may be somebody's session.
    if environ["REQUEST_METHOD"] != "GET" or "katong" in cookie:
        return None
    path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
    if len(path) + len(query) > MOST_ADDRESS:
        return None
    host = environ.get("HTTP_HOST") or (environ["SERVER_NAME"], environ["SERVER_PORT"])
    look = appearance(parse_cookie(cookie) if cookie else {}, environ)
    return (
        environ["wsgi.url_scheme"],
        host,
        environ.get("SCRIPT_NAME", ""),
        path,
        query,
        look,
        chosen(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )


def init_app(app: Flask) -> None:
    """Answer from the shelf before anything of the application is woken."""
    app.extensions["page_shelf"] = _Shelf()
    if app.config["PAGE_CACHE"]:
        app.wsgi_app = _Front(app, app.wsgi_app)  # type: ignore[method-assign]


class _Front:
    """A kept page costs one statement and no request of Flask's."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._inner = inner
        self._shelf = _shelf(app)
        with app.app_context():
            self._engine = db.engines["reading"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        key = _key(environ)
        page = self._shelf.get(key) if key is not None else None
        if page is None or not self._is_true(page):
            return self._inner(environ, start_response)
        request_id = secrets.token_hex(6)
        start_response("200 OK", [*page.headers, ("X-Request-Id", request_id)])
        log.info("%s GET %s 200 %.1fms kept", request_id, page.rule, (time.perf_counter() - began) * 1000)
        return [page.body]

    def _is_true(self, page: _Kept) -> bool:
        try:
            return _versions(self._engine, page.names) == page.versions
        except SQLAlchemyError:
            return False  # the application says what is wrong
