"""People who can be reached, moments of the day in Kupang, and what was delivered to whom."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from app.accounts.deliveries import queries
from app.accounts.deliveries.models import Delivery
from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.accounts.people.models import Person
from app.core import clock, outbox
from app.core.db import reading, transaction
from tests.factories import a_person

if TYPE_CHECKING:
    import pytest

NOON = clock.at(date(2026, 11, 20), 12)
NIGHT = clock.at(date(2026, 11, 20), 22)

OFFER = {"turn": 1, "day": "2026-11-22", "booth": "K-07", "site": "SABOAK", "reason": None}
ORDER = {"code": "KTG-7", "shop": "Dapur Ros"}


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """The clock stands at this moment."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def somebody(*, email: str | None = None, phone: str | None = None, proven: bool = False, name: str = "Mama Ros", **more: Any) -> int:
    """A member; reached by the address and the number given, if any."""
    with transaction() as session:
        person = a_person(session, name=name, phone=phone, **more)
        values = {"email": email, "email_proven_at": NOON if email else None, "phone_proven_at": NOON if proven else None}
        session.execute(update(Person).where(Person.id == person.id).values(**values))
        return person.id


def offer(person_id: int, number: int = 1, *, until: datetime | None = None) -> int:
    """An urgent notice; the notice's id."""
    until = until or clock.now() + timedelta(hours=6)
    return told(person_id, "turn.offered", {**OFFER, "answer_by": until.isoformat()}, f"turn:{number}:offered")


def told(person_id: int, kind: str, params: dict[str, Any], event: str) -> int:
    with transaction() as session:
        assert tell(session, person_id, kind, params, event)
        return session.scalar(select(Notice.id).where(Notice.person_id == person_id, Notice.event == event)) or 0


def ready(person_id: int, number: int = 1) -> int:
    """A notice that is not urgent."""
    return told(person_id, "order.ready", ORDER, f"order:{number}:ready")


def work(moment: datetime | None = None) -> int:
    """Everything that is due by then."""
    return outbox.run_due(moment or clock.now(), most=2_000)


def deliveries() -> list[tuple[int | None, str, str, str | None]]:
    """notice, channel, state, trouble of every delivery, in their order."""
    with reading() as session:
        rows = session.execute(select(Delivery.notice_id, Delivery.channel, Delivery.state, Delivery.trouble).order_by(Delivery.id))
        return [(row[0], row[1].value, row[2].value, row[3]) for row in rows]


def read(notice_id: int) -> None:
    with transaction() as session:
        session.execute(update(Notice).where(Notice.id == notice_id).values(read_at=clock.now()))


def choose(app: Any, **changes: Any) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **changes)


def reach_of(person_id: int) -> Any:
    with reading() as session:
        return queries.reach(session, person_id, clock.now())
