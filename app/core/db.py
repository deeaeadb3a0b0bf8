"""The database door: base class, column types, transactions.

Two engines on one address: one writes (on SQLite every transaction starts BEGIN IMMEDIATE, so a read-then-write
can't lose an update), one only reads (SQLite: query_only; PostgreSQL: read only transactions).
`transaction()` holds the only `commit()` of the application.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, UniqueConstraint, delete, event, inspect, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.core.reads import Reader, begin_reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import ColumnElement, Engine
    from sqlalchemy.sql import Select

    from app.config import Settings
    from app.core.refusals import Refusal

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# 64 bits on PostgreSQL, SQLite's own rowid integer there.
Id = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant, in and out in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant must be aware.")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant}


db = SQLAlchemy()  # the engines of each app; models are plain declarative classes on `Base`

E_ = TypeVar("E_", bound=StrEnum)


def code_type(codes: type[E_], name: str) -> Enum:
    """A column of codes kept by value, with a CHECK that allows no other."""
    return Enum(codes, name=name, native_enum=False, create_constraint=True, length=32, values_callable=lambda e: [m.value for m in e])


def init_db(app: Flask, settings: Settings) -> None:
    """Make the two engines of an app."""
    sqlite = settings.is_sqlite
    # An error must not quote what a person typed.
    options: dict[str, Any] = {"url": settings.database_url, "hide_parameters": True}
    if sqlite:
        options |= {"connect_args": {"timeout": 30, "check_same_thread": False}, "pool_size": 8, "max_overflow": 64}
    else:
        options |= {"pool_size": 8, "max_overflow": 24, "pool_pre_ping": True}
    app.config["SQLALCHEMY_BINDS"] = {None: dict(options), "reading": dict(options)}
    db.init_app(app)
    with app.app_context():
        _prepare(db.engines[None], settings, read_only=False)
        _prepare(db.engines["reading"], settings, read_only=True)


def _prepare(engine: Engine, settings: Settings, *, read_only: bool) -> None:
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # pysqlite's own BEGIN logic off: ours below
            for pragma in (
                "journal_mode=WAL",
                "busy_timeout=30000",
                "foreign_keys=ON",
                f"synchronous={settings.sqlite_synchronous}",
                "mmap_size=268435456",
                "cache_size=-16000",
            ):
                connection.execute(f"PRAGMA {pragma}")
            if read_only:
                connection.execute("PRAGMA query_only=ON")

        @event.listens_for(engine, "begin")
        def on_begin(connection: Any) -> None:
            if read_only:
                begin_reading(connection.connection.dbapi_connection)
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")

    elif read_only:

        @event.listens_for(engine, "connect")
        def on_connect_read(connection: Any, _record: Any) -> None:
            connection.read_only = True


AT_END = "at_end"


def at_end(session: Session, name: str, step: Callable[[Session], None]) -> None:
    """Run this step last in the transaction, once a name: rows that every action touches are locked as shortly as can be, and in one order."""
    session.info.setdefault(AT_END, {})[name] = step


_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """One action's transaction: commits at the end, rolls back on any exception. Refuses nesting."""
    if _writing.get():
        raise RuntimeError("A transaction is open already: pass its session on instead.")
    token = _writing.set(True)
    try:
        with Session(db.engine, expire_on_commit=False, autoflush=True) as session, session.begin():
            session.connection()  # take SQLite's write lock now, not at the first write
            yield session
            session.flush()
            for step in session.info.pop(AT_END, {}).values():
                step(session)
    finally:
        _writing.reset(token)


@contextmanager
def reading() -> Iterator[Session]:
    """A session that can't write, closed at the end of the block; `Prepared` statements need little more than the driver."""
    reader = Reader(db.engines["reading"])
    try:
        yield reader
    finally:
        reader.end()


PART = 1000


def delete_in_parts(table: type[Base], *where: ColumnElement[bool], part: int = PART) -> int:
    """Delete the rows, for chores: at most `part` in a transaction, so that nobody waits long for SQLite's one writer. Returns how many."""
    keys = inspect(table).primary_key
    some = delete(table).where(tuple_(*keys).in_(select(*keys).where(*where).limit(part)))
    gone = 0
    while True:
        with transaction() as session:
            count = len(session.execute(some.returning(keys[0]), execution_options={"synchronize_session": False}).all())
        gone += count
        if count < part:
            return gone


def add_or_refuse(session: Session, row: Base, *, unique: str, refusal: Refusal) -> None:
    """Add a row; if the constraint or unique index named `unique` says no, raise the refusal. Other violations pass through."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        if violates(error, unique):
            raise refusal from None
        raise


def violates(error: IntegrityError, name: str) -> bool:
    """Whether this error is the violation of the unique constraint, unique index or primary key of that name.

    PostgreSQL names it; SQLite names the columns instead, so they are looked up in our own metadata.
    """
    diagnostic = getattr(error.orig, "diag", None)
    if diagnostic is not None:
        return bool(diagnostic.constraint_name == name)
    message = str(error.orig)
    for table in Base.metadata.tables.values():
        uniques: list[Any] = [table.primary_key, *(c for c in table.constraints if isinstance(c, UniqueConstraint)), *table.indexes]
        for thing in uniques:
            if thing.name == name or (thing is table.primary_key and name == f"pk_{table.name}"):
                columns = ", ".join(f"{table.name}.{column.name}" for column in thing.columns)
                return message.endswith(f"UNIQUE constraint failed: {columns}")
    return False


_S = TypeVar("_S", bound="Select[Any]")


def for_update(statement: _S) -> _S:
    """Lock the rows until the end of the transaction (PostgreSQL; SQLite holds its one write lock already)."""
    return statement.with_for_update()
