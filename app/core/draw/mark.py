"""The mark of Katong, one stepped cloth woven from two sides, as pixels for icons."""

from __future__ import annotations

from io import BytesIO
from typing import Final

GROUND, COTTON, RED, GOLD = "#1b2750", "#fbf7ee", "#b03a2e", "#c98a12"
# Steps on a grid of 32: (left, top, right, bottom) of every bar.
_CLOTH: Final = ((14, 2, 18, 30), (10, 6, 22, 26), (6, 10, 26, 22), (2, 14, 30, 18))
_LEFT: Final = ((13, 9, 15, 23), (11, 11, 15, 21), (9, 13, 15, 19), (8, 15, 15, 17))


def mark_svg() -> str:
    """The mark on indigo, for a browser's tab."""

    def bars(boxes: tuple[tuple[int, int, int, int], ...], colour: str) -> str:
        return f'<path fill="{colour}" d="' + "".join(f"M{x0} {y0}h{x1 - x0}v{y1 - y0}h{x0 - x1}z" for x0, y0, x1, y1 in boxes) + '"/>'

    right = tuple((32 - x1, y0, 32 - x0, y1) for x0, y0, x1, y1 in _LEFT)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="{GROUND}" d="M0 0h32v32H0z"/>'
        f"{bars(_CLOTH, COTTON)}{bars(_LEFT, RED)}{bars(right, GOLD)}</svg>\n"
    )


def _mark(size: int, encoding: str) -> bytes:
    from PIL import Image, ImageDraw

    scale = max(1, size // 32)
    picture = Image.new("P", (32 * scale, 32 * scale))
    picture.putpalette([value for colour in (GROUND, COTTON, RED, GOLD) for value in bytes.fromhex(colour[1:])])
    pen = ImageDraw.Draw(picture)
    right = tuple((32 - x1, y0, 32 - x0, y1) for x0, y0, x1, y1 in _LEFT)
    for index, boxes in ((1, _CLOTH), (2, _LEFT), (3, right)):
        for x0, y0, x1, y1 in boxes:
            pen.rectangle((x0 * scale, y0 * scale, x1 * scale - 1, y1 * scale - 1), fill=index)
    out = BytesIO()
    if encoding == "ICO":
        picture.convert("RGBA").save(out, "ICO", sizes=[(32, 32)])
    else:
        picture.save(out, encoding, optimize=True)
    return out.getvalue()


def mark_png(size: int) -> bytes:
    """The mark as PNG; size is a multiple of 32 pixels."""
    return _mark(size, "PNG")


def mark_ico() -> bytes:
    """The mark for /favicon.ico, 32 x 32."""
    return _mark(32, "ICO")
