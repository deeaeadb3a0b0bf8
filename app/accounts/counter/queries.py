"""What the desk reads: as little of a person as it takes to know her. Nothing here touches the private fact or the help desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.counter import rules
from app.accounts.people.models import Person
from app.accounts.people.queries import is_staff
from app.accounts.people.rules import shown_name
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.rules import DeskAct, DeskFlag
from app.core.audit import AuditRow

FOUND = "counter.found"  # the trail's word for: the desk was shown this person


@dataclass(frozen=True)
class Found:
    """Somebody the desk looks at. `phone` is masked; `is_waiting`: signed up here, not confirmed by herself yet."""

    person_id: int
    name: str
    place_code: str | None
    phone: str | None
    is_staff: bool
    is_waiting: bool


def _is_waiting() -> ColumnElement[bool]:
    return exists().where(AssistedSignUp.person_id == Person.id, AssistedSignUp.confirmed_at.is_(None)).correlate(Person)


def _columns() -> tuple[ColumnElement[object], ...]:
    return (Person.id, Person.name, Person.place_code, Person.phone, is_staff(), _is_waiting())  # type: ignore[return-value]


def _found(row: tuple[int, str, str | None, str | None, bool, bool]) -> Found:
    person_id, name, place_code, phone, is_staff, is_waiting = row
    return Found(person_id, name, place_code, rules.masked(phone) if phone else None, bool(is_staff), bool(is_waiting))


def search(session: Session, words: str, phone: str | None) -> list[Found]:
    """People with this number, or whose name begins with the words; one more than `MOST_FOUND` tells that there are too many."""
    people = select(*_columns()).where(Person.left_at.is_(None))
    if phone is not None:
        people = people.where(Person.phone == phone)
    else:
        begins, lowered = rules.escaped(words), func.lower(Person.name)
        people = people.where(or_(lowered.like(f"{begins}%", escape="\\"), lowered.like(f"% {begins}%", escape="\\")))
    rows = session.execute(people.order_by(Person.name, Person.id).limit(rules.MOST_FOUND + 1))
    return [_found(row._tuple()) for row in rows]


def person(session: Session, person_id: int) -> Found | None:
    row = session.execute(select(*_columns()).where(Person.id == person_id, Person.left_at.is_(None))).one_or_none()
    return _found(row._tuple()) if row else None


def was_found(session: Session, officer_id: int, person_id: int, since: datetime) -> bool:
    """Whether this officer looked for this person lately: nobody is helped by an address typed by hand."""
    trail = exists().where(
        AuditRow.subject == "person",
        AuditRow.subject_id == person_id,
        AuditRow.act == FOUND,
        AuditRow.actor_id == officer_id,
        AuditRow.at >= since,
    )
    return bool(session.scalar(select(trail)))


@dataclass(frozen=True)
class Counts:
    by_officer: int
    of_person: int


def resets_since(session: Session, officer_id: int, person_id: int, since: datetime) -> Counts:
    """How many the desk has started since midnight: this officer, and for this person."""
    row = session.execute(
        select(
            func.count().filter(DeskReset.officer_id == officer_id),
            func.count().filter(DeskReset.person_id == person_id),
        ).where(DeskReset.made_at >= since, or_(DeskReset.officer_id == officer_id, DeskReset.person_id == person_id))
    ).one()
    return Counts(row[0], row[1])


@dataclass(frozen=True)
class Slip:
    """A code that was made: what is printed beside it. `phone` is masked, `act` None for a sign-up."""

    phone: str
    ends_at: datetime
    act: DeskAct | None


def reset_to_show_again(session: Session, officer_id: int, reset_id: int, since: datetime) -> Slip | None:
    """The officer's own, made just now and still open."""
    row = session.execute(
        select(DeskReset.phone, DeskReset.ends_at, DeskReset.act).where(
            DeskReset.id == reset_id,
            DeskReset.officer_id == officer_id,
            DeskReset.made_at >= since,
            DeskReset.done_at.is_(None),
            DeskReset.stopped_at.is_(None),
        )
    ).one_or_none()
    return Slip(rules.masked(row.phone), row.ends_at, row.act) if row else None


def sign_up_to_show_again(session: Session, officer_id: int, person_id: int, since: datetime) -> Slip | None:
    """The same for a code of a sign-up."""
    row = session.execute(
        select(Proof.target, Proof.ends_at).where(
            Proof.purpose == Purpose.ASSISTED,
            Proof.person_id == person_id,
            Proof.made_by_id == officer_id,
            Proof.made_at >= since,
            Proof.used_at.is_(None),
        )
    ).first()
    return Slip(rules.masked(row.target), row.ends_at, None) if row else None


@dataclass(frozen=True)
class Today:
    """One line of an officer's own day: a reset (`act`) or a sign-up (None)."""

    at: datetime
    act: DeskAct | None
    name: str
    is_done: bool
    is_over: bool


def today(session: Session, officer_id: int, since: datetime, now: datetime) -> list[Today]:
    """What this officer did since midnight, newest first: two statements."""
    resets = session.execute(
        select(DeskReset.made_at, DeskReset.act, Person.name, DeskReset.done_at, DeskReset.stopped_at, DeskReset.ends_at)
        .join(Person, Person.id == DeskReset.person_id)
        .where(DeskReset.officer_id == officer_id, DeskReset.made_at >= since)
        .order_by(DeskReset.made_at.desc())
        .limit(rules.MOST_TODAY)
    )
    signed_up = session.execute(
        select(AssistedSignUp.made_at, Person.name, AssistedSignUp.confirmed_at)
        .join(Person, Person.id == AssistedSignUp.person_id)
        .where(AssistedSignUp.helped_by_id == officer_id, AssistedSignUp.made_at >= since)
        .order_by(AssistedSignUp.made_at.desc())
        .limit(rules.MOST_TODAY)
    )
    lines = [
        Today(r.made_at, r.act, shown_name(r.name), r.done_at is not None, r.stopped_at is not None or r.ends_at <= now) for r in resets
    ]
    lines += [Today(s.made_at, None, shown_name(s.name), s.confirmed_at is not None, False) for s in signed_up]
    return sorted(lines, key=lambda line: line.at, reverse=True)


# For admins


@dataclass(frozen=True)
class Flagged:
    """What an admin is shown: who started what for whom, and why it is here."""

    reset_id: int
    at: datetime
    act: DeskAct
    flag: DeskFlag
    officer: str
    name: str
    is_done: bool


def flagged(session: Session) -> list[Flagged]:
    """Not looked at yet, newest first."""
    officer = aliased(Person)
    rows = session.execute(
        select(DeskReset.id, DeskReset.made_at, DeskReset.act, DeskReset.flag, officer.name, Person.name, DeskReset.done_at.is_not(None))
        .join(Person, Person.id == DeskReset.person_id)
        .join(officer, officer.id == DeskReset.officer_id)
        .where(DeskReset.flag.is_not(None), DeskReset.looked_at.is_(None))
        .order_by(DeskReset.id.desc())
        .limit(rules.MOST_FLAGGED)
    )
    return [Flagged(r[0], r[1], r[2], r[3], shown_name(r[4]), shown_name(r[5]), r[6]) for r in rows]


def flagged_count(session: Session) -> int:
    waiting = select(func.count()).select_from(DeskReset).where(DeskReset.flag.is_not(None), DeskReset.looked_at.is_(None))
    return session.scalar(waiting) or 0
