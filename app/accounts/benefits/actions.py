"""Telling a private fact and taking it back; opening programmes, asking for one, checking at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update

from app.accounts.benefits import policy, queries, rules
from app.accounts.benefits.models import PrivateFact, Programme, ProgrammeAsk, ProgrammeOfficer
from app.accounts.benefits.rules import Check, Told
from app.accounts.people.actions import hold_here
from app.core import audit, clock, once, outbox, sealing
from app.core.access import Actor
from app.core.db import transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.core.writes import insert


class ProgrammeOver(Refusal):
    words = _l("Program ini sudah ditutup, jadi tidak menerima permintaan lagi.")


class NothingToCheck(Refusal):
    words = _l("Program ini tanpa pemeriksaan. Datang saja ke tempat yang tertulis di halaman ini.")


class AskTakenBack(Refusal):
    words = _l("Permintaan ini sudah ditarik oleh orangnya. Tidak ada yang dicatat.")


class NotYourOwn(Refusal):
    words = _l("Surat milik sendiri diperiksa petugas lain.")


class DayIsPast(Refusal):
    words = _l("Hari terakhir harus hari ini atau sesudahnya.")


class OneOfficerStays(Refusal):
    words = _l("Program ini perlu paling sedikit satu petugas. Tambahkan yang lain dulu.")


class NotAnOfficer(Refusal):
    words = _l("Orang ini tidak punya peran petugas lapak atau pengelola.")


# One's own fact


def tell_fact(actor: Actor, told: Told) -> None:
    """Keep what the actor says about herself, sealed; the answer before it is gone. Refuses `people.HasLeft`."""
    sealed = sealing.seal(rules.padded(told.value), "private_fact", actor.person_id, "told")
    with transaction() as session:
        hold_here(session, actor.person_id)
        row = insert(session, PrivateFact).values(person_id=actor.person_id, told=sealed)
        session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_={"told": sealed}))


def forget_fact(actor: Actor) -> None:
    """Remove the answer; nothing of it stays. Twice is once."""
    with transaction() as session:
        session.execute(delete(PrivateFact).where(PrivateFact.person_id == actor.person_id))


# Asking


def ask(actor: Actor, programme_id: int) -> None:
    """Ask for a programme's check. Twice is once.

    No form key and no outbox row: either would tie the person to the programme in a copied database.
    Refuses `ProgrammeOver`, `NothingToCheck`, `people.HasLeft`.
    """
    today = clock.today()
    mark = queries.ask_mark(programme_id, actor.person_id)
    with transaction() as session:
        hold_here(session, actor.person_id)
        found = queries.programme(session, programme_id)
        if found is None:
            raise NotThere
        require(rules.is_open(found.ends_on, found.is_closed, today), ProgrammeOver())
        require(found.check is not Check.NONE, NothingToCheck())
        row = {
            "programme_id": programme_id,
            "asker_mark": mark,
            "asker": sealing.seal(rules.padded(str(actor.person_id)), "programme_ask", mark, "asker"),
            "consent_version": rules.CONSENT_VERSION,
            "asked_on": today,
        }
        session.execute(insert(session, ProgrammeAsk).values(**row).on_conflict_do_nothing(index_elements=["asker_mark"]))


def take_back(actor: Actor, programme_id: int) -> None:
    """Take a request back, before or after the check: the row goes, with whatever was found. Twice is once."""
    with transaction() as session:
        session.execute(delete(ProgrammeAsk).where(ProgrammeAsk.asker_mark == queries.ask_mark(programme_id, actor.person_id)))


# Officers


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a programme says."""

    name: str
    office: str
    gives: str
    counter: str
    lang: str
    check: Check
    ends_on: date


def open_programme(actor: Actor, draft: Draft, key: str) -> int:
    """Open a programme; who opens it is its first officer. Returns its id. Refuses `DayIsPast`."""
    require(policy.may_open_programme(actor))
    require(draft.ends_on >= clock.today(), DayIsPast())
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        made = Programme(
            name=draft.name,
            office=draft.office,
            gives=draft.gives,
            counter=draft.counter,
            lang=draft.lang,
            check=draft.check,
            ends_on=draft.ends_on,
            made_by_id=actor.person_id,
            made_at=now,
        )
        session.add(made)
        session.flush()
        session.add(ProgrammeOfficer(programme_id=made.id, person_id=actor.person_id, added_by_id=actor.person_id, added_at=now))
        audit.write(session, actor.person_id, "programme.opened", "programme", made.id, {"ends_on": draft.ends_on.isoformat()})
        outbox.put(session, "programme.opened", made.id)
        once.keep(session, key, actor.person_id, made.id)
        return made.id


