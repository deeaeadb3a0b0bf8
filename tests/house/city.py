"""The sample city for tests of every page: loaded once a run, copied for each test that asks."""

from __future__ import annotations

import dataclasses
import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import create_app, demo
from app.accounts.people.models import Person
from app.config import Settings
from app.core.db import db, reading
from tests import servers
from tests.conftest import a_client, build, discard, run_all_effects
from tests.house.crawl import Walk, crawl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Client


def template(size: str) -> Path:
    """A folder with the sample city at that size, everything a start of `make run` leaves in DATA_DIR."""
    folder = servers.make_folder() / f"city-{size}"
    with servers.one_at_a_time(f"city-{size}"):
        if not folder.exists():
            making = folder.with_suffix(".making")
            making.mkdir()
            app = create_app(_settings(making, servers.fresh_sqlite(making / "katong.sqlite3")))
            with app.app_context():
                demo.load(app, size)
            run_all_effects(app)
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()
            making.rename(folder)
    return folder


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        data_dir=folder,
        database_url=url,
        secret_key="tests-only-secret-of-more-than-32-characters",
        key_dir=folder / "kunci",
        cheap_passwords=True,
        sqlite_synchronous="OFF",
        rate_limits=False,
        page_cache=False,
    )


@dataclasses.dataclass
class City:
    """An app on a copy of the sample city, and who lives there."""

    app: Flask
    people: dict[str, int]  # role -> person
    walks: dict[str, Walk] = dataclasses.field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A fresh client of the first sample account with that role, or of a visitor."""
        return a_client(self.app, self.people.get(role))

    def walk(self, role: str) -> Walk:
        """What that role comes by, walked once."""
        if role not in self.walks:
            self.walks[role] = crawl(self, role)
        return self.walks[role]

    @property
    def roles(self) -> list[str]:
        return ["visitor", *self.people]


@contextmanager
def opened(folder: Path, size: str = "demo", **settings: Any) -> Iterator[City]:
    """A copy of the sample city in an empty folder; settings as named, else those of tests."""
    shutil.copytree(template(size), folder, dirs_exist_ok=True)
    app = build(dataclasses.replace(_settings(folder, f"sqlite:///{folder / 'katong.sqlite3'}"), **settings))
    accounts = json.loads((folder / "demo-accounts.json").read_text(encoding="utf-8"))
    with app.app_context(), reading() as session:
        ids = {phone: number for number, phone in session.execute(select(Person.id, Person.phone))}
    people = {account["role"]: ids[account["phone"]] for account in reversed(accounts)}
    yield City(app, dict(reversed(people.items())))
    discard(app)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """The sample city on SQLite, to change as one likes."""
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def seen_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The sample city to look at only, one a worker."""
    with opened(tmp_path_factory.mktemp("seen-city")) as made:
        yield made
