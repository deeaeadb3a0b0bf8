"""Katong: the community and the market of Kupang."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from app.config import Settings


def create_app(settings: Settings) -> Flask:
    """The application for these settings."""
    from app.wiring import wire

    app = Flask(__name__, static_folder=None)
    wire(app, settings)
    return app
