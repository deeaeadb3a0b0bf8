"""The register of leaks of data, and the letters that the law asks for."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("breaches", __name__)
