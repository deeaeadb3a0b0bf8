"""Search over everything public."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core import search
from app.core.access import public
from app.core.contrib import SearchSource, offered
from app.core.web import arg_int, arg_text, page

bp = Blueprint("search", __name__)

PER_PAGE = 20
LAST_PAGE = 25  # nobody reads 500 results; a better word is one tap away
MOST_LETTERS = 120


@bp.route("/cari", endpoint="search")
@public
def search_page() -> ResponseReturnValue:
    words = arg_text("q", MOST_LETTERS)
    labels = {source.kind: source.label for source in offered(SearchSource)}
    kind = arg_text("jenis", 20)
    kind = kind if kind in labels else ""
    number = arg_int("hal", 1, 1, LAST_PAGE)
    results = search.search(words, [kind] if kind else None, number, PER_PAGE) if words else None

    def address(**changes: str | int) -> str:
        return "/cari?" + urlencode({k: v for k, v in {"q": words, "jenis": kind, **changes}.items() if v})

    return page(
        "search/search.html",
        words=words,
        kind=kind,
        labels=labels,
        results=results,
        number=number,
        address=address,
        per_page=PER_PAGE,
        last_page=LAST_PAGE,
    )
