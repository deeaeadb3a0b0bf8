"""Bulk writing: rows are gathered as plain dictionaries with ids of our own and inserted table by table, parents first."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from app.core.db import Base, transaction

CHUNK = 5_000  # rows of one INSERT; more gains nothing and costs memory
MOST_WAITING = 40_000  # rows kept in memory before they are written


class Rows:
    """Gathers rows for an empty database. `add` gives the id at once, `flush` writes in a transaction of its own."""

    def __init__(self) -> None:
        self._waiting: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self._last_id: dict[Table, int] = defaultdict(int)
        self._blank: dict[Table, dict[str, Any]] = {}
        self._count = 0

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row for the next flush; what is not given is the column's default or NULL. Returns its id, 0 for a table without one."""
        table = model.__table__
        assert isinstance(table, Table)
        blank = self._blank.get(table)
        if blank is None:
            blank = self._blank[table] = _blank_of(table)
        row = {**blank, **values}
        if "id" in blank and row["id"] is None:
            self._last_id[table] += 1
            row["id"] = self._last_id[table]
        self._waiting[table].append(row)
        self._count += 1
        return row.get("id") or 0

    def next_id(self, model: type[Base]) -> int:
        """An id for a row that is added later: its children may name it first."""
        table = model.__table__
        assert isinstance(table, Table)
        self._last_id[table] += 1
        return self._last_id[table]

    @property
    def is_full(self) -> bool:
        return self._count >= MOST_WAITING

    def flush(self) -> None:
        """Write everything that waits, parents first, in one transaction."""
        if not self._count:
            return
        with transaction() as session:
            for table in Base.metadata.sorted_tables:
                rows = self._waiting.pop(table, [])
                for start in range(0, len(rows), CHUNK):
                    session.execute(insert(table), rows[start : start + CHUNK])
        self._count = 0

    def finish(self, session: Session) -> None:
        """PostgreSQL's sequences go on after our ids."""
        if session.get_bind().dialect.name != "postgresql":
            return
        for table in self._last_id:
            last = select(func.max(table.c.id)).scalar_subquery()
            session.execute(select(func.setval(text(f"pg_get_serial_sequence('{table.name}', 'id')"), last)))


def _blank_of(table: Table) -> dict[str, Any]:
    """Every column with its scalar default or None, so that all rows of a table have the same keys."""
    blank: dict[str, Any] = {}
    for column in table.columns:
        scalar = column.default is not None and column.default.is_scalar
        blank[column.name] = column.default.arg if scalar else None  # type: ignore[union-attr]
    return blank
