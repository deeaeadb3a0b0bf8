"""Every page of the sample city, seen by everybody who can reach it: whole, light, and cheap for the database."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.house.city import opened
from tests.house.reading import listing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.house.city import City
    from tests.house.crawl import Walk

MOST_STATEMENTS = 12
MOST_BYTES = 30 * 1024  # HTML, CSS and JS of a first view, compressed
pytestmark = pytest.mark.xdist_group("sample city")  # the walks are kept by one worker
ROLES = ["visitor", "member", "seller", "trainer", "officer", "counsellor", "desk", "moderator", "admin"]


def test_roles_are_those_of_the_sample_accounts(seen_city: City) -> None:
    assert set(seen_city.roles) == set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_whole_light_and_cheap(seen_city: City, role: str) -> None:
    walk = seen_city.walk(role)
    assert len(walk.pages) > 10, f"{role} reaches {len(walk.pages)} pages only: is the first page empty?"
    found = broken(walk) + untidy(walk) + heavy(seen_city, walk) + dear(walk)
    assert not found, listing(found, "Each line names the page and what is wrong with it.")


def broken(walk: Walk) -> list[str]:
    return [f"{page.address}: {page.status}, linked from {page.source or 'nowhere'}" for page in walk.pages if page.status >= 400]


def untidy(walk: Walk) -> list[str]:
    found = []
    titles: dict[str, set[str]] = defaultdict(set)
    for page in walk.pages:
        read = page.read
        if read is None:
            continue
        titles[read.title.strip()].add(page.endpoint)
        if read.title.startswith("(template leak)"):
            found.append(f"{page.address}: a value that was not there is shown ({{{{, None or undefined)")
        if not read.title.strip():
            found.append(f"{page.address}: no <title>")
        if read.h1 != 1:
            found.append(f"{page.address}: {read.h1} h1, one is right")
        if read.main != 1:
            found.append(f"{page.address}: {read.main} <main>, one is right")
        if read.lang != "id":
            found.append(f"{page.address}: lang={read.lang!r}")
        found += [f"{page.address}: two elements have the id {name!r}" for name, count in Counter(read.ids).items() if count > 1]
    found += [f"one title for {sorted(kinds)}: {title!r}" for title, kinds in titles.items() if len(kinds) > 1]
    return found


def heavy(city: City, walk: Walk) -> list[str]:
    client = city.client("visitor")
    weights: dict[str, int] = {}
    found = []
    for page in walk.pages:
        if page.read is None:
            continue
        weight = page.weight
        for asset in page.read.assets:
            path = urlsplit(asset).path
            if path not in weights:
                with client.get(path) as answer:
                    weights[path] = len(gzip.compress(answer.get_data(), 6))
            weight += weights[path]
        if weight > MOST_BYTES:
            found.append(f"{page.address}: {weight} bytes compressed, {MOST_BYTES} are allowed")
    return found


def dear(walk: Walk) -> list[str]:
    found = []
    for page in walk.pages:
        if len(page.statements) > MOST_STATEMENTS:
            repeated = Counter(page.statements).most_common(1)[0]
            found.append(
                f"{page.address} ({page.endpoint}): {len(page.statements)} statements, {MOST_STATEMENTS} are allowed;"
                f" {repeated[1]} times: {' '.join(repeated[0].split())[:120]}"
            )
    return found


@pytest.mark.proof
def test_statements_do_not_grow_with_the_city(tmp_path: Path) -> None:
    """The same limit holds with 20,000 posts and 3,000 products."""
    with opened(tmp_path, "city") as city:
        found = [line for role in ("visitor", "seller", "trainer", "officer") for line in dear(city.walk(role))]
    assert not found, listing(found, "A list asks once, whatever its length.")
