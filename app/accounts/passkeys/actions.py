"""Adding and removing passkeys, and using them: to sign in, as the second factor, to prove again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy import and_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.factors import actions as factors
from app.accounts.factors import queries as factor_queries
from app.accounts.notices.actions import tell
from app.accounts.passkeys import queries, rules
from app.accounts.passkeys.models import PasskeyHandle, SpentChallenge
from app.accounts.passkeys.rules import Site, Unbelievable
from app.accounts.people.actions import (
    SIGN_IN_ADDRESS,
    HalfSignedIn,
    HasLeft,
    SignedIn,
    Suspended,
    end_sessions,
    hold_here,
    mark_of,
    open_session,
)
from app.accounts.people.models import DeviceSession, Passkey, Person
from app.core import audit, brakes, clock, once
from app.core.access import Actor
from app.core.brakes import Limit
from app.core.db import add_or_refuse, delete_in_parts, for_update, reading, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import Lazy, _l
from app.core.writes import insert

_WAIT: Lazy = _l("Terlalu banyak percobaan dengan sidik jari. Tunggu, lalu coba lagi.")
PROOF = Limit("passkey proof", 30, 15 * 60, _WAIT)
ADDING = Limit("passkey adding", 20, 60 * 60, _WAIT)
FORGOTTEN_AFTER = timedelta(days=1)  # a challenge is answered within minutes or not at all


class NoMatch(Refusal):
    """One answer for a key nobody has, a key of somebody else, a wrong signature, and a challenge that is over."""

    words = _l("Sidik jari belum cocok, atau waktunya sudah lewat. Coba lagi.")


class NotMade(Refusal):
    words = _l("Sidik jari belum terpasang, atau waktunya sudah lewat. Coba lagi.")


class AlreadyAdded(Refusal):
    words = _l("Kunci sidik jari ini sudah terpasang. Pakai HP lain, atau hapus dulu yang lama.")
    back = "/akun/sidik-jari"


class TooManyKeys(Refusal):
    words = _l("Sudah ada 10 sidik jari di akun ini. Hapus satu yang tidak dipakai lagi, lalu coba lagi.")
    back = "/akun/sidik-jari"


class LastWayIn(Refusal):
    words = _l("Ini satu-satunya cara Anda masuk. Buat kata sandi dulu, atau pasang sidik jari lain, baru yang ini dihapus.")
    back = "/akun/sidik-jari"


@dataclass(frozen=True)
class Answer:
    """What a browser answered to our challenge, as it came."""

    text: str
    challenge: bytes
    site: Site


@dataclass(frozen=True)
class _Believed:
    passkey_id: int
    person_id: int
    shown: rules.Shown
    challenge: bytes


# Using a key


def sign_in(answer: Answer, *, device: str, is_remembered: bool, address: str | None) -> SignedIn:
    """Sign in by a passkey alone: what the phone holds and the finger on it are two factors.

    Refuses with `NoMatch`, `Suspended`, `TooFast`.
    """
    network = brakes.network_of(address)
    brakes.take(SIGN_IN_ADDRESS, network)
    believed, now = _believe(answer), clock.now()
    with transaction() as session:
        _spend(session, believed, now)
        signed_in = open_session(session, believed.person_id, device, is_remembered, now, has_passed_factor=True)
    brakes.give_back(SIGN_IN_ADDRESS, network)
    return signed_in


def pass_passkey(half: HalfSignedIn, answer: Answer, *, device: str, address: str | None) -> SignedIn:
    """The second half of a sign-in that began with the password, or with a code to the person's number. Refuses with `NoMatch`, `HalfTooOld`, `Suspended`, `TooFast`."""
    network = brakes.network_of(address)
    brakes.take(SIGN_IN_ADDRESS, network)
    believed, now = _believe(answer), clock.now()
    require(believed.person_id == half.person_id, NoMatch())
    with transaction() as session:
        password_hash = _spend(session, believed, now)
        require(mark_of(password_hash or "") == half.mark, factors.HalfTooOld())
        signed_in = open_session(session, half.person_id, device, half.is_remembered, now, has_passed_factor=True)
    brakes.give_back(SIGN_IN_ADDRESS, network)
    return signed_in


