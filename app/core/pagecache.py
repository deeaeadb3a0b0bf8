"""Whole pages for visitors, kept compressed in each process.

A key is the address with its host (sitemaps name it), query, language, theme and data saver; a page names the versions it depends on, which actions raise
in their own transaction (`touch`). A hit costs one statement that reads the versions. Nothing of a signed-in
person is ever kept: a request that carries a session is not looked up and not stored.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, current_app, g, make_response, request
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, at_end, db
from app.core.writes import insert

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

View = TypeVar("View", bound=Callable[..., Any])

NAMES = ("people", "community", "training", "booths", "goods", "orders")
SECONDS_KEPT = 60  # pages also tell the time ("20 menit lalu"), so none is older than a minute
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


class _Shelf:
    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Any, ...], tuple[tuple[int, ...], float, dict[str, bytes], str]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: tuple[Any, ...], versions: tuple[int, ...]) -> tuple[dict[str, bytes], str] | None:
        with self._lock:
            found = self._pages.get(key)
            if found is None or found[0] != versions or time.monotonic() - found[1] > SECONDS_KEPT:
                return None
            self._pages.move_to_end(key)
            return found[2], found[3]

    def put(self, key: tuple[Any, ...], versions: tuple[int, ...], bodies: dict[str, bytes], kind: str) -> None:
        size = sum(map(len, bodies.values()))
        if size > MOST_BYTES // 16:
            return
        with self._lock:
            self._drop(key)
            self._pages[key] = (versions, time.monotonic(), bodies, kind)
            self._bytes += size
            while self._bytes > MOST_BYTES:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: tuple[Any, ...]) -> None:
        gone = self._pages.pop(key, None)
        if gone:
            self._bytes -= sum(map(len, gone[2].values()))


def _versions(names: tuple[str, ...]) -> tuple[int, ...]:
    with db.engines["reading"].connect() as connection:
        rows = connection.execute(_READ).all()
    known = {row[0]: row[1] for row in rows}
    return tuple(known.get(name, 0) for name in names)


_READ = select(PageVersion.name, PageVersion.version)


def cached(*names: str) -> Callable[[View], View]:
    """Keep this anonymous GET page until one of the named versions rises."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"No page depends on {name!r}.")

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(*args: Any, **kwargs: Any) -> Any:
            if not _may_keep():
                return view(*args, **kwargs)
            shelf: _Shelf = current_app.extensions.setdefault("page_shelf", _Shelf())
            key = (request.host_url, request.path, request.query_string, g.language, g.theme, g.saver)
            versions = _versions(names)
            encoding = next((e for e in ("br", "gzip") if request.accept_encodings[e] > 0), "")
            bodies, kind = shelf.get(key, versions) or ({}, "")
            if encoding not in bodies:
                response = make_response(view(*args, **kwargs))
                if response.status_code != 200 or response.is_streamed or "Set-Cookie" in response.headers:
                    return response
                kind = response.mimetype or "text/html"
                bodies = {**bodies, encoding: _ENCODERS[encoding](response.get_data())}
                shelf.put(key, versions, bodies, kind)
            answer = Response(bodies[encoding], mimetype=kind)
            if encoding:
                answer.headers["Content-Encoding"] = encoding
            return answer

        return inner  # type: ignore[return-value]

    return wrap


def _may_keep() -> bool:
    """Only a visitor's plain GET: no session, no flash, and not while the cache is off."""
    if not current_app.config["PAGE_CACHE"] or request.method != "GET" or len(request.full_path) > 300:
        return False
    return not g.has_session and not g.has_flash


def _gzip(body: bytes) -> bytes:
    import gzip

    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body, quality=5))


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": _gzip, "br": _brotli}
