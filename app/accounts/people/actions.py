"""What people do with their account, and what staff do with roles."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.entries.actions import known_mark, note_sign_in
from app.accounts.entries.rules import KnownDevice, Outcome, Way
from app.accounts.notices.actions import tell
from app.accounts.people import policy, queries, rules
from app.accounts.people.models import Consent, DeviceSession, Person, PersonRole
from app.accounts.people.queries import KeptPassword, NumbersAccount
from app.accounts.proofs.actions import take_back
from app.accounts.proofs.models import Purpose
from app.core import audit, brakes, clock, once, outbox, pagecache, passwords
from app.core.access import STAFF, Actor, Role
from app.core.brakes import Limit
from app.core.db import add_or_refuse, delete_in_parts, for_update, reading, transaction
from app.core.discards import discard
from app.core.formats import instant
from app.core.refusals import NotThere, Refusal, TooFast, require
from app.core.words import Lazy, _, _l
from app.core.writes import insert

_WAIT: Lazy = _l("Terlalu banyak percobaan. Ini menjaga akun dari orang yang menebak kata sandi. Tunggu, lalu coba lagi.")
_WAIT_ADDRESS: Lazy = _l("Terlalu banyak percobaan dari jaringan ini. Tunggu sebentar, lalu coba lagi.")
# Strict for one number or mailbox tried from devices its accounts don't know. Right passwords count as well, or a second account of the
# same number would show. A device that an account knows has tries of its own, which no stranger can use up.
SIGN_IN_ACCOUNT = Limit("sign-in account", 10, 15 * 60, _WAIT)
SIGN_IN_DAY = Limit("sign-in account day", 100, 24 * 60 * 60, _WAIT)
SIGN_IN_DEVICE = Limit("sign-in device", 10, 15 * 60, _WAIT)
# Wide for one address, behind which a whole kelurahan may stand; failures only. An address that is full is not shut:
# each number may still be tried twice from there, so that a neighbour gets in while a guesser gets next to nowhere.
PASSWORDS_ADDRESS = Limit("passwords address", 300, 15 * 60, _WAIT_ADDRESS)
PASSWORDS_FULL_ADDRESS = Limit("passwords full address", 2, 15 * 60, _WAIT_ADDRESS)
SIGN_IN_ADDRESS = Limit("sign-in address", 300, 15 * 60, _WAIT_ADDRESS)  # codes and passkeys
SIGN_UP_ADDRESS = Limit("sign-up address", 200, 60 * 60, _WAIT_ADDRESS)
NOTED_BRAKES = Limit("noted brakes", 4, 60 * 60, _WAIT)  # a guesser who is stopped must not keep the database busy
PICTURES = Limit("own pictures", 10, 60 * 60, _l("Foto sudah diganti beberapa kali. Tunggu sebentar, lalu coba lagi."))
OLD_PASSWORD = Limit("old password", 10, 15 * 60, _WAIT)
OLD_PASSWORD_DAY = Limit("old password day", 50, 24 * 60 * 60, _WAIT)  # whoever holds somebody's open sign-in and guesses on


class NumberFull(Refusal):
    """No more accounts with this number for now; says nothing of who has the others."""

    words = _l("Dengan nomor ini pendaftaran belum bisa dilanjutkan. Datang ke kantor lurah terdekat. Petugas membantu Anda di sana.")


class _MadeMeanwhile(Refusal):
    """Somebody else made an account with this number since it was looked at."""


class PasswordTooCommon(Refusal):
    words = _l("Kata sandi ini terlalu mudah ditebak. Pakai tiga kata biasa yang tidak berhubungan, misalnya tiga benda di dapur Anda.")


class PasswordAboutOneself(Refusal):
    words = _l("Kata sandi tidak boleh sama dengan nama atau nomor HP Anda. Pilih yang lain.")


class NotTheOldPassword(Refusal):
    words = _l("Kata sandi lama belum cocok. Coba lagi.")


class NoMatch(Refusal):
    """One answer for a number or address nobody has and for a wrong password."""

    words = _l("Nomor HP, e-mail, atau kata sandi belum cocok. Periksa, lalu coba lagi.")


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
    """What somebody fills in to sign up; phone is E.164 (None: has none), place a code of core.places."""

    name: str
    phone: str | None
    password: str = field(repr=False)
    place_code: str
    greeting: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A fresh sign-in: the token goes into the cookie and is kept nowhere else."""

    person_id: int
    token: str
    is_remembered: bool
    needs_factor: bool = False  # staff who have none yet: their roles rest until they set one up
    is_new: bool = False  # the account was made just now


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
    if rules.is_common(password) or rules.is_of_context(password):
        raise PasswordTooCommon


