"""What people do with their account, and what staff do with roles."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.notices.actions import tell
from app.accounts.people import policy, queries, rules
from app.accounts.people.models import Consent, DeviceSession, Person, PersonRole
from app.core import audit, brakes, clock, once, pagecache, passwords
from app.core.access import STAFF, Actor, Role
from app.core.brakes import Limit
from app.core.db import add_or_refuse, for_update, reading, transaction
from app.core.discards import discard
from app.core.formats import instant
from app.core.refusals import NotThere, Refusal, require
from app.core.words import Lazy, _, _l
from app.core.writes import insert

_WAIT: Lazy = _l("Terlalu banyak percobaan. Ini menjaga akun dari orang yang menebak kata sandi. Tunggu, lalu coba lagi.")
_WAIT_ADDRESS: Lazy = _l("Terlalu banyak percobaan dari jaringan ini. Tunggu sebentar, lalu coba lagi.")
# Strict for one account, wide for one address: behind a carrier's address stands a whole kelurahan.
SIGN_IN_ACCOUNT = Limit("sign-in account", 10, 15 * 60, _WAIT)
SIGN_IN_ADDRESS = Limit("sign-in address", 300, 15 * 60, _WAIT_ADDRESS)
SIGN_UP_ADDRESS = Limit("sign-up address", 200, 60 * 60, _WAIT_ADDRESS)
OLD_PASSWORD = Limit("old password", 10, 15 * 60, _WAIT)


class PhoneTaken(Refusal):
    words = _l("Nomor ini sudah dipakai. Masuk dengan nomor ini, atau daftar dengan nomor lain.")


class PasswordTooCommon(Refusal):
    words = _l("Kata sandi ini terlalu mudah ditebak. Pakai tiga kata biasa yang tidak berhubungan, misalnya tiga benda di dapur Anda.")


class PasswordAboutOneself(Refusal):
    words = _l("Kata sandi tidak boleh sama dengan nama atau nomor HP Anda. Pilih yang lain.")


class NotTheOldPassword(Refusal):
    words = _l("Kata sandi lama belum cocok. Coba lagi.")


class NoMatch(Refusal):
    """One answer for a number nobody has and for a wrong password."""

    words = _l("Nomor atau kata sandi belum cocok. Coba lagi.")


class Suspended(Refusal):
    """Said only to who knows the password."""

    def __init__(self, until: datetime, reason: str | None, words: str) -> None:
        why = str(rules.SUSPENSION_WORDS[rules.SuspensionReason(reason or "other")])
        said = _("Akun ini dihentikan sementara sampai {until}. Alasan: {reason}.", until=instant(until), reason=why)
        super().__init__(" ".join(filter(None, (said, words, _("Keberatan? Datang ke petugas.")))))


class OwnAdminRole(Refusal):
    words = _l("Anda tidak bisa melepas peran Pengelola dari diri sendiri. Minta pengelola lain.")


@dataclass(frozen=True)
class NewPerson:
    """What somebody fills in to sign up; phone is E.164, place a code of core.places."""

    name: str
    phone: str
    password: str
    place_code: str
    greeting: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A fresh sign-in: the token goes into the cookie and is kept nowhere else."""

    person_id: int
    token: str
    is_remembered: bool
    needs_factor: bool = False  # staff who have none yet: their roles rest until they set one up


@dataclass(frozen=True)
class HalfSignedIn:
    """The password was right, the second factor is still to come. `mark` goes stale when the password changes."""

    person_id: int
    mark: str
    is_remembered: bool


def mark_of(password_hash: str) -> str:
    """What a half sign-in remembers of the password it began with."""
    return sha256(password_hash.encode()).hexdigest()[:24]


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


# In


def check_password(password: str, *, name: str, phone: str) -> None:
    """Refuse what guessers try first: `PasswordTooCommon`, `PasswordAboutOneself`."""
    if rules.is_about_oneself(password, name=name, phone=phone):
        raise PasswordAboutOneself
    if rules.is_common(password):
        raise PasswordTooCommon


