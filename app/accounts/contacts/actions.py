"""Proving, changing and taking away a number or an address; getting in by a code.

Order of locks: people (by id), then their proofs. What is sent goes out after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.contacts import queries, rules
from app.accounts.contacts.models import Contact, ContactChange
from app.accounts.notices.actions import tell
from app.accounts.people.actions import SIGN_IN_ADDRESS, HalfSignedIn, SignedIn, Suspended, end_sessions, mark_of, open_session
from app.accounts.people.models import DeviceSession, Person
from app.accounts.people.queries import has_factor, roles_of
from app.accounts.people.rules import SLOTS
from app.accounts.proofs import actions as proofs
from app.accounts.proofs import queries as proof_queries
from app.accounts.proofs.models import Purpose
from app.core import audit, brakes, clock, mail, messages, once, outbox, sealing
from app.core.access import STAFF, Actor
from app.core.brakes import Limit
from app.core.db import delete_in_parts, for_update, reading, transaction, violates
from app.core.refusals import NotThere, Refusal, require
from app.core.words import Lazy, _l

_WAIT: Lazy = _l("Kode sudah beberapa kali diminta. Pakai kode yang terakhir datang, atau tunggu sebentar, lalu minta lagi.")
_WAIT_LETTER: Lazy = _l("Tautan sudah beberapa kali diminta. Pakai yang terakhir datang, atau tunggu sebentar, lalu minta lagi.")
_WAIT_ADDRESS: Lazy = _l("Terlalu banyak percobaan dari jaringan ini. Tunggu sebentar, lalu coba lagi.")
_WAIT_TRIES: Lazy = _l("Terlalu banyak kode yang belum cocok. Ini menjaga akun dari orang yang menebak. Tunggu, lalu coba lagi.")
# Each message costs money and rings somebody's phone. Behind one address stands a whole kelurahan; the limits of a day lie in proofs.
CODES_NUMBER = Limit("codes to number", 3, 15 * 60, _WAIT)
CODES_PERSON = Limit("codes of person", 3, 15 * 60, _WAIT)
CODES_PERSON_DAY = Limit("codes of person in a day", 10, 24 * 60 * 60, _WAIT)
CODES_ADDRESS = Limit("codes from address", 60, 60 * 60, _WAIT_ADDRESS)
LETTERS_PERSON = Limit("links of person", 3, 15 * 60, _WAIT_LETTER)
LETTERS_TARGET = Limit("links to mailbox", 3, 15 * 60, _WAIT_LETTER)
LETTERS_DAY = Limit("links to mailbox in a day", 10, 24 * 60 * 60, _WAIT_LETTER)
TRIES = Limit("tries of a code", 10, 15 * 60, _WAIT_TRIES)  # as strict as a password


class NoGateway(Refusal):
    words = _l("Situs ini belum bisa mengirim kode. Tidak ada yang terhalang: petugas di kantor kelurahan bisa membuktikan nomor Anda.")
    back = "/akun/kontak"


class NoMail(Refusal):
    words = _l("Situs ini belum bisa mengirim e-mail. Coba lagi lain hari.")
    back = "/akun/kontak"


class NoNumber(Refusal):
    words = _l("Akun Anda belum punya nomor HP. Tulis nomornya dulu.")
    back = "/akun/kontak"


class OwnNumber(Refusal):
    words = _l("Ini nomor Anda sekarang. Tulis nomor yang baru.")


class NumberFull(Refusal):
    words = _l("Nomor ini belum bisa ditulis di sini. Bawa HP itu ke kantor kelurahan, petugas akan membantu.")


class NumberMoving(Refusal):
    words = _l("Nomor ini sedang dibuktikan di tempat lain. Tunggu sebentar, lalu coba lagi.")


class CodeNoMatch(Refusal):
    """One answer for a wrong code, one that is over, one that was used, and one that nobody ever sent."""

    words = _l("Kode belum cocok, atau sudah tidak berlaku. Periksa SMS yang terakhir, atau minta kode baru.")

    def __init__(self, person_id: int | None = None) -> None:
        super().__init__()
        self.person_id = person_id  # whose number it was tried on, for her own history


class OwnEmail(Refusal):
    words = _l("Alamat ini sudah terhubung dengan akun Anda.")


class LinkOver(Refusal):
    words = _l("Tautan ini sudah dipakai, atau waktunya sudah lewat. Minta yang baru dari akun Anda.")


class EmailTaken(Refusal):
    """Said only to who opened the link in that mailbox."""

    words = _l("Alamat ini sudah terhubung dengan akun lain. Masuk ke akun itu, atau pakai alamat lain.")


# My number


def ask_own_code(actor: Actor, key: str, *, address: str | None) -> None:
    """Send a code to the number of the actor's account. Refuses with `NoGateway`, `NoNumber`, `TooFast`."""
    require(messages.is_on(), NoGateway())
    now, me = clock.now(), actor.person_id
    with reading() as session:
        mine = queries.contacts(session, me)
    if mine is None or mine.phone is None:
        raise NoNumber
    if mine.phone_proven_at is None:
        _post(actor, mine.phone, key, address, now)


