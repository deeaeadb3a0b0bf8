"""Fills an empty database with the sample city, and says so where it is full already."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from datetime import datetime
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.people.models import Person, SecondFactor
from app.community.threads.models import Room
from app.core import clock, facts, pagecache, sealing, search, totp
from app.core.access import STAFF
from app.core.contrib import SearchSource, offered
from app.core.db import reading, transaction
from app.core.passwords import hash_password
from app.demo import community, market, orders, people, pictures, shops, training
from app.demo.accounts import benefits, deliveries, merits, privacy, recovery, reports
from app.demo.content.people import ACCOUNTS, HUMANS, phone
from app.demo.rows import Rows
from app.demo.sizes import SIZES, Size
from app.demo.world import World
from app.market.booths.models import Site

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

log = logging.getLogger("katong.demo")
ACCOUNTS_FILE = "demo-accounts.json"
PASSWORD_WORDS = (
    "lontar", "tarum", "kapas", "kunyit", "mengkudu", "saboak", "kelor", "jagung", "pantai", "angin", "benang", "selendang", "teluk", "padang", "embun", "karang",
)  # fmt: skip


class NotEmpty(Exception):
    """The database holds something that is not sample data; nothing was changed."""


def load(app: Flask, size: str = "demo", seed: int = 2026, now: datetime | None = None, *, fills_index: bool | None = None) -> bool:
    """Fill the app's empty, migrated database at a size of `sizes.SIZES`. True when it was filled, False when it holds sample data already.

    Dates count from `now` (this moment). The same seed and moment give the same city, but for passwords, picture keys and
    seals. `fills_index` says whether /cari finds everything at once; unless told, it does but at the largest size. Raises `NotEmpty` with a sentence when the database holds anything else.
    """
    with reading() as session:
        loaded = facts.get(session, facts.DEMO)
        if loaded is not None:
            print(f"The sample city ({loaded}) is here already; nothing was changed.")
            return False
        if _holds_something(session):
            raise NotEmpty(
                "This database is not empty and holds no sample city, so it is left alone. Choose an empty one with DATABASE_URL."
            )
    _fill(app, SIZES[size], seed, now or clock.now())
    if SIZES[size].fills_index if fills_index is None else fills_index:
        fill_index()
    return True


def _holds_something(session: Session) -> bool:
    return any(session.scalar(select(exists(select(model.id)))) for model in (Person, Room, Site))


def _fill(app: Flask, size: Size, seed: int, now: datetime) -> None:
    started = time.monotonic()
    world = World(size, now, Random(f"{seed}"), Rows(), pictures.store_all())
    passwords = _passwords(size)
    hashes = {password: hash_password(password) for password in set(passwords.values())}
    people.fill(world, {key: hashes[password] for key, password in passwords.items()}, hashes[passwords["rina"]])
    community.fill(world)
    training.fill(world)
    shops.fill(world)
    market.fill(world)
    orders.fill(world)
    benefits.fill(world)
    reports.fill(world)
    privacy.fill(world)
    recovery.fill(world)
    merits.fill(world)
    world.write_notices()
    deliveries.fill(world)
    with transaction() as session:
        world.rows.finish(session)
        secrets_of_staff = _set_factors(session, world, now)
        facts.put(session, facts.DEMO, size.name)
        pagecache.touch(session, *pagecache.NAMES)
    _write_accounts(app.extensions["settings"].data_dir, passwords, secrets_of_staff)
    log.info("sample city %s loaded in %.1f s", size.name, time.monotonic() - started)


def fill_index() -> None:
    """Everything public, for /cari, in one go."""
    started = time.monotonic()
    with reading() as session:
        documents = search.rebuild(chain.from_iterable(source.every(session) for source in offered(SearchSource)))
    log.info("search index of %d documents filled in %.1f s", documents, time.monotonic() - started)


def _passwords(size: Size) -> dict[str, str]:
    """A random password for each printed account; one for all at the large sizes."""
    shared = _password()
    return {key: shared if size.writes_talk else _password() for _, key in ACCOUNTS}


def _set_factors(session: Session, world: World, now: datetime) -> dict[str, str]:
    """A second factor that works for each printed account of staff; returns their secrets by key."""
    given = {key: totp.new_secret() for role, key in ACCOUNTS if role in {staff.value for staff in STAFF}}
    for key, secret in given.items():
        person_id = world.people[key]
        sealed = sealing.seal(secret.encode(), "second_factor", person_id, "secret")
        session.add(SecondFactor(person_id=person_id, secret=sealed, confirmed_at=now, last_step=0))
    return given


def _password() -> str:
    """Three words and a number: 25 bits of four words, 10 of the number; the sample city is no secret, but no two are alike."""
    picked = "-".join(secrets.choice(PASSWORD_WORDS) for _ in range(3))
    return f"{picked}-{secrets.randbelow(9_000) + 1_000}"


def _write_accounts(data_dir: Path, passwords: dict[str, str], secrets_of_staff: dict[str, str]) -> None:
    """The printed accounts, readable by the owner alone."""
    serials = {human.key: serial for serial, human in enumerate(HUMANS, start=1)}
    names = {human.key: human.name for human in HUMANS}
    accounts = [
        {"role": role, "name": names[key], "phone": phone(serials[key]), "password": passwords[key]}
        | ({"totp_secret": secrets_of_staff[key]} if key in secrets_of_staff else {})
        for role, key in ACCOUNTS
    ]
    path = data_dir / ACCOUNTS_FILE
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    draft.replace(path)
