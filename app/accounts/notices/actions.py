"""Telling a person something, marking it read, and how a person wants to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, literal, select, update
from sqlalchemy.orm import Session

from app.accounts.notices import queries
from app.accounts.notices.models import Notice, NoticePreference, NoticeSetting
from app.accounts.notices.rules import FIXED, Group, Pace, Wishes
from app.core import clock, outbox
from app.core.access import Actor
from app.core.db import transaction
from app.core.writes import insert

MOST_EVENT_LETTERS = 80  # the column's width; SQLite would not mind, PostgreSQL would


def tell(session: Session, person_id: int, kind: str, params: Mapping[str, Any], event: str) -> bool:
    """Put a notice in a person's inbox, in this transaction. The same event tells a person once: True when it was new.
    Who has left is told nothing.

    `params` holds codes, ids, numbers and titles that the NoticeKind of `kind` words when it is read. What leaves the site
    (mail, text message, push) is decided after commit, in deliveries.
    """
    if len(event) > MOST_EVENT_LETTERS:
        raise ValueError(f"The event {event!r} is longer than {MOST_EVENT_LETTERS} letters.")
    row = {"person_id": person_id, "kind": kind, "params": dict(params), "event": event, "made_at": clock.now()}
    # People stand on the floor above: their table goes by the name that the foreign key has for it.
    person = Notice.metadata.tables["person"]
    values = select(*(literal(value, Notice.__table__.c[name].type) for name, value in row.items()))
    here = values.where(exists().where(person.c.id == person_id, person.c.left_at.is_(None)))
    added = (
        insert(session, Notice)
        .from_select(list(row), here)
        .on_conflict_do_nothing(index_elements=["person_id", "event"])
        .returning(Notice.id)
    )
    notice_id = session.scalar(added)
    if notice_id is None:
        return False
    outbox.put(session, "notice.told", notice_id)
    return True


def take_out(session: Session, person_ids: set[int], events: set[str], param: str) -> None:
    """Step: take one value, such as a name, out of the notices about these events that lie in these people's inboxes."""
    people, told = sorted(person_ids), sorted(events)
    for start in range(0, len(told), 200):
        mine = select(Notice.id, Notice.params).where(Notice.person_id.in_(people), Notice.event.in_(told[start : start + 200]))
        for notice_id, params in session.execute(mine).all():
            if params.get(param):
                session.execute(update(Notice).where(Notice.id == notice_id).values(params={**params, param: ""}))


def open_notice(actor: Actor, notice_id: int) -> None:
    """Mark one notice of the actor read; one that isn't theirs, or was read already, stays as it is."""
    with transaction() as session:
        session.execute(
            update(Notice)
            .where(Notice.id == notice_id, Notice.person_id == actor.person_id, Notice.read_at.is_(None))
            .values(read_at=clock.now())
        )


def read_all(actor: Actor, up_to: int) -> None:
    """Mark everything the actor has been shown read: notices up to this id, so that one that came meanwhile stays unread."""
    now: datetime = clock.now()
    with transaction() as session:
        session.execute(
            update(Notice).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None), Notice.id <= up_to).values(read_at=now)
        )


def save_wishes(actor: Actor, wishes: Wishes) -> None:
    """Keep how the actor wants to be told. Groups that can't be switched off stay out of it."""
    with transaction() as session:
        for group in Group:
            if group not in FIXED:
                _keep(session, actor.person_id, group, wishes.pace(group), by_mail=wishes.takes_mail(group))
        row = {
            "has_quiet": wishes.has_quiet,
            "quiet_from": wishes.quiet_from,
            "quiet_until": wishes.quiet_until,
            "by_message": wishes.by_message,
            "language": wishes.language,
        }
        added = insert(session, NoticeSetting).values(person_id=actor.person_id, **row)
        session.execute(added.on_conflict_do_update(index_elements=["person_id"], set_=row))


def stop_mail(session: Session, person_id: int, groups: Iterable[Group]) -> None:
    """Step: no more letters about these groups; everything else stays as it is. Doing it twice changes nothing."""
    wishes = queries.wishes(session, person_id)
    for group in groups:
        if group not in FIXED:
            _keep(session, person_id, group, wishes.pace(group), by_mail=False)


def _keep(session: Session, person_id: int, group: Group, pace: Pace, *, by_mail: bool) -> None:
    row = {"pace": pace, "by_mail": by_mail}
    added = insert(session, NoticePreference).values(person_id=person_id, kind_group=group, **row)
    session.execute(added.on_conflict_do_update(index_elements=["person_id", "kind_group"], set_=row))
