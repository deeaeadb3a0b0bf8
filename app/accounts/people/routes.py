"""Sign up, sign in, my account."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import flask_login
from flask import Blueprint

from app.accounts.people import queries
from app.core import clock
from app.core.access import Actor
from app.core.db import reading

if TYPE_CHECKING:
    from flask import Flask

bp = Blueprint("people", __name__)


class Principal(flask_login.UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps: the random token of one sign-in; its SHA-256 finds the row."""

    def __init__(self, token: str, live: queries.LiveSession) -> None:
        self.token = token
        self.live = live

    def get_id(self) -> str:
        return self.token


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _principal(token: str) -> Principal | None:
    with reading() as session:
        live = queries.live_session(session, token_hash(token), clock.now())
    return Principal(token, live) if live else None


def load_actor() -> Actor | None:
    """Who this request's cookie speaks for."""
    user = flask_login.current_user
    if not user.is_authenticated:
        return None
    live = user.live
    return Actor(live.person_id, live.name, live.roles, live.session_id, live.greeting, live.unread, csrf=token_hash(user.token))


def init_app(app: Flask) -> None:
    manager = flask_login.LoginManager(app)
    manager.session_protection = None  # phones change their address all the time
    manager.user_loader(_principal)
    app.extensions["actor_loader"] = load_actor