def sign_up(new: NewPerson, key: str, *, device: str, address: str | None, known: Sequence[KnownDevice] = ()) -> SignedIn | HalfSignedIn:
    """Make an account and let its owner in. The same form sent twice leads to the same account.

    Nobody learns whether the number is known here: it is answered alike after the same work, and who has proven it is told. With the password
    of an account of this number it is its owner who forgot that she has one: she is let in there, or half in.
    Refuses with `NumberFull`, `PasswordTooCommon`, `PasswordAboutOneself`, `Suspended`, `TooFast`.
    """
    phone = new.phone or ""
    check_password(new.password, name=new.name, phone=phone)
    brakes.take(SIGN_UP_ADDRESS, brakes.network_of(address))
    password_hash = passwords.hash_password(new.password)
    tries: _Tries | None = None
    for _turn in range(len(rules.SLOTS) + 2):  # a turn that comes to nothing found an account made meanwhile, or the form's key used
        with reading() as session:
            kept = queries.passwords_of(session, phone)
        # A sign-up tries the passwords of the number's accounts, so it counts as a try to sign in.
        tries = tries or _take_tries(phone, kept, known, address)
        match = _match(tries.sorted(kept), new.password)
        if match is not None:
            signed = _begin(match, new.password, device, is_remembered=False)
            tries.give_back()
            return signed
        try:
            made = _make_account(new, password_hash, key, {account.person_id for account in kept}, device)
        except _MadeMeanwhile:
            continue
        except _KeyUsed:
            key = once.new_key()  # an old page filled in for somebody else, or with another password, is a form of its own
            continue
        tries.give_back()
        return made
    raise NumberFull


class _KeyUsed(Refusal):
    """The form made an account before, and this password does not open it."""


def _make_account(new: NewPerson, password_hash: str, key: str, seen: set[int], device: str) -> SignedIn:
    """A new account and its first sign-in, unless an account that was not `seen` has the number by now."""
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, None)
        accounts = queries.accounts_of(session, new.phone or "")
        require({account.person_id for account in accounts if not account.has_left} <= seen, _MadeMeanwhile())
        require(earlier is None, _KeyUsed())
        recent = [account for account in accounts if account.made_at > now - rules.SIGN_UPS_WITHIN]
        require(len(recent) < rules.MOST_SIGN_UPS, NumberFull())
        person_id = _add_account(session, new, password_hash, accounts, now, has_agreed=True)
        once.keep(session, key, None, person_id)
        return replace(open_session(session, person_id, device, False, now), is_new=True)


def make_account(session: Session, new: NewPerson, password_hash: str | None, now: datetime, *, has_agreed: bool = True) -> int:
    """Step: an account in the next free place of its number, with nothing proven; returns the person's id.

    Who has proven the number is told after the commit. `has_agreed` notes what the sign-up form asks to agree to.
    Refuses with `NumberFull`, also when others take the last place at the same time.
    """
    for _turn in rules.SLOTS:
        try:
            return _add_account(session, new, password_hash, queries.accounts_of(session, new.phone or ""), now, has_agreed=has_agreed)
        except _MadeMeanwhile:
            continue
    raise NumberFull


