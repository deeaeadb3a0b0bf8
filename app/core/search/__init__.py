"""Search over everything public. Texts of the help desk and of closed rooms are never given to it.

`Document` in, `Results` out; the functions below work on the running app's index. Only outbox handlers and seeding write.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from flask import Flask, current_app

from app.core.search.adapter import Document, Hit, IndexBusy, Results, SearchIndex, key_of

__all__ = [
    "Document",
    "Hit",
    "IndexBusy",
    "Results",
    "SearchIndex",
    "drop",
    "index",
    "init_app",
    "key_of",
    "open_index",
    "rebuild",
    "search",
    "search_index",
]


def open_index(path: Path) -> SearchIndex:
    """The index at a folder; nothing is made there until something is written."""
    return SearchIndex(path)


def init_app(app: Flask, path: Path) -> None:
    """Give the app its index."""
    app.extensions["search_index"] = open_index(path)


def search_index() -> SearchIndex:
    """The running app's index."""
    found: SearchIndex = current_app.extensions["search_index"]
    return found


def index(documents: Iterable[Document]) -> int:
    """`SearchIndex.index` of the running app."""
    return search_index().index(documents)


def drop(kind: str, subject_id: int) -> None:
    """Forget one document of the running app's index."""
    search_index().drop([key_of(kind, subject_id)])


def rebuild(documents: Iterable[Document]) -> int:
    """`SearchIndex.rebuild` of the running app."""
    return search_index().rebuild(documents)


def search(query: str, kinds: Sequence[str] | None = None, page: int = 1, per_page: int = 20) -> Results:
    """`SearchIndex.search` of the running app."""
    return search_index().search(query, kinds, page, per_page)
