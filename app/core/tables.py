"""Tables to take along (CSV), as table programs on phones open them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from app.core import clock

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """A text cell that no table program takes for a formula (OWASP: CSV injection)."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def local_moment(instant: datetime | None) -> str:
    """2026-11-22 17:05 in Kupang, for a cell; nothing for None."""
    return instant.astimezone(clock.WITA).strftime("%Y-%m-%d %H:%M") if instant else ""


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> Response:
    """An answer that the browser keeps as the file `name`. Every text cell is safe from formulas; whole numbers stay numbers."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    # The mark lets table programs see UTF-8.
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
