"""How Alembic reaches our tables. Called through `app.core.schema`, which hands over the address of the database."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, event, text

from app.core.db import Base, Instant

# Any two numbers that nothing else on the server uses.
LOCK = 53_710_021


def plain_type(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """A migration stands by itself for ever: it names SQL types, not classes of today's code."""
    if kind == "type" and isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    url = context.config.attributes["url"]
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA foreign_keys=OFF")  # batch mode makes a table anew and renames it

        @event.listens_for(engine, "begin")
        def on_begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                compare_type=True,
                transactional_ddl=True,  # SQLite can, once the driver's own BEGIN is off: a migration that fails leaves no trace
                render_item=plain_type,
            )
            with context.begin_transaction():
                if engine.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                context.run_migrations()
    finally:
        engine.dispose()


if context.config.attributes.get("models"):  # only a comparison needs them, and they cost a start half a second
    import app.models  # noqa: F401
run()
