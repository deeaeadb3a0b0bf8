"""Data saya: what is held, a copy of it, consents, requests and their clock, leaving."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("privacy", __name__)
