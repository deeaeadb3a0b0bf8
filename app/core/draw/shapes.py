"""Flat shapes that can be written as SVG and painted as pixels, so that both look the same."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL import ImageDraw
    from PIL.Image import Image

Point = tuple[float, float]
Line = list[Point]

_TOKEN: Final = re.compile(r"[MmLlHhVvQqTtAaZz]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_ARGUMENTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "T": 2, "A": 7, "Z": 0}
_CURVE_STEPS: Final = 16


@dataclass(frozen=True)
class Shape:
    """A path with a fill, a stroke or both. Path data knows M L H V Q T A Z and their relatives; arcs are not turned."""

    d: str
    fill: str = ""
    stroke: str = ""
    width: float = 1
    dash: str = ""
    shift: float = 0
    opacity: float = 1

    def svg(self) -> str:
        """The shape as an element; fill="none" is meant to stand on the group around it."""
        out = "<path"
        if self.fill:
            out += f' fill="{self.fill}"'
        if self.stroke:
            out += f' stroke="{self.stroke}"' + (f' stroke-width="{self.width:.4g}"' if self.width != 1 else "")
            if self.dash:
                out += f' stroke-dasharray="{self.dash}"' + (f' stroke-dashoffset="{self.shift:.4g}"' if self.shift else "")
        if self.opacity < 1:
            out += f' opacity="{self.opacity:.2g}"'.replace('"0.', '".')
        return f'{out} d="{self.d}"/>'


@dataclass(frozen=True)
class PlacedShape:
    """A shape, made larger and moved."""

    shape: Shape
    scale: float
    x: float
    y: float

    def lines(self) -> list[Line]:
        return [[(px * self.scale + self.x, py * self.scale + self.y) for px, py in line] for line in flatten(self.shape.d)]


def rounded(x: float, y: float, w: float, h: float, r: float, fill: str) -> Shape:
    """A rectangle with round corners."""
    arc = f"a{r:g} {r:g} 0 0 1"
    return Shape(
        f"M{x + r:g} {y:g}h{w - 2 * r:g}{arc} {r:g} {r:g}v{h - 2 * r:g}{arc} {-r:g} {r:g}h{2 * r - w:g}{arc} {-r:g} {-r:g}v{2 * r - h:g}{arc} {r:g} {-r:g}z",
        fill,
    )


def oval(cx: float, cy: float, rx: float, ry: float, fill: str, opacity: float = 1) -> Shape:
    """An ellipse, or with rx = ry a disc."""
    arc = f"a{rx:g} {ry:g} 0 0 1"
    return Shape(f"M{cx - rx:g} {cy:g}{arc} {2 * rx:g} 0{arc} {-2 * rx:g} 0z", fill, opacity=opacity)


# path data to points


def flatten(d: str) -> list[Line]:
    """Straight lines that follow the path closely enough for a few hundred pixels; a closed one ends where it began."""
    lines: list[Line] = []
    line: Line = []
    here = start = control = (0.0, 0.0)
    for command, numbers in _commands(d):
        kind, relative = command.upper(), command.islower()
        ox, oy = here if relative else (0.0, 0.0)
        if kind == "M":
            here = start = (ox + numbers[0], oy + numbers[1])
            line = [here]
            lines.append(line)
            control = here
            continue
        if kind == "Z":
            here = start
            line.append(here)
            line = [here]  # what follows without a move begins here
            lines.append(line)
            continue
        before = here
        if kind == "H":
            here = (ox + numbers[0], here[1])
        elif kind == "V":
            here = (here[0], oy + numbers[0])
        else:
            here = (ox + numbers[-2], oy + numbers[-1])
        if kind in "QT":
            control = (ox + numbers[0], oy + numbers[1]) if kind == "Q" else (2 * before[0] - control[0], 2 * before[1] - control[1])
            line.extend(_quadratic(before, control, here))
            continue
        if kind == "A":
            line.extend(_arc(before, here, abs(numbers[0]), abs(numbers[1]), bool(numbers[3]), bool(numbers[4])))
        else:
            line.append(here)
        control = here
    return [line for line in lines if len(line) > 1]


def _commands(d: str) -> Iterator[tuple[str, list[float]]]:
    tokens = _TOKEN.findall(d)
    at, command = 0, ""
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
        needed = _ARGUMENTS[command.upper()]
        yield command, [float(token) for token in tokens[at : at + needed]]
        at += needed
        if command in "Mm":  # more pairs after a move are lines
            command = "L" if command == "M" else "l"


def _quadratic(a: Point, b: Point, c: Point) -> Iterator[Point]:
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        u = 1 - t
        yield (u * u * a[0] + 2 * u * t * b[0] + t * t * c[0], u * u * a[1] + 2 * u * t * b[1] + t * t * c[1])


def _arc(a: Point, b: Point, rx: float, ry: float, large: bool, sweep: bool) -> Iterator[Point]:
    """An arc of an upright ellipse (SVG 1.1, appendix F.6, without rotation)."""
    hx, hy = (a[0] - b[0]) / 2, (a[1] - b[1]) / 2
    too_far = (hx / rx) ** 2 + (hy / ry) ** 2
    if too_far > 1:
        rx, ry = rx * math.sqrt(too_far), ry * math.sqrt(too_far)
    square = (rx * ry) ** 2 / ((rx * hy) ** 2 + (ry * hx) ** 2) - 1
    factor = math.sqrt(max(0.0, square)) * (-1 if large == sweep else 1)
    cx, cy = factor * rx * hy / ry + (a[0] + b[0]) / 2, -factor * ry * hx / rx + (a[1] + b[1]) / 2
    first = math.atan2((a[1] - cy) / ry, (a[0] - cx) / rx)
    turn = math.atan2((b[1] - cy) / ry, (b[0] - cx) / rx) - first
    if sweep and turn < 0:
        turn += 2 * math.pi
    if not sweep and turn > 0:
        turn -= 2 * math.pi
    for step in range(1, _CURVE_STEPS + 1):
        angle = first + turn * step / _CURVE_STEPS
        yield (cx + rx * math.cos(angle), cy + ry * math.sin(angle))


def _dashes(line: Line, pattern: str, shift: float) -> list[Line]:
    """The pieces of a line that a dash pattern leaves."""
    lengths = [float(number) for number in pattern.split()]
    if len(lengths) % 2:
        lengths *= 2
    if sum(lengths[1::2]) == 0:
        return [line]
    at, rest = 0, shift % sum(lengths)
    while rest >= lengths[at]:
        rest -= lengths[at]
        at = (at + 1) % len(lengths)
    left = lengths[at] - rest
    pieces: list[Line] = []
    piece: Line = [line[0]] if at % 2 == 0 else []
    for (x0, y0), (x1, y1) in pairwise(line):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            point = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if at % 2 == 0:
                pieces.append([*piece, point])
                piece = []
            else:
                piece = [point]
            at = (at + 1) % len(lengths)
            left = lengths[at]
        left -= length - done
        if at % 2 == 0:
            piece.append((x1, y1))
    return [piece for piece in [*pieces, piece] if len(piece) > 1]


# pixels


def paint(shapes: Iterable[PlacedShape], size: tuple[int, int], zoom: float) -> Image:
    """Paint the shapes, one after the other, on a picture of this size; drawn twice as large first, so that edges are smooth."""
    from PIL import Image as Pictures
    from PIL import ImageDraw as Pens

    big = (size[0] * 2, size[1] * 2)
    zoom *= 2
    picture = Pictures.new("RGB", big, "#ffffff")
    for original in shapes:
        shape = original.shape
        placed = PlacedShape(shape, original.scale * zoom, original.x * zoom, original.y * zoom)
        mask = None
        if shape.opacity < 1:
            mask = Pictures.new("L", big, 0)
        pen = Pens.Draw(picture if mask is None else mask)
        strength = round(255 * shape.opacity)
        for line in placed.lines():
            if shape.fill:
                pen.polygon(line, fill=shape.fill if mask is None else strength)
        if shape.stroke:
            width = shape.width * placed.scale
            for line in flatten(shape.d):
                for piece in _dashes(line, shape.dash, shape.shift) if shape.dash else [line]:
                    ink = shape.stroke if mask is None else strength
                    _draw_line(pen, [(x * placed.scale + placed.x, y * placed.scale + placed.y) for x, y in piece], width, ink)
        if mask is not None:
            picture.paste(Pictures.new("RGB", big, shape.fill or shape.stroke), (0, 0), mask)
    return picture.resize(size, Pictures.Resampling.BOX)


def _draw_line(pen: ImageDraw.ImageDraw, line: Line, width: float, ink: str | int) -> None:
    """A line with square ends; where it bends, a disc closes the gap."""
    half = width / 2
    for index, ((x0, y0), (x1, y1)) in enumerate(pairwise(line)):
        length = math.hypot(x1 - x0, y1 - y0)
        if not length:
            continue
        nx, ny = (y1 - y0) / length * half, (x0 - x1) / length * half
        # Pillow counts the last pixel of a polygon in: half a pixel less keeps thin threads thin.
        trim = 0.5
        ax, ay = (nx * (half - trim) / half, ny * (half - trim) / half) if half > 1 else (nx, ny)
        pen.polygon([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - ax, y1 - ay), (x0 - ax, y0 - ay)], fill=ink)
        if index:
            pen.ellipse((x0 - half, y0 - half, x0 + half, y0 + half), fill=ink)
