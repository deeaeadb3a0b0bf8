"""Agreeing and withdrawing, asking and answering, taking a copy, leaving."""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.notices.actions import tell
from app.accounts.people.actions import HasLeft, hold_here
from app.accounts.people.models import Consent, Person
from app.accounts.people.rules import CONSENTS
from app.accounts.privacy import queries, rules
from app.accounts.privacy.models import DataRequest, RequestKind, RequestState
from app.core import audit, brakes, clock, once, pictures, sealing
from app.core.access import Actor
from app.core.brakes import Limit
from app.core.contrib import Farewell, LeaveBlocker, offered
from app.core.db import add_or_refuse, for_update, reading, transaction
from app.core.files import file_store
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l

COPIES = Limit("data copies", rules.COPIES_A_DAY, 24 * 3600, _l("Salinan data bisa diunduh lima kali sehari. Coba lagi besok."))
_IN_MEMORY = 1024 * 1024  # a copy larger than this waits on disk, in a file without a name


class NeededForAccount(Refusal):
    words = _l("Tanpa persetujuan ini akun tidak bisa berjalan. Kalau Anda tidak setuju lagi, Anda bisa menghapus akun di sini.")
    back = "/akun/data/pergi"


class AskedAlready(Refusal):
    words = _l("Permintaan seperti ini masih menunggu jawaban. Lihat di bawah kapan paling lambat dijawab.")


class AnsweredAlready(Refusal):
    words = _l("Permintaan ini sudah dijawab atau ditarik. Lihat keadaannya yang terbaru.")


class Unfinished(Refusal):
    """Something binds the person to others; the page says what."""

    words = _l("Ada yang perlu diselesaikan dulu. Lihat daftarnya di bawah.")
    back = "/akun/data/pergi"


# Consents


def agree(actor: Actor, purpose: str) -> None:
    """Agree to a purpose, in its newest text. Agreeing twice is once."""
    _known(purpose)
    with transaction() as session:
        _agree(session, actor.person_id, [purpose], clock.now())


def agree_to_new_texts(actor: Actor) -> None:
    """The texts an account stands on have changed; this person has read them and agrees."""
    with transaction() as session:
        _agree(session, actor.person_id, list(CONSENTS), clock.now())


def _agree(session: Session, person_id: int, purposes: list[str], now: datetime) -> None:
    _lock(session, person_id)
    standing = {one.purpose.code: one for one in queries.standings(queries.consent_log(session, person_id))}
    for purpose in purposes:
        version = rules.PURPOSES[purpose].version
        if standing[purpose].version != version:
            session.add(Consent(person_id=person_id, purpose=purpose, text_version=version, given_at=now))


def withdraw(actor: Actor, purpose: str) -> None:
    """Take an agreement back; the log keeps when. Raises NeededForAccount for what the account stands on."""
    _known(purpose)
    require(not rules.PURPOSES[purpose].is_needed, NeededForAccount())
    now = clock.now()
    with transaction() as session:
        _lock(session, actor.person_id)
        live = Consent.person_id == actor.person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        session.execute(update(Consent).where(*live).values(withdrawn_at=now))


def _known(purpose: str) -> None:
    require(purpose in rules.PURPOSES, NotThere())


def _lock(session: Session, person_id: int) -> None:
    """The person's row is the queue: two taps at once agree once."""
    here = for_update(select(Person.id).where(Person.id == person_id, Person.left_at.is_(None)))
    require(session.scalar(here) is not None, HasLeft())


# Requests


def ask(actor: Actor, kind: RequestKind, words: str, key: str) -> int:
    """Ask something about one's data; the clock of three days starts. Raises AskedAlready while one of its kind waits."""
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        hold_here(session, actor.person_id)
        row = DataRequest(person_id=actor.person_id, kind=kind, state=RequestState.OPEN, opened_at=now, due_at=now + rules.DUE)
        add_or_refuse(session, row, unique="uq_data_request_open", refusal=AskedAlready())
        row.words = sealing.seal(words.encode(), queries.TABLE, row.id, "words")
        once.keep(session, key, actor.person_id, row.id)
        return row.id


def take_back(actor: Actor, request_id: int) -> None:
    """Withdraw one's own request before it is answered. Twice is once; another's is not there."""
    with transaction() as session:
        state = session.scalar(
            for_update(select(DataRequest.state).where(DataRequest.id == request_id, DataRequest.person_id == actor.person_id))
        )
        require(state is not None, NotThere())
        if state is RequestState.WITHDRAWN:
            return
        _close(session, request_id, RequestState.WITHDRAWN, closed_at=clock.now())


