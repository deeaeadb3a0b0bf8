"""Ikat-like cloth from a seed: the same seed gives the same bytes, under 2 KB.

Only the grammar of the cloth is used: yarn in bundles, steps, mirror on two axes, feathered edges where dye creeps along
the warp, narrow dyed bands beside a wide one. No clan's or family's own motif is copied.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from app.core.draw.seed import DYES, Dye, Seed

SVG = '<svg xmlns="http://www.w3.org/2000/svg"'
SIDES = (("6 5 2 5", "14 12 5 12"), ("12 4 4 4", "29 10 10 10"), ("3 3", "7 7"))  # broken threads: cover, Open Graph ground


def _cell(kind: int, u: float, v: float, rings: int, corner: float) -> int:
    """Dye of one cell of a quarter motif; u, v run from the centre (0) to the edge (1). 0 is the ground."""
    d, e = u + v, 2 - u - v
    if e < corner:
        return 2 if e < corner * 0.45 else 0 if e < corner * 0.7 else 1
    if kind == 0:  # nested lozenges
        return (1, 0, 2, 0, 1, 0)[int(d * rings) % 6] if d < 1 else 0
    if kind == 1:  # lozenge with teeth turned outwards
        if d < 0.28:
            return 2
        if 0.4 < d < 0.56:
            return 1
        if 0.56 <= d < 0.84:
            return 1 if int((u - v + 1) * 9) % 2 == 0 else 0
        return 2 if 0.96 < d < 1.06 else 0
    if kind == 2:  # star: arms along the axes and the diagonal
        if d < 0.24:
            return 2
        if abs(u - v) < 0.13 and d < 1.1:
            return 1
        return 1 if min(u, v) < 0.1 and d < 0.8 else 2 if min(u, v) < 0.2 and 0.55 < d < 0.9 else 0
    return (1, 0, 0, 2, 0, 0)[int((max(u, v * 0.9) + d * 0.4) * rings) % 6]  # boxes in boxes


def _motif(seed: Seed, cols: int, rows: int, w: float, h: float) -> list[str]:
    """Path data of a quarter motif, one per dye. Every bundle of yarn ends a little early or late: the feather."""
    kind, rings, corner = seed.pick(4), 5 + seed.pick(3), 0.3 + seed.pick(3) * 0.09
    out = ["", "", ""]
    for r in range(rows):
        line = [_cell(kind, (c + 0.5) / cols, (r // 2 * 2 + 1) / rows, rings, corner) for c in range(cols)] + [-1]
        start = 0
        for c in range(1, cols + 1):
            if line[c] != line[start]:
                dye = line[start]
                if dye:
                    creep = ((r * 7 + start * 3) % 5 - 2) * w * 0.16
                    x0 = start * w + (creep if start else -0.4)  # over the mirror line, so that no seam shows
                    x1 = c * w + (-creep if c < cols else 0)
                    out[dye] += f"M{x0:.4g} {r * h + h / 2:.4g}H{x1:.4g}"
                start = c
    return out


def _field(width: int, height: int, cols: int, w: float, h: float, top: float, seed: Seed, dye: Dye, mark: str) -> str:
    """A wide band of mirrored motifs, centred; w x h is one cell. `mark` keeps the ids of two cloths in one page apart."""
    rows = 16
    _, one, two = _motif(seed, cols, rows, w, h)
    tile_w, tile_h = cols * w * 2, rows * h * 2
    quarter = (
        f'<g id="q{mark}" fill="none" stroke-width="{h * 0.86:.3g}"><path stroke="{dye[1]}" d="{one}"/>'
        f'<path stroke="{dye[2]}" d="{two}"/></g>'
    )
    mirrors = "".join(f'<use href="#q{mark}" transform="scale({turn})"/>' for turn in ("-1 1", "1 -1", "-1"))
    return (
        f'<defs><pattern id="p{mark}" width="{tile_w:.4g}" height="{tile_h:.4g}" patternUnits="userSpaceOnUse" '
        f'patternTransform="translate({width / 2:.4g} {top:.4g})"><g transform="translate({tile_w / 2:.4g} {tile_h / 2:.4g})">'
        f'{quarter}{mirrors}</g></pattern></defs><rect y="{top:.4g}" width="{width}" height="{height}" fill="url(#p{mark})"/>'
    )


def _threads(width: int, *spec: tuple[float, float, str, str]) -> str:
    """Thin threads (y, thickness, colour, dashes); a dash pattern makes the broken thread of a tied yarn."""
    out = ""
    for y, thickness, colour, dash in spec:
        broken = f' stroke-dasharray="{dash}"' if dash else ""
        out += f'<path stroke="{colour}" stroke-width="{thickness:.4g}"{broken} d="M0 {y:.4g}h{width}"/>'
    return out


def _cover(text: str, wide: bool, mark: str, extra: str) -> str:
    seed = Seed(text)
    dye = DYES[seed.pick(len(DYES))]
    k = 2.4 if wide else 1.0
    width, height = (1200, 630) if wide else (320, 180)
    side = SIDES[seed.pick(3)][wide]
    cols = 16 if seed.pick(2) else 20
    top, deep = 42 * k, 96 * k
    edge = _threads(
        width,
        (8 * k, 2 * k, dye[3], ""),
        (14 * k, 5 * k, dye[2], ""),
        (20 * k, 1.5 * k, dye[3], ""),
        (29 * k, 8 * k, dye[1], side),
        (38 * k, 1.5 * k, dye[3], ""),
    )
    field = _field(width, int(deep), cols, 4 * k, 3 * k, top, seed, dye, mark)
    if wide:  # the lower part stays plain, so that a title can be read on it
        edge += _threads(width, (top + deep + 12, 4, dye[3], ""), (top + deep + 26, 12, dye[2], ""))
    foot = "" if wide else f'<use href="#s{mark}" transform="matrix(1 0 0 -1 0 {height})"/>'
    return (
        f'{SVG} viewBox="0 0 {width} {height}"{extra}><path fill="{dye[0]}" d="M0 0h{width}v{height}H0z"/>'
        f'<g id="s{mark}">{edge}</g>{foot}{field}</svg>'
    )


@lru_cache(maxsize=512)
def cloth(seed: str) -> str:
    """The cover of a shop, room, course or edition as an SVG file, 320 x 180."""
    return _cover(seed, False, "", "") + "\n"


@lru_cache(maxsize=64)
def ground(seed: str) -> str:
    """An Open Graph ground as an SVG file, 1200 x 630; its lower half is plain for a title."""
    return _cover(seed, True, "", "") + "\n"


@lru_cache(maxsize=512)
def cover_svg(seed: str) -> str:
    """The cover to be written into a page: ids of its own, cut to any frame from the middle."""
    mark = hashlib.sha256(seed.encode()).hexdigest()[:6]
    return _cover(seed, False, mark, ' preserveAspectRatio="xMidYMid slice" focusable="false"')


def band(seed: str, up: bool = False) -> str:
    """A ribbon tile: repeats along x (48 x 12), or with `up` along y (12 x 48)."""
    stream, dye = Seed(seed), DYES[0]
    body = (
        f'<path fill="{dye[0]}" d="M0 0h48v12H0z"/><path fill="{dye[2]}" d="M0 0h48v1.5H0zm0 10.5h48V12H0z"/>'
        + _threads(48, (2.25, 0.5, dye[3], ""), (9.75, 0.5, dye[3], ""))
    )  # fmt: skip
    rows = ((3.2, 1.6), (4.1, 4.6), (5, 7.4), (5.9, 10.6), (6.8, 7.8), (7.7, 4.2), (8.6, 1.2))
    pale = "".join(f"M{24 - w:.4g} {y}h{2 * w:.4g}" for y, w in rows)
    core = "".join(f"M{24 - w:.4g} {y}h{2 * w:.4g}" for y, w in ((4.8, 2.4), (5.9, 5), (7, 2.6)))
    ends = "".join(f"M0 {y}h{w:.4g}m{48 - 2 * w:.4g} 0h{w:.4g}" for y, w in ((4.4, 3), (5.9, 7 + stream.pick(2)), (7.4, 3.4)))
    body += f'<path stroke="{dye[1]}" d="{pale}"/><path stroke="{dye[2]}" stroke-width="1.1" d="{core}"/>'
    body += f'<path stroke="{dye[3]}" stroke-width="1.1" d="{ends}"/>'
    size, view, turn = ('width="48" height="12"', "0 0 48 12", "")
    if up:
        size, view, turn = ('width="12" height="48"', "0 0 12 48", ' transform="matrix(0 1 1 0 0 0)"')
    return f'{SVG} {size} viewBox="{view}"><g fill="none"{turn}>{body}</g></svg>\n'


@lru_cache(maxsize=64)
def loom(seed: str) -> str:
    """A cloth still on the loom: woven at the left, its warp threads free at the right (error pages). 320 x 110."""
    stream, dye = Seed(seed), DYES[0]
    yarn, red, pale, gold = "", "", "", ""
    for n in range(21):
        y, step = 4 + n * 5, abs(10 - n)
        end, bend = 220 + stream.pick(92), stream.pick(9) - 4
        line = f"M0 {y}h160q30 0 {end - 190} {bend}t30 {-bend}"
        if n in (0, 20):
            red += line
        elif n in (2, 18):
            gold += line
        else:
            yarn += line
        half = (7 - step) * 3.6
        if half > 2:
            pale += "".join(f"M{x - half:.4g} {y}h{2 * half:.4g}" for x in (28, 82, 136))
        if half > 10:
            red += "".join(f"M{x - half + 9:.4g} {y}h{2 * half - 18:.4g}" for x in (28, 82, 136))
        if step < 3:
            gold += "".join(f"M{x - 7 + 2 * step} {y}h{14 - 4 * step}" for x in (55, 109))
    layers = (("#4560b4", 2, yarn), (dye[1], 4.4, pale), (dye[2], 3, red), (dye[3], 2.4, gold))
    paths = "".join(f'<path stroke="{colour}" stroke-width="{width}" d="{d}"/>' for colour, width, d in layers)
    return f'{SVG} viewBox="0 0 320 110"><path fill="{dye[0]}" d="M0 2h168v104H0z"/><g fill="none">{paths}</g></svg>\n'
