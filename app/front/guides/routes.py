"""/panduan: how things are done here, in plain words; and where to turn while the help desk is not open yet."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.core.access import public
from app.core.refusals import NotThere
from app.core.web import page
from app.core.words import language
from app.front.guides import rules

bp = Blueprint("guides", __name__)


@bp.route("/panduan")
@public
def guides() -> ResponseReturnValue:
    found = [guide for slug in rules.GUIDES if (guide := rules.guide(slug, language()))]
    return page("guides/guides.html", guides=found)


@bp.route("/panduan/<slug:slug>")
@public
def guide(slug: str) -> ResponseReturnValue:
    found = rules.guide(slug, language())
    if found is None:
        raise NotThere
    return page("guides/guide.html", guide=found)


@bp.route("/pendampingan")
@public
def care() -> ResponseReturnValue:
    """Says honestly that nobody reads here yet, and whom to ring. A calm page: nothing in the title, a quick way out."""
    first = [line for line in rules.HOTLINES if line.is_first]
    others = [line for line in rules.HOTLINES if not line.is_first]
    return page("guides/care.html", first=first, others=others)
