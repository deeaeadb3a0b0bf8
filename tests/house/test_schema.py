"""Models and migrations say the same, on both databases, up and down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, inspect, text

from app import models
from app.core import schema
from tests import servers
from tests.house.reading import ROOT, listing

if TYPE_CHECKING:
    from pathlib import Path


def empty(kind: str, path: Path, name: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{path / name}.sqlite3"
    address = servers.postgresql()
    servers.execute(address, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return servers.of_database(address, name)


def described(engine: Engine) -> dict[str, Any]:
    """Everything a database says about its tables, in a form that can be compared."""
    inspector = inspect(engine)
    tables: dict[str, Any] = {}
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        tables[table] = {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], str(c["default"])) for c in inspector.get_columns(table)},
            "primary key": inspector.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted((str(u["name"]), tuple(u["column_names"])) for u in inspector.get_unique_constraints(table)),
            "foreign keys": sorted(
                (str(f["name"]), tuple(f["constrained_columns"]), f["referred_table"], str(f["options"]))
                for f in inspector.get_foreign_keys(table)
            ),
            "checks": sorted((str(c["name"]), re.sub(r"\s+", " ", str(c["sqltext"]))) for c in inspector.get_check_constraints(table)),
            "indexes": sorted(
                (
                    str(i["name"]),
                    str(i["column_names"]),
                    bool(i["unique"]),
                    str(sorted((k, str(v)) for k, v in (i.get("dialect_options") or {}).items())),
                )
                for i in inspector.get_indexes(table)
            ),
        }
    return tables


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_models_equal_migrations(kind: str, tmp_path: Path) -> None:
    migrated, made = empty(kind, tmp_path, "migrated"), empty(kind, tmp_path, "made")
    schema.migrate(migrated)
    engines = create_engine(migrated), create_engine(made)
    try:
        models.metadata.create_all(engines[1])
        with engines[0].connect() as connection:
            told = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), models.metadata)
        assert not told, listing(
            [str(difference)[:300] for difference in told], 'Models and migrations differ. Write one: make migration m="what changes"'
        )
        ours, theirs = described(engines[0]), described(engines[1])
        different = [
            f"{table}, {part}: migrations say {ours.get(table, {}).get(part)}, models say {theirs.get(table, {}).get(part)}"
            for table in sorted(set(ours) | set(theirs))
            for part in ("columns", "primary key", "unique", "foreign keys", "checks", "indexes")
            if ours.get(table, {}).get(part) != theirs.get(table, {}).get(part)
        ]
        assert not different, listing(
            different, "Correct the migration by hand: what autogenerate does not see (checks, conditions of indexes) is written there too."
        )
    finally:
        for engine in engines:
            engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_run_up_down_and_up(kind: str, tmp_path: Path) -> None:
    url = empty(kind, tmp_path, "updown")
    engine = create_engine(url)
    try:
        schema.migrate(url)
        first = described(engine)
        engine.dispose()
        schema.migrate(url, "base")
        assert schema.state(engine) is schema.State.EMPTY
        engine.dispose()
        schema.migrate(url)
        assert described(engine) == first
    finally:
        engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_people_of_an_older_database_keep_what_they_have(kind: str, tmp_path: Path) -> None:
    """0002 knew one account a number. Up: everybody stays. Down: who named a number second loses it, and nothing else."""
    url = empty(kind, tmp_path, "filled")
    engine = create_engine(url)
    person = "INSERT INTO person (id, name, phone, greeting, about, made_at, phone_proven_at) VALUES "
    at = "'2026-11-01 00:00:00+00:00'"
    try:
        command.upgrade(schema.alembic_config(url), "0002")
        with engine.begin() as connection:
            connection.execute(text(f"{person} (1, 'Ros', '+6281234567890', 'Mama', '', {at}, {at}), (2, 'Yan', NULL, '', '', {at}, NULL)"))
            connection.execute(text(f"INSERT INTO person_role (person_id, role, given_at) VALUES (1, 'officer', {at})"))
        engine.dispose()
        schema.migrate(url)
        with engine.begin() as connection:
            kept = "SELECT name, phone, phone_slot, suspended_words, phone_lost_at, picture_key FROM person ORDER BY id"
            rows = [tuple(row) for row in connection.execute(text(kept))]
            assert rows == [("Ros", "+6281234567890", 0, "", None, None), ("Yan", None, 0, "", None, None)]
            connection.execute(text("UPDATE person SET phone = '+6281234567890', phone_slot = 1 WHERE id = 2"))
        engine.dispose()
        schema.migrate(url, "0002")
        with engine.connect() as connection:
            people = [tuple(row) for row in connection.execute(text("SELECT id, phone, greeting FROM person ORDER BY id"))]
            assert people == [(1, "+6281234567890", "Mama"), (2, None, "")]
            assert [tuple(row) for row in connection.execute(text("SELECT person_id, role FROM person_role"))] == [(1, "officer")]
    finally:
        engine.dispose()


def test_there_is_one_head_and_a_straight_line() -> None:
    known = schema.revisions()
    assert schema.head() == max(known), "The last revision must have the highest number: renumber the newest file."
    parents = [parent for parent in known.values() if parent]
    assert len(parents) == len(set(parents)), "Two migrations follow the same one: renumber the newer and set its down_revision."
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "from app" not in source, (
            f"{path.name} imports today's code. A migration stands by itself for ever: write the types and values out."
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migration_that_fails_leaves_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = empty(kind, tmp_path, "halfway")

    def fail_late(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE" in statement and "shop_order" in statement:
            raise RuntimeError("the power went out")

    event.listen(Engine, "before_cursor_execute", fail_late)
    try:
        with pytest.raises(RuntimeError, match="the power went out"):
            schema.migrate(url)
    finally:
        event.remove(Engine, "before_cursor_execute", fail_late)
    engine = create_engine(url)
    assert schema.state(engine) is schema.State.EMPTY
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "state", "word"),
    [("0001", "current", ""), ("0000", "newer", "newer than this code"), ("9999", "newer", "newer than this code")],
)
def test_the_state_of_a_database_is_told(revision: str, state: str, word: str, tmp_path: Path) -> None:
    if revision == "0001":
        revision = schema.head()
    engine = create_engine(servers.fresh_sqlite(tmp_path / "told.sqlite3"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    assert schema.state(engine) == state
    if word:
        with pytest.raises(schema.SchemaError, match=word):
            schema.check(engine)
    else:
        schema.check(engine)
    engine.dispose()


def test_an_older_schema_is_refused_by_the_server_and_a_foreign_one_by_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(servers.fresh_sqlite(tmp_path / "older.sqlite3"))
    last = schema.head()
    monkeypatch.setattr(schema, "revisions", lambda: {last: None, "after": last})
    assert schema.state(engine) is schema.State.OLDER
    with pytest.raises(schema.SchemaError, match="it backs up first"):
        schema.check(engine)
    engine.dispose()
    foreign = create_engine(f"sqlite:///{tmp_path / 'foreign.sqlite3'}")
    with foreign.begin() as connection:
        connection.execute(text("CREATE TABLE somebody (id INTEGER)"))
    with pytest.raises(schema.SchemaError, match="another program"):
        schema.check(foreign)
    foreign.dispose()


def test_a_backup_is_a_whole_database(tmp_path: Path) -> None:
    url = servers.fresh_sqlite(tmp_path / "live.sqlite3")
    copy = schema.back_up(url, tmp_path / "cadangan")
    engine = create_engine(f"sqlite:///{copy}")
    assert schema.state(engine) is schema.State.CURRENT
    engine.dispose()
    assert copy.stat().st_mode & 0o077 == 0
