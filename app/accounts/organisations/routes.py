"""Staff: organisations, whether they were checked, and who acts for them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("organisations", __name__)
