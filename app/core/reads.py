"""Reads of the busiest pages: a statement is compiled once, then runs on the connection itself.

A session, its transaction and SQLAlchemy's way to a result cost ten times what the database needs for a page of rows.
`Prepared` keeps what is worth keeping (one place for SQL on both databases, typed columns) and leaves the way out.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Enum
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select
    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import PoolProxiedConnection
    from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]


class _Slot(NamedTuple):
    """Where one parameter of the statement comes from: a given value (`place` in it for lists), or a constant."""

    name: str
    source: str
    place: int | None
    processor: Processor | None
    constant: Any


class _Plan(NamedTuple):
    """A statement for one database and one length of each list."""

    sql: str
    slots: tuple[_Slot, ...]
    is_positional: bool


class Prepared:
    """A SELECT of columns with named parameters, made once at module level.

    `all`, `one` and `value` take any session: the one of `reading()` runs them directly, the one of a transaction as it runs
    everything else. Lists are given to `bindparam(..., expanding=True)`; an empty one is refused.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._plans: dict[tuple[object, ...], _Plan] = {}
        self._rows: dict[str, tuple[Callable[[Any], Any], list[tuple[int, Processor]]]] = {}
        self._lists: tuple[str, ...] | None = None

    def all(self, session: Session, **values: Any) -> list[Any]:
        """Every row, as named tuples."""
        if isinstance(session, Reader):
            return session.rows(self, values)
        return list(session.connection().execute(self.statement, values))

    def one(self, session: Session, **values: Any) -> Any:
        """The first row, or None. Ask for what is unique."""
        found = self.all(session, **values)
        return found[0] if found else None

    def value(self, session: Session, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.all(session, **values)
        return found[0][0] if found else None

    def values(self, session: Session, **values: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(session, **values)]

    def plan(self, dialect: Dialect, values: dict[str, Any]) -> _Plan:
        if self._lists is None:
            self._lists = tuple(sorted(name for name, value in values.items() if isinstance(value, (list, tuple, set, frozenset))))
        key: tuple[object, ...] = (dialect.name, *(len(values[name]) for name in self._lists)) if self._lists else (dialect.name,)
        found = self._plans.get(key)
        if found is None:
            if 0 in key:
                raise ValueError("A list of nothing: ask nothing.")
            found = self._plans[key] = self._make_plan(dialect, values)
        return found

    def _make_plan(self, dialect: Dialect, values: dict[str, Any]) -> _Plan:
        compiled = self.statement.compile(dialect=dialect)
        missing = {bind.key for bind in compiled.binds.values() if bind.required} ^ set(values)
        if missing:
            raise TypeError(f"Parameters missing or unknown: {', '.join(sorted(missing))}.")
        state = compiled.construct_expanded_state(values)
        came_from = {new: (old, place) for old, news in state.parameter_expansion.items() for place, new in enumerate(news)}
        everything = compiled.construct_params(values, escape_names=False)
        plain = {written: name for name, written in (compiled.escaped_bind_names or {}).items()}
        slots = []
        for name in state.positiontup if state.positiontup is not None else state.parameters:
            source, place = came_from.get(name, (plain.get(name, name), None))
            processor = compiled.binds[source].type.dialect_impl(dialect).bind_processor(dialect)
            constant = None
            if source not in values:
                fixed = everything[source] if place is None else everything[source][place]
                constant = processor(fixed) if processor else fixed
                source = ""
            slots.append(_Slot(name, source, place, processor, constant))
        return _Plan(state.statement, tuple(slots), state.positiontup is not None)

    def reader(self, dialect: Dialect) -> tuple[Callable[[Any], Any], list[tuple[int, Processor]]]:
        """How a raw row becomes a named tuple of Python values."""
        found = self._rows.get(dialect.name)
        if found is None:
            columns = self.statement.selected_columns
            names = [re.sub(r"\W", "_", str(key)) for key in columns.keys()]  # noqa: SIM118 - a collection of columns, not a dict
            row_class = namedtuple("Row", names, rename=True)  # type: ignore[misc]
            processors = [(at, made) for at, column in enumerate(columns) if (made := _result(column.type, dialect)) is not None]
            found = self._rows[dialect.name] = (row_class._make, processors)
        return found


def _result(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What turns a value of the driver into ours; None where it is right already. NULL never gets here."""
    from app.core.db import Instant

    if isinstance(kind, Enum) and kind.enum_class is not None:
        by_value: dict[str, Any] = {member.value: member for member in kind.enum_class}
        return by_value.__getitem__
    if isinstance(kind, Instant) and dialect.name == "sqlite":
        return _instant
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


class Reader(Session):
    """What `reading()` gives: a session whose `Prepared` statements go straight to the driver, all in one snapshot.

    It becomes a whole session, on the same connection and in the same snapshot, when anything else of it is asked for.
    """

    def __init__(self, engine: Engine) -> None:  # not a session yet: that is the point
        self.__dict__.update(_engine=engine, _fairy=None, _whole=None)

    def rows(self, prepared: Prepared, values: dict[str, Any]) -> list[Any]:
        engine = self._engine
        dialect = engine.dialect
        plan = prepared.plan(dialect, values)
        given: list[Any] = []
        for _name, source, place, processor, constant in plan.slots:
            if not source:
                given.append(constant)
                continue
            value = values[source] if place is None else values[source][place]
            given.append(value if processor is None or value is None else processor(value))
        parameters: Any = given if plan.is_positional else dict(zip((slot.name for slot in plan.slots), given, strict=True))
        for watcher in engine.dispatch.before_cursor_execute:
            watcher(None, None, plan.sql, parameters, None, False)
        raw = self._raw()
        try:
            found = raw.execute(plan.sql, parameters).fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise self._wrapped(error, plan.sql) from error
        make, processors = prepared.reader(dialect)
        if not processors:
            return [make(row) for row in found]
        rows = []
        for row in found:
            cells = list(row)
            for at, process in processors:
                if cells[at] is not None:
                    cells[at] = process(cells[at])
            rows.append(make(cells))
        return rows

    def _raw(self) -> Any:
        """The driver's connection, in a transaction that only reads."""
        fairy: PoolProxiedConnection | None = self._fairy
        if fairy is None:
            fairy = self.__dict__["_fairy"] = self._engine.raw_connection()
            begin_reading(fairy.dbapi_connection)
        return fairy.dbapi_connection

    def _wrapped(self, error: Any, sql: str) -> BaseException:
        dialect, fairy = self._engine.dialect, self._fairy
        gone = dialect.is_disconnect(error, fairy.dbapi_connection, None)
        if gone:
            fairy.invalidate(error)
        wrapped: BaseException = DBAPIError.instance(
            sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=gone, dialect=dialect
        )
        return wrapped

    def __getattr__(self, name: str) -> Any:
        """Asked for what a session sets up when it begins: begin it."""
        if self.__dict__.get("_whole") is not None:
            raise AttributeError(name)
        self._raw()
        self.__dict__["_whole"] = connection = Connection(self._engine, self._fairy)
        super().__init__(connection, expire_on_commit=False, autoflush=False)
        return getattr(self, name)

    def end(self) -> None:
        """Give the connection back; whatever was open ends."""
        if self._whole is not None:
            self.close()
            self._whole.close()
        elif self._fairy is not None:
            self._fairy.close()


def begin_reading(raw: DBAPIConnection | None) -> None:
    """A snapshot for all statements to come. psycopg begins by itself, the sqlite3 module is told not to."""
    if raw is not None and getattr(raw, "in_transaction", None) is False:
        raw.execute("BEGIN")
