"""Issuing and spending codes and links: steps of other slices' actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ColumnElement, delete, literal, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import Session

from app.accounts.proofs import rules
from app.accounts.proofs.models import Proof, Purpose
from app.core import outbox, sealing
from app.core.db import delete_in_parts

ANYBODY = ""  # as `asker`: the code works in every browser


@dataclass(frozen=True)
class Proven:
    """What a good code or link showed."""

    proof_id: int
    person_id: int
    target: str
    made_by_id: int | None


@dataclass(frozen=True)
class Issued:
    """A fresh code or link. The secret is kept nowhere; this machine's keys can compute it again (see `queries`)."""

    proof_id: int
    secret: str


def issue_code(
    session: Session,
    purpose: Purpose,
    target: str,
    person_id: int,
    now: datetime,
    *,
    holds: timedelta = rules.CODE_HOLDS,
    code: str | None = None,
    made_by_id: int | None = None,
) -> str:
    """Step: a code (six digits unless given) for this person and number; an earlier one of the same purpose is worth nothing now."""
    code = code or digits_of(purpose, target, person_id, ANYBODY, now)
    _replace(session, purpose, person_id, ANYBODY)
    _write(session, purpose, target, person_id, now, holds, _code_mark(purpose, target, person_id, code), made_by_id=made_by_id)
    return code


def post_code(session: Session, purpose: Purpose, phone: str, person_id: int | None, now: datetime, *, asker: str = ANYBODY) -> None:
    """Step: six digits for this person, sent to this number by text message after the commit.

    An earlier one of the same purpose, person and asker is worth nothing now. `asker` is a secret that one browser keeps: the code works
    with it only. Nobody (None) costs the same statements and sends nothing, so that an answer's time does not tell whose number is known.
    """
    for_whom, mark = person_id or 0, asker_mark(asker)
    _replace(session, purpose, for_whom, mark)
    code = digits_of(purpose, phone, for_whom, mark, now)
    proof_id = _write(
        session,
        purpose,
        phone,
        for_whom,
        now,
        rules.CODE_HOLDS,
        _code_mark(purpose, phone, for_whom, code),
        asker=mark,
        is_real=bool(for_whom),
    )
    outbox.put(session, "proof.code_posted", proof_id)


def issue_link(
    session: Session, purpose: Purpose, target: str, person_id: int, now: datetime, *, holds: timedelta = rules.LINK_HOLDS
) -> str:
    """Step: the secret part of a link, 128 bits; an earlier one of the same purpose is worth nothing now."""
    return new_link(session, purpose, target, person_id, now, holds=holds).secret


def new_link(
    session: Session, purpose: Purpose, target: str, person_id: int, now: datetime,
    *, holds: timedelta = rules.LINK_HOLDS, bound_to: str = ANYBODY,
) -> Issued:  # fmt: skip
    """Step: `issue_link`, with the id by which a handler finds it again (`queries.link_to_post`).

    `bound_to`: something that must still be so when the link is spent; the caller asks `queries.is_bound_to`.
    """
    token = token_of(purpose, target, person_id, now)
    take_back(session, purpose, person_id)
    mark = link_mark(purpose, token)
    return Issued(_write(session, purpose, target, person_id, now, holds, mark, asker=asker_mark(bound_to)), token)


def _write(
    session: Session, purpose: Purpose, target: str, person_id: int, now: datetime, holds: timedelta, mark: str,
    *, made_by_id: int | None = None, asker: str = ANYBODY, is_real: bool = True,
) -> int:  # fmt: skip
    """The new row's id. What is not real is the same statement with nothing to insert: 0."""
    values = {
        "purpose": purpose,
        "target": target,
        "asker": asker,
        "person_id": person_id,
        "code_mark": mark,
        "made_by_id": made_by_id,
        "made_at": now,
        "ends_at": now + holds,
        "tries_left": rules.MOST_TRIES,
    }
    columns = Proof.__table__.c
    row = select(*(literal(value, columns[name].type) for name, value in values.items())).where(literal(is_real))
    return session.scalar(insert_into(Proof).from_select(list(values), row).returning(Proof.id)) or 0


