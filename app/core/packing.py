"""Answers made small on their way out: zstd, brotli or gzip, as the browser reads them.

A page drawn for one person is packed quickly; one that is kept for many (core/pagecache) is packed well.
"""

from __future__ import annotations

import sys
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from flask import Response

KINDS = ("zstd", "br", "gzip")  # best first, where the browser has no wish of its own
LEAST_BYTES = 600  # less gains nothing
TYPES = frozenset({"text/html", "text/plain", "application/xml", "application/json", "text/calendar", "image/svg+xml"})


@lru_cache(512)
def chosen(accepted: str, kinds: tuple[str, ...] = KINDS) -> str:
    """The packing for an Accept-Encoding header; "" for none."""
    accept = parse_accept_header(accepted[:300], Accept)
    wished = [(accept.quality(kind), -place, kind) for place, kind in enumerate(kinds) if accept.quality(kind) > 0]
    return max(wished)[2] if wished else ""


def pack(body: bytes, kind: str, *, well: bool = False) -> bytes:
    """The body in this packing. `well` takes some times longer and saves a tenth."""
    if kind == "zstd":
        return bytes(zstd.compress(body, 9 if well else 3))
    if kind == "br":
        return bytes(brotli.compress(body, quality=6 if well else 3))
    if kind == "gzip":
        packer = zlib.compressobj(6 if well else 1, zlib.DEFLATED, 31)
        return packer.compress(body) + packer.flush()
    return body


def pack_response(response: Response, accepted: str, *, well: bool = False) -> None:
    """Pack what is worth it and can be: whole, plain, of a kind that shrinks."""
    if response.mimetype not in TYPES or response.is_streamed or response.direct_passthrough:
        return
    headers = response.headers
    if "Content-Encoding" in headers:
        return
    vary = headers.get("Vary")
    headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    kind = chosen(accepted)
    if not kind or not 200 <= response.status_code < 300 or response.status_code == 206:
        return
    body = response.get_data()
    if len(body) < LEAST_BYTES and not well:
        return
    response.set_data(pack(body, kind, well=well))  # sets the length too
    headers["Content-Encoding"] = kind