def prove(actor: Actor, answer: Answer) -> str | None:
    """Prove again, on a device where the actor is in, that it is she; returns the device's new token. Refuses with `NoMatch`, `TooFast`."""
    brakes.take(PROOF, str(actor.person_id))
    believed, now = _believe(answer), clock.now()
    require(believed.person_id == actor.person_id, NoMatch())
    with transaction() as session:
        _spend(session, believed, now)
        token = factors.note_proved(session, actor, now)
    brakes.give_back(PROOF, str(actor.person_id))
    return token


def _believe(answer: Answer) -> _Believed:
    """Whose key it is and what it showed, its signature checked. Raises `NoMatch`; the owner of a key that exists twice is told."""
    try:
        named = rules.read_name(answer.text)
    except Unbelievable:
        raise NoMatch from None
    with reading() as session:
        kept = queries.kept(session, named.credential_id, answer.site.rp_id)
    if kept is None or (named.handle is not None and not compare_digest(named.handle, kept.handle)):
        raise NoMatch
    try:
        shown = rules.check_answer(answer.text, answer.challenge, answer.site, kept.public_key)
    except Unbelievable:
        raise NoMatch from None
    if rules.has_gone_back(kept.sign_count, shown.sign_count):
        with transaction() as session:
            tell(session, kept.person_id, "passkey.copied", {"label": kept.label}, f"passkey:copied:{kept.passkey_id}:{clock.today()}")
        raise NoMatch
    return _Believed(kept.passkey_id, kept.person_id, shown, answer.challenge)


def _spend(session: Session, believed: _Believed, now: datetime) -> str | None:
    """Step: use up the challenge and move the key's count on; returns the owner's password hash. Refuses with `NoMatch`, `Suspended`.

    Locks the person's row first, as every sign-in does; then a key that was removed meanwhile, or used at a higher count, is a no.
    """
    person = session.execute(
        for_update(
            select(Person.password_hash, Person.suspended_until, Person.suspended_for, Person.suspended_words).where(
                Person.id == believed.person_id, Person.left_at.is_(None)
            )
        )
    ).one_or_none()
    if person is None:
        raise NoMatch
    _spend_challenge(session, believed.challenge, now, NoMatch())
    count = believed.shown.sign_count
    used = session.execute(
        update(Passkey)
        .where(
            Passkey.id == believed.passkey_id,
            Passkey.person_id == believed.person_id,
            or_(Passkey.sign_count < count, and_(Passkey.sign_count == 0, literal(count) == 0)),
        )
        .values(sign_count=count, used_at=now, is_backed_up=believed.shown.is_backed_up)
        .returning(Passkey.id)
    ).first()
    require(used is not None, NoMatch())
    if person.suspended_until is not None and person.suspended_until > now:
        raise Suspended(person.suspended_until, person.suspended_for, person.suspended_words)
    kept: str | None = person.password_hash
    return kept


def _spend_challenge(session: Session, challenge: bytes, now: datetime, refusal: Refusal) -> None:
    row = {"mark": sha256(challenge).hexdigest(), "spent_at": now}
    spent = session.execute(insert(session, SpentChallenge).values(**row).on_conflict_do_nothing().returning(SpentChallenge.mark)).first()
    require(spent is not None, refusal)


def forget_spent(now: datetime) -> None:
    """The worker's chore: forget challenges that no browser can come back with."""
    delete_in_parts(SpentChallenge, SpentChallenge.spent_at < now - FORGOTTEN_AFTER)


# My keys


@dataclass(frozen=True)
class Added:
    """What came of adding a key; recovery codes to show once, where it is the first second factor of staff."""

    codes: list[str]


def handle_of(actor: Actor) -> bytes:
    """The random bytes by which phones know the actor; made the first time. Refuses with `people.HasLeft`."""
    with transaction() as session:
        hold_here(session, actor.person_id)
        row = {"person_id": actor.person_id, "handle": secrets.token_bytes(rules.HANDLE_BYTES)}
        session.execute(insert(session, PasskeyHandle).values(**row).on_conflict_do_nothing(index_elements=["person_id"]))
        handle: bytes = session.scalars(select(PasskeyHandle.handle).where(PasskeyHandle.person_id == actor.person_id)).one()
    return handle