def close_programme(actor: Actor, programme_id: int) -> None:
    """No more requests from now on; checks that were asked for may still be made. Twice is once."""
    with transaction() as session:
        require(queries.programme(session, programme_id) is not None, NotThere())
        require(policy.may_run(actor, queries.officer_ids(session, programme_id)))
        closed = session.execute(
            update(Programme)
            .where(Programme.id == programme_id, Programme.closed_on.is_(None))
            .values(closed_on=clock.today())
            .returning(Programme.id)
        ).first()
        if closed is not None:
            audit.write(session, actor.person_id, "programme.closed", "programme", programme_id)


def add_officer(actor: Actor, programme_id: int, person_id: int) -> None:
    """Let another officer see who asked. Refuses `NotAnOfficer`. Twice is once."""
    with transaction() as session:
        require(queries.programme(session, programme_id) is not None, NotThere())
        require(policy.may_run(actor, queries.officer_ids(session, programme_id)))
        require(queries.may_be_officer(session, person_id), NotAnOfficer())
        row = {"programme_id": programme_id, "person_id": person_id, "added_by_id": actor.person_id, "added_at": clock.now()}
        added = session.execute(
            insert(session, ProgrammeOfficer).values(**row).on_conflict_do_nothing().returning(ProgrammeOfficer.person_id)
        )
        if added.first() is not None:
            audit.write(session, actor.person_id, "programme.officer_added", "programme", programme_id, {"person": person_id})


def remove_officer(actor: Actor, programme_id: int, person_id: int) -> None:
    """Take an officer off a programme. Refuses `OneOfficerStays`."""
    with transaction() as session:
        # The programme's row is locked: two officers who take each other off at once must not both succeed.
        require(session.scalar(select(Programme.id).where(Programme.id == programme_id).with_for_update()) is not None, NotThere())
        officers = queries.officer_ids(session, programme_id)
        require(policy.may_run(actor, officers) and person_id in officers)
        require(len(officers) > 1, OneOfficerStays())
        session.execute(
            delete(ProgrammeOfficer).where(ProgrammeOfficer.programme_id == programme_id, ProgrammeOfficer.person_id == person_id)
        )
        audit.write(session, actor.person_id, "programme.officer_removed", "programme", programme_id, {"person": person_id})


def read_asks(actor: Actor, programme_id: int) -> list[queries.Ask]:
    """Who asked for a programme, for one of its officers; that she looked is written down in the same transaction."""
    with transaction() as session:
        require(policy.is_officer_of(actor, queries.officer_ids(session, programme_id)))
        audit.write(session, actor.person_id, "programme.asks_read", "programme", programme_id)
        return queries.asks_of(session, programme_id)


def check(actor: Actor, programme_id: int, ask_id: int, *, fits: bool) -> None:
    """Keep yes or no, the day and who looked; the paper stays with its owner. A second look replaces the first.

    The audit row says that a check was made, not of whom and not what came of it. Refuses `AskTakenBack`, `NotYourOwn`.
    """
    with transaction() as session:
        officers = queries.officer_ids(session, programme_id)
        require(policy.is_officer_of(actor, officers))
        row = session.execute(
            select(ProgrammeAsk.asker_mark, ProgrammeAsk.asker)
            .where(ProgrammeAsk.id == ask_id, ProgrammeAsk.programme_id == programme_id)
            .with_for_update()
        ).one_or_none()
        if row is None:
            raise AskTakenBack
        require(policy.may_check(actor, officers, queries.asker_of(row.asker, row.asker_mark)), NotYourOwn())
        sealed = sealing.seal(rules.padded(queries.YES if fits else queries.NO), "programme_ask", row.asker_mark, "result")
        session.execute(
            update(ProgrammeAsk)
            .where(ProgrammeAsk.id == ask_id)
            .values(result=sealed, checked_on=clock.today(), checked_by_id=actor.person_id)
        )
        audit.write(session, actor.person_id, "benefit.checked", "programme", programme_id)


MOST_FORGOTTEN = 50  # programmes a turn; the rest waits for the next


def forget(now: datetime) -> None:
    """The worker's chore: requests and checks of programmes that ended two years ago go."""
    with transaction() as session:
        over = queries.ended_before(session, rules.kept_since(clock.day_of(now)), MOST_FORGOTTEN)
        if over:
            session.execute(delete(ProgrammeAsk).where(ProgrammeAsk.programme_id.in_(over)))
