"""Bad input at every door of the sample city: never a 500, never lost work, never a way off the site.

What is sent is sampled with a fixed seed, so that a failure comes back the next time.
"""

from __future__ import annotations

import io
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from tests.house.city import City, opened
from tests.house.crawl import local
from tests.house.reading import listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from tests.conftest import Client

ROLES = ["visitor", "member", "seller", "trainer", "officer", "admin"]
PAGES = 2  # of one kind
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD", "BREW", "POST")
# Would end the tester's own sign-in, account or work.
LEFT_ALONE = re.compile(r"^/(keluar|akun/perangkat|akun/sandi|akun/data/pergi|akun/lembaga|webhook)")
SEARCHES = ("/petugas/orang", "/petugas/loket/cari")  # a POST that answers with what it found: no name stands in an address
TO_WHATSAPP = re.compile(r"https://wa\.me/[1-9]\d{7,14}\?text=")  # what an officer sends with her own phone

# Each has broken somebody's site once (after the Big List of Naughty Strings).
NAUGHTY = [
    "", " ", "\x00", "a\x00b", "\r\nX-Injected: 1", "\u202eterbalik\u202c", "\u200b\u2060\ufeff", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "👩‍👩‍👧‍👦🏳️‍🌈", "Z̵̢̛͇a̸͖͝l̷̻͐g̸̰̈́o̴͍͝", "ﷺ", "田中さんにあげて下さい", "Ω≈ç√∫˜µ≤≥÷", "١٢٣", "１２３", "½", "²", "Ⅷ", "0", "-1", "-0", "1e309", "NaN", "Infinity", "0x10", "1_000", "9" * 18, "9" * 40, "99999999999999999999999999",
    "2147483648", "9223372036854775807", "9223372036854775808", "1/0", "1,5", "1.000.000.000.000", "Rp-5", "' OR 1=1 --", "\" onmouseover=alert(1) x=\"", "<script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "{{ 7*7 }}", "{% raise %}", "{n}", "{0}", "%s%n%d", "%", "%%", "${jndi:ldap://x}", "../../etc/passwd", "//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)",
    "[x](javascript:alert(1))", "![](//evil.example/x.png)", "[" * 300, "*" * 500, "> " * 300, "`" * 400, "(" * 300, "a AND", "NOT", "OR OR", "\"", "*", "?", "a*", "~", "a^b", "judul:x", "x TO y", "[a TO", "0000-00-00", "2026-02-30", "9999-12-31", "0001-01-01",
    "24.00", "99:99", "08:60", "+", "++62", "+6281", "0", "+1" + "2" * 60, "null", "None", "undefined", "true", "on", "a" * 120, "é" * 5000, "x" * 100_000, "a" + "\u0300\u0316" * 20_000, "😀" * 20_000,
]  # fmt: skip
CANARY = "Kelor dan garam 7f3a"  # what an honest neighbour field holds: it must still be there afterwards


@dataclass
class Box:
    """One field of a form."""

    name: str
    kind: str
    value: str
    options: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """One form: where it leads, how, and its fields."""

    action: str
    method: str
    page: str
    boxes: list[Box] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        return self.method, re.sub(r"\d+|[A-Z0-9]{4,}", "N", urlsplit(self.action).path), tuple(sorted({box.name for box in self.boxes}))


class Reading(HTMLParser):
    def __init__(self, address: str, page: str) -> None:
        super().__init__()
        self.address, self.has_handler = address, False
        self.links: list[str] = []
        self.sheets: list[Sheet] = []
        self._sheet: Sheet | None = None
        self._box: Box | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.has_handler = self.has_handler or any(name.startswith("on") for name in values)
        if tag == "form":
            action = local(self.address, values.get("action") or self.address)
            self._sheet = Sheet(action, values.get("method", "get").lower(), self.address)
            self.sheets.append(self._sheet)
        sheet, name = self._sheet, values.get("name", "")
        if sheet is None or not name:
            if tag == "option" and self._box and self._box.kind == "select":
                self._box.options.append(values.get("value", ""))
            return
        if tag in ("input", "textarea", "select", "button"):
            kind = values.get("type", "text") if tag in ("input", "button") else tag
            self._box = Box(name, kind, values.get("value", ""))
            sheet.boxes.append(self._box)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._sheet = None
        if tag in ("textarea", "select"):
            self._box = None

    def handle_data(self, data: str) -> None:
        if self._box and self._box.kind == "textarea":
            self._box.value += data


@dataclass
class Found:
    """Everything one person can send, and what went wrong when it was sent."""

    city: City
    role: str
    client: Client
    sheets: dict[Any, Sheet] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # endpoint -> one address of it
    queries: dict[str, set[str]] = field(default_factory=dict)  # address without query -> names of arguments
    problems: list[str] = field(default_factory=list)
    sent: int = 0

    def look(self, answer: TestResponse, what: str) -> str:
        """Whether an answer is one that may be given; returns its text."""
        self.sent += 1
        status, kind = answer.status_code, answer.mimetype or ""
        body = answer.get_data(as_text=True) if kind.startswith("text/") else ""

        def note(words: str) -> None:
            self.problems.append(f"{self.role}: {what[:160]!a}: {words}")

        if status >= 500:
            note(f"answers {status}")
        if "Traceback (most recent" in body or "sqlalchemy.exc" in body or "psycopg." in body:
            note("shows how it is made")
        if "<script>alert(1)" in body or ("onmouseover" in body and Reading("/", body).has_handler):
            note("repeats a script unescaped")
        where = answer.headers.get("Location", "/")
        if (not where.startswith("/") or where.startswith(("//", "/\\"))) and not (
            "/keluar-cepat" in what or ("/petugas/wa/" in what and TO_WHATSAPP.match(where))
        ):
            note(f"leads off the site: {where[:80]}")
        if "X-Injected" in answer.headers:
            note("lets a header in")
        if kind == "text/html" and body and status not in (301, 302, 303, 307, 308):
            missing = [
                name
                for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Cache-Control")
                if name not in answer.headers
            ]
            if missing:
                note(f"lacks {', '.join(missing)}")
            if "/keluar-cepat" not in what and len(re.findall(r"<h1[\s>]", body)) != 1:
                note(f"has {len(re.findall(r'<h1[ >]', body))} h1 ({status})")
        answer.close()
        return body

    def walk(self) -> None:
        adapter = self.city.app.url_map.bind("localhost")
        todo, seen = deque(["/", "/masuk", "/daftar", "/cari?q=keripik", "/tampilan", "/keranjang"]), set[str]()
        kinds: Counter[str] = Counter()
        while todo:
            address = todo.popleft()
            parts = urlsplit(address)
            if address in seen or not address or parts.path.startswith(("/static", "/berkas", "/keluar", "/bahasa")):
                continue
            seen.add(address)
            self.queries.setdefault(parts.path, set()).update(name for name, _value in parse_qsl(parts.query, keep_blank_values=True))
            try:
                endpoint = adapter.match(parts.path, method="GET")[0]
            except Exception:  # noqa: BLE001 - whatever the router says: it is no page
                continue
            kinds[endpoint] += 1
            if kinds[endpoint] > PAGES:
                continue
            self.addresses.setdefault(endpoint, parts.path)
            answer = self.client.get(address)
            body = self.look(answer, f"GET {address}")
            if 300 <= answer.status_code < 400:
                todo.append(local(address, answer.headers["Location"]))
            reading = Reading(address, body)
            todo.extend(local(address, link) for link in reading.links)
            for sheet in reading.sheets:
                if sheet.method == "get":
                    self.queries.setdefault(urlsplit(sheet.action).path, set()).update(box.name for box in sheet.boxes)
                elif not LEFT_ALONE.match(sheet.action):
                    self.sheets.setdefault(sheet.key, sheet)

    def send(self, sheet: Sheet, over: dict[str, Any], what: str, *, without: str = "", twice: str = "") -> None:
        """Fill a form plausibly but for what is given, and send it."""
        pairs: list[tuple[str, Any]] = []
        named: set[str] = set()
        for box in sheet.boxes:
            if box.name == without or (box.kind in ("radio", "submit") and box.name in named) or box.name in over:
                continue
            named.add(box.name)
            if box.name == "csrf":
                pairs.append((box.name, self.client.csrf() if self.client.token else ""))
            elif box.name == "kunci":
                pairs.append((box.name, f"hostile-{self.sent:012d}"))
            elif box.kind != "file":
                pairs.append((box.name, plausible(box)))
        for name, value in over.items():
            pairs.append((name, value))
        if twice:
            pairs.append((twice, "kedua"))
        data = MultiDict(pairs)
        answer = self.client.post(sheet.action, data=data, bare=True, headers={"Referer": f"http://localhost{sheet.page}"})
        body = self.look(answer, f"POST {sheet.action} {what}")
        if answer.status_code in (200, 422) and answer.mimetype == "text/html" and what.startswith("field"):
            shown = unescape(body)
            for box in sheet.boxes:
                kept = CANARY if box.kind == "textarea" else "Keripik uji" if box.kind == "text" and not box.value else ""
                if box.name not in over and box.name != without and kept not in shown:
                    self.problems.append(f"{self.role}: POST {sheet.action} {what[:60]!a}: what was typed in {box.name} is lost")
            if answer.status_code == 200 and sheet.action not in SEARCHES:
                self.problems.append(f"{self.role}: POST {sheet.action} {what[:60]!a}: answers 200, not 303 or 422")


def plausible(box: Box) -> str:
    if box.kind in ("hidden", "checkbox", "radio", "submit"):
        return box.value or "on"
    if box.kind == "select":
        return next((option for option in box.options if option), "")
    if box.kind == "textarea":
        return CANARY
    if box.kind in ("date", "number", "tel", "time") and box.value:
        return box.value
    return {"date": "2026-12-05", "number": "2", "tel": "081234567890", "time": "16.00", "password": "lontar-biru-tiga-8"}.get(
        box.kind, box.value or "Keripik uji"
    )


@pytest.fixture(scope="module")
def hostile_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with opened(tmp_path_factory.mktemp("hostile")) as made:
        yield made


def attack(city: City, role: str, seed: int = 7, values: int = 2) -> Found:
    """Send everything one person can send; `values` hostile values a field and an argument."""
    found, dice = Found(city, role, city.client(role)), Random(f"{seed} {role}")
    found.walk()
    for address in found.addresses.values():
        method = dice.choice(METHODS)
        if not (method == "POST" and LEFT_ALONE.match(address)):
            found.look(found.client.open(address, method=method), f"{method} {address}")
    ask(found, dice, values)
    for sheet in found.sheets.values():
        fill(found, sheet, dice, values)
    if role in ("visitor", "admin"):  # who is turned away before the address is looked at, and who is not
        for path in broken_paths(city.app.url_map.iter_rules(), dice):
            found.look(found.client.get(path), f"GET {path}")
    return found


def ask(found: Found, dice: Random, values: int) -> None:
    """Every argument that a page's links and forms name, and one that none does."""
    for address, names in found.queries.items():
        for name in [*sorted(names), "tidak-ada"]:
            for value in dice.sample(NAUGHTY, values if name != "tidak-ada" else 1):
                if len(value) < 3_000:
                    found.look(found.client.get(f"{address}?{quote(name)}={quote(value)}"), f"GET {address}?{name}={value}")


def fill(found: Found, sheet: Sheet, dice: Random, values: int) -> None:
    """One form: all empty, all hostile, each field hostile, missing, twice, and as a file."""
    boxes = [box for box in sheet.boxes if box.name not in ("csrf", "kunci")]
    found.send(sheet, {box.name: "" for box in boxes}, "all empty")
    found.send(sheet, {box.name: dice.choice(NAUGHTY) for box in boxes}, "all hostile")
    for box in boxes:
        is_typed = box.kind in ("text", "textarea", "tel", "number", "date", "search", "password", "time")
        for value in dice.sample(NAUGHTY, values if is_typed else 1):
            found.send(sheet, {box.name: value}, f"field {box.name}={value[:40]!a}")
        if dice.random() < 0.3:
            found.send(sheet, {}, f"field {box.name} missing", without=box.name)
            found.send(sheet, {}, f"field {box.name} twice", twice=box.name)
            found.send(sheet, {box.name: (io.BytesIO(b"not a picture"), "foto.jpg")}, f"field {box.name} as a file")


ODD = (
    "0",
    "-1",
    "999999999999999999",
    "9" * 30,
    "%00",
    "%ff",
    "..%2f..%2f",
    "%F0%9F%98%80",
    "a" * 300,
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "%D9%A1",
)
LIKELY = {"id": "999999999999999999", "day": "2099-12-31", "slug": "tidak-ada", "code": "XXXX-0000"}


def broken_paths(rules: Iterable[Rule], dice: Random) -> list[str]:
    """Each rule's address with things in it that no address should hold, and with things that are not there."""
    found = []
    for rule in sorted((rule for rule in rules if rule.arguments), key=str):
        found.append(re.sub(r"<[^>]+>", lambda _found: dice.choice(ODD), rule.rule))
        found.append(re.sub(r"<(\w+)[^>]*>", lambda found: LIKELY.get(found[1], "x"), rule.rule))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_is_sent_breaks_a_page_or_loses_what_was_typed(
    hostile_city: City, role: str, rounds: Callable[[int, int], int]
) -> None:
    found = attack(hostile_city, role, values=rounds(1, 8))
    assert found.sent > 150, f"only {found.sent} requests were made as {role}: is the first page empty?"
    assert not found.problems, listing(found.problems, "Each line is one request. Refuse with a sentence beside the field (422), or 404.")
