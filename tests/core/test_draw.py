"""Drawings: the same seed gives the same bytes, small and free of anything that runs, and both forms of a picture agree."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from app.core import draw
from app.core.draw.shapes import PlacedShape, Shape, flatten, oval, paint

SEEDS = ("tenun-liliba", "dapur-oesapa", "saboak-2026-11-28", "", "<script>alert(1)</script>")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cloth_is_small_well_formed_and_the_same_each_time(seed: str) -> None:
    first = draw.cloth(seed)
    draw.cloth.cache_clear()
    assert draw.cloth(seed) == first
    assert len(first.encode()) < 2300
    assert ET.fromstring(first).tag.endswith("svg")
    assert "script" not in first


def test_the_cloth_of_a_shop_does_not_change_from_release_to_release() -> None:
    assert '<path fill="#24262f" d="M0 0h320v180H0z"/>' in draw.cloth("tenun-liliba")


def test_two_cloths_in_one_page_keep_their_ids_apart() -> None:
    def ids(svg: str) -> set[str]:
        return {element.get("id", "") for element in ET.fromstring(svg).iter()} - {""}

    assert len(ids(draw.cover_svg("a"))) == 3
    assert ids(draw.cover_svg("a")).isdisjoint(ids(draw.cover_svg("b")))


@pytest.mark.parametrize("kind", draw.KINDS)
def test_a_sample_picture_is_small_and_well_formed(kind: str) -> None:
    drawn = draw.sample_picture(kind, "Sambal lu’at")
    assert len(drawn.encode()) < 3000
    assert ET.fromstring(drawn).get("viewBox") == "0 0 320 240"


@pytest.mark.parametrize("kind", ["bungkus", "kontainer_besar"])
def test_a_sample_photo_is_a_picture_of_the_same_scene(kind: str) -> None:
    photo = Image.open(BytesIO(draw.sample_photo(kind, "contoh", (640, 480))))
    assert (photo.format, photo.size) == ("WEBP", (640, 480))
    wall = photo.convert("RGB").getpixel((10, 10))
    named = _first_fill(draw.sample_picture(kind, "contoh"))
    assert all(abs(a - b) < 8 for a, b in zip(wall, named, strict=True))  # type: ignore[arg-type]


def _first_fill(svg: str) -> tuple[int, ...]:
    colour = next(element.get("fill", "") for element in ET.fromstring(svg).iter() if element.get("fill", "").startswith("#"))
    return tuple(bytes.fromhex(colour[1:]))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        draw.sample_picture("pesawat", "x")


def test_pixels_stand_where_the_path_says() -> None:
    square = PlacedShape(Shape("M10 10h20v20h-20z", "#ff0000"), 1, 0, 0)
    dashed = PlacedShape(Shape("M0 35h40", stroke="#0000ff", width=4, dash="10 10"), 1, 0, 0)
    picture = paint([square, dashed], (40, 40), 1)
    seen = [picture.getpixel(at) for at in ((20, 20), (5, 5), (5, 35), (15, 35), (25, 35))]
    assert seen == [(255, 0, 0), (255, 255, 255), (0, 0, 255), (255, 255, 255), (0, 0, 255)]


def test_half_shade_darkens_what_lies_under_it() -> None:
    white = paint([PlacedShape(Shape("M0 0h8v8h-8z", "#000", opacity=0.16), 1, 0, 0)], (8, 8), 1)
    assert white.getpixel((4, 4)) == (214, 214, 214)


def test_curves_and_arcs_end_where_they_should() -> None:
    (disc,) = flatten(oval(10, 10, 5, 5, "#000").d)
    assert all(abs((x - 10) ** 2 + (y - 10) ** 2 - 25) < 1e-6 for x, y in disc)
    (curve,) = flatten("M0 0q5-10 10 0t10 0")
    assert curve[-1] == (20.0, 0.0)
    assert max(y for _x, y in curve) == pytest.approx(5, abs=0.1)


def test_the_mark_is_the_same_as_svg_and_as_icon() -> None:
    icon = Image.open(BytesIO(draw.mark_png(192))).convert("RGB")
    assert icon.size == (192, 192)
    assert [icon.getpixel(at) for at in ((0, 0), (96, 15), (80, 96), (110, 96))] == [
        (27, 39, 80),
        (251, 247, 238),
        (176, 58, 46),
        (201, 138, 18),
    ]
    assert Image.open(BytesIO(draw.mark_ico())).size == (32, 32)