def _replace(session: Session, purpose: Purpose, person_id: int, asker: str) -> None:
    session.execute(
        delete(Proof).where(Proof.purpose == purpose, Proof.person_id == person_id, Proof.asker == asker, Proof.used_at.is_(None))
    )


def spend_code(
    session: Session, purpose: Purpose, target: str, typed: str, now: datetime, *, person_id: int | None = None, asker: str = ANYBODY
) -> Proven | None:
    """Step: use up a code that went to this number; None when it does not match, is over, or has been tried too often.

    Give `person_id` where it is known who types: another's code to the same number is neither good nor tried then. `asker` is what
    `post_code` was given. Each call takes one try from every live code that could be meant. A refusal must come after the
    transaction, or the try is not counted.
    """
    which: list[ColumnElement[bool]] = [Proof.purpose == purpose, Proof.target == target, Proof.asker == asker_mark(asker)]
    if person_id is not None:
        which.append(Proof.person_id == person_id)
    tried = session.execute(
        update(Proof)
        .where(*which, Proof.used_at.is_(None), Proof.ends_at > now, Proof.tries_left > 0)
        .values(tries_left=Proof.tries_left - 1)
        .returning(Proof.id, Proof.person_id, Proof.code_mark, Proof.made_by_id)
    ).all()
    code = rules.read_code(typed)
    for row in tried:
        if compare_digest(row.code_mark, _code_mark(purpose, target, row.person_id, code)):
            session.execute(update(Proof).where(Proof.id == row.id).values(used_at=now))
            return Proven(row.id, row.person_id, target, row.made_by_id)
    return None


def spend_link(session: Session, purpose: Purpose, token: str, now: datetime) -> Proven | None:
    """Step: use up a link; None when there is none like it, or it is over, or was used."""
    row = session.execute(
        update(Proof)
        .where(Proof.code_mark == link_mark(purpose, token), Proof.purpose == purpose, Proof.used_at.is_(None), Proof.ends_at > now)
        .values(used_at=now)
        .returning(Proof.id, Proof.person_id, Proof.target, Proof.made_by_id)
    ).one_or_none()
    return Proven(row.id, row.person_id, row.target, row.made_by_id) if row else None


def take_back(session: Session, purpose: Purpose, person_id: int) -> None:
    """Step: no code or link of this purpose opens anything for this person any more."""
    session.execute(delete(Proof).where(Proof.purpose == purpose, Proof.person_id == person_id, Proof.used_at.is_(None)))


def forget_before(instant: datetime) -> None:
    """Drop what ended before the instant."""
    delete_in_parts(Proof, Proof.ends_at < instant)


def forget_person(session: Session, person_id: int) -> None:
    """Step: drop every code and link of a person."""
    session.execute(delete(Proof).where(Proof.person_id == person_id))


# Secrets that nobody stores: who has this machine's keys computes them again, to send them a second time


def digits_of(purpose: Purpose, target: str, person_id: int, asker: str, made_at: datetime) -> str:
    """The six digits of a proof."""
    return rules.digits_from(sealing.keyed_mark("proof digits", purpose.value, target, person_id, asker, rules.exact(made_at)))


def token_of(purpose: Purpose, target: str, person_id: int, made_at: datetime) -> str:
    """The secret part of a link, 32 hexadecimal digits."""
    return sealing.keyed_mark("proof token", purpose.value, target, person_id, rules.exact(made_at))


def _code_mark(purpose: Purpose, target: str, person_id: int, code: str) -> str:
    return sealing.keyed_mark("proof code", purpose.value, target, person_id, rules.read_code(code))


def is_code(purpose: Purpose, target: str, person_id: int, code: str, mark: str) -> bool:
    """Whether a stored mark is this code's."""
    return compare_digest(mark, _code_mark(purpose, target, person_id, code))


def link_mark(purpose: Purpose, token: str) -> str:
    return sealing.keyed_mark("proof link", purpose.value, token)


def asker_mark(asker: str) -> str:
    return sealing.keyed_mark("proof asker", asker) if asker else ANYBODY
