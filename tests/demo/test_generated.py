"""The words of the large sizes."""

from datetime import datetime, timezone
from itertools import product
from random import Random

import pytest

from app.core.markdown import to_html
from app.demo import community
from app.demo.content import words
from app.demo.content.rooms import ROOMS
from app.demo.rows import Rows
from app.demo.sizes import CITY, SIZES
from app.demo.world import World

FILLED = {"place": "Oesapa", "thing": "keripik", "thing_first": "Keripik", "zone": "Makanan", "price": "12.000"}


@pytest.mark.parametrize("pieces", [words.OPENINGS, words.MIDDLES, words.CALM_MIDDLES, words.CLOSINGS])
def test_plain_html_is_what_the_renderer_makes(pieces: tuple[str, ...]) -> None:
    """The fast way round the renderer is right for every sentence the generator can say."""
    for piece in pieces:
        text = piece.format(**FILLED)
        if text:
            assert community.plain_html(text) == to_html(text)


def test_generated_posts_are_what_the_renderer_makes_and_rarely_the_same() -> None:
    world = World(CITY, datetime(2026, 11, 22, tzinfo=timezone.utc), Random(1), Rows())
    filled = {name: value for name, value in FILLED.items() if name != "price"}
    texts = [community._words(world, filled, is_calm=calm) for _, calm in product(range(300), (False, True))]
    assert all(community.plain_html(text) == to_html(text) for text in texts)
    assert not [text for text in texts if "{" in text]
    assert len(set(texts[::2])) > 290


def test_every_room_has_titles_of_its_own() -> None:
    assert set(words.TITLES) == {room.slug for room in ROOMS}
    for titles in words.TITLES.values():
        assert all(5 <= len(title.format_map(FILLED)) <= 150 for title in titles)


def test_the_sizes_are_those_promised() -> None:
    assert {name: (size.people, size.posts, size.goods) for name, size in SIZES.items()} == {
        "demo": (160, 180, 40),
        "city": (5_000, 20_000, 3_000),
        "province": (100_000, 1_000_000, 100_000),
    }
