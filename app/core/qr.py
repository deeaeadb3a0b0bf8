"""QR codes as SVG pictures: dark on white with the quiet zone that cameras need, in light and dark pages alike."""

from __future__ import annotations

import io

import segno


def svg(text: str, *, scale: int = 6) -> bytes:
    """A picture of the text, `scale` pixels a module, to be served as image/svg+xml."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        out, kind="svg", scale=scale, border=4, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue()
