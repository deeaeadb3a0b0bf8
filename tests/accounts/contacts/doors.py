"""The doors of these tests: a gateway that writes to a file, and what it took."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING

from app.core.messages import FILE_NAME

if TYPE_CHECKING:
    from flask import Flask


def choose(app: Flask, **changes: str) -> None:
    """Other settings, while the app runs."""
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **changes)


def sent(app: Flask) -> list[tuple[str, str]]:
    """Number and words of every message the file gateway took."""
    path = app.extensions["settings"].data_dir / FILE_NAME
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [(line["to"], line["text"]) for line in lines]


def code_to(app: Flask, phone: str) -> str:
    """The newest code that went to this number."""
    words = [text for to, text in sent(app) if to == phone and text.startswith("Kode ")]
    found = re.search(r": ([0-9]{6})\.", words[-1])
    assert found is not None
    return found[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
