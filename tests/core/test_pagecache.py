"""What visitors are given from the shelf, and what never lies on it."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import g

from app.core import pagecache
from app.core.access import public, visitor_or_actor
from app.core.db import transaction
from app.core.pagecache import MOST_BYTES, cached
from app.core.web import say
from tests.conftest import a_client, build, discard
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from app.config import Settings
    from tests.conftest import Client

drawn: list[str] = []


def view() -> Any:
    someone = visitor_or_actor()
    drawn.append(someone.name if someone else "-")
    return f"<h1>{drawn[-1]} {g.language} {g.theme} {g.saver} {len(drawn)}</h1>"


def missing() -> Any:
    drawn.append("404")
    return "tidak ada", 404


def talks() -> Any:
    say("Halo")
    return view()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    drawn.clear()
    made = build(replace(settings, page_cache=True))
    for path, function in (("view", view), ("missing", missing), ("talks", talks)):
        made.add_url_rule(f"/tes-{path}", path, public(cached("goods")(lambda function=function: function())))
    with made.app_context():
        yield made
    discard(made)


def text(client: Any, path: str = "/tes-view", **kwargs: Any) -> str:
    return str(client.get(path, **kwargs).get_data(as_text=True))


def test_a_visitors_page_is_drawn_once_until_it_changes(client: Client) -> None:
    first = text(client)
    assert text(client) == first
    with transaction() as session:
        pagecache.touch(session, "orders")
    assert text(client) == first
    with transaction() as session:
        pagecache.touch(session, "goods")
    assert text(client) != first


def test_a_change_that_is_undone_changes_no_page(client: Client) -> None:
    first = text(client)
    with pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012 - the block is the transaction
        pagecache.touch(session, "goods")
        raise ZeroDivisionError
    assert text(client) == first


def test_nothing_of_a_person_is_kept_or_given(app: Flask, client: Client) -> None:
    with transaction() as session:
        person = a_person(session, name="Mama Rahasia")
    member = a_client(app, person.id)
    assert "Mama Rahasia" in text(member)
    assert "Mama Rahasia" not in text(client)
    assert "Mama Rahasia" in text(member)
    assert member.get("/tes-view").headers["Cache-Control"] == "no-store"


def test_a_page_that_says_something_to_one_visitor_is_not_kept(app: Flask) -> None:
    one, other = a_client(app), a_client(app)
    assert one.get("/tes-talks").headers["Cache-Control"] == "no-store"
    before = len(drawn)
    assert one.get("/tes-view").status_code == 200  # has a cookie now: drawn for her alone
    assert text(one) != text(one)
    assert other.get("/tes-view").headers["Cache-Control"] == "no-cache"
    assert len(drawn) > before


@pytest.mark.parametrize("cookie", ["bahasa=en", "tema=dark", "hemat=1"])
def test_each_appearance_has_its_own_page(app: Flask, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    plain = text(client)
    other = text(client, environ_overrides={"HTTP_COOKIE": cookie})
    assert other != plain
    assert text(client, environ_overrides={"HTTP_COOKIE": cookie}) == other
    assert text(client) == plain


def test_made_up_appearances_are_no_pages_of_their_own(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    plain = text(client)
    assert text(client, environ_overrides={"HTTP_COOKIE": "bahasa=xx; tema=<b>; hemat=7; lain=1"}) == plain


def test_hosts_and_queries_do_not_share_a_page(client: Client) -> None:
    plain = text(client)
    assert text(client, path="/tes-view?x=1") != plain
    assert text(client, environ_overrides={"HTTP_HOST": "evil.example"}) != plain
    assert text(client) == plain


def test_refusals_are_not_kept(client: Client) -> None:
    for turn in (1, 2):
        assert client.get("/tes-missing").status_code == 404
        assert drawn.count("404") == turn


def test_head_has_no_body_and_disturbs_nothing(client: Client) -> None:
    plain = text(client)
    answer = client.head("/tes-view")
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert text(client) == plain


def test_the_same_page_in_every_packing(client: Client) -> None:
    plain = text(client)
    for accepted, packed in (("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br, gzip", "br"), ("identity", None), ("*;q=0", None)):
        answer = client.get("/tes-view", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("Content-Encoding") == packed, accepted
        assert "Cookie" in answer.headers["Vary"]
        assert "Accept-Encoding" in answer.headers["Vary"], accepted
        assert "Content-Security-Policy" in answer.headers
        if packed == "gzip":
            assert gzip.decompress(answer.get_data()).decode().split()[:3] == plain.split()[:3]


def kept(size: int) -> pagecache._Kept:
    return pagecache._Kept(("goods",), (1,), time.monotonic(), (), b"x" * size, "/")


def test_a_flood_of_queries_stays_within_its_bytes(app: Flask) -> None:
    shelf = pagecache._Shelf()
    for number in range(400):
        shelf.put((number,), kept(MOST_BYTES // 100))
    assert shelf._bytes <= MOST_BYTES
    assert len(shelf._pages) <= 100
    assert shelf.get((399,)) is not None
    assert shelf.get((0,)) is None
    shelf.put(("huge",), kept(MOST_BYTES))
    assert shelf.get(("huge",)) is None


def test_only_known_names_may_be_depended_on(app: Flask) -> None:
    with pytest.raises(ValueError, match="No page depends"):
        cached("godos")
    with transaction() as session, pytest.raises(ValueError, match="No page depends"):
        pagecache.touch(session, "godos")
