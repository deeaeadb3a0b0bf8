"""Walks the sample city page by page, as one person, and notes what each page is."""

from __future__ import annotations

import gzip
import re
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from werkzeug.exceptions import HTTPException

from tests.conftest import counting

if TYPE_CHECKING:
    from werkzeug.routing import MapAdapter

    from tests.house.city import City

NOT_FOLLOWED = ("/static/", "/berkas/", "/keluar", "/bahasa", "/tampilan")  # files, and what changes every page after it
PER_ENDPOINT = 3  # pages of one kind: the fourth room tells nothing new
MOST = 400


class Read(HTMLParser):
    """What a page says about itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.assets: list[str] = []
        self.ids: list[str] = []
        self.lang = ""
        self.title = ""
        self.h1 = 0
        self.main = 0
        self._in_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if (tag == "link" and "stylesheet" in values.get("rel", "")) or (tag == "script" and values.get("src")):
            self.assets.append(values.get("href") or values.get("src", ""))
        if "id" in values:
            self.ids.append(values["id"])
        self.h1 += tag == "h1"
        self.main += tag == "main"
        self._in_title = self._in_title or (tag == "title" and not self.title)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@dataclass
class Visited:
    address: str
    endpoint: str
    status: int
    statements: list[str]
    weight: int  # bytes of HTML, compressed
    read: Read | None
    source: str


@dataclass
class Walk:
    """Everything one person came by."""

    role: str
    pages: list[Visited] = field(default_factory=list)
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)  # endpoint -> arguments of the first address seen


LEAK = re.compile(r"\{\{|\{%|\bundefined\b|>None<|Traceback \(most recent call last\)")


def crawl(city: City, role: str, start: tuple[str, ...] = ("/",)) -> Walk:
    """Follow every link from the first page, at most `PER_ENDPOINT` pages of a kind."""
    walk = Walk(role)
    client = city.client(role)
    adapter = city.app.url_map.bind("localhost")
    todo: deque[tuple[str, str]] = deque((address, "") for address in start)
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    while todo and len(walk.pages) < MOST:
        address, source = todo.popleft()
        if address in seen:
            continue
        seen.add(address)
        parts = urlsplit(address)
        try:
            endpoint, arguments = adapter.match(parts.path, method="GET")
        except HTTPException:
            endpoint, arguments = f"(no route) {parts.path}", {}
        if parts.path.startswith(NOT_FOLLOWED):
            continue
        kinds[endpoint] += 1
        if kinds[endpoint] > PER_ENDPOINT:
            continue
        if arguments:
            walk.arguments.setdefault(endpoint, dict(arguments))
        with counting() as counted, client.get(address) as answer:
            answer.get_data()
        body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        read = Read(body) if body and answer.status_code == 200 else None
        if read and LEAK.search(body):
            read.title = f"(template leak) {read.title}"
        walk.pages.append(
            Visited(address, endpoint, answer.status_code, counted.statements, len(gzip.compress(body.encode(), 6)), read, source)
        )
        if answer.status_code in (301, 302, 303, 307, 308):
            todo.append((local(address, answer.location), address))
        for link in read.links if read else ():
            if there := local(address, link):
                todo.append((there, address))
        note_forms(walk, adapter, address, body)
    return walk


def note_forms(walk: Walk, adapter: MapAdapter, address: str, body: str) -> None:
    """Where forms lead is kept for the matrix, not asked."""
    for action in re.findall(r'<form[^>]*action="([^"]+)"', body):
        with suppress(HTTPException):
            endpoint, arguments = adapter.match(urlsplit(local(address, action)).path, method="POST")
            if arguments:
                walk.arguments.setdefault(endpoint, dict(arguments))


def local(address: str, link: str) -> str:
    """The link as a path of this site without its fragment; "" when it leads elsewhere."""
    joined = urlsplit(urljoin(f"http://localhost{address}", link))
    if joined.scheme not in ("http", "https") or joined.netloc != "localhost":
        return ""
    return joined.path + (f"?{joined.query}" if joined.query else "")
