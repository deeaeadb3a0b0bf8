"""The first page: what each area offers, in the order a person needs it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.access import public, visitor_or_actor
from app.core.contrib import HomeCard, offered
from app.core.db import reading
from app.core.pagecache import cached
from app.core.web import page

bp = Blueprint("home", __name__)


@bp.route("/")
@public
@cached("community", "training", "booths", "goods")
def home() -> ResponseReturnValue:
    """At most two statements a card."""
    someone, now = visitor_or_actor(), clock.now()
    slots: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    with reading() as session:
        for card in offered(HomeCard):
            content = card.load(session, someone, now)
            if content is not None:
                slots[card.slot].append((card.template, content))
    return page("home/home.html", slots=slots)
