"""Reads of private facts, programmes and requests. What is sealed is opened here, for the one it is meant for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.accounts.benefits import rules
from app.accounts.benefits.models import PrivateFact, Programme, ProgrammeAsk, ProgrammeOfficer
from app.accounts.benefits.rules import Check, Told
from app.accounts.people.models import Person, PersonRole
from app.core import sealing
from app.core.access import Role

MOST_PROGRAMMES = 200  # on the officers' page, newest first
YES, NO = "yes", "no"


def told(session: Session, person_id: int) -> Told | None:
    """What a person told about herself, for her own eyes."""
    sealed = session.scalar(select(PrivateFact.told).where(PrivateFact.person_id == person_id))
    return Told(rules.unpadded(sealing.unseal(sealed, "private_fact", person_id, "told"))) if sealed is not None else None


def ask_mark(programme_id: int, person_id: int) -> str:
    return sealing.keyed_mark("programme ask", programme_id, person_id)


def _result(sealed: bytes | None, mark: str) -> bool | None:
    return rules.unpadded(sealing.unseal(sealed, "programme_ask", mark, "result")) == YES if sealed is not None else None


@dataclass(frozen=True, slots=True)
class OwnAsk:
    """A request, for the person who made it."""

    asked_on: date
    result: bool | None  # None: not checked yet
    checked_on: date | None
    checked_by: str


@dataclass(frozen=True, slots=True)
class ProgrammeCard:
    id: int
    name: str
    office: str
    gives: str
    counter: str
    lang: str
    check: Check
    ends_on: date
    closed_on: date | None
    ask: OwnAsk | None = None

    @property
    def is_closed(self) -> bool:
        return self.closed_on is not None


_CARD = (
    Programme.id, Programme.name, Programme.office, Programme.gives, Programme.counter, Programme.lang, Programme.check, Programme.ends_on,
    Programme.closed_on,
)  # fmt: skip


def programmes_for(session: Session, person_id: int, today: date) -> list[ProgrammeCard]:
    """Open programmes, and ended ones that the person asked for; three statements at most."""
    recent = select(*_CARD).where(Programme.ends_on >= rules.kept_since(today)).order_by(Programme.ends_on, Programme.id)
    cards = [ProgrammeCard(*row) for row in session.execute(recent.limit(MOST_PROGRAMMES))]
    asks = _own_asks(session, person_id, [card.id for card in cards])
    found = [_with(card, asks.get(card.id)) for card in cards]
    return [card for card in found if card.ask or rules.is_open(card.ends_on, card.is_closed, today)][: rules.MOST_OPEN]


def programme_for(session: Session, person_id: int, programme_id: int) -> ProgrammeCard | None:
    """One programme with the person's own request."""
    card = programme(session, programme_id)
    return _with(card, _own_asks(session, person_id, [programme_id]).get(programme_id)) if card else None


def _with(card: ProgrammeCard, ask: OwnAsk | None) -> ProgrammeCard:
    return replace(card, ask=ask)


def _own_asks(session: Session, person_id: int, programme_ids: list[int]) -> dict[int, OwnAsk]:
    marks = {ask_mark(programme_id, person_id): programme_id for programme_id in programme_ids}
    if not marks:
        return {}
    rows = session.execute(
        select(ProgrammeAsk.asker_mark, ProgrammeAsk.asked_on, ProgrammeAsk.result, ProgrammeAsk.checked_on, Person.name)
        .outerjoin(Person, Person.id == ProgrammeAsk.checked_by_id)
        .where(ProgrammeAsk.asker_mark.in_(list(marks)))
    )
    return {marks[mark]: OwnAsk(asked_on, _result(sealed, mark), on, name or "") for mark, asked_on, sealed, on, name in rows}


def all_marks_of(session: Session, person_id: int) -> list[str]:
    """The marks that a person's requests would carry, one a programme: the only way from a person to her rows."""
    return [ask_mark(programme_id, person_id) for programme_id in session.scalars(select(Programme.id).order_by(Programme.id))]


def asked_by(session: Session, person_id: int) -> list[dict[str, object]]:
    """A person's own requests, for her download."""
    names = dict(session.execute(select(Programme.id, Programme.name)).tuples().all())
    asks = _own_asks(session, person_id, list(names))
    return [
        {
            "programme": names[programme_id],
            "asked_on": ask.asked_on,
            "fits": ask.result,
            "checked_on": ask.checked_on,
            "checked_by": ask.checked_by or None,
        }
        for programme_id, ask in sorted(asks.items())
    ]


# For officers


