"""A private fact, told by the person alone, and its check where a benefit needs it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("benefits", __name__)