def add(actor: Actor, answer: Answer, label: str, key: str) -> Added:
    """Keep the key that the actor's phone made: one more door, and for staff a second factor, passed on this device. Audited; told.

    Refuses with `NotMade`, `AlreadyAdded`, `TooManyKeys`, `CodeNotGivenHere`, `TooFast`, `people.HasLeft`.
    """
    me, now = actor.person_id, clock.now()
    brakes.take(ADDING, str(me))
    try:
        made = rules.read_new_key(answer.text, answer.challenge, answer.site)
    except Unbelievable:
        raise NotMade from None
    with transaction() as session:
        here = for_update(select(Person.id).where(Person.id == me, Person.left_at.is_(None)))
        require(session.scalar(here) is not None, HasLeft())
        if once.claim(session, key, me) is not None:
            try:
                return Added(factors.codes_again(session, actor, key, now))
            except factors.NothingToConfirm:
                return Added([])
        before = factor_queries.factor(session, me)
        factors.may_change(session, actor)
        require(before.passkeys < rules.MOST_KEYS, TooManyKeys())
        _spend_challenge(session, answer.challenge, now, NotMade())
        row = Passkey(
            person_id=me,
            credential_id=made.credential_id,
            public_key=made.public_key,
            rp_id=answer.site.rp_id,
            sign_count=made.sign_count,
            label=label,
            transports=made.transports,
            is_backed_up=made.is_backed_up,
            made_at=now,
        )
        add_or_refuse(session, row, unique="uq_passkey_credential_id", refusal=AlreadyAdded())
        codes = []
        if factor_queries.factor(session, me).works:
            codes = [] if before.works or before.codes_left else factors.make_codes(session, me, key, now)
            session.execute(update(DeviceSession).where(DeviceSession.id == actor.session_id).values(factor_at=now))
        audit.write(session, me, "passkey.added", "passkey", row.id)
        tell(session, me, "passkey.added", {"label": label}, f"passkey:added:{row.id}")
        once.keep(session, key, me, row.id)
    brakes.give_back(ADDING, str(me))
    return Added(codes)


def rename(actor: Actor, passkey_id: int, label: str) -> None:
    """Call one of the actor's keys something else. Refuses with `NotThere`."""
    with transaction() as session:
        renamed = session.execute(
            update(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == actor.person_id).values(label=label).returning(Passkey.id)
        ).first()
        require(renamed is not None, NotThere())


def remove(actor: Actor, passkey_id: int, *, ends_others: bool) -> None:
    """Remove one of the actor's keys, and end her other sign-ins when asked to. Audited; told.

    Without any second factor left staff roles rest again, on this device too. A member goes on signing in by her password.
    Refuses with `NotThere`, `LastWayIn`, `CodeNotGivenHere`.
    """
    me, now = actor.person_id, clock.now()
    with transaction() as session:
        password_hash = session.execute(for_update(select(Person.password_hash).where(Person.id == me))).scalar_one()
        key = queries.one_of_mine(session, me, passkey_id)
        if key is None:
            raise NotThere
        factors.may_change(session, actor)
        left = session.scalar(select(func.count()).select_from(Passkey).where(Passkey.person_id == me, Passkey.id != passkey_id))
        require(password_hash is not None or bool(left), LastWayIn())
        session.execute(delete(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == me))
        factors.rest_without_factor(session, me)
        if ends_others:
            end_sessions(session, me, DeviceSession.id != actor.session_id, now)
        audit.write(session, me, "passkey.removed", "passkey", passkey_id)
        tell(session, me, "passkey.removed", {"label": key.label}, f"passkey:removed:{passkey_id}")


def forget_person(session: Session, person_id: int, _now: datetime) -> None:
    """Step: the keys go with their owner."""
    session.execute(delete(Passkey).where(Passkey.person_id == person_id))
    session.execute(delete(PasskeyHandle).where(PasskeyHandle.person_id == person_id))
