"""Writing down how somebody got in, or tried to: steps of other slices' actions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.entries import rules
from app.accounts.entries.models import Entry
from app.accounts.entries.rules import Outcome, Way
from app.accounts.notices.actions import tell
from app.core import sealing
from app.core.db import delete_in_parts
from app.core.writes import insert

MOST_DEVICE_LETTERS = 80


def note_sign_in(
    session: Session, person_id: int, way: Way, outcome: Outcome, device: str, now: datetime, *, is_new_device: bool = False
) -> None:
    """Step: a line in the person's own history. What failed is counted by the hour; a way in from a new device is told.

    Call it after the answer has gone out where an answer must take equally long for everybody (`entries.routes.note_after`).
    """
    row = {"person_id": person_id, "way": way, "outcome": outcome, "device": device[:MOST_DEVICE_LETTERS], "at": now, "times": 1}
    if outcome is Outcome.IN:
        added = session.execute(insert(session, Entry).values(**row).returning(Entry.id)).scalar_one()
        if is_new_device:
            tell(session, person_id, "account.new_device", {"device": row["device"], "at": int(now.timestamp())}, f"entry:{added}")
        return
    again = insert(session, Entry).values(**row, hour=rules.hour_of(now))
    session.execute(
        again.on_conflict_do_update(
            index_elements=["person_id", "outcome", "hour"],
            set_={"times": Entry.times + 1, "way": again.excluded.way, "device": again.excluded.device, "at": again.excluded.at},
        )
    )


def known_mark(person_id: int) -> str:
    """What a device's cookie says instead of the person's id."""
    return sealing.keyed_mark("known device", person_id)


def tidy(now: datetime) -> None:
    """The worker's chore: forget what is older than the page promises."""
    delete_in_parts(Entry, Entry.at < now - rules.KEPT)


def forget_person(session: Session, person_id: int, _now: datetime) -> None:
    """Step: the history goes with its owner."""
    session.execute(delete(Entry).where(Entry.person_id == person_id))