def sign_up(new: NewPerson, key: str, *, address: str | None) -> int:
    """Make an account and note what its owner agreed to; returns the person's id. The same form sent twice leads to the same account.

    Refuses with `PhoneTaken`, `PasswordTooCommon`, `PasswordAboutOneself`, `TooFast`.
    """
    check_password(new.password, name=new.name, phone=new.phone)
    brakes.take(SIGN_UP_ADDRESS, brakes.network_of(address))
    password_hash = passwords.hash_password(new.password)
    made, earlier = _make_account(new, password_hash, key)
    if earlier is None:
        return made
    with reading() as session:
        kept = queries.password_of(session, new.phone)
    # The second tap of the same finger: whoever knows the password goes on to the account that the first tap made.
    if kept is not None and kept.person_id == earlier and passwords.verify(kept.password_hash, new.password):
        return earlier
    # An old page filled in for somebody else is a form of its own.
    return _make_account(new, password_hash, once.new_key())[0]


def _make_account(new: NewPerson, password_hash: str, key: str) -> tuple[int, int | None]:
    """The new person's id and None, or 0 and whom this form made earlier."""
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, None)
        if earlier is not None:
            return 0, earlier
        person = Person(
            name=new.name, phone=new.phone, password_hash=password_hash, greeting=new.greeting, place_code=new.place_code, made_at=now
        )
        add_or_refuse(session, person, unique="uq_person_phone_slot", refusal=PhoneTaken())
        session.add_all(
            Consent(person_id=person.id, purpose=purpose, text_version=version, given_at=now) for purpose, version in rules.CONSENTS.items()
        )
        once.keep(session, key, None, person.id)
        return person.id, None


def sign_in(phone: str, password: str, *, device: str, is_remembered: bool, address: str | None) -> SignedIn | HalfSignedIn:
    """Start a sign-in on a device; half of one where a second factor is to be asked.

    Refuses with `NoMatch` (unknown number or wrong password, in the same time), `Suspended`, `TooFast`.
    """
    network = brakes.network_of(address)
    brakes.take(SIGN_IN_ADDRESS, network)
    brakes.take(SIGN_IN_ACCOUNT, phone)
    with reading() as session:
        kept = queries.password_of(session, phone)
    if not passwords.verify(kept.password_hash if kept else None, password) or kept is None or kept.password_hash is None:
        raise NoMatch
    now = clock.now()
    if kept.suspended_until is not None and kept.suspended_until > now:
        raise Suspended(kept.suspended_until, kept.suspended_for, kept.suspended_words)
    renewed = passwords.hash_password(password) if passwords.needs_rehash(kept.password_hash) else None
    with transaction() as session:
        # Between the look and this lock the password may have been changed, or the account closed.
        row = session.execute(
            for_update(select(Person.password_hash).where(Person.id == kept.person_id, Person.left_at.is_(None)))
        ).one_or_none()
        if row is None or row.password_hash != kept.password_hash:
            raise NoMatch
        if renewed:
            session.execute(update(Person).where(Person.id == kept.person_id).values(password_hash=renewed))
        signed_in: SignedIn | HalfSignedIn
        # Asked once the row is locked: a factor that is being set up just now counts.
        if session.scalar(select(queries.has_factor()).where(Person.id == kept.person_id)):
            signed_in = HalfSignedIn(kept.person_id, mark_of(renewed or kept.password_hash), is_remembered)
        else:
            needs_factor = not STAFF.isdisjoint(queries.roles_of(session, [kept.person_id]).get(kept.person_id, ()))
            signed_in = replace(open_session(session, kept.person_id, device, is_remembered, now), needs_factor=needs_factor)
    brakes.give_back(SIGN_IN_ADDRESS, network)
    brakes.give_back(SIGN_IN_ACCOUNT, phone)
    return signed_in


def start_session(person_id: int, *, device: str, is_remembered: bool, has_passed_factor: bool = False) -> SignedIn:
    """Start a sign-in for somebody who has just proved who they are, such as by signing up."""
    with transaction() as session:
        return open_session(session, person_id, device, is_remembered, clock.now(), has_passed_factor=has_passed_factor)


def open_session(
    session: Session, person_id: int, device: str, is_remembered: bool, now: datetime, *, has_passed_factor: bool = False
) -> SignedIn:
    """Step: a new sign-in on a device, in this transaction."""
    token = secrets.token_urlsafe(32)
    ends_at = now + (rules.REMEMBERED if is_remembered else rules.NOT_REMEMBERED)
    session.add(
        DeviceSession(
            person_id=person_id,
            token_hash=token_hash(token),
            device=device,
            is_remembered=is_remembered,
            made_at=now,
            seen_at=now,
            ends_at=ends_at,
            proved_at=now,
            factor_at=now if has_passed_factor else None,
        )
    )
    return SignedIn(person_id, token, is_remembered)


