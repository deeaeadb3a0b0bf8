"""Asking for a way back in, and setting a new password with what was proven.

Every way ends in the same step: the password changes, every sign-in ends, every other code and link of the person is worth nothing,
and she is told everywhere. Her second factor and her passkeys stay: knowing a way back is not the second proof.
Known and unknown numbers get the same answer after the same work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.contacts.actions import CODES_NUMBER, prove_phone
from app.accounts.contacts.rules import CODE_ENTRY_TRUSTS
from app.accounts.entries.actions import note_sign_in
from app.accounts.entries.rules import Outcome
from app.accounts.entries.rules import Way as EntryWay
from app.accounts.factors import actions as factors
from app.accounts.factors import queries as factor_queries
from app.accounts.notices.actions import tell
from app.accounts.people import rules as people_rules
from app.accounts.people.actions import PasswordAboutOneself, SignedIn, check_password, end_sessions, open_session
from app.accounts.people.models import Consent, DeviceSession, Person
from app.accounts.people.queries import roles_of
from app.accounts.proofs.actions import ANYBODY, Proven, post_code, spend_code, spend_link
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.proofs.queries import look_at_link
from app.accounts.recovery import queries, rules
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.rules import DeskAct, DeskFlag
from app.core import audit, brakes, clock, once, outbox, passwords
from app.core.access import STAFF, Actor, Role
from app.core.brakes import Limit
from app.core.contrib import Farewell, offered
from app.core.db import for_update, reading, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import Lazy, _l

_WAIT: Lazy = _l("Terlalu banyak percobaan untuk akun ini. Tunggu sebentar, lalu coba lagi, atau datang ke kantor kelurahan.")
_WAIT_ADDRESS: Lazy = _l("Terlalu banyak percobaan dari jaringan ini. Tunggu sebentar, lalu coba lagi.")
# Wide for one address, behind which a whole kelurahan may stand; strict for one number or mailbox.
ADDRESS = Limit("recovery address", 200, 60 * 60, _WAIT_ADDRESS)
TARGET = Limit("recovery target", 10, 15 * 60, _WAIT)
# Typed codes are few by themselves (five tries each, or 58 bits on paper). So a number's tries are counted for each address apart:
# a stranger elsewhere who tries her number all day does not shut her own way back.
TYPED = Limit("recovery typed", 10, 15 * 60, _WAIT)

# Proofs that a new password makes worthless: they were made for the same door.
_DOORS = (Purpose.RECOVERY, Purpose.DESK_RESET, Purpose.SIGN_IN, Purpose.ASSISTED)


class Way(StrEnum):
    """How somebody came back."""

    LINK = "link"
    CODE = "code"
    PAPER = "paper"
    DESK = "desk"


class CodeNoMatch(Refusal):
    """One answer for an unknown number, a wrong code, and a code that is over, used or was tried too often."""

    words = _l("Nomor dan kode belum cocok, atau kodenya sudah tidak berlaku. Periksa lagi, atau minta kode baru.")


class LinkOver(Refusal):
    words = _l("Tautan ini sudah dipakai, atau waktunya sudah lewat. Minta yang baru.")
    back = "/pulihkan"


class FactorStands(Refusal):
    words = _l("Akun Anda punya pengaman kedua. Kode cadangannya ada di halaman Pengaman kedua.")
    back = "/akun/pengaman"


class ShownOnce(Refusal):
    words = _l("Kode pemulihan hanya ditampilkan sekali. Kalau belum disimpan, buat yang baru.")
    back = "/akun/kode-pemulihan"


@dataclass(frozen=True)
class Recovered:
    """The password is new. `signed_in` is None where more is asked at the door: a second factor, staff, a suspension."""

    person_id: int
    name: str
    signed_in: SignedIn | None
    passkeys: int = 0  # that stay, for their owner to look through


# Asking


def ask_link(email: str, *, address: str | None) -> None:
    """Ask for a link by mail; it goes out if this is somebody's proven mailbox, and nobody learns whether it was. Refuses with `TooFast`."""
    _brake(email, address)
    with transaction() as session:
        outbox.put(session, "recovery.link_asked", queries.proven_mailbox(session, email))


