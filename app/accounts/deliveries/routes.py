"""Notices on their way out: mail, text message, push, and the officer's WhatsApp list."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("deliveries", __name__)
