"""/petugas: the first page of everybody who works for the site."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.core import access, clock, outbox
from app.core.access import Role, actor
from app.core.contrib import DeskCard, offered
from app.core.db import reading
from app.core.web import page
from app.core.words import Lazy

bp = Blueprint("desk", __name__)

MOST_COUNTS = 9  # statements; with the sign-in and the outbox a page stays within twelve


@dataclass(frozen=True)
class Door:
    label: Lazy
    icon: str
    href: str
    waiting: int | None  # None: nothing is counted there


@bp.route("/petugas")
@access.staff(Role.OFFICER, Role.MODERATOR, Role.ADMIN, Role.DESK, Role.COUNSELLOR)
def staff() -> ResponseReturnValue:
    me, now = actor(), clock.now()
    cards = [card for card in offered(DeskCard) if card.desk == "petugas" and not card.roles.isdisjoint(r.value for r in me.roles)]
    counted = [card for card in cards if card.count][:MOST_COUNTS]
    with reading() as session:
        waiting = {id(card): card.count(session, me, now) for card in counted if card.count}
        stuck = outbox.stuck(session) if me.has(Role.ADMIN) else 0
    doors = [Door(card.label, card.icon, url_for(card.endpoint), waiting.get(id(card))) for card in cards]
    return page("desk/staff.html", doors=doors, stuck=stuck)
