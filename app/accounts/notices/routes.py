"""The inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.notices import actions, queries
from app.accounts.notices.contrib import address_of, kinds, words_of
from app.core.access import actor, signed_in
from app.core.db import reading
from app.core.refusals import NotThere
from app.core.web import arg_int, page, see_other

bp = Blueprint("notices", __name__)

_LAST = 9_000_000_000_000_000_000  # beyond every id


@dataclass(frozen=True)
class Line:
    """A notice as it is read."""

    notice_id: int
    words: str
    made_at: datetime
    is_read: bool


@bp.route("/kabar")
@signed_in
def inbox() -> ResponseReturnValue:
    """Newest first; looking marks nothing."""
    before = arg_int("sebelum", 0, 0, _LAST) or None
    with reading() as session:
        found = queries.inbox(session, actor().person_id, before)
    named, shown = kinds(), found[: queries.PAGE_LENGTH]
    lines = [Line(s.notice_id, words_of(named.get(s.kind), s.params), s.made_at, s.is_read) for s in shown]
    older = url_for("notices.inbox", sebelum=shown[-1].notice_id) if len(found) > len(shown) else None
    newest = url_for("notices.inbox") if before else None
    return page("accounts/notices/inbox.html", lines=lines, older=older, newest=newest, newest_id=shown[0].notice_id if shown else 0)


@bp.route("/kabar/<id:notice_id>/buka", methods=["POST"])
@signed_in
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Mark it read and go where it leads."""
    with reading() as session:
        stored = queries.notice(session, actor().person_id, notice_id)
    if stored is None:
        raise NotThere
    actions.open_notice(actor(), notice_id)
    return see_other(address_of(kinds().get(stored.kind), stored.params))


@bp.route("/kabar/dibaca", methods=["POST"])
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark read what has been seen: everything up to the newest notice on the page."""
    typed = request.form.get("sampai", "")
    actions.read_all(actor(), int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0)
    return see_other(url_for("notices.inbox"))
