"""The kelurahan desk: signing people up face to face, starting a reset for somebody who stands there."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("counter", __name__)