def _add_account(
    session: Session, new: NewPerson, password_hash: str | None, accounts: list[NumbersAccount], now: datetime, *, has_agreed: bool
) -> int:
    """The new account's id. Refuses with `NumberFull`, and with `_MadeMeanwhile` when somebody took the place first."""
    slot = next((slot for slot in rules.SLOTS if slot not in {account.slot for account in accounts}), None)
    if slot is None:
        raise NumberFull
    person = Person(
        name=new.name,
        phone=new.phone,
        phone_slot=slot,
        password_hash=password_hash,
        greeting=new.greeting,
        place_code=new.place_code,
        made_at=now,
    )
    add_or_refuse(session, person, unique="uq_person_phone_slot", refusal=_MadeMeanwhile())
    if has_agreed:
        session.add_all(
            Consent(person_id=person.id, purpose=purpose, text_version=version, given_at=now) for purpose, version in rules.CONSENTS.items()
        )
    outbox.put(session, "person.signed_up", person.id)
    return person.id


def tell_holders(person_id: int) -> None:
    """Tell whoever has proven the number of a new account that it was used to sign up. Safe to run twice.

    Nobody else: who signed up with somebody else's number must not be told on the day its owner comes.
    """
    with transaction() as session:
        phone = session.scalar(select(Person.phone).where(Person.id == person_id))
        for account in queries.passwords_of(session, phone or ""):
            if account.person_id != person_id and account.has_proven:
                tell(session, account.person_id, "account.number_used", {}, f"number_used:{person_id}")


def sign_in(
    who: str, password: str, *, device: str, is_remembered: bool, address: str | None, known: Sequence[KnownDevice] = ()
) -> SignedIn | HalfSignedIn:
    """Start a sign-in on a device; half of one where a second factor is to be asked. `who` is a number (E.164) or a proven e-mail address.

    All accounts of a number are tried, the first that matches is meant.
    Refuses with `NoMatch` (unknown, or wrong password, in the same time), `Suspended`, `TooFast`.
    """
    with reading() as session:
        kept = queries.passwords_of(session, who)
    tries = _take_tries(who, kept, known, address)
    match = _match(tries.sorted(kept), password)
    if match is None:
        raise NoMatch
    signed_in = _begin(match, password, device, is_remembered=is_remembered)
    tries.give_back()
    return signed_in


@dataclass(frozen=True)
class _Tries:
    """The tries taken for one attempt, and which accounts may be tried with them."""

    taken: list[tuple[Limit, str]]  # those that a success gives back
    known_ids: frozenset[int]  # the accounts that know the device
    is_known_only: bool  # the number's own tries are used up: nobody but those who know the device

    def sorted(self, kept: list[KeptPassword]) -> list[KeptPassword]:
        """The accounts to try, those that know the device first."""
        allowed = [account for account in kept if account.person_id in self.known_ids or not self.is_known_only]
        return sorted(allowed, key=lambda account: account.person_id not in self.known_ids)

    def give_back(self) -> None:
        for limit, key in self.taken:
            brakes.give_back(limit, key)


def _take_tries(who: str, kept: list[KeptPassword], known: Sequence[KnownDevice], address: str | None) -> _Tries:
    """Count one try; raises `TooFast`.

    The number's own tries are never given back, not even for a right password: whoever has an account with somebody else's number could
    set that account's password to a guess and sign in, to see which of the two it opens.
    """
    marks = {known_mark(account.person_id): account.person_id for account in kept} if known else {}
    mine = [(marks[device.mark], device) for device in known if device.mark in marks]
    if mine:
        taken = [(SIGN_IN_DEVICE, f"{device.mark} {device.nonce}") for _person_id, device in mine]
        for limit, key in taken:
            brakes.take(limit, key)
        try:
            _take_account(who)
        except TooFast:
            return _Tries(taken, frozenset(person_id for person_id, _device in mine), is_known_only=True)
        return _Tries(taken, frozenset(person_id for person_id, _device in mine), is_known_only=False)
    _take_account(who)
    network = brakes.network_of(address)
    try:
        brakes.take(PASSWORDS_ADDRESS, network)
    except TooFast:
        brakes.take(PASSWORDS_FULL_ADDRESS, f"{network} {who}")
        return _Tries([], frozenset(), is_known_only=False)
    return _Tries([(PASSWORDS_ADDRESS, network)], frozenset(), is_known_only=False)


def _take_account(who: str) -> None:
    brakes.take(SIGN_IN_ACCOUNT, who)
    brakes.take(SIGN_IN_DAY, who)


