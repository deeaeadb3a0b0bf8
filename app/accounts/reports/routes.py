"""Reports about anything: one queue, in which two moderators cannot act on the same thing."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__)
