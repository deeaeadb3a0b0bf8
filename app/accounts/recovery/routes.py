"""Getting back into an account: by a link, by a code, by recovery codes, or with the desk's help."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("recovery", __name__)
