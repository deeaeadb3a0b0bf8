"""Keeping the breach register."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.breaches import policy, queries
from app.accounts.breaches.models import Breach, BreachNotice
from app.accounts.breaches.rules import Audience, BreachState, Way
from app.core import audit, clock, once
from app.core.access import Actor
from app.core.db import transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l


class StillAhead(Refusal):
    words = _l("Waktu ini belum tiba. Tulis saat yang sudah lewat.")


class ToldBeforeNoticed(Refusal):
    words = _l("Waktu ini sebelum kejadiannya diketahui. Periksa tanggal dan jamnya.")


class ChangedMeanwhile(Refusal):
    words = _l("Pengelola lain baru saja mengubah catatan ini. Buka lagi halamannya, lalu ulangi perubahan Anda.")


class NotToldYet(Refusal):
    words = _l("Belum bisa ditutup: catat dulu bahwa lembaga dan orang yang terkena sudah diberi tahu.")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form says."""

    title: str
    what: str
    happened: str
    data: str
    people_count: int
    measures: str
    contact: str
    lang: str
    noticed_at: datetime


def enter(actor: Actor, draft: Draft, key: str) -> int:
    """Write a leak into the register; the clock runs from when it was noticed. Returns its id. Refuses `StillAhead`."""
    require(policy.may_keep(actor))
    now = clock.now()
    require(draft.noticed_at <= now, StillAhead())
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        made = Breach(**asdict(draft), made_by_id=actor.person_id, made_at=now, changed_at=now)
        session.add(made)
        session.flush()
        audit.write(session, actor.person_id, "breach.entered", "breach", made.id, {"people": draft.people_count})
        once.keep(session, key, actor.person_id, made.id)
        return made.id


def change(actor: Actor, breach_id: int, version: int, draft: Draft) -> None:
    """Correct or complete an entry, as it was seen at `version`. Refuses `StillAhead`, `ChangedMeanwhile`."""
    require(policy.may_keep(actor))
    now = clock.now()
    require(draft.noticed_at <= now, StillAhead())
    with transaction() as session:
        before = _found(session, breach_id)
        _move(session, breach_id, version, **asdict(draft), changed_at=now)
        codes = {"people": draft.people_count, "people_before": before.people_count, "noticed_moved": draft.noticed_at != before.noticed_at}
        audit.write(session, actor.person_id, "breach.changed", "breach", breach_id, codes)


def note_told(actor: Actor, breach_id: int, audience: Audience, way: Way, people_count: int, told_at: datetime, key: str) -> None:
    """Write down that the agency or the people were told. Refuses `StillAhead`, `ToldBeforeNoticed`."""
    require(policy.may_keep(actor))
    now = clock.now()
    require(told_at <= now, StillAhead())
    with transaction() as session:
        found = _found(session, breach_id)
        if once.claim(session, key, actor.person_id) is not None:
            return
        require(told_at >= found.noticed_at, ToldBeforeNoticed())
        row = BreachNotice(
            breach_id=breach_id, audience=audience, way=way, people_count=people_count, told_at=told_at, by_id=actor.person_id, made_at=now
        )
        session.add(row)
        codes = {"audience": audience.value, "way": way.value, "people": people_count, "told_at": told_at.isoformat()}
        audit.write(session, actor.person_id, "breach.told", "breach", breach_id, codes)
        once.keep(session, key, actor.person_id, breach_id)


def close(actor: Actor, breach_id: int, version: int) -> None:
    """Everything is done. Refuses `NotToldYet`, `ChangedMeanwhile`."""
    require(policy.may_keep(actor))
    now = clock.now()
    with transaction() as session:
        require(_found(session, breach_id).is_told, NotToldYet())
        _move(session, breach_id, version, state=BreachState.CLOSED, closed_at=now, changed_at=now)
        audit.write(session, actor.person_id, "breach.closed", "breach", breach_id)


def reopen(actor: Actor, breach_id: int, version: int) -> None:
    """Something more was found."""
    require(policy.may_keep(actor))
    with transaction() as session:
        _found(session, breach_id)
        _move(session, breach_id, version, state=BreachState.OPEN, closed_at=None, changed_at=clock.now())
        audit.write(session, actor.person_id, "breach.reopened", "breach", breach_id)


def export(actor: Actor) -> list[queries.Entry]:
    """The whole register for a download, which is written down."""
    require(policy.may_keep(actor))
    with transaction() as session:
        audit.write(session, actor.person_id, "breach.exported", "breach", 0)
        return queries.entries(session)


def _found(session: Session, breach_id: int) -> queries.Entry:
    found = queries.entry(session, breach_id)
    if found is None:
        raise NotThere
    return found


def _move(session: Session, breach_id: int, version: int, **values: object) -> None:
    moved = session.execute(
        update(Breach)
        .where(Breach.id == breach_id, Breach.version == version)
        .values(version=Breach.version + 1, **values)
        .returning(Breach.id)
        .execution_options(synchronize_session=False)
    ).first()
    require(moved is not None, ChangedMeanwhile())