def answer(actor: Actor, request_id: int, outcome: RequestState, words: str) -> None:
    """Answer somebody's request; she is told. Audited. Raises AnsweredAlready when another admin, or its writer, was first."""
    require(outcome in rules.OUTCOMES)
    sealed = sealing.seal(words.encode(), queries.TABLE, request_id, "answer")
    with transaction() as session:
        person_id = session.scalar(select(DataRequest.person_id).where(DataRequest.id == request_id))
        if person_id is None:
            raise NotThere
        hold_here(session, person_id)
        _close(session, request_id, outcome, closed_at=clock.now(), answer=sealed, answered_by_id=actor.person_id)
        audit.write(session, actor.person_id, "data_request.answered", "data_request", request_id, {"outcome": outcome.value})
        tell(session, person_id, "data_request.answered", {"request": request_id}, f"data_request:{request_id}:answered")


def _close(session: Session, request_id: int, state: RequestState, **values: object) -> None:
    """Only what is open closes: of two who close it at once, one does."""
    closed = session.execute(
        update(DataRequest).where(DataRequest.id == request_id, DataRequest.state == RequestState.OPEN).values(state=state, **values)
    )
    require(closed.rowcount == 1, AnsweredAlready())  # type: ignore[attr-defined]


def forget(now: datetime) -> None:
    """The worker's chore: after `rules.TEXTS_KEPT` nobody needs to know what was asked, only that it was."""
    with transaction() as session:
        old = DataRequest.closed_at < now - rules.TEXTS_KEPT, DataRequest.words.is_not(None)
        ids = list(session.scalars(select(DataRequest.id).where(*old).limit(500)))
        session.execute(update(DataRequest).where(DataRequest.id.in_(ids)).values(words=None, answer=None))


def leave_requests(session: Session, person_id: int, now: datetime) -> None:
    """Step of a farewell: open requests close, and what was asked and answered goes."""
    mine = DataRequest.person_id == person_id
    session.execute(
        update(DataRequest).where(mine, DataRequest.state == RequestState.OPEN).values(state=RequestState.WITHDRAWN, closed_at=now)
    )
    session.execute(update(DataRequest).where(mine).values(words=None, answer=None))


# The copy


@dataclass(frozen=True)
class Copy:
    """A person's data as it stood at a moment; `pictures` are keys."""

    made_at: datetime
    parts: list[queries.Part]
    pictures: list[str]

    def as_json(self, site: str) -> str:
        """The file data.json: shape in docs/data-copy.md."""
        areas = [{"name": p.name, "label": p.label, "purpose": p.purpose, "kept": p.kept, "data": p.data} for p in self.parts]
        whole = {"format": rules.COPY_FORMAT, "site": site, "made_at": self.made_at.isoformat(), "areas": areas}
        return json.dumps({**whole, "pictures": [picture_file(key) for key in self.pictures]}, ensure_ascii=False, indent=1)


def take_copy(actor: Actor, *, with_secret: bool) -> Copy:
    """Everything held about the actor. On record, and told to her, so that she knows when it was somebody else. Raises TooFast."""
    brakes.take(COPIES, str(actor.person_id))
    now = clock.now()
    with reading() as session:
        copy = Copy(
            now, queries.copy_parts(session, actor.person_id, with_secret=with_secret), queries.copy_pictures(session, actor.person_id)
        )
    with transaction() as session:
        hold_here(session, actor.person_id)
        # Not what was ticked: that would tell staff who has something to hide.
        audit.write(session, actor.person_id, "data.exported", "person", actor.person_id)
        tell(session, actor.person_id, "data.exported", {}, f"data:exported:{int(now.timestamp() * 1000)}")
    return copy


def picture_file(key: str) -> str:
    """What a picture is called in the copy."""
    return f"gambar/{key}.jpg"


def pack(copy: Copy, site: str, html: str) -> IO[bytes]:
    """The zip, at its beginning; a large one lies in a temporary file that is gone when it is closed."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    store = file_store()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.html", html)
        archive.writestr("data.json", copy.as_json(site))
        for key in copy.pictures:
            content = store.get(f"{pictures.FAMILY}/{pictures.picture_name(key, pictures.FALLBACK_WIDTH, 'jpg')}")
            if content is not None:
                archive.writestr(zipfile.ZipInfo(picture_file(key)), content)
    file.seek(0)
    return file


# Leaving


def leave(actor: Actor) -> None:
    """Take the actor out of everything, in one transaction, for good. Raises Unfinished while something binds her to others.

    Her row is locked first. Whoever makes something that binds her locks it too (`hold_here`), so it comes before this, and is seen
    here, or after, and finds nobody. Farewells run from the top floor down; the person's own row comes last.
    """
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        _lock(session, me)
        for blocker in offered(LeaveBlocker):
            if blocker.hold is not None:
                blocker.hold(session, me)
        require(not queries.hindrances(session, me, now), Unfinished())
        say_farewell(session, me, now, list(offered(Farewell)))
        audit.write(session, me, "person.left", "person", me)


def say_farewell(session: Session, person_id: int, now: datetime, farewells: list[Farewell]) -> None:
    """Step: every slice takes the person out of what it holds, the last of the list first: wiring lists the lowest floor first."""
    for farewell in reversed(farewells):
        farewell.leave(session, person_id, now)