def ask_code(phone: str, asker: str, *, address: str | None) -> None:
    """Ask for a code by text message; the same for a proven number. The code works only in the browser that keeps `asker`."""
    _brake(phone, address)
    brakes.take(CODES_NUMBER, phone)  # whichever page asked: the messages ring one phone
    now = clock.now()
    with transaction() as session:
        post_code(session, Purpose.RECOVERY, phone, queries.proven_number(session, phone, now), now, asker=asker)


def _brake(target: str, address: str | None) -> None:
    brakes.take(ADDRESS, brakes.network_of(address))
    brakes.take(TARGET, target)


def _brake_typed(phone: str, address: str | None) -> str:
    """The key to give back when the code was right."""
    network = brakes.network_of(address)
    brakes.take(ADDRESS, network)
    brakes.take(TYPED, f"{network} {phone}")
    return f"{network} {phone}"


# A new password


def by_link(token: str, password: str, *, device: str, address: str | None) -> Recovered:
    """Set a new password with the link of a letter. Refuses with `LinkOver`, `PasswordTooCommon`, `PasswordAboutOneself`, `TooFast`."""
    brakes.take(ADDRESS, brakes.network_of(address))
    password_hash, now = _hashed(password, ""), clock.now()
    with transaction() as session:
        seen = look_at_link(session, Purpose.RECOVERY, token, now)
        _hold(session, [seen.person_id] if seen else [])
        proven = spend_link(session, Purpose.RECOVERY, token, now)
        if proven is None:
            raise LinkOver
        return _renew(session, proven, Way.LINK, password, password_hash, device, now)


def by_code(phone: str, typed: str, password: str, asker: str, *, device: str, address: str | None) -> Recovered:
    """Set a new password with the code of a text message. Refuses with `CodeNoMatch`, the password's refusals, `TooFast`."""
    return _by_typed(Purpose.RECOVERY, Way.CODE, phone, typed, password, device, address, asker)


def at_desk(phone: str, typed: str, password: str, *, device: str, address: str | None) -> Recovered:
    """Set a new password with the code on the desk's slip; a new number, where the desk started that, holds from now on."""
    return _by_typed(Purpose.DESK_RESET, Way.DESK, phone, typed, password, device, address)


def _by_typed(
    purpose: Purpose, way: Way, phone: str, typed: str, password: str, device: str, address: str | None, asker: str = ANYBODY
) -> Recovered:
    tried = _brake_typed(phone, address)
    password_hash, now, recovered = _hashed(password, phone), clock.now(), None
    with transaction() as session:
        # With a new number come those who name it now.
        _hold(session, queries.holders_of_codes(session, purpose, phone) + queries.holders_of_number(session, phone))
        proven = spend_code(session, purpose, phone, typed, now, asker=asker)
        if proven is not None:
            recovered = _renew(session, proven, way, password, password_hash, device, now)
    if recovered is None:  # said after the commit, or the try would not be counted
        raise CodeNoMatch
    brakes.give_back(TYPED, tried)
    return recovered


def by_paper(phone: str, typed: str, password: str, *, device: str, address: str | None) -> Recovered:
    """Set a new password with a recovery code from paper, good once.

    Not where a second factor stands: there the same codes are that factor, and one sheet of paper must not open both locks.
    """
    tried = _brake_typed(phone, address)
    password_hash, now = _hashed(password, phone), clock.now()
    with transaction() as session:
        holders = queries.holders_of_number(session, phone)
        _hold(session, holders)
        for person_id in holders:
            if not factor_queries.factor(session, person_id).works and factors.spend(session, person_id, typed, now):
                proven = Proven(0, person_id, phone, None)
                recovered = _renew(session, proven, Way.PAPER, password, password_hash, device, now)
                break
        else:
            raise CodeNoMatch
    brakes.give_back(TYPED, tried)
    return recovered


def _hashed(password: str, phone: str) -> str:
    """Checked and hashed before anything is looked up, for whoever asks."""
    check_password(password, name="", phone=phone)
    return passwords.hash_password(password)


def _hold(session: Session, person_ids: list[int]) -> None:
    """Lock the people first, in one order, as the desk does before it makes a code: a proof is never locked before its person."""
    if person_ids:
        session.execute(for_update(select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id))).all()


