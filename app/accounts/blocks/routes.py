"""Whom a person has blocked."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("blocks", __name__)
