"""Reads of Data saya: consents, requests, the copy's parts, what stands in the way of leaving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.people.models import Consent, Person
from app.accounts.people.rules import CONSENTS, shown_name
from app.accounts.privacy import rules
from app.accounts.privacy.models import DataRequest, RequestKind, RequestState
from app.core import sealing
from app.core.contrib import LeaveBlocker, PersonalData, offered

TABLE = "data_request"
MOST_ON_DESK = 200


# Consents


@dataclass(frozen=True)
class Standing:
    """How a person stands to one purpose: since when she agrees, to which version of the text; both None when she does not."""

    purpose: rules.Purpose
    since: datetime | None
    version: str | None

    @property
    def text_day(self) -> date | None:
        return date.fromisoformat(self.version) if self.version else None

    @property
    def is_older(self) -> bool:
        """Whether the text changed since."""
        return self.version is not None and self.version < self.purpose.version


@dataclass(frozen=True)
class LoggedConsent:
    purpose: str
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None

    @property
    def text_day(self) -> date:
        return date.fromisoformat(self.text_version)


def consent_log(session: Session, person_id: int) -> list[LoggedConsent]:
    """Everything a person ever agreed to, the newest first. One statement."""
    rows = session.execute(
        select(Consent.purpose, Consent.text_version, Consent.given_at, Consent.withdrawn_at)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id.desc())
        .limit(500)
    )
    return [LoggedConsent(*row) for row in rows]


def standings(log: list[LoggedConsent]) -> list[Standing]:
    """How the person of this log stands to every purpose, the needed ones first."""
    found = []
    for purpose in rules.PURPOSES.values():
        live = [row for row in log if row.purpose == purpose.code and row.withdrawn_at is None]
        newest = max(live, key=lambda row: row.text_version, default=None)
        found.append(Standing(purpose, newest.given_at if newest else None, newest.text_version if newest else None))
    return found


def has_new_text(session: Session, person_id: int) -> bool:
    """Whether a text that this person agreed to has changed since. One statement."""
    newest = (
        select(Consent.purpose, func.max(Consent.text_version))
        .where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None), Consent.purpose.in_(list(CONSENTS)))
        .group_by(Consent.purpose)
    )
    return any(version < CONSENTS[purpose] for purpose, version in session.execute(newest))


# Requests


@dataclass(frozen=True)
class RequestRow:
    """A request as pages show it; its texts are opened."""

    id: int
    person_id: int
    name: str
    kind: RequestKind
    state: RequestState
    words: str
    answer: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        return (self.closed_at or now) > self.due_at


_COLUMNS = (
    DataRequest.id, DataRequest.person_id, Person.name, DataRequest.kind, DataRequest.state, DataRequest.words, DataRequest.answer,
    DataRequest.opened_at, DataRequest.due_at, DataRequest.closed_at,
)  # fmt: skip


def opened(sealed: bytes | None, request_id: int, column: str) -> str:
    """A sealed text of a request; "" when it has been forgotten."""
    return sealing.unseal(sealed, TABLE, request_id, column).decode() if sealed is not None else ""


def _request(row: Any) -> RequestRow:
    request_id, person_id, name, kind, state, words, answer, *rest = row
    return RequestRow(
        request_id,
        person_id,
        shown_name(name),
        kind,
        state,
        opened(words, request_id, "words"),
        opened(answer, request_id, "answer"),
        *rest,
    )


def requests_of(session: Session, person_id: int) -> list[RequestRow]:
    """A person's own requests, the newest first. One statement."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Person, Person.id == DataRequest.person_id)
        .where(DataRequest.person_id == person_id)
        .order_by(DataRequest.id.desc())
        .limit(100)
    )
    return [_request(row) for row in rows]


def desk_list(session: Session) -> tuple[list[RequestRow], list[RequestRow]]:
    """For admins: open requests, the one due first first; and the newest that are closed. Two statements."""
    asked = select(*_COLUMNS).join(Person, Person.id == DataRequest.person_id)
    waiting = session.execute(
        asked.where(DataRequest.state == RequestState.OPEN).order_by(DataRequest.due_at, DataRequest.id).limit(MOST_ON_DESK)
    )
    closed = session.execute(asked.where(DataRequest.state != RequestState.OPEN).order_by(DataRequest.id.desc()).limit(20))
    return [_request(row) for row in waiting], [_request(row) for row in closed]


def request_on_desk(session: Session, request_id: int) -> RequestRow | None:
    """One request, for an admin."""
    row = session.execute(select(*_COLUMNS).join(Person, Person.id == DataRequest.person_id).where(DataRequest.id == request_id)).first()
    return _request(row) if row else None


def overdue_count(session: Session, now: datetime) -> int:
    """How many open requests are past their three days."""
    late = select(func.count()).select_from(DataRequest).where(DataRequest.state == RequestState.OPEN, DataRequest.due_at < now)
    return session.scalar(late) or 0


def own_requests_data(session: Session, person_id: int) -> Mapping[str, Any]:
    """For the person's own copy."""
    return {
        "requests": [
            {
                "kind": row.kind.value,
                "state": row.state.value,
                "words": row.words,
                "answer": row.answer,
                "opened_at": row.opened_at,
                "due_at": row.due_at,
                "closed_at": row.closed_at,
            }
            for row in requests_of(session, person_id)
        ]
    }


# The copy


def areas() -> list[PersonalData]:
    """What is held about people, in the order in which people care: the account, what they make, what is in between."""
    return [area for area in offered(PersonalData) if area.label is not None]


@dataclass(frozen=True)
class Part:
    """One area of a copy."""

    name: str
    label: str
    purpose: str
    kept: str
    data: Any


def copy_parts(session: Session, person_id: int, *, with_secret: bool) -> list[Part]:
    """Everything every slice holds about a person, as JSON knows it."""
    return [
        Part(
            area.name,
            str(area.label or area.name),
            str(area.purpose or ""),
            str(area.kept or ""),
            rules.plain(area.load(session, person_id)),
        )
        for area in offered(PersonalData)
        if with_secret or not area.is_secret
    ]


def copy_pictures(session: Session, person_id: int) -> list[str]:
    """Keys of the pictures a person uploaded, at most `rules.MOST_PICTURES`."""
    keys: dict[str, None] = {}
    for area in offered(PersonalData):
        if area.pictures is not None:
            keys |= dict.fromkeys(area.pictures(session, person_id))
    return list(keys)[: rules.MOST_PICTURES]


# Leaving


@dataclass(frozen=True)
class Hindrance:
    """What must be finished before leaving, and where."""

    words: str
    address: str
    label: str


def hindrances(session: Session, person_id: int, now: datetime) -> list[Hindrance]:
    """What stands in the way of leaving, of every slice."""
    return [
        Hindrance(words, blocker.address, str(blocker.label or ""))
        for blocker in offered(LeaveBlocker)
        for words in blocker.load(session, person_id, now)
    ]
