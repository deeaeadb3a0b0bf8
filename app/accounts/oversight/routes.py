"""Staff: finding people, suspending, the trail of what staff did."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("oversight", __name__)