def _renew(
    session: Session, proven: Proven, way: Way, password: str, password_hash: str, device: str, now: datetime, *, is_first: bool = False
) -> Recovered:
    """Step, the person's row being locked: the new password, and everything that ends or is told with it."""
    person_id = proven.person_id
    row = session.execute(
        select(Person.name, Person.phone, Person.phone_proven_at, Person.email, Person.suspended_until).where(
            Person.id == person_id, Person.left_at.is_(None)
        )
    ).one_or_none()
    # Who was signed up at the desk agrees by herself first, with the code made for that.
    if row is None or queries.waits_for_confirming(session, person_id) is not is_first:
        raise CodeNoMatch
    # A mailbox or number that is hers no more opens nothing, even with what was sent to it before.
    if way is Way.LINK:
        require(row.email == proven.target, LinkOver())
    if way is Way.CODE:
        is_trusted = row.phone_proven_at is not None and row.phone_proven_at > now - CODE_ENTRY_TRUSTS
        require(row.phone == proven.target and is_trusted, CodeNoMatch())
        session.execute(update(Person).where(Person.id == person_id).values(phone_proven_at=now))  # it was in hand just now
    is_staff = not STAFF.isdisjoint(roles_of(session, [person_id]).get(person_id, ()))
    if is_staff and proven.made_by_id is not None:
        # She was given a staff role since the desk made the code, which is no desk's to reset.
        require(Role.ADMIN in roles_of(session, [proven.made_by_id]).get(proven.made_by_id, ()), CodeNoMatch())
    if people_rules.is_about_oneself(password, name=row.name, phone=row.phone or ""):
        raise PasswordAboutOneself
    session.execute(update(Person).where(Person.id == person_id).values(password_hash=password_hash))
    end_sessions(session, person_id, DeviceSession.id > 0, now)
    session.execute(delete(Proof).where(Proof.person_id == person_id, Proof.purpose.in_(_DOORS), Proof.used_at.is_(None)))
    if is_first:
        audit.write(session, person_id, "assisted.confirmed", "person", person_id, {"helped_by": proven.made_by_id})
    else:
        _close_reset(session, proven, way, now)
        audit.write(session, person_id, "password.recovered", "person", person_id, {"way": way.value, "desk": proven.made_by_id})
        tell(session, person_id, "password.recovered", {"way": way.value, "at": now.isoformat()}, f"recovered:{now.timestamp():.6f}")
    note_sign_in(session, person_id, EntryWay.SIGN_UP if is_first else EntryWay.RECOVERY, Outcome.IN, device, now)
    is_suspended = row.suspended_until is not None and row.suspended_until > now
    factor = factor_queries.factor(session, person_id)
    if is_suspended or is_staff or factor.works:
        return Recovered(person_id, row.name, None, factor.passkeys)
    return Recovered(person_id, row.name, open_session(session, person_id, device, False, now), factor.passkeys)


def _close_reset(session: Session, proven: Proven, way: Way, now: datetime) -> None:
    """What the desk started and is open: done when it was by its code, else overtaken."""
    is_open = (DeskReset.person_id == proven.person_id, DeskReset.done_at.is_(None), DeskReset.stopped_at.is_(None))
    if way is not Way.DESK:
        session.execute(update(DeskReset).where(*is_open).values(stopped_at=now))
        return
    done = session.execute(update(DeskReset).where(*is_open).values(done_at=now).returning(DeskReset.act, DeskReset.phone)).one_or_none()
    require(done is not None, CodeNoMatch())
    if done is not None and done.act is DeskAct.PHONE:
        prove_phone(session, proven.person_id, done.phone, now)


# Signed up at the desk


def finish(phone: str, typed: str, password: str, *, device: str, address: str | None) -> Recovered:
    """Confirm an account that the desk made: the person's own password, and her own agreement to every text of signing up."""
    tried = _brake_typed(phone, address)
    password_hash, now, made = _hashed(password, phone), clock.now(), None
    with transaction() as session:
        _hold(session, queries.holders_of_codes(session, Purpose.ASSISTED, phone))
        proven = spend_code(session, Purpose.ASSISTED, phone, typed, now)
        if proven is not None:
            made = _renew(session, proven, Way.DESK, password, password_hash, device, now, is_first=True)
            _agree(session, proven.person_id, now)
    if made is None:
        raise CodeNoMatch
    brakes.give_back(TYPED, tried)
    return made