def note_seen(session_id: int) -> None:
    """Write down that this sign-in is in use; callers ask at most every `rules.SEEN_EVERY`."""
    now = clock.now()
    with transaction() as session:
        session.execute(update(DeviceSession).where(DeviceSession.id == session_id, DeviceSession.seen_at < now).values(seen_at=now))


# Out


def sign_out(actor: Actor) -> None:
    """End the sign-in of this device; its cookie is worth nothing afterwards."""
    _end(actor, DeviceSession.id == actor.session_id)


def end_device(actor: Actor, session_id: int) -> None:
    """End one of the actor's own sign-ins. Refuses with `NotThere` when it is nobody's or another's."""
    require(_end(actor, DeviceSession.id == session_id) == 1, NotThere())


def end_other_devices(actor: Actor) -> int:
    """End all sign-ins of the actor but this one; returns how many ended."""
    return _end(actor, DeviceSession.id != actor.session_id)


def _end(actor: Actor, which: object) -> int:
    with transaction() as session:
        return end_sessions(session, actor.person_id, which, clock.now())


def end_sessions(session: Session, person_id: int, which: object, now: datetime) -> int:
    """Step: end those sign-ins of a person, in this transaction; returns how many ended."""
    ended = session.execute(
        update(DeviceSession)
        .where(DeviceSession.person_id == person_id, DeviceSession.ended_at.is_(None), which)  # type: ignore[arg-type]
        .values(ended_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


# My account


def save_profile(actor: Actor, *, name: str, greeting: str, place_code: str, about: str) -> None:
    """Change what others see (name, about) and what only the site uses (greeting, place)."""
    with transaction() as session:
        session.execute(
            update(Person)
            .where(Person.id == actor.person_id, Person.left_at.is_(None))
            .values(name=name, greeting=greeting, place_code=place_code, about=about)
        )
        pagecache.touch(session, "people")


def change_password(actor: Actor, *, old: str, new: str) -> int:
    """Change the password and end every other sign-in; returns how many ended.

    Refuses with `NotTheOldPassword`, `PasswordTooCommon`, `PasswordAboutOneself`, `TooFast`.
    """
    brakes.take(OLD_PASSWORD, str(actor.person_id))
    with reading() as session:
        kept = queries.own_password(session, actor.person_id)
    if kept is None:
        raise NotThere
    if not passwords.verify(kept.password_hash, old):
        raise NotTheOldPassword
    check_password(new, name=kept.name, phone=kept.phone or "")
    password_hash, now = passwords.hash_password(new), clock.now()
    with transaction() as session:
        changed = session.execute(
            update(Person)
            .where(Person.id == actor.person_id, Person.password_hash == kept.password_hash)
            .values(password_hash=password_hash)
        )
        require(changed.rowcount == 1, NotTheOldPassword())  # type: ignore[attr-defined]
        ended = end_sessions(session, actor.person_id, DeviceSession.id != actor.session_id, now)
    brakes.give_back(OLD_PASSWORD, str(actor.person_id))
    return ended


# Roles


def give_role(actor: Actor, person_id: int, role: Role) -> None:
    """Give a person a role; giving it again changes nothing. Audited; the person is told."""
    require(policy.may_give_roles(actor))
    now = clock.now()
    with transaction() as session:
        require(session.scalar(select(Person.id).where(Person.id == person_id, Person.left_at.is_(None))) is not None, NotThere())
        row = {"person_id": person_id, "role": role, "given_by_id": actor.person_id, "given_at": now}
        given = session.execute(insert(session, PersonRole).values(**row).on_conflict_do_nothing().returning(PersonRole.person_id)).first()
        if given is not None:
            audit.write(session, actor.person_id, "role.given", "person", person_id, {"role": role.value})
            tell(session, person_id, "role.given", {"role": role.value}, f"role:{role.value}:given:{int(now.timestamp())}")


class HasLeft(Refusal):
    words = _l("Akun ini sudah dihapus. Daftar lagi kapan saja kalau Anda mau kembali.")


def admins(session: Session) -> set[int]:
    """Who may give roles now."""
    return set(session.scalars(select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN)))


def forget_devices(now: datetime) -> None:
    """The worker's chore: sign-ins that ended long ago go, a batch at a time (docs/security.md)."""
    with transaction() as session:
        old = select(DeviceSession.id).where(DeviceSession.ends_at < now - rules.ENDED_DEVICES_KEPT)
        ids = list(session.scalars(old.order_by(DeviceSession.id).limit(1000)))
        session.execute(delete(DeviceSession).where(DeviceSession.id.in_(ids)))


def leave(session: Session, person_id: int, now: datetime) -> None:
    """Step of a farewell, the last one: of the person stays a row without a name, for what others hold to point at.

    The number and the address are free again. Consents stay as a log of what was agreed to when, all withdrawn.
    """
    session.execute(delete(PersonRole).where(PersonRole.person_id == person_id))
    session.execute(delete(DeviceSession).where(DeviceSession.person_id == person_id))
    session.execute(update(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)).values(withdrawn_at=now))
    once.forget_owner(session, person_id)
    picture = session.scalar(select(Person.picture_key).where(Person.id == person_id))
    if picture is not None:
        discard(session, picture)
    nothing = dict.fromkeys(
        ("phone", "phone_proven_at", "phone_lost_at", "email", "email_proven_at", "password_hash", "place_code", "picture_key")
        + ("suspended_until", "suspended_for")
    )
    words = dict.fromkeys(("name", "greeting", "about", "suspended_words"), "")
    session.execute(update(Person).where(Person.id == person_id).values(**nothing, **words, phone_slot=0, left_at=now))
    pagecache.touch(session, "people", "community", "training", "goods", "booths", "orders")


