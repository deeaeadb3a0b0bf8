"""Writing a row that may be there already: both databases know ON CONFLICT, SQLAlchemy spells it once for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.db import Base


def insert(session: Session, table: type[Base]) -> postgresql.Insert:
    """An INSERT into this table that takes `on_conflict_do_nothing` and `on_conflict_do_update`.

    Whether the row was written is told by RETURNING, not by the row count: psycopg gives -1 for a batched insert.
    """
    if session.get_bind().dialect.name == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))  # the same methods, declared twice
    return postgresql.insert(table)