def programme(session: Session, programme_id: int) -> ProgrammeCard | None:
    row = session.execute(select(*_CARD).where(Programme.id == programme_id)).one_or_none()
    return ProgrammeCard(*row) if row else None


@dataclass(frozen=True, slots=True)
class DeskProgramme:
    id: int
    name: str
    office: str
    lang: str
    check: Check
    ends_on: date
    closed_on: date | None
    is_mine: bool


def desk_programmes(session: Session, person_id: int) -> list[DeskProgramme]:
    """Every programme, newest first, and whether the asking officer is one of its officers. No number of requests: that is for its officers."""
    mine = select(ProgrammeOfficer.programme_id).where(ProgrammeOfficer.person_id == person_id)
    columns = (Programme.id, Programme.name, Programme.office, Programme.lang, Programme.check, Programme.ends_on, Programme.closed_on)
    rows = session.execute(select(*columns, Programme.id.in_(mine)).order_by(Programme.id.desc()).limit(MOST_PROGRAMMES))
    return [DeskProgramme(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Officer:
    person_id: int
    name: str


def officers_of(session: Session, programme_id: int) -> list[Officer]:
    rows = session.execute(
        select(Person.id, Person.name)
        .join(ProgrammeOfficer, ProgrammeOfficer.person_id == Person.id)
        .where(ProgrammeOfficer.programme_id == programme_id)
        .order_by(Person.name, Person.id)
    )
    return [Officer(*row) for row in rows]


def officer_ids(session: Session, programme_id: int) -> frozenset[int]:
    return frozenset(session.scalars(select(ProgrammeOfficer.person_id).where(ProgrammeOfficer.programme_id == programme_id)))


def staff_to_add(session: Session, most: int = 100) -> list[Officer]:
    """Officers and admins, by name."""
    holders = select(PersonRole.person_id).where(PersonRole.role.in_([Role.OFFICER, Role.ADMIN]))
    rows = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(holders), Person.left_at.is_(None)).order_by(Person.name, Person.id).limit(most)
    )
    return [Officer(*row) for row in rows]


def may_be_officer(session: Session, person_id: int) -> bool:
    return (
        session.scalar(
            select(PersonRole.person_id).where(PersonRole.person_id == person_id, PersonRole.role.in_([Role.OFFICER, Role.ADMIN])).limit(1)
        )
        is not None
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, for an officer of the programme."""

    id: int
    person_id: int
    name: str
    phone_end: str  # the last digits, to tell namesakes apart
    asked_on: date
    result: bool | None
    checked_on: date | None
    checked_by: str


def asks_of(session: Session, programme_id: int) -> list[Ask]:
    """Who asked for a programme: unchecked ones first, the oldest of them on top. Two statements."""
    columns = (ProgrammeAsk.id, ProgrammeAsk.asker_mark, ProgrammeAsk.asker, ProgrammeAsk.asked_on, ProgrammeAsk.result)
    rows = session.execute(
        select(*columns, ProgrammeAsk.checked_on, ProgrammeAsk.checked_by_id)
        .where(ProgrammeAsk.programme_id == programme_id)
        .order_by(case((ProgrammeAsk.checked_on.is_(None), 0), else_=1), ProgrammeAsk.id)
        .limit(rules.MOST_ASKS)
    ).all()
    askers = {row.asker_mark: asker_of(row.asker, row.asker_mark) for row in rows}
    wanted = {*askers.values(), *(row.checked_by_id for row in rows if row.checked_by_id)}
    people: dict[int, tuple[str, str | None]] = {}
    if wanted:
        for person_id, name, phone in session.execute(select(Person.id, Person.name, Person.phone).where(Person.id.in_(wanted))):
            people[person_id] = (name, phone)
    found = []
    for row in rows:
        asker_id = askers[row.asker_mark]
        name, phone = people.get(asker_id, ("", None))
        checker = people[row.checked_by_id][0] if row.checked_by_id in people else ""
        result = _result(row.result, row.asker_mark)
        found.append(Ask(row.id, asker_id, name, (phone or "")[-4:], row.asked_on, result, row.checked_on, checker))
    return found


def asker_of(sealed: bytes, mark: str) -> int:
    return int(rules.unpadded(sealing.unseal(sealed, "programme_ask", mark, "asker")))


def ended_before(session: Session, day: date, most: int) -> list[int]:
    """Programmes over for longer than checks are kept, that still have requests."""
    over = (Programme.ends_on < day) | (Programme.closed_on < day)
    rows = session.scalars(
        select(Programme.id).where(over, Programme.id.in_(select(ProgrammeAsk.programme_id))).order_by(Programme.id).limit(most)
    )
    return list(rows)
