"""Whom a person has blocked."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.blocks import actions, queries
from app.core.access import actor, signed_in
from app.core.db import reading
from app.core.refusals import NotThere
from app.core.web import page, safe_next, say, see_other
from app.core.words import _

bp = Blueprint("blocks", __name__)


@bp.route("/akun/blokir")
@signed_in
def blocked() -> ResponseReturnValue:
    with reading() as session:
        found = queries.list_of(session, actor().person_id)
    return page("accounts/blocks/blocked.html", blocked=found)


@bp.route("/akun/blokir/<slug:kind>/<id:subject_id>", methods=["GET", "POST"])
@signed_in
def block(kind: str, subject_id: int) -> ResponseReturnValue:
    """Ask once more, saying what blocking does and does not do. The way here begins where one met her, so no list of people is needed."""
    me, place = actor(), queries.place_of(kind)
    if place is None:
        raise NotThere
    with reading() as session:
        met = place.met(session, me.person_id, subject_id)
        back = place.back(session, me.person_id, subject_id)
    if met is None:
        raise NotThere
    if request.method == "POST":
        actions.block(me, kind, subject_id)
        say(_("{name} diblokir. Orangnya tidak diberi tahu.", name=met[1]))
        return see_other(back)
    return page("accounts/blocks/block.html", name=met[1], kind=kind, subject_id=subject_id, back=back)


@bp.route("/akun/blokir/<id:person_id>/buka", methods=["POST"])
@signed_in
def unblock(person_id: int) -> ResponseReturnValue:
    actions.unblock(actor(), person_id)
    say(_("Blokir dibuka."))
    return see_other(safe_next(url_for("blocks.blocked")))