def ask_change(actor: Actor, phone: str, key: str, *, address: str | None) -> bool:
    """Begin to change the actor's number: True when a code went to the new one, False when it counts at once, unproven.

    The answer is the same whether or not the number is known here. Refuses with `OwnNumber`, `NumberFull`, `TooFast`.
    """
    now, me = clock.now(), actor.person_id
    if messages.is_on():
        with reading() as session:
            mine = queries.contacts(session, me)
        require(mine is not None and (mine.phone != phone or mine.phone_proven_at is None), OwnNumber())
        _post(actor, phone, key, address, now)
        return True
    brakes.take(CODES_PERSON_DAY, str(me))
    with transaction() as session:
        if once.claim(session, key, me) is not None:
            return False
        row = _hold(session, me, None)[0]
        require(row.phone != phone, OwnNumber())
        _name(session, me, phone, {"phone_proven_at": None, "phone_lost_at": None}, now)
        _note_change(session, me, Contact.PHONE, row.phone, row.phone_proven_at is not None, now)
        _number_changed(session, actor, now)
        once.keep(session, key, me, me)
    return False


def _post(actor: Actor, phone: str, key: str, address: str | None, now: datetime) -> None:
    _brake_codes(phone, address)
    brakes.take(CODES_PERSON, str(actor.person_id))
    brakes.take(CODES_PERSON_DAY, str(actor.person_id))
    key = _form_of(key, phone)
    with transaction() as session:
        if once.claim(session, key, actor.person_id) is None:
            proofs.post_code(session, Purpose.PHONE, phone, actor.person_id, now)
            once.keep(session, key, actor.person_id, actor.person_id)


def _form_of(key: str, target: str) -> str:
    """A form that the browser kept and that was filled in for another number or address is a form of its own."""
    return sealing.keyed_mark("contact form", key, target)


def _brake_codes(phone: str, address: str | None) -> None:
    brakes.take(CODES_ADDRESS, brakes.network_of(address))
    brakes.take(CODES_NUMBER, phone)


def prove_own(actor: Actor, typed: str) -> None:
    """Prove the number of the actor's account with the code that went to it. Audited; told. Refuses with `CodeNoMatch`, `TooFast`."""
    _prove(actor, typed, lambda own, target: own == target)


def prove_new(actor: Actor, typed: str) -> None:
    """Prove the number that was typed, with its code: it is the account's number from now on, and every other sign-in ends.

    Audited; told everywhere, the old number too. Refuses with `CodeNoMatch`, `TooFast`.
    """
    _prove(actor, typed, lambda _own, _target: True)


def _prove(actor: Actor, typed: str, may_prove: Callable[[str | None, str], bool]) -> None:
    brakes.take(TRIES, f"person {actor.person_id}")
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        target = proof_queries.waits_for(session, Purpose.PHONE, me, now)
        rows = _hold(session, me, target)
        own = next(row.phone for row in rows if row.id == me)
        proven = (
            proofs.spend_code(session, Purpose.PHONE, target, typed, now, person_id=me)
            if target is not None and may_prove(own, target)
            else None
        )
        if proven is not None:
            prove_phone(session, me, proven.target, now)
            if own == proven.target:
                audit.write(session, me, "contact.phone_proven", "person", me)
            else:
                _number_changed(session, actor, now)
    # After the transaction: a wrong code has cost its try.
    if proven is None:
        raise CodeNoMatch
    brakes.give_back(TRIES, f"person {actor.person_id}")