def hold_here(session: Session, person_id: int) -> None:
    """Step: this person stays until the transaction is over. First in every action that binds her to others (an order, a turn, a seat).

    Leaving locks the same row: it comes before this, which then refuses with `HasLeft`, or waits and sees what was written.
    """
    here = select(Person.id).where(Person.id == person_id, Person.left_at.is_(None)).with_for_update(read=True, key_share=True)
    require(session.scalar(here) is not None, HasLeft())


class NobodyThere(Refusal):
    words = _l("Belum ada akun dengan nomor ini. Orangnya mendaftar dulu di /daftar.")


def appoint_admin(phone: str) -> int:
    """The operator of the machine, who acts for nobody signed in, makes somebody an admin: the first one of a site. Audited; told."""
    now = clock.now()
    with transaction() as session:
        person_id = session.scalar(select(Person.id).where(Person.phone == phone, Person.left_at.is_(None)))
        if person_id is None:
            raise NobodyThere
        row = {"person_id": person_id, "role": Role.ADMIN, "given_by_id": None, "given_at": now}
        given = session.execute(insert(session, PersonRole).values(**row).on_conflict_do_nothing().returning(PersonRole.person_id)).first()
        if given is not None:
            audit.write(session, None, "role.given", "person", person_id, {"role": Role.ADMIN.value})
            tell(session, person_id, "role.given", {"role": Role.ADMIN.value}, f"role:admin:given:{int(now.timestamp())}")
    return person_id


def lock_admins(session: Session) -> frozenset[int]:
    """Step: hold every admin's role, in one order, and return who they are: two admins who act on each other take turns."""
    rows = session.scalars(for_update(select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN).order_by(PersonRole.person_id)))
    return frozenset(rows)


def take_role(actor: Actor, person_id: int, role: Role) -> None:
    """Take a role from a person. Audited; the person is told. Refuses with `OwnAdminRole`: the site is never left without an admin."""
    require(policy.may_give_roles(actor))
    if not policy.may_take_role(actor, person_id, role):
        raise OwnAdminRole
    now = clock.now()
    with transaction() as session:
        # Two admins may take the role from each other at once: the second is none any more.
        require(actor.person_id in lock_admins(session))
        taken = session.execute(delete(PersonRole).where(PersonRole.person_id == person_id, PersonRole.role == role))
        if taken.rowcount:  # type: ignore[attr-defined]
            audit.write(session, actor.person_id, "role.taken", "person", person_id, {"role": role.value})
            tell(session, person_id, "role.taken", {"role": role.value}, f"role:{role.value}:taken:{int(now.timestamp())}")