def _match(kept: list[KeptPassword], password: str) -> KeptPassword | None:
    """The first account that this password opens. As many passwords are looked at for a number nobody has as for one with three accounts."""
    padded: list[KeptPassword | None] = [*kept, *[None] * len(rules.SLOTS)]
    looked = [
        account if passwords.verify(account.password_hash if account else None, password) else None
        for account in padded[: len(rules.SLOTS)]
    ]
    return next((account for account in looked if account is not None), None)


def _begin(match: KeptPassword, password: str, device: str, *, is_remembered: bool) -> SignedIn | HalfSignedIn:
    """Start the sign-in of somebody whose password was right. Refuses with `NoMatch`, `Suspended`."""
    now = clock.now()
    if match.suspended_until is not None and match.suspended_until > now:
        raise Suspended(match.suspended_until, match.suspended_for, match.suspended_words)
    kept_hash = match.password_hash or ""
    renewed = passwords.hash_password(password) if passwords.needs_rehash(kept_hash) else None
    with transaction() as session:
        # Between the look and this lock the password may have been changed, or the account closed.
        row = session.execute(
            for_update(select(Person.password_hash).where(Person.id == match.person_id, Person.left_at.is_(None)))
        ).one_or_none()
        if row is None or row.password_hash != kept_hash:
            raise NoMatch
        if renewed:
            session.execute(update(Person).where(Person.id == match.person_id).values(password_hash=renewed))
        # Asked once the row is locked: a factor that is being set up just now counts.
        if session.scalar(select(queries.has_factor()).where(Person.id == match.person_id)):
            return HalfSignedIn(match.person_id, mark_of(renewed or kept_hash), is_remembered)
        needs_factor = not STAFF.isdisjoint(queries.roles_of(session, [match.person_id]).get(match.person_id, ()))
        return replace(open_session(session, match.person_id, device, is_remembered, now), needs_factor=needs_factor)


def note_refused(who: str, outcome: Outcome, device: str, known: Sequence[KnownDevice] = ()) -> None:
    """Write a refused try into the history of the account it was about. Call it after the answer has gone out.

    Of a number's accounts those are meant that know the device, else all: what its owner mistypes at home is not shown to somebody
    who signed up with her number.
    """
    if outcome is Outcome.BRAKED:
        try:
            brakes.take(NOTED_BRAKES, who)
        except TooFast:
            return
    now = clock.now()
    with reading() as session:
        kept = queries.passwords_of(session, who)
    marks = {known_device.mark for known_device in known}
    meant = [account for account in kept if known_mark(account.person_id) in marks] or kept
    if meant:
        with transaction() as session:
            for account in meant:
                note_sign_in(session, account.person_id, Way.PASSWORD, outcome, device, now)


def start_session(person_id: int, *, device: str, is_remembered: bool, has_passed_factor: bool = False) -> SignedIn:
    """Start a sign-in for somebody who has just proved who they are, such as by signing up."""
    with transaction() as session:
        return open_session(session, person_id, device, is_remembered, clock.now(), has_passed_factor=has_passed_factor)


def open_session(
    session: Session, person_id: int, device: str, is_remembered: bool, now: datetime, *, has_passed_factor: bool = False
) -> SignedIn:
    """Step: a new sign-in on a device, in this transaction. Beyond `rules.MOST_SIGN_INS` the one used longest ago ends."""
    token = secrets.token_urlsafe(32)
    mine = (DeviceSession.person_id == person_id, DeviceSession.ended_at.is_(None))
    newest = (
        select(DeviceSession.id).where(*mine, DeviceSession.ends_at > now).order_by(DeviceSession.seen_at.desc(), DeviceSession.id.desc())
    )
    kept = list(session.scalars(newest.limit(rules.MOST_SIGN_INS)))
    if len(kept) == rules.MOST_SIGN_INS:
        end_sessions(session, person_id, DeviceSession.id.not_in(kept[:-1]), now)
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


def rotate_token(session: Session, session_id: int, now: datetime) -> str | None:
    """Step: a new token for a live sign-in, at every change of what it may do; the old one is worth nothing. None when it has ended."""
    token = secrets.token_urlsafe(32)
    rotated = session.execute(
        update(DeviceSession)
        .where(DeviceSession.id == session_id, DeviceSession.ended_at.is_(None), DeviceSession.ends_at > now)
        .values(token_hash=token_hash(token))
    )
    return token if rotated.rowcount == 1 else None  # type: ignore[attr-defined]