def _number_changed(session: Session, actor: Actor, now: datetime) -> None:
    proofs.take_back(session, Purpose.SIGN_IN, actor.person_id)
    end_sessions(session, actor.person_id, DeviceSession.id != actor.session_id, now)
    audit.write(session, actor.person_id, "contact.phone_changed", "person", actor.person_id)


def prove_phone(session: Session, person_id: int, phone: str, now: datetime) -> None:
    """Step: this person showed that she has this number in hand (by a code, or at the desk): it is her account's number, and proven.

    Whoever had it proven has it no more, still signs in with her password, and is told. Accounts that name it unproven stay as they
    are. The caller writes the audit. Refuses with `NumberMoving` when another proof came first,
    `NotThere` when the person has left.
    """
    rows = _hold(session, person_id, phone)
    mine = next((row for row in rows if row.id == person_id), None)
    if mine is None or mine.left_at is not None:
        raise NotThere
    _take_from_others(session, person_id, phone, now)
    if mine.phone != phone:
        _note_change(session, person_id, Contact.PHONE, mine.phone, mine.phone_proven_at is not None, now)
    else:
        tell(session, person_id, "phone.proven", {}, f"phone:proven:{int(now.timestamp())}")
    proven = {"phone_proven_at": now, "phone_lost_at": None}
    if mine.phone == phone:
        _guarded(session, person_id, proven)
    else:
        _name(session, person_id, phone, proven, now, makes_room=True)


def _hold(session: Session, person_id: int, phone: str | None) -> list[Person]:
    """Lock the person and everybody who names the number, by id: two proofs of one number take turns."""
    which = or_(Person.id == person_id, Person.phone == phone) if phone else Person.id == person_id
    columns = (Person.id, Person.phone, Person.phone_proven_at, Person.left_at)
    return list(session.execute(for_update(select(*columns).where(which).order_by(Person.id))))  # type: ignore[arg-type]


def _take_from_others(session: Session, person_id: int, phone: str, now: datetime) -> None:
    """Whoever had it proven, has it no more, and is told. An account that never proved it learns nothing: it may be a squatter's, who waits
    for the day the owner comes; nothing was ever sent to the number for it anyway."""
    lost = session.scalars(
        update(Person)
        .where(Person.phone == phone, Person.id != person_id, Person.phone_proven_at.is_not(None))
        .values(phone_proven_at=None, phone_lost_at=now)
        .returning(Person.id)
    ).all()
    for other in lost:
        proofs.take_back(session, Purpose.SIGN_IN, other)
        tell(session, other, "phone.lost", {}, f"phone:lost:{int(now.timestamp())}")


def _guarded(session: Session, person_id: int, values: Mapping[str, object]) -> None:
    """The schema has the last word: one proven holder a number."""
    try:
        with session.begin_nested():
            session.execute(update(Person).where(Person.id == person_id).values(**values))
    except IntegrityError as error:
        if violates(error, "uq_person_phone_proven"):
            raise NumberMoving from None
        raise


def _name(session: Session, person_id: int, phone: str, values: Mapping[str, object], now: datetime, *, makes_room: bool = False) -> None:
    """Write the number in the first slot that is free. Refuses with `NumberFull`; with `makes_room` an account that never proved it goes."""
    for slot in SLOTS:
        if _takes_slot(session, person_id, {**values, "phone": phone, "phone_slot": slot}):
            return
    require(makes_room, NumberFull())
    slot = _make_room(session, person_id, phone, now)
    require(_takes_slot(session, person_id, {**values, "phone": phone, "phone_slot": slot}), NumberMoving())


def _takes_slot(session: Session, person_id: int, values: Mapping[str, object]) -> bool:
    try:
        with session.begin_nested():
            _guarded(session, person_id, values)
    except IntegrityError as error:
        if violates(error, "uq_person_phone_slot"):
            return False
        raise
    return True


