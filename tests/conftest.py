"""Fixtures of every test: an app with a fresh database, people signed in, a live server, a browser, counting, racing.

A test gets SQLite; with `@pytest.mark.both` it runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import contextvars
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from app import create_app
from app.accounts.people.actions import start_session, token_hash
from app.config import Settings
from app.core import clock, outbox, web
from app.core.db import db, reading
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jinja2.bccache import Bucket
    from playwright.sync_api import Browser, Page
    from werkzeug.test import TestResponse

for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE", "DATABASE_URL", "DATA_DIR", "BASE_URL", "SECRET_KEY", "PORT"):
    os.environ.pop(name, None)  # a developer's own settings are not the tests' business
servers.make_folder()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", action="store_true", help="the long counts of `make proof`")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both"):
        metafunc.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What only `make proof` runs is left out elsewhere, and counted as deselected."""
    if not config.getoption("--proof"):
        later = [item for item in items if item.get_closest_marker("proof")]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`rounds(60, 1000)`: how often to repeat, in `make test` and in `make proof`."""
    return lambda usual, proof: proof if request.config.getoption("--proof") else usual


# An app with a fresh database


class Compiled(BytecodeCache):
    """Templates compiled once a process, not once an app."""

    kept: dict[str, bytes] = {}  # noqa: RUF012 - shared on purpose

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}  # before the first app is made


_compile_builder = Rule._compile_builder
_builders: dict[object, Any] = {}


def _builder_kept(rule: Rule, append_unknown: bool = True) -> Any:
    """The builder of a rule's addresses, compiled once a process: it depends on what the rule says alone, and was most of an app's cost."""
    said = (rule.rule, tuple(rule._trace), tuple((rule.defaults or {}).items()), append_unknown)
    if said not in _builders:
        _builders[said] = _compile_builder(rule, append_unknown)
    return _builders[said]


Rule._compile_builder = _builder_kept  # type: ignore[assignment,method-assign]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, or what `@pytest.mark.both` asks for."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> str:
    """The address of a fresh, migrated database."""
    if database_kind == "sqlite":
        return servers.fresh_sqlite(tmp_path / "katong.sqlite3")
    return servers.fresh_postgresql(f"katong_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a test's app; a test that needs others overrides this fixture with `dataclasses.replace`."""
    static = servers.make_folder() / "static"  # made once a run
    static.mkdir(exist_ok=True)
    (tmp_path / "static").symlink_to(static)
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        secret_key="tests-only-secret-of-more-than-32-characters",
        key_dir=tmp_path / "kunci",
        cheap_passwords=True,
        sqlite_synchronous="OFF",
        rate_limits=False,
        page_cache=False,
    )


def build(settings: Settings) -> Flask:
    """An app for tests; several may live beside each other."""
    app = create_app(settings)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a broken page is a 500, as people would see it
    app.test_client_class = Client
    return app


def discard(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on a fresh database, its context pushed."""
    app = build(settings)
    with app.app_context():
        yield app
    discard(app)


# People at the door


class Forms(HTMLParser):
    """The forms of a page: address and named values, as a browser would send them back."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self._select = ""
        self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((values.get("action", ""), values.get("method", "get").lower(), {}))
        if not self.forms:
            return
        fields = self.forms[-1][2]
        name = values.get("name", "")
        if tag == "input" and name and values.get("type") not in ("submit", "image", "file", "button"):
            if values.get("type") not in ("checkbox", "radio") or "checked" in values:
                fields[name] = values.get("value", "on" if values.get("type") == "checkbox" else "")
        elif tag == "textarea" and name:
            fields[name], self._area = "", name
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and ("selected" in values or self._select not in fields):
            fields[self._select] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1][2][self._area] += data


class Client(FlaskClient):
    """A browser without a screen. Each request has contexts of its own, as under a server."""

    token = ""  # of the device's sign-in; "" for a visitor

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **kwargs)

    def post(self, *args: Any, bare: bool = False, **kwargs: Any) -> TestResponse:
        """POST; a signed-in client adds its CSRF token to the form unless `bare`."""
        data = kwargs.get("data")
        if self.token and not bare and (data is None or (isinstance(data, dict) and "csrf" not in data)):
            kwargs["data"] = {**(data or {}), "csrf": self.csrf()}
        return super().post(*args, **kwargs)

    def csrf(self) -> str:
        """A form's CSRF token for this sign-in, whose token a proof may have renewed."""
        token = contextvars.Context().run(self._token_now)
        with self.application.app_context():
            return f"tes.{web._csrf_mark(token_hash(token), 'tes')}"

    def _token_now(self) -> str:
        with self.session_transaction() as kept:
            return str(kept.get("_user_id") or self.token)

    def fill(self, path: str, typed: dict[str, Any], *, action: str | None = None, **kwargs: Any) -> TestResponse:
        """Open a page, fill its form and send it, hidden fields included. The form is the one to `action`, else the first that has the fields."""
        shown = self.get(path)
        assert shown.status_code == 200, f"GET {path} answered {shown.status_code}"
        for address, method, fields in Forms(shown.get_data(as_text=True)).forms:
            if method != "post" or (action is not None and urlsplit(address).path != action):
                continue
            if action is not None or set(typed) <= set(fields) | {k for k, v in typed.items() if not isinstance(v, (str, int))}:
                return self.post(address or path, data={**fields, **typed}, **kwargs)
        raise AssertionError(f"{path} has no form with {sorted(typed)}" + (f" to {action}" if action else ""))


