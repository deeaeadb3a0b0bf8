"""Speed that other work on the machine can't blur: Python calls a page, and how they grow.

Seconds are measured by `make bench` (docs/benchmarks.md); here the work itself is kept from growing unseen.
"""

from __future__ import annotations

import cProfile
import pstats
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.house.city import opened
from tests.house.reading import listing

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.house.city import City

pytestmark = pytest.mark.xdist_group("sample city")
ROOM = "/komunitas/usaha"
# Half as much again as today: a page that passes this has taken on another page's work.
MOST_CALLS = {
    "home": 6_500,
    "rooms": 4_000,
    "room": 3_400,
    "thread": 4_000,
    "goods": 5_200,
    "product": 4_000,
    "shop": 3_600,
    "courses": 5_000,
    "course": 3_600,
    "booths": 5_600,
    "edition": 9_500,
    "containers": 6_000,
    "search": 22_000,
    "alive": 1_400,
}
# Lists that are full in every size; what differs is how much lies behind them.
SAME_IN_EVERY_SIZE = ("home", "rooms", "goods", "product", "booths", "edition", "containers", "alive")
MOST_PAGES_FOLLOWED = 400


def opened_page(app: Flask, address: str) -> str:
    path, _mark, query = address.partition("?")
    environ = EnvironBuilder(path=path, query_string=query).get_environ()
    body, status, _headers = run_wsgi_app(app.wsgi_app, environ)
    assert status.startswith("200"), f"{address}: {status}"
    return b"".join(body).decode()


def calls(app: Flask, address: str) -> int:
    """Calls of Python functions that a page costs, once everything it needs is warm."""
    opened_page(app, address)
    opened_page(app, address)
    profile = cProfile.Profile()
    profile.enable()
    opened_page(app, address)
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def link(app: Flask, address: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', opened_page(app, address))
    assert found, f"{address} has no link like {pattern}"
    return unescape(found[1])


def addresses(app: Flask) -> dict[str, str]:
    product = link(app, "/pasar", r"/pasar/p/[^\"]+")
    return {
        "home": "/",
        "rooms": "/komunitas",
        "room": ROOM,
        "thread": link(app, ROOM, r"/komunitas/t/[^\"]+"),
        "goods": "/pasar",
        "product": product,
        "shop": link(app, product, r"/toko/[^\"]+"),
        "courses": "/pelatihan",
        "course": link(app, "/pelatihan", r"/pelatihan/[a-z][^\"?]+"),
        "booths": "/lapak",
        "edition": link(app, "/lapak", r"/lapak/edisi/[^\"#?]+"),
        "containers": "/lapak/kontainer",
        "search": "/cari?q=kripik",
        "alive": "/sehat",
    }


def deepest(app: Flask, address: str) -> tuple[str, str]:
    """A list's second page and its last full one, by following the links to the next."""
    seen = [address]
    while len(seen) < MOST_PAGES_FOLLOWED:
        found = re.search(r'<a[^>]*rel="next"[^>]*href="([^"]+)"', opened_page(app, seen[-1]))
        if not found:
            break
        seen.append(unescape(found[1]))
    assert len(seen) > 3, f"{address} has {len(seen)} pages only"
    return seen[0], seen[-2]


def test_no_page_takes_on_much_more_work(seen_city: City) -> None:
    found = []
    for name, address in addresses(seen_city.app).items():
        cost = calls(seen_city.app, address)
        if cost > MOST_CALLS[name]:
            found.append(f"{name} ({address}): {cost:,} calls, {MOST_CALLS[name]:,} at most")
    assert not found, listing(found, "Profile the page: what is built, asked or formatted anew each time, and could be made once?")


def test_a_kept_page_wakes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, page_cache=True) as city:
        assert calls(city.app, "/pasar") < 500


@pytest.mark.proof
def test_depth_and_size_cost_next_to_nothing(seen_city: City, tmp_path: Path) -> None:
    small = seen_city.app
    with opened(tmp_path, "city") as city:
        large, found = city.app, []
        for address in (fullest_room(large), "/pasar"):
            first, last = deepest(large, address)
            near, far = calls(large, first), calls(large, last)
            if far > near * 1.2:
                found.append(f"{address}: {near:,} calls on the first page, {far:,} on the deepest")
        here, there = addresses(small), addresses(large)
        for name in SAME_IN_EVERY_SIZE:
            little, much = calls(small, here[name]), calls(large, there[name])
            if much > little * 1.3:
                found.append(f"{name}: {little:,} calls at demo size, {much:,} at city size")
        assert not found, listing(
            found, "A page must cost what it shows, not what lies behind it: look for OFFSET, counts, lists without an end."
        )


def fullest_room(app: Flask) -> str:
    from sqlalchemy import select

    from app.community.threads.models import Reach, Room
    from app.core.db import reading

    with app.app_context(), reading() as session:
        slug = session.scalar(select(Room.slug).where(Room.reach == Reach.PUBLIC).order_by(Room.thread_count.desc()).limit(1))
    return f"/komunitas/{slug}"