def _make_room(session: Session, person_id: int, phone: str, now: datetime) -> int:
    """The slot of the account that misses its number least: one with a mailbox to sign in by, else the one used longest ago."""
    last_seen = select(func.max(DeviceSession.seen_at)).where(DeviceSession.person_id == Person.id).correlate(Person).scalar_subquery()
    least = session.execute(
        select(Person.id, Person.phone_slot)
        .where(Person.phone == phone, Person.id != person_id)
        .order_by(case((Person.email_proven_at.is_not(None), 0), else_=1), func.coalesce(last_seen, Person.made_at), Person.id)
        .limit(1)
    ).one()
    session.execute(update(Person).where(Person.id == least.id).values(phone=None, phone_slot=0))
    tell(session, least.id, "phone.gone", {}, f"phone:gone:{int(now.timestamp())}")
    return int(least.phone_slot)


def _note_change(session: Session, person_id: int, contact: Contact, before: str | None, was_proven: bool, now: datetime) -> None:
    """Keep what it was, tell the person, and ask for the word to the old number or mailbox."""
    row = ContactChange(person_id=person_id, contact=contact, before=before, was_proven=was_proven and before is not None, made_at=now)
    session.add(row)
    session.flush()
    outbox.put(session, "contact.changed", row.id)
    kind = "phone.changed" if contact is Contact.PHONE else "email.changed"
    tell(session, person_id, kind, {}, f"contact:{row.id}")


# My mailbox


def ask_link(actor: Actor, email: str, key: str) -> None:
    """Send a link to this mailbox; opening it there connects the mailbox with the account. Refuses with `NoMail`, `OwnEmail`, `TooFast`.

    Whether another account has the address is not told here.
    """
    require(mail.is_on(), NoMail())
    now, me = clock.now(), actor.person_id
    brakes.take(LETTERS_PERSON, str(me))
    brakes.take(LETTERS_TARGET, email)
    brakes.take(LETTERS_DAY, email)
    key = _form_of(key, email)
    with transaction() as session:
        if once.claim(session, key, me) is not None:
            return
        mine = session.execute(for_update(select(Person.email, Person.password_hash).where(Person.id == me))).one()
        require(mine.email != email, OwnEmail())
        # Bound to the password of now: who changes it takes back what somebody else began.
        link = proofs.new_link(session, Purpose.EMAIL, email, me, now, bound_to=mine.password_hash or "")
        outbox.put(session, "contact.link_asked", link.proof_id)
        once.keep(session, key, me, me)


def confirm_email(token: str) -> str:
    """The link was opened in the mailbox, on whatever device: connect it with the account that asked; returns the address.

    Audited; told, the old mailbox too. Refuses with `LinkOver`, `EmailTaken`.
    """
    now = clock.now()
    with transaction() as session:
        outcome = _confirm(session, token, now)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _confirm(session: Session, token: str, now: datetime) -> str | Refusal:
    """The address, or why not; either way the link is used up."""
    seen = proof_queries.look_at_link(session, Purpose.EMAIL, token, now)
    if seen is None:
        return LinkOver()
    person = session.execute(
        for_update(
            select(Person.email, Person.email_proven_at, Person.password_hash).where(Person.id == seen.person_id, Person.left_at.is_(None))
        )
    ).one_or_none()
    link = proofs.spend_link(session, Purpose.EMAIL, token, now)
    if link is None or person is None or not proof_queries.is_bound_to(session, link.proof_id, person.password_hash or ""):
        return LinkOver()
    try:
        with session.begin_nested():
            session.execute(update(Person).where(Person.id == link.person_id).values(email=link.target, email_proven_at=now))
    except IntegrityError as error:
        if violates(error, "uq_person_email"):
            return EmailTaken()
        raise
    if person.email != link.target:
        _note_change(session, link.person_id, Contact.EMAIL, person.email, person.email_proven_at is not None, now)
        audit.write(session, link.person_id, "contact.email_set", "person", link.person_id)
    return link.target


def remove_email(actor: Actor) -> None:
    """Take the address from the account; without one nothing changes. Audited; told, the old mailbox too."""
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        mine = session.execute(for_update(select(Person.email, Person.email_proven_at).where(Person.id == me))).one()
        proofs.take_back(session, Purpose.EMAIL, me)
        if mine.email is None:
            return
        session.execute(update(Person).where(Person.id == me).values(email=None, email_proven_at=None))
        _note_change(session, me, Contact.EMAIL, mine.email, mine.email_proven_at is not None, now)
        audit.write(session, me, "contact.email_removed", "person", me)


# Forgetting


