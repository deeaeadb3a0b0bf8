"""Which tables the database has, and which ones this code needs.

The code's side is read from `migrations/versions`, the database's side from `alembic_version`. Starting a server looks here
first, so that code never writes into tables of another age.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from app.core import clock

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_REVISION = re.compile(r"^revision(?:\s*:\s*str)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_PARENT = re.compile(r"^down_revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)


class State(StrEnum):
    EMPTY = "empty"  # no table at all
    CURRENT = "current"
    OLDER = "older"  # known here, but not the last one
    NEWER = "newer"  # a revision this code has never heard of
    FOREIGN = "foreign"  # tables that are not ours


class SchemaError(Exception):
    """The database can't be used as it is; the text is one sentence that says what to do."""


@cache
def revisions() -> dict[str, str | None]:
    """Every revision of this code with the one before it. Read from the files: importing Alembic costs more than a start may."""
    found: dict[str, str | None] = {}
    for path in sorted((MIGRATIONS / "versions").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        own, parent = _REVISION.search(source), _PARENT.search(source)
        if own:
            found[own[1]] = parent[1] if parent else None
    return found


def head() -> str:
    """The revision this code needs."""
    known = revisions()
    heads = set(known) - set(known.values())
    if len(heads) != 1:
        raise SchemaError(f"migrations/versions must have exactly one head, it has {sorted(heads)}: merge or renumber them.")
    return heads.pop()


def revision_of(engine: Engine) -> str | None:
    """The revision the database is at; None when it has no version table or no row in it."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def state(engine: Engine) -> State:
    """What the database is to this code."""
    revision = revision_of(engine)
    if revision is None:
        names = set(inspect(engine).get_table_names()) - {"alembic_version"}
        return State.FOREIGN if names else State.EMPTY
    if revision == head():
        return State.CURRENT
    return State.OLDER if revision in revisions() else State.NEWER


def check(engine: Engine) -> None:
    """Raise `SchemaError` with a sentence unless the database is exactly what this code needs."""
    match state(engine):
        case State.EMPTY:
            raise SchemaError("The database is empty. Run `make run`, or `python -m app migrate`, and start again.")
        case State.OLDER:
            raise SchemaError(
                f"The database is at {revision_of(engine)}, this code needs {head()}. Run `make run`, or `python -m app migrate`: it backs up first."
            )
        case State.NEWER:
            refuse_newer(engine)
        case State.FOREIGN:
            refuse_foreign()


def refuse_newer(engine: Engine) -> None:
    """Code older than its database would lose data, so it stops."""
    raise SchemaError(
        f"The database is at {revision_of(engine)}, newer than this code ({head()}). Nothing was changed. Start the newer version of the code."
    )


def refuse_foreign() -> None:
    raise SchemaError("The database holds tables of another program. Nothing was changed. Choose an empty database with DATABASE_URL.")


def back_up(url: str, folder: Path) -> Path:
    """Copy the whole database into a new file in `folder`; refuses with `SchemaError` when it can't. Sealing keys are not in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = clock.now().strftime("%Y%m%dT%H%M%SZ")
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        path = folder / f"katong-{stamp}.sqlite3"
        source, target = sqlite3.connect(str(address.database)), sqlite3.connect(path)
        try:
            source.backup(target)
        finally:
            source.close()
            target.close()
        path.chmod(0o600)
        return path
    path = folder / f"katong-{stamp}.pgdump"
    tool = shutil.which("pg_dump")
    advice = "Back it up yourself, then run `python -m app migrate --backed-up`."
    if tool is None:
        raise SchemaError(
            f"The database needs migrating, and pg_dump (package postgresql-client) is not here to back it up first. {advice}"
        )
    plain = address.set(drivername="postgresql")
    environment = {"PGPASSWORD": plain.password or "", "PATH": str(Path(tool).parent)}
    command = [tool, "--format=custom", f"--file={path}", f"--dbname={plain.set(password=None).render_as_string()}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        path.unlink(missing_ok=True)
        raise SchemaError(f"pg_dump could not back up the database ({done.stderr.strip().splitlines()[-1:]}). {advice}")
    path.chmod(0o600)
    return path


def migrate(url: str, to: str = "head") -> None:
    """Bring the database to a revision, in one transaction."""
    from alembic import command

    if to == "base" or (to in revisions() and to != head()):
        command.downgrade(alembic_config(url), to)
    else:
        command.upgrade(alembic_config(url), to)


def new_revision(url: str, message: str) -> None:
    """Write the next migration from the difference between models and the database (which must be at the head)."""
    from alembic import command

    number = f"{len(revisions()) + 1:04d}"
    config = alembic_config(url)
    config.attributes["models"] = True
    command.revision(config, message=message, autogenerate=True, rev_id=number)


def alembic_config(url: str) -> Config:
    """Alembic's settings; there is no alembic.ini, so that one address rules. Alembic is imported late: it costs a quarter of a second."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config
