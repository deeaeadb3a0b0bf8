"""Request bodies: how large they may be, and how one that is too large still gets an answer."""

from __future__ import annotations

import time
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

import flask
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

MEBIBYTE = 1024 * 1024
MOST_BODY_BYTES = 65 * MEBIBYTE  # streamed to disk: 64 for the photo, whose own limit is said beside the field, and its form
MOST_TEXT_BYTES = 8 * MEBIBYTE  # typed text in one request; longer than any field, so that the field can say so
MOST_FIELDS = 1000  # a million empty fields cost seconds of work
DRAIN_BYTES = 128 * MEBIBYTE  # of a body nobody reads, before the line is cut all the same
DRAIN_SECONDS = 20


class _Forms(FormDataParser):
    """Werkzeug bounds the text of multipart forms only; this bounds plain ones too, in bytes and in fields."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        if mimetype == "application/x-www-form-urlencoded":
            if content_length is not None and content_length > MOST_TEXT_BYTES:
                raise RequestEntityTooLarge
            body = stream.read(MOST_TEXT_BYTES + 1)
            if len(body) > MOST_TEXT_BYTES or body.count(b"&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class Request(flask.Request):
    form_data_parser_class = _Forms


def drain() -> None:
    """Read on and throw away what the browser still sends: it shows our page only after its own sending has ended.

    Bounded in bytes and in time; a client that sends more finds the line cut.
    """
    length = request.content_length
    left = DRAIN_BYTES if length is None else length
    stream = request.environ.get("wsgi.input")
    ends_by_itself = request.environ.get("wsgi.input_terminated") or left > MOST_BODY_BYTES  # else a read may wait for bytes read already
    if stream is None or left > DRAIN_BYTES or not ends_by_itself:
        return
    until = time.monotonic() + DRAIN_SECONDS
    try:
        while left > 0 and time.monotonic() < until:
            piece = stream.read(min(left, 64 * 1024))
            if not piece:
                return
            left -= len(piece)
    except OSError:
        return  # the other side has gone
