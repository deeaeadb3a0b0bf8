"""Phone and e-mail of an account: proving, changing, taking back."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("contacts", __name__)