def end_idle(session_id: int) -> None:
    """End a sign-in that lay idle for too long (`policy.is_idle`)."""
    now = clock.now()
    with transaction() as session:
        session.execute(update(DeviceSession).where(DeviceSession.id == session_id, DeviceSession.ended_at.is_(None)).values(ended_at=now))


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


def set_picture(actor: Actor, key: str | None) -> None:
    """Show this picture (a key of core.pictures) beside the actor's name, or none. The one before is deleted after the commit."""
    with transaction() as session:
        before = session.scalar(for_update(select(Person.picture_key).where(Person.id == actor.person_id)))
        session.execute(update(Person).where(Person.id == actor.person_id).values(picture_key=key))
        if before is not None and before != key:
            discard(session, before)
        pagecache.touch(session, "people")


def brake_pictures(actor: Actor) -> None:
    """Count a picture before the work of making it small. Refuses with `TooFast`."""
    brakes.take(PICTURES, str(actor.person_id))


@dataclass(frozen=True)
class PasswordChanged:
    ended: int  # other sign-ins
    token: str | None = field(repr=False)  # this device's new one


def change_password(actor: Actor, *, old: str, new: str) -> PasswordChanged:
    """Change the password, end every other sign-in and give this one a new token.

    Codes and links that were made to get in without the old one are worth nothing afterwards. The person is told.
    Refuses with `NotTheOldPassword`, `PasswordTooCommon`, `PasswordAboutOneself`, `TooFast`.
    """
    take_old_password(actor)
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
        for purpose in (Purpose.RECOVERY, Purpose.DESK_RESET, Purpose.SIGN_IN):
            take_back(session, purpose, actor.person_id)
        token = rotate_token(session, actor.session_id, now)
        tell(session, actor.person_id, "account.password_changed", {}, f"password:{now.timestamp():.6f}")
    give_back_old_password(actor)
    return PasswordChanged(ended, token)


def take_old_password(actor: Actor) -> None:
    """Count one try of the actor's own password where she is in already. Refuses with `TooFast`."""
    brakes.take(OLD_PASSWORD, str(actor.person_id))
    brakes.take(OLD_PASSWORD_DAY, str(actor.person_id))


def give_back_old_password(actor: Actor) -> None:
    """It was right."""
    brakes.give_back(OLD_PASSWORD, str(actor.person_id))
    brakes.give_back(OLD_PASSWORD_DAY, str(actor.person_id))


# Roles


def give_role(actor: Actor, person_id: int, role: Role) -> None:
    """Give a person a role; giving it again changes nothing. Audited; the person is told."""
    require(policy.may_give_roles(actor))
    now = clock.now()
    with transaction() as session:
        try:
            hold_here(session, person_id)
        except HasLeft:
            raise NotThere from None
        # Two admins may act at once: who has just lost the role gives none away.
        require(actor.person_id in lock_admins(session))
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
    """The worker's chore: sign-ins that ended long ago go (docs/security.md)."""
    delete_in_parts(DeviceSession, DeviceSession.ends_at < now - rules.ENDED_DEVICES_KEPT)


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
        (
            *("phone", "phone_proven_at", "phone_lost_at", "email", "email_proven_at", "password_hash"),
            *("place_code", "picture_key", "suspended_until", "suspended_for"),
        )
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


class SeveralThere(Refusal):
    """The first admin must not be whoever signed up with her number after her."""

    words = _l("Ada beberapa akun dengan nomor ini, dan belum ada yang membuktikannya. Buktikan nomor dulu di /akun/kontak.")


def appoint_admin(phone: str) -> int:
    """The operator of the machine, who acts for nobody signed in, makes somebody an admin: the first one of a site. Audited; told."""
    now = clock.now()
    with transaction() as session:
        kept = queries.passwords_of(session, phone)
        require(bool(kept), NobodyThere())
        require(len(kept) == 1 or kept[0].has_proven, SeveralThere())
        person_id = kept[0].person_id
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
