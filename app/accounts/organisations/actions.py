"""What staff do with organisations, and how somebody leaves one. Everything staff do is in the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from app.accounts.notices.actions import tell
from app.accounts.organisations import queries
from app.accounts.organisations.models import Organisation, OrganisationMember
from app.accounts.organisations.queries import Candidate
from app.accounts.organisations.rules import Function, OrganisationKind
from app.accounts.people.actions import hold_here
from app.core import audit, clock, once, outbox, pagecache
from app.core.access import Actor
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.web import slug_of
from app.core.words import _l
from app.core.writes import insert


class NameTaken(Refusal):
    words = _l("Lembaga dengan nama ini sudah ada di daftar. Buka yang sudah ada, atau tulis nama yang membedakannya.")


class NameMoved(Refusal):
    words = _l("Nama atau jenis lembaga ini baru saja diubah. Baca lagi, lalu periksa.")


def make(actor: Actor, kind: OrganisationKind, name: str, short_name: str, key: str) -> int:
    """Put an organisation on the list, not checked yet; returns its id. Audited. Refuses with `NameTaken`."""
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        require(not _is_taken(session, name, 0), NameTaken())
        row = Organisation(slug=_free_slug(session, name), name=name, short_name=short_name, kind=kind, made_at=clock.now())
        add_or_refuse(session, row, unique="uq_organisation_slug", refusal=NameTaken())
        audit.write(session, actor.person_id, "organisation.made", "organisation", row.id, {"kind": kind.value})
        once.keep(session, key, actor.person_id, row.id)
        return row.id


def _is_taken(session: Session, name: str, organisation_id: int) -> bool:
    same = exists().where(func.lower(Organisation.name) == name.lower(), Organisation.id != organisation_id)
    return bool(session.scalar(select(same)))


def _free_slug(session: Session, name: str) -> str:
    """An address part nobody has; the unique constraint is the last guard, of two who add the same name at once too."""
    base = slug_of(name, 70)
    taken = set(session.scalars(select(Organisation.slug).where(Organisation.slug.startswith(base, autoescape=True))))
    return next(slug for number in range(1, len(taken) + 2) if (slug := base if number == 1 else f"{base}-{number}") not in taken)


def change(actor: Actor, organisation_id: int, kind: OrganisationKind, name: str, short_name: str) -> bool:
    """Change kind or names; what was checked under another name or kind must be checked again: True when that was lost. Audited.

    Its address part stays, so that links hold. Refuses with `NameTaken`.
    """
    with transaction() as session:
        row = _locked(session, organisation_id)
        changed = [field for field, new in (("kind", kind), ("name", name), ("short_name", short_name)) if getattr(row, field) != new]
        if not changed:
            return False
        require(not _is_taken(session, name, organisation_id), NameTaken())
        loses_check = row.verified_at is not None and changed != ["short_name"]
        row.kind, row.name, row.short_name = kind, name, short_name
        audit.write(session, actor.person_id, "organisation.changed", "organisation", row.id, {"fields": changed})
        if loses_check:
            row.verified_at = row.verified_by_id = None
            audit.write(session, actor.person_id, "organisation.unverified", "organisation", row.id, {"by": "change"})
        _shown_anew(session, row.id)
        return loses_check


def verify(actor: Actor, organisation_id: int, seen: str) -> None:
    """Say that this organisation is what it says it is: with the date and who checked. Twice is once. Audited.

    `seen` is the mark of the name and kind that the actor had before her (`queries.OrganisationFacts.mark`). Refuses with `NameMoved`.
    """
    with transaction() as session:
        row = _locked(session, organisation_id)
        require(queries.mark_of(row.kind, row.name) == seen, NameMoved())
        if _set_checked(session, organisation_id, actor.person_id, clock.now()):
            audit.write(session, actor.person_id, "organisation.verified", "organisation", organisation_id)
            _shown_anew(session, organisation_id)


def _set_checked(session: Session, organisation_id: int, by_id: int, now: datetime) -> bool:
    checked = session.scalar(
        update(Organisation)
        .where(Organisation.id == organisation_id, Organisation.verified_at.is_(None))
        .values(verified_at=now, verified_by_id=by_id)
        .returning(Organisation.id)
    )
    return checked is not None


def withdraw(actor: Actor, organisation_id: int) -> None:
    """Take the check back: no new courses until it is checked again; what is published says so. Twice is once. Audited."""
    with transaction() as session:
        row = _locked(session, organisation_id)
        if row.verified_at is None:
            return
        row.verified_at = row.verified_by_id = None
        audit.write(session, actor.person_id, "organisation.unverified", "organisation", organisation_id, {"by": "withdrawn"})
        _shown_anew(session, organisation_id)


def search(actor: Actor, organisation_id: int, phone: str) -> list[Candidate]:
    """The accounts with this number, at most three, the one that has proven it first. On record: who looked, how many were found."""
    with transaction() as session:
        require(queries.one(session, organisation_id) is not None, NotThere())
        found = queries.candidates(session, organisation_id, phone)
        audit.write(
            session, actor.person_id, "person.searched", "person", 0, {"by": "phone", "found": len(found), "organisation": organisation_id}
        )
    return found


def give_function(actor: Actor, organisation_id: int, person_id: int, function: Function) -> None:
    """This person acts for the organisation; who had another function there has this one now. Audited; told. Twice is once.

    It gives no role on the site. Refuses with `NotThere`, `people.HasLeft`.
    """
    now = clock.now()
    with transaction() as session:
        hold_here(session, person_id)
        row = _locked(session, organisation_id)
        added = insert(session, OrganisationMember).values(organisation_id=organisation_id, person_id=person_id, function=function.value)
        kept = added.on_conflict_do_update(
            index_elements=["organisation_id", "person_id"],
            set_={"function": function.value},
            where=OrganisationMember.function != function.value,
        )
        if session.scalar(kept.returning(OrganisationMember.person_id)) is None:
            return
        codes = {"organisation": organisation_id, "function": function.value}
        audit.write(session, actor.person_id, "organisation.function_given", "person", person_id, codes)
        params = {"organisation": row.short_name, "function": function.value}
        tell(session, person_id, "organisation.joined", params, _event(organisation_id, function.value, now))


def take_function(actor: Actor, organisation_id: int, person_id: int) -> None:
    """This person acts no longer for the organisation. Her courses and her roles stay as they are. Audited; told. Twice is once."""
    now = clock.now()
    with transaction() as session:
        row = _locked(session, organisation_id)
        function = _end(session, organisation_id, person_id)
        if function is None:
            return
        codes = {"organisation": organisation_id, "function": function}
        audit.write(session, actor.person_id, "organisation.function_taken", "person", person_id, codes)
        params = {"organisation": row.short_name, "function": function}
        tell(session, person_id, "organisation.ended", params, _event(organisation_id, "ended", now))


def leave_organisation(actor: Actor, organisation_id: int) -> None:
    """The actor acts for it no longer, by her own wish. Audited. Refuses with `NotThere` when she did not."""
    with transaction() as session:
        function = _end(session, organisation_id, actor.person_id)
        require(function is not None, NotThere())
        codes = {"organisation": organisation_id, "function": function}
        audit.write(session, actor.person_id, "organisation.left", "person", actor.person_id, codes)


def _end(session: Session, organisation_id: int, person_id: int) -> str | None:
    return session.scalar(
        delete(OrganisationMember)
        .where(OrganisationMember.organisation_id == organisation_id, OrganisationMember.person_id == person_id)
        .returning(OrganisationMember.function)
    )


def farewell(session: Session, person_id: int, _now: datetime) -> None:
    """Step: who leaves the site acts for nobody any more."""
    session.execute(delete(OrganisationMember).where(OrganisationMember.person_id == person_id))


def _locked(session: Session, organisation_id: int) -> Organisation:
    row = session.scalar(for_update(select(Organisation).where(Organisation.id == organisation_id)))
    if row is None:
        raise NotThere
    return row


def _shown_anew(session: Session, organisation_id: int) -> None:
    """Step: pages that show the organisation, and the search, learn of it."""
    pagecache.touch(session, "training")
    outbox.put(session, "organisation.changed", organisation_id)


def _event(organisation_id: int, what: str, now: datetime) -> str:
    return f"organisation:{organisation_id}:{what}:{int(now.timestamp() * 1000)}"