def tidy(now: datetime) -> None:
    """The worker's chore: forget what a number or address was before, once nobody is shown it any more."""
    delete_in_parts(ContactChange, ContactChange.made_at <= now - rules.CHANGES_SHOWN)


def forget_person(session: Session, person_id: int, _now: datetime) -> None:
    """Step: number, address and what they were before go with their owner."""
    session.execute(delete(ContactChange).where(ContactChange.person_id == person_id))
    nothing = {"phone": None, "phone_slot": 0, "phone_proven_at": None, "phone_lost_at": None, "email": None, "email_proven_at": None}
    session.execute(update(Person).where(Person.id == person_id).values(**nothing))


# Getting in by a code


def ask_entry_code(phone: str, key: str, *, address: str | None) -> str:
    """Send a code to this number if somebody has proven it; the same answer after the same work if nobody has.

    Returns the secret that the asking browser keeps: the code opens nothing elsewhere. The same form sent twice sends one code and
    gives the same secret. Refuses with `NotThere` (no gateway), `TooFast`.
    """
    require(messages.is_on(), NotThere())
    _brake_codes(phone, address)
    now, key = clock.now(), _form_of(key, phone)
    asker = sealing.keyed_mark("entry asker", key)
    with transaction() as session:
        if once.claim(session, key, None) is None:
            proofs.post_code(session, Purpose.SIGN_IN, phone, queries.holder_for_code(session, phone, now), now, asker=asker)
            once.keep(session, key, None, 1)
    return asker


@dataclass(frozen=True)
class _Holder:
    person_id: int
    password_hash: str | None
    suspended: Suspended | None


def enter_by_code(phone: str, asker: str, typed: str, *, device: str, is_remembered: bool, address: str | None) -> SignedIn | HalfSignedIn:
    """Sign in with the code that went to a proven number; half of it where a second factor is to be asked.

    Refuses with `CodeNoMatch` (in the same time for a number that nobody has), `Suspended`, `TooFast`.
    """
    network = brakes.network_of(address)
    brakes.take(SIGN_IN_ADDRESS, network)
    brakes.take(TRIES, f"browser {asker}")  # a stranger's guesses are not the owner's: each number has few codes, each code few tries
    now = clock.now()
    with transaction() as session:
        holder = _hold_holder(session, phone, now)
        proven = proofs.spend_code(session, Purpose.SIGN_IN, phone, typed, now, person_id=holder.person_id if holder else 0, asker=asker)
        signed_in: SignedIn | HalfSignedIn | None = None
        if holder is not None and proven is not None and holder.suspended is None:
            signed_in = _enter(session, holder, device, is_remembered, now)
    if holder is None or proven is None:
        raise CodeNoMatch(holder.person_id if holder else None)
    if signed_in is None:
        assert holder.suspended is not None
        raise holder.suspended
    brakes.give_back(SIGN_IN_ADDRESS, network)
    brakes.give_back(TRIES, f"browser {asker}")
    return signed_in


def _hold_holder(session: Session, phone: str, now: datetime) -> _Holder | None:
    row = session.execute(
        for_update(
            select(Person.id, Person.password_hash, Person.suspended_until, Person.suspended_for, Person.suspended_words).where(
                Person.phone == phone, Person.phone_proven_at > now - rules.CODE_ENTRY_TRUSTS, Person.left_at.is_(None)
            )
        )
    ).one_or_none()
    if row is None:
        return None
    is_suspended = row.suspended_until is not None and row.suspended_until > now
    suspended = Suspended(row.suspended_until, row.suspended_for, row.suspended_words) if is_suspended else None
    return _Holder(row.id, row.password_hash, suspended)


def _enter(session: Session, holder: _Holder, device: str, is_remembered: bool, now: datetime) -> SignedIn | HalfSignedIn:
    me = holder.person_id
    proofs.take_back(session, Purpose.SIGN_IN, me)
    session.execute(update(Person).where(Person.id == me).values(phone_proven_at=now))  # the number was in hand just now
    if session.scalar(select(has_factor()).where(Person.id == me)):
        return HalfSignedIn(me, mark_of(holder.password_hash or ""), is_remembered)
    needs_factor = not STAFF.isdisjoint(roles_of(session, [me]).get(me, ()))
    return replace(open_session(session, me, device, is_remembered, now), needs_factor=needs_factor)
