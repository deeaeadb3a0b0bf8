"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.deliveries import actions, queries, rules
from app.accounts.notices.contrib import kinds
from app.core.access import Actor, Role
from app.core.contrib import AccountDoor, Chore, DeskCard, Farewell, PersonalData
from app.core.words import _l


def kinds_for(actor: Actor) -> frozenset[str]:
    """The kinds whose messages this officer hands over."""
    return frozenset(code for code, kind in kinds().items() if (role := rules.hands(kind)) is not None and actor.has(role))


def _to_hand(session: Session, actor: Actor, now: datetime) -> int:
    return queries.count_to_hand(session, kinds_for(actor), now)


def _stuck(session: Session, _actor: Actor, _now: datetime) -> int:
    return queries.count_stuck(session)


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard(
        "petugas",
        frozenset({Role.OFFICER.value, Role.DESK.value, Role.ADMIN.value}),
        _l("Antrean WhatsApp"),
        "pesan",
        "deliveries.to_hand",
        _to_hand,
    ),
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Pengiriman yang macet"), "tanpa-sinyal", "deliveries.stuck", _stuck),
    AccountDoor("contact", _l("Kapan dan lewat apa Anda diberi kabar"), "deliveries.settings", _l("Segera, sekali sehari, jam tenang"), 40),
    PersonalData("notices", queries.inbox_of_person),
    PersonalData("deliveries", queries.mine),
    Farewell("deliveries", actions.leave),
    Chore("deliveries", timedelta(days=1), actions.forget),
)
