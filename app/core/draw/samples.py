"""Sample pictures of goods, courses and containers: a plain wall, a table with a woven runner, one simple thing.

Flat, seen from the front, lit from the left: one base tone, one shade at the right, one label. No people. Their alt text
begins with "Gambar contoh:"; real photos replace them at the same 4:3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Final

from app.core.draw.seed import Seed
from app.core.draw.shapes import PlacedShape, Shape, oval, paint, rounded

WALL: Final = ("#e8dfcd", "#dfe4ea", "#ead9c6", "#dbe5d8", "#efe3c4", "#e6d8d4")
DYE: Final = ("#1f2f66", "#8a2a22", "#215339", "#24262f", "#a8611b", "#4d2340")
PALE, GOLD, RED, WOOD, LEAF, NIGHT = "#f6eedf", "#e6a92e", "#b03a2e", "#6b4a2b", "#3f7a45", "#24262f"
WIDTH, HEIGHT = 320, 240
PHOTO_SIZE: Final = (960, 720)

Drawing = list[Shape]


def _box(x: float, y: float, w: float, h: float, colour: str) -> Shape:
    return Shape(f"M{x:g} {y:g}h{w:g}v{h:g}h{-w:g}z", colour)


def _shade(d: str) -> Shape:
    return Shape(d, "#000", opacity=0.16)


def _threads(x: float, y: float, w: float, *rows: tuple[float, float, str, str]) -> Drawing:
    """Stripes of a small cloth or label: (dy, thickness, colour, dash or "")."""
    return [Shape(f"M{x:g} {y + dy:g}h{w:g}", stroke=colour, width=width, dash=dash) for dy, width, colour, dash in rows]


def _label(x: float, y: float, w: float, h: float, a: str, b: str) -> Drawing:
    return [
        _box(x, y, w, h, PALE),
        *_threads(x, y, w, (h * 0.25, h * 0.16, a, "7 3"), (h * 0.52, h * 0.22, b, "3 4 9 4"), (h * 0.8, h * 0.12, a, "7 3")),
    ]


def _lozenge(x: float, y: float, r: float, colour: str) -> Shape:
    return Shape(f"M{x - r:g} {y:g}l{r:g} {-r:g}l{r:g} {r:g}l{-r:g} {r:g}z", colour)


def _kain(a: str, b: str) -> Drawing:
    out: Drawing = []
    for i, (c, d) in enumerate(((a, b), (b, GOLD), (a, PALE))):
        y = 176 - i * 32
        weft = PALE if d != PALE else GOLD
        out += [rounded(84, y - 30, 152, 30, 9, c), *_threads(84, y, 152, (-21, 3, d, ""), (-14, 7, weft, "12 5 4 5"), (-7, 2, d, ""))]
    return [*out, _shade("M222 82h6a8 8 0 0 1 8 8v78a8 8 0 0 1-8 8h-6z")]


def _selendang(a: str, b: str) -> Drawing:
    bands = ((12, 3, GOLD, ""), (22, 8, b, ""), (32, 2, GOLD, ""), (112, 2, GOLD, ""), (122, 8, b, ""), (132, 3, GOLD, ""))
    motif = [_lozenge(160, y, r, c) for y in (94, 134) for r, c in ((20, PALE), (13, a), (7, GOLD))]
    fringe = Shape("".join(f"M{x} 182v12" for x in range(120, 203, 5)), stroke=a, width=2)
    return [
        _box(92, 38, 136, 6, WOOD),
        _box(118, 42, 84, 140, a),
        *_threads(118, 42, 84, *bands),
        *motif,
        fringe,
        _shade("M186 44h16v138h-16z"),
    ]


def _bungkus(a: str, b: str) -> Drawing:
    bag = Shape("M112 66l8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6 8-6 8 6v110q-48 8-96 0z", a)
    return [bag, *_label(122, 104, 76, 44, b, GOLD), _lozenge(160, 86, 9, GOLD), _shade("M192 62l8-2 8 6v110q-8 1.4-16 2z")]


def _botol(a: str, b: str) -> Drawing:
    bottle = Shape("M146 50h28v26q14 8 14 24v72q0 6-6 6h-44q-6 0-6-6v-72q0-16 14-24z", a)
    return [bottle, _box(143, 40, 34, 16, b), *_label(132, 108, 56, 44, b, a), _shade("M174 78q14 7 14 22v72q0 6-6 6h-8z")]


def _stoples(a: str, b: str) -> Drawing:
    dots = [_lozenge(x, y, 6, b) for x, y in ((134, 96), (152, 92), (172, 97), (188, 92), (142, 162), (164, 166), (184, 161))]
    return [
        rounded(120, 74, 80, 104, 12, GOLD), *dots, _box(124, 56, 72, 18, a), *_label(120, 108, 80, 40, a, b),
        _shade("M188 74q12 0 12 12v80q0 12-12 12z"),
    ]  # fmt: skip


def _gelas(a: str, _b: str) -> Drawing:
    ice = [Shape(f"M{x} {y}h15v13h-15z", PALE) for x, y in ((138, 92), (160, 98), (145, 112))]
    straw = Shape("M170 60l14-30h16", stroke=PALE, width=6)
    return [straw, Shape("M124 62h72l-9 116h-54z", "#f3e9cf"), Shape("M126 84h68l-7 94h-54z", a), *ice, _shade("M182 62h14l-9 116h-14z")]


def _piring(a: str, b: str) -> Drawing:
    slices: Drawing = []
    for x, y in ((106, 140), (136, 132), (166, 138), (122, 118), (152, 112), (188, 146)):
        slices += [Shape(f"M{x} {y}q14-15 28 0l-3 15q-11 6-22 0z", a), Shape(f"M{x + 6} {y + 3}q8-7 16 0", stroke=b, width=3)]
    return [
        oval(160, 162, 92, 24, "#fffaf0"),
        oval(160, 158, 70, 15, LEAF),
        *slices,
        _shade("M68 162a92 24 0 0 0 184 0 92 20 0 0 1-184 0z"),
    ]


def _kotak(a: str, b: str) -> Drawing:
    side = "M188 76l24-12v100l-24 12z"
    leaf = Shape("M150 84q-14 8-2 24 16-6 2-24z", "#9fc18a")
    return [
        _box(112, 76, 76, 100, a),
        Shape(side, a),
        _shade(side),
        Shape("M112 76l24-12h76l-24 12z", b),
        *_label(120, 116, 60, 40, a, b),
        leaf,
    ]


def _tas(a: str, b: str) -> Drawing:
    motif = [_lozenge(x, 133, r, c) for x in (124, 160, 196) for r, c in ((14, PALE), (6, b))]
    handle = Shape("M128 100V74q0-32 32-32t32 32v26", stroke=b, width=7)
    return [
        handle,
        Shape("M104 92h112l8 86H96z", a),
        *_threads(98, 92, 124, (22, 3, GOLD, ""), (60, 3, GOLD, "")),
        *motif,
        _shade("M204 92h12l8 86h-16z"),
    ]


def _lempeng(a: str, b: str) -> Drawing:
    out = [Shape("M70 172q90-30 180 0-90 22-180 0z", LEAF)]
    for x, y in ((100, 152), (148, 156), (122, 130), (170, 132), (146, 108)):
        out += [rounded(x, y, 56, 20, 9, a), oval(x + 28, y + 4, 28, 7, b)]
    return out


def _anyaman(a: str, b: str) -> Drawing:
    rows = [
        Shape(f"M{108 + i * 3} {104 + i * 14}h{104 - i * 6}", stroke=(b, "#d8b878")[i % 2], width=11, dash="14 6", shift=i % 2 * 10)
        for i in range(6)
    ]
    return [Shape("M100 92h120l-18 88h-84z", "#c79b54"), *rows, _box(96, 84, 128, 12, a), _shade("M204 96h16l-18 84h-14z")]


def _tanaman(a: str, _b: str) -> Drawing:
    leaves = [
        Shape(f"M160 {y}q{side * 14} -30 {side * 50} -22q{-side * 8} 26 {-side * 50} 22z", colour)
        for y in (122, 98, 74)
        for side, colour in ((1, "#2f7a45"), (-1, "#3c8c52"))
    ]
    return [Shape("M160 132V56", stroke="#2f5a35", width=5), *leaves, Shape("M128 126h64l-8 54h-48z", a), _shade("M178 126h14l-8 54h-12z")]


def _mesin(a: str, b: str) -> Drawing:
    body = Shape("M104 158v-18h70v-34h-58l-10 8V82q0-8 8-8h98q10 0 10 10v74z", a)
    wheel = [oval(216, 98, 17, 17, GOLD), oval(216, 98, 7, 7, a)]
    needle = Shape("M124 112v34", stroke=PALE, width=3)
    return [
        _box(92, 158, 140, 20, WOOD), body, *wheel, needle, *_threads(130, 88, 64, (0, 6, b, "8 4 3 4")),
        Shape("M92 150q30-10 82 4l-4 6H92z", PALE),
    ]  # fmt: skip


def _las(a: str, _b: str) -> Drawing:
    sparks = [_lozenge(x, y, r, GOLD) for x, y, r in ((236, 150, 6), (250, 132, 4), (246, 168, 4), (262, 152, 3))]
    mask = [Shape("M112 60q48-30 96 0v66q0 44-48 54-48-10-48-54z", a), _box(126, 88, 68, 26, "#10131c"), _box(132, 94, 30, 14, "#5f7fc4")]
    return [*mask, _shade("M190 52q10 4 18 8v66q0 34-30 48 12-20 12-48z"), *sparks]


def _buku(a: str, b: str) -> Drawing:
    pages = [Shape("M88 80q36-14 72 4v94q-36-18-72-4z", PALE), Shape("M232 80q-36-14-72 4v94q36-18 72-4z", "#fffaf0")]
    bars = [_box(x, 160 - h, 12, h, c) for x, h, c in ((174, 26, a), (192, 40, b), (210, 54, GOLD))]
    return [*pages, *_threads(98, 100, 50, (0, 4, a, ""), (16, 4, b, ""), (32, 4, a, "")), *bars, _shade("M156 83l4 1 4-1v93l-4 2-4-2z")]


def _cangkir(a: str, b: str) -> Drawing:
    handle = Shape("M196 108h14q14 0 14 16t-16 18h-16", stroke=a, width=9)
    cup = Shape("M112 92h88v52q0 32-30 32h-28q-30 0-30-32z", a)
    steam = Shape("M142 76q-8-12 0-22t0-20M168 76q-8-12 0-22t0-20", stroke="#fff", width=4, opacity=0.7)
    band = _threads(112, 128, 88, (0, 12, b, "10 4 4 4"), (-11, 3, GOLD, ""), (11, 3, GOLD, ""))
    return [handle, cup, oval(156, 93, 44, 9, "#3a2415"), *band, _shade("M184 96h16v48q0 30-28 32 12-8 12-32z"), steam]


def _container(a: str, b: str, x: int, w: int) -> Drawing:
    ribs = Shape("".join(f"M{n} 76v102" for n in range(x + 8, x + w - 4, 9)), stroke="#000", width=2, opacity=0.18)
    flap = [Shape(f"M{x + 22} 92h{w - 44}l12 -26h{20 - w}z", b), *_threads(x + 17, 79, w - 34, (0, 3, GOLD, "9 5"))]
    opening = [_box(x + 22, 92, w - 44, 44, NIGHT), _box(x + 14, 136, w - 28, 7, "#e8d3a8")]
    goods = [
        piece for n, c in ((x + 34, GOLD), (x + 54, RED), (x + w - 66, b)) for piece in (_box(n, 116, 14, 20, c), _box(n, 124, 14, 4, PALE))
    ]
    feet = [_box(x + 10, 180, 22, 8, "#3a3a3a"), _box(x + w - 32, 180, 22, 8, "#3a3a3a")]
    return [_box(x, 70, w, 112, a), ribs, _box(x, 70, w, 5, GOLD), *opening, *goods, *flap, *feet, _shade(f"M{x + w - 16} 70h16v112h-16z")]


def _kontainer(a: str, b: str) -> Drawing:
    return _container(a, b, 74, 172)


def _kontainer_besar(a: str, b: str) -> Drawing:
    return _container(a, b, 44, 232)


_DRAW: Final[dict[str, Callable[[str, str], Drawing]]] = {
    "kain": _kain, "selendang": _selendang, "bungkus": _bungkus, "botol": _botol, "stoples": _stoples, "gelas": _gelas, "piring": _piring,
    "kotak": _kotak, "tas": _tas, "lempeng": _lempeng, "anyaman": _anyaman, "tanaman": _tanaman, "mesin": _mesin, "las": _las, "buku": _buku,
    "cangkir": _cangkir, "kontainer": _kontainer, "kontainer_besar": _kontainer_besar,
}  # fmt: skip
KINDS: Final = tuple(_DRAW)
# Food has the colour of the food, whatever the seed says.
_FOOD: Final = {
    "lempeng": (("#6b3f1d", "#9a6a35"),),
    "gelas": (("#cf8f2e", NIGHT), ("#d9dcc8", NIGHT)),
    "piring": (("#8a3b24", "#d08a4a"), ("#a8611b", "#e6c07a")),
    "botol": (("#9c2a1d", "#215339"), ("#b8721c", NIGHT), ("#cdbb78", "#1f2f66")),
    "anyaman": (("#8a5a22", "#8a2a22"), ("#8a5a22", "#215339")),
}
_THING_SCALE, _THING_X, _THING_Y = 1.15, -24, -25


def _scene(kind: str, seed: str) -> tuple[Drawing, Drawing]:
    """The room and the thing in it. Raises KeyError for a kind that is not in KINDS."""
    stream = Seed(seed)
    wall = WALL[stream.pick(len(WALL))]
    first = stream.pick(len(DYE))
    a, b = DYE[first], DYE[(first + 1 + stream.pick(len(DYE) - 1)) % len(DYE)]
    if kind in _FOOD:
        a, b = _FOOD[kind][stream.pick(len(_FOOD[kind]))]
    runner = DYE[(first + 2) % 4]
    weave = RED if runner != "#8a2a22" else GOLD
    table = [_box(0, 168, 320, 72, "#c9ab7c"), _box(0, 168, 320, 3, "#a98a5b"), _box(0, 186, 320, 40, runner)]
    cloth = _threads(0, 186, 320, (5, 2, GOLD, ""), (20, 16, PALE, "4 3 14 3 4 20"), (20, 6, weave, "28 20"), (35, 2, GOLD, ""))
    return [_box(0, 0, WIDTH, HEIGHT, wall), *table, *cloth, oval(160, 180, 86, 8, "#000", 0.18)], _DRAW[kind](a, b)


@lru_cache(maxsize=256)
def sample_picture(kind: str, seed: str) -> str:
    """The picture as an SVG file, 320 x 240, under 3 KB."""
    room, thing = _scene(kind, seed)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><g fill="none">{"".join(s.svg() for s in room)}'
        f'<g transform="matrix({_THING_SCALE} 0 0 {_THING_SCALE} {_THING_X} {_THING_Y})">{"".join(s.svg() for s in thing)}</g></g></svg>\n'
    )


@lru_cache(maxsize=64)
def sample_photo(kind: str, seed: str, size: tuple[int, int] = PHOTO_SIZE) -> bytes:
    """The same picture as pixels (WebP, 4:3), for the ordinary way a photo takes."""
    room, thing = _scene(kind, seed)
    placed = [PlacedShape(s, 1, 0, 0) for s in room] + [PlacedShape(s, _THING_SCALE, _THING_X, _THING_Y) for s in thing]
    out = BytesIO()
    paint(placed, size, size[0] / WIDTH).save(out, "WEBP", quality=90, method=4)
    return out.getvalue()
