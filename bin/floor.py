"""The two floors of `make bench`: a constant string, and a bare list of 30 rows by one indexed query."""

import os
import sqlite3
import threading

from flask import Flask

app = Flask(__name__)
_local = threading.local()
LIST = app.jinja_env.from_string(
    "<!doctype html><title>List</title><ul>{% for row in rows %}<li><a href='/{{ row[0] }}'>{{ row[1] }}</a> {{ row[2] }}</li>{% endfor %}</ul>"
)


def prepare(path: str) -> None:
    """A table of 20,000 rows with an index on what the list is ordered by."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, title TEXT, at INTEGER)")
        connection.executemany(
            "INSERT INTO item (title, at) VALUES (?, ?)", ((f"Item number {n} of the list", n * 7919 % 20011) for n in range(20_000))
        )
        connection.execute("CREATE INDEX item_at ON item (at, id)")


def _connection() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(os.environ["FLOOR_DATABASE"])
    found: sqlite3.Connection = _local.connection
    return found


@app.route("/constant")
def constant() -> str:
    return "Katong"


@app.route("/list")
def listed() -> str:
    rows = _connection().execute("SELECT id, title, at FROM item ORDER BY at DESC, id DESC LIMIT 30").fetchall()
    return LIST.render(rows=rows)


@app.route("/sehat")
def alive() -> str:
    return "ok"
