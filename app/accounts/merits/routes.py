"""/akun/catatan: what areas noted in one's favour, for oneself alone."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.merits import queries
from app.core.access import actor, signed_in
from app.core.contrib import MeritKind, MeritUse, offered
from app.core.db import reading
from app.core.web import page
from app.core.words import Lazy

bp = Blueprint("merits", __name__)


@bp.route("/akun/catatan")
@signed_in
def mine() -> ResponseReturnValue:
    """A kind whose area is gone is left out: nobody could say what it means."""
    kinds = {kind.code: kind for kind in offered(MeritKind)}
    uses: dict[str, list[Lazy]] = {}
    for use in offered(MeritUse):
        uses.setdefault(use.kind, []).append(use.words)
    with reading() as session:
        found = [merit for merit in queries.of_person(session, actor().person_id) if merit.kind in kinds]
    groups = [(kind, uses.get(code, []), [m for m in found if m.kind == code]) for code, kind in kinds.items()]
    return page("accounts/merits/mine.html", groups=groups, most=queries.MOST_SHOWN, is_cut=len(found) >= queries.MOST_SHOWN)
