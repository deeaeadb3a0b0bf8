"""What staff do with accounts: looking them up (on record), suspending, taking the trail along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.factors import actions as factors
from app.accounts.notices.actions import tell
from app.accounts.oversight import policy, queries
from app.accounts.oversight.models import Suspension
from app.accounts.oversight.queries import FoundPerson, TrailFilter
from app.accounts.people.actions import end_sessions, lock_admins
from app.accounts.people.models import DeviceSession, Person
from app.accounts.people.queries import roles_of
from app.accounts.people.rules import SuspensionReason
from app.core import audit, clock, once
from app.core.access import Actor, Role
from app.core.db import for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l

VIEW_NOTED = timedelta(hours=1)  # looking at one person again within the hour is the same look


class NotYours(Refusal):
    words = _l("Akun ini tidak bisa Anda hentikan. Akun petugas hanya dihentikan oleh pengelola, dan tidak oleh dirinya sendiri.")


class NotSuspended(Refusal):
    words = _l("Akun ini sudah tidak dihentikan lagi.")


class OwnFactor(Refusal):
    words = _l("Pengaman Anda sendiri diurus di akun Anda, atau oleh pengelola lain.")


def search(actor: Actor, words: str, phone: str | None) -> list[FoundPerson]:
    """Look for people by number or name. On record: who, how (not for whom), how many were found."""
    with transaction() as session:
        found = queries.find_people(session, words, phone)
        audit.write(session, actor.person_id, "person.searched", "person", 0, {"by": "phone" if phone else "name", "found": len(found)})
    return found


def note_view(actor: Actor, person_id: int) -> None:
    """Put on record that the actor looked at this person, once an hour."""
    now = clock.now()
    with transaction() as session:
        if not queries.viewed_since(session, actor.person_id, person_id, now - VIEW_NOTED):
            audit.write(session, actor.person_id, "person.viewed", "person", person_id)


@dataclass(frozen=True)
class Decision:
    """Why somebody is suspended and until when; `words` are for the person to read."""

    reason: SuspensionReason
    until_at: datetime
    words: str


def suspend(actor: Actor, person_id: int, decision: Decision, key: str) -> int:
    """Keep a person out until an instant: every sign-in of hers ends now. Audited; told. Returns the suspension's id.

    One that stands already is lifted by it. Refuses with `NotThere`, `NotYours`.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        _check(session, actor, person_id, now)
        _lift(session, person_id, actor.person_id, now)
        row = Suspension(
            person_id=person_id,
            reason=decision.reason,
            words=decision.words,
            from_at=now,
            until_at=decision.until_at,
            made_by_id=actor.person_id,
        )
        session.add(row)
        session.flush()
        session.execute(
            update(Person).where(Person.id == person_id).values(suspended_until=decision.until_at, suspended_for=decision.reason.value)
        )
        end_sessions(session, person_id, DeviceSession.id > 0, now)
        codes = {"reason": decision.reason.value, "hours": round((decision.until_at - now) / timedelta(hours=1))}
        audit.write(session, actor.person_id, "person.suspended", "person", person_id, codes)
        params = {"reason": decision.reason.value, "until": decision.until_at.isoformat(), "words": decision.words}
        tell(session, person_id, "account.suspended", params, f"suspension:{row.id}")
        once.keep(session, key, actor.person_id, row.id)
        return row.id


def lift(actor: Actor, person_id: int) -> None:
    """Let a suspended person in again before the time. Audited; told. Refuses with `NotThere`, `NotYours`, `NotSuspended`."""
    now = clock.now()
    with transaction() as session:
        _check(session, actor, person_id, now)
        lifted = _lift(session, person_id, actor.person_id, now)
        if lifted is None:
            raise NotSuspended
        session.execute(update(Person).where(Person.id == person_id).values(suspended_until=None, suspended_for=None, suspended_words=""))
        audit.write(session, actor.person_id, "person.unsuspended", "person", person_id)
        tell(session, person_id, "account.unsuspended", {}, f"suspension:{lifted}:lifted")


def end_devices(actor: Actor, person_id: int) -> int:
    """Sign a person out of every device, such as when a phone was stolen; she may sign in again at once. Audited; told. Returns how many.

    Refuses with `NotThere`, `NotYours`.
    """
    now = clock.now()
    with transaction() as session:
        _check(session, actor, person_id, now)
        ended = end_sessions(session, person_id, DeviceSession.id > 0, now)
        audit.write(session, actor.person_id, "person.signed_out", "person", person_id, {"devices": ended})
        tell(session, person_id, "account.signed_out", {}, f"signed-out:{int(now.timestamp())}")
    return ended


def remove_factor(actor: Actor, person_id: int) -> None:
    """Take away the second factor of somebody who lost phone and paper and stands here with her ID. Refuses with `NotThere`, `OwnFactor`.

    Not by the desk that gives new passwords: one pair of eyes alone must not open both locks.
    """
    require(person_id != actor.person_id, OwnFactor())
    factors.remove(person_id, by_id=actor.person_id)


def _check(session: Session, actor: Actor, person_id: int, now: datetime) -> None:
    """Step: lock the person, and whether this actor may still decide about her: of two admins who suspend each other, one comes first."""
    admins = lock_admins(session)
    row = session.execute(
        for_update(select(Person.id, Person.suspended_until).where(Person.id == person_id, Person.left_at.is_(None)))
    ).one_or_none()
    require(row is not None, NotThere())
    mine = session.scalar(select(Person.suspended_until).where(Person.id == actor.person_id))
    require(mine is None or mine <= now, NotYours())
    require(not actor.has(Role.ADMIN) or actor.person_id in admins, NotYours())
    roles = frozenset(roles_of(session, [person_id]).get(person_id, ()))
    require(policy.may_suspend(actor, person_id, roles), NotYours())


def _lift(session: Session, person_id: int, by_id: int, now: datetime) -> int | None:
    lifted = session.execute(
        update(Suspension)
        .where(Suspension.person_id == person_id, Suspension.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by_id=by_id)
        .returning(Suspension.id, Suspension.until_at)
    ).one_or_none()
    return lifted.id if lifted is not None and lifted.until_at > now else None


def note_export(actor: Actor, asked: TrailFilter) -> int:
    """Put on record that somebody takes a copy of the trail along; returns how many rows it will hold."""
    with transaction() as session:
        rows = queries.count_of_trail(session, asked)
        audit.write(session, actor.person_id, "audit.exported", "audit", 0, {"rows": rows, "act": asked.act, "by": asked.actor_id or 0})
    return rows


def leave(session: Session, person_id: int, now: datetime) -> None:
    """Step of a farewell: that an account was once suspended stays as a number and a reason; what was said to the person goes."""
    mine = Suspension.person_id == person_id
    session.execute(update(Suspension).where(mine, Suspension.lifted_at.is_(None)).values(lifted_at=now))
    session.execute(update(Suspension).where(mine).values(words=""))