def _agree(session: Session, person_id: int, now: datetime) -> None:
    confirmed = update(AssistedSignUp).where(AssistedSignUp.person_id == person_id, AssistedSignUp.confirmed_at.is_(None))
    session.execute(confirmed.values(confirmed_at=now))
    spoken, _version = rules.ASSISTED_CONSENT
    session.execute(update(Consent).where(Consent.person_id == person_id, Consent.purpose == spoken).values(withdrawn_at=now))
    session.add_all(
        Consent(person_id=person_id, purpose=purpose, text_version=version, given_at=now)
        for purpose, version in people_rules.CONSENTS.items()
    )


def forget_unconfirmed(now: datetime, most: int = 200) -> int:
    """Delete accounts of the desk that nobody confirmed in `UNCONFIRMED_KEPT`, as if each had left; returns how many. Audited."""
    with reading() as session:
        waiting = queries.unconfirmed_since(session, now - rules.UNCONFIRMED_KEPT, most)
    return sum(_forget_unconfirmed(person_id, now) for person_id in waiting)


def _forget_unconfirmed(person_id: int, now: datetime) -> bool:
    with transaction() as session:
        _hold(session, [person_id])
        if not queries.waits_for_confirming(session, person_id):
            return False  # she came at the last moment
        for farewell in sorted(offered(Farewell), key=lambda farewell: farewell.name == "people"):  # her own row goes last
            farewell.leave(session, person_id, now)
        audit.write(session, None, "assisted.forgotten", "person", person_id)
        return True


# What the desk started


def deny(actor: Actor, reset_id: int) -> bool:
    """The person says that it was not she who stood at the desk: its code is worth nothing from now on, an admin is shown it. Audited.

    True when it came in time; False when the code had been used already.
    """
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        _hold(session, [me])
        mine = (DeskReset.id == reset_id, DeskReset.person_id == me)
        row = session.execute(select(DeskReset.done_at, DeskReset.stopped_at, DeskReset.flag).where(*mine)).one_or_none()
        require(row is not None, NotThere())
        if row is not None and row.flag is DeskFlag.DENIED:
            return row.done_at is None
        session.execute(update(DeskReset).where(*mine).values(flag=DeskFlag.DENIED, looked_at=None, looked_by_id=None))
        session.execute(update(DeskReset).where(*mine, DeskReset.done_at.is_(None), DeskReset.stopped_at.is_(None)).values(stopped_at=now))
        live = (Proof.person_id == me, Proof.purpose == Purpose.DESK_RESET, Proof.used_at.is_(None))
        session.execute(delete(Proof).where(*live))
        audit.write(session, me, "desk.reset_denied", "desk_reset", reset_id)
        return row is not None and row.done_at is None


def forget_resets(now: datetime) -> None:
    """Drop what the desk started so long ago that logs of that time are gone too."""
    with transaction() as session:
        session.execute(delete(DeskReset).where(DeskReset.made_at < now - rules.RESETS_KEPT))


# Codes on paper


def make_codes(actor: Actor, key: str) -> list[str]:
    """Ten recovery codes for somebody without a second factor; older ones are worth nothing afterwards. Audited; told.

    The same form sent twice shows the same codes, for some minutes. Refuses with `FactorStands`, `ShownOnce`.
    """
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        _hold(session, [me])
        require(not factor_queries.factor(session, me).works, FactorStands())
        if once.claim(session, key, me) is not None:
            try:
                return factors.codes_again(session, actor, key, now)
            except factors.NothingToConfirm:
                raise ShownOnce from None
        codes = factors.make_codes(session, me, key, now)
        audit.write(session, me, "recovery.codes", "person", me)
        tell(session, me, "recovery.codes", {}, f"codes:{now.timestamp():.6f}")
        once.keep(session, key, me, me)
    return codes