@pytest.fixture
def client(app: Flask) -> Client:
    """A visitor."""
    return a_client(app)


def a_client(app: Flask, person_id: int | None = None) -> Client:
    """A client of its own; signed in when a person is given."""
    made = app.test_client()
    assert isinstance(made, Client)
    if person_id is not None:
        made.token = contextvars.Context().run(_start_session, app, person_id)

        def keep() -> None:
            with made.session_transaction() as kept:
                kept["_user_id"] = made.token
                kept["_fresh"] = True

        contextvars.Context().run(keep)
    return made


def _start_session(app: Flask, person_id: int) -> str:
    with app.app_context():
        return start_session(person_id, device="Chrome di Android", is_remembered=False, has_passed_factor=True).token


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Any], Client]:
    """`sign_in(person)`: a client on a device of that person (a row, or an id)."""
    return lambda person: a_client(app, person if isinstance(person, int) else person.id)


# Counting and racing


@dataclass
class Counted:
    """The statements that ran inside a `sql_count` block."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


NOT_WORK = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "SET ", "SHOW ")


@contextmanager
def counting() -> Iterator[Counted]:
    """Count the statements of all connections; transaction control is not counted."""
    counted = Counted()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_WORK):
            counted.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def sql_count() -> Callable[[], Any]:
    """`with sql_count() as counted: …; assert len(counted) <= 12`"""
    return counting


@dataclass
class Outcomes:
    """What came of a race, in the order of the runners."""

    results: list[Any]

    @property
    def wins(self) -> list[Any]:
        return [result for result in self.results if not isinstance(result, BaseException)]

    def refusals(self, kind: type[BaseException]) -> list[BaseException]:
        return [result for result in self.results if isinstance(result, kind)]

    def others(self, *kinds: type[BaseException]) -> list[BaseException]:
        """Exceptions of no expected kind: a race must have none."""
        return [result for result in self.results if isinstance(result, BaseException) and not isinstance(result, kinds)]


@pytest.fixture
def race(app: Flask) -> Callable[..., Outcomes]:
    """`race(200, lambda i: …)`: that many threads, let go at once, each with contexts and connections of its own."""

    def run(runners: int, function: Callable[[int], Any], on: Flask | None = None) -> Outcomes:
        results: list[Any] = [None] * runners
        gate = threading.Barrier(runners)

        def runner(number: int) -> None:
            with (on or app).app_context():
                gate.wait(60)
                try:
                    results[number] = function(number)
                except Exception as error:  # noqa: BLE001 - the outcome of the race
                    results[number] = error

        threads = [threading.Thread(target=contextvars.Context().run, args=(runner, n), daemon=True) for n in range(runners)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            assert not thread.is_alive(), "A runner of the race did not come home within 120 seconds: is there a deadlock?"
        return Outcomes(results)

    return run


@pytest.fixture
def run_outbox(app: Flask) -> Callable[[], int]:
    """Run every effect that is due, until none is left; fails when one failed."""

    def run() -> int:
        done = contextvars.Context().run(_run_outbox, app)
        with reading() as session:
            left = [
                (row.topic, row.handler, row.trouble)
                for row in session.query(outbox.OutboxRow).filter(outbox.OutboxRow.trouble.is_not(None))
            ]
        assert not left, f"These effects failed: {left}"
        return done

    return run


def run_all_effects(app: Flask) -> int:
    """Run the outbox of any app, in contexts of its own."""
    return contextvars.Context().run(_run_outbox, app)


def _run_outbox(app: Flask) -> int:
    with app.app_context():
        return outbox.run_due(clock.now(), most=10_000)


# A live server and a browser


@dataclass
class Server:
    """The app behind a real port of this machine; `work()` runs the outbox."""

    url: str
    app: Flask

    def work(self) -> int:
        return contextvars.Context().run(_run_outbox, self.app)


@contextmanager
def serving(app: Flask) -> Iterator[Server]:
    """Serve the app on a free loopback port, each request in a thread."""
    live = make_server("127.0.0.1", 0, app, threaded=True)
    live.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=contextvars.Context().run, args=(live.serve_forever,), daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{live.server_port}", app)
    finally:
        live.shutdown()
        thread.join(10)
        live.server_close()


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """The app on a free loopback port."""
    with serving(app) as live:
        yield live


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",  # no network but loopback
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests of a worker."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROME_PATH") or _find_chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


def _find_chromium() -> str:
    import subprocess

    found = subprocess.run(["bin/chromium"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.fail(found.stderr.strip(), pytrace=False)
    return found.stdout.strip()


@pytest.fixture(params=["javascript off", "javascript on"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Runs a journey twice: without and with JavaScript."""
    return bool(request.param == "javascript on")


@pytest.fixture
def new_page(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """`new_page(javascript=True)`: a phone of its own at 360 px; relative addresses lead to the server."""
    contexts = []

    def make(*, javascript: bool = True, width: int = 360, height: int = 740, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="id-ID", java_script_enabled=javascript, base_url=server.url, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
