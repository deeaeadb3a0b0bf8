"""What the desk does for somebody who stands there: looking for her, starting a new password or number, signing her up.

The desk never learns a password and never holds a key to an account: it gives a code on paper, which works only together with the
number, on the person's own device, for half an hour; and she is told of it on every way there is to her.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.counter import policy, queries, rules
from app.accounts.counter.queries import Found, Slip
from app.accounts.notices.actions import tell
from app.accounts.people.actions import NewPerson, make_account
from app.accounts.people.models import Consent, Person
from app.accounts.proofs.actions import issue_code
from app.accounts.proofs.models import Purpose
from app.accounts.proofs.rules import DESK_CODE_HOLDS, letters_from
from app.accounts.recovery import rules as recovery_rules
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.queries import holders_of_number, waits_for_confirming
from app.accounts.recovery.rules import ASSISTED_HOLDS, DeskAct
from app.core import audit, brakes, clock, once, sealing
from app.core.access import Actor
from app.core.brakes import Limit
from app.core.db import for_update, reading, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l

SEARCHES = Limit("desk searches", 60, 60 * 60, _l("Terlalu banyak pencarian dalam satu jam. Tunggu sebentar, lalu coba lagi."))
_DESK = "/petugas/loket"


class TooMany(Refusal):
    words = _l("Ada lebih dari lima orang dengan nama itu. Tulis nama lebih lengkap, atau pakai nomor HP.")


class NameTooShort(Refusal):
    words = _l("Tulis nomor HP lengkap, atau paling sedikit empat huruf nama.")


class OwnAccount(Refusal):
    words = _l("Akun Anda sendiri tidak bisa diurus di loket ini. Minta pengelola.")
    back = _DESK


class StaffAccount(Refusal):
    words = _l("Ini akun petugas. Kata sandi dan nomornya hanya bisa diurus lewat pengelola.")
    back = _DESK


class NotConfirmedYet(Refusal):
    words = _l("Akun ini belum dilanjutkan oleh orangnya. Buat kode pendaftaran baru untuknya.")
    back = _DESK


class NoNumber(Refusal):
    words = _l("Akun ini belum punya nomor HP. Pasang nomor HP baru, kata sandi ikut diganti.")
    back = _DESK


class ShownOnce(Refusal):
    words = _l("Kode itu sudah ditampilkan atau sudah dipakai. Kalau masih perlu, mulai lagi.")
    back = _DESK


class NumberKnown(Refusal):
    words = _l("Nomor ini sudah dipakai di sini. Cari dulu nomornya di loket. Kalau memang orang lain, centang di bawah, lalu kirim lagi.")


@dataclass(frozen=True)
class Shown:
    """A slip with its code: in the answer itself, stored nowhere."""

    code: str
    slip: Slip


def search(actor: Actor, words: str, phone: str | None) -> list[Found]:
    """Look for somebody by her whole number, or the beginning of her name. Each person shown is a row in the trail.

    Refuses with `NameTooShort`, `TooMany`, `TooFast`.
    """
    require(policy.may_help(actor))
    require(phone is not None or len(words) >= rules.LEAST_NAME_LETTERS, NameTooShort())
    brakes.take(SEARCHES, str(actor.person_id))
    by = "number" if phone is not None else "name"
    with transaction() as session:
        found = queries.search(session, words, phone)
        is_too_many = len(found) > rules.MOST_FOUND
        for person in () if is_too_many else found:
            audit.write(session, actor.person_id, queries.FOUND, "person", person.person_id, {"by": by})
        if is_too_many or not found:
            audit.write(session, actor.person_id, "counter.searched", "person", 0, {"by": by, "found": len(found)})
    if is_too_many:
        raise TooMany
    return found


def look_at(actor: Actor, person_id: int) -> Found:
    """Somebody this officer has just looked for and may help. Refuses with `NotThere`, `OwnAccount`, `StaffAccount`."""
    with reading() as session:
        found = _found(session, actor, person_id, clock.now())
    _check(actor, found)
    return found


def _found(session: Session, actor: Actor, person_id: int, now: datetime) -> Found:
    require(policy.may_help(actor))
    require(queries.was_found(session, actor.person_id, person_id, now - rules.FOUND_HOLDS), NotThere())
    found = queries.person(session, person_id)
    if found is None:
        raise NotThere
    return found


def _check(actor: Actor, found: Found) -> None:
    require(found.person_id != actor.person_id, OwnAccount())
    require(not found.is_staff or policy.may_help_staff(actor), StaffAccount())


def _code_of(actor: Actor, key: str) -> str:
    """The code a form's key leads to; only who has this machine's keys can compute it."""
    return letters_from(sealing.keyed_mark("desk code", actor.person_id, key))


def _lock(session: Session, *person_ids: int) -> None:
    """Officer and person in one order: two officers who start at once for one person take turns, and so do two forms of one officer."""
    session.execute(for_update(select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id))).all()


def start(actor: Actor, person_id: int, key: str, *, new_phone: str | None = None) -> Shown:
    """Make the code with which this person sets a new password (and takes `new_phone`) on her own device. An earlier code ends.

    Nothing of the account changes until she uses it. Audited; told; from the officer's second on a day, or the person's, an
    admin is shown it. Refuses with `NotThere`, `OwnAccount`, `StaffAccount`, `NotConfirmedYet`, `NoNumber`, `ShownOnce`.
    """
    now, me, code = clock.now(), actor.person_id, _code_of(actor, key)
    act = DeskAct.PASSWORD if new_phone is None else DeskAct.PHONE
    with transaction() as session:
        earlier = once.claim(session, key, me)
        if earlier is not None:
            slip = queries.reset_to_show_again(session, me, earlier, now - rules.SHOWN_AGAIN)
            if slip is None:
                raise ShownOnce
            return Shown(code, slip)
        _lock(session, me, person_id)
        _check(actor, _found(session, actor, person_id, now))
        require(not waits_for_confirming(session, person_id), NotConfirmedYet())
        phone = new_phone or session.scalar(select(Person.phone).where(Person.id == person_id))
        if phone is None:
            raise NoNumber
        reset = _begin(session, actor, person_id, act, phone, now)
        issue_code(session, Purpose.DESK_RESET, phone, person_id, now, holds=DESK_CODE_HOLDS, code=code, made_by_id=me)
        once.keep(session, key, me, reset.id)
        return Shown(code, Slip(rules.masked(phone), reset.ends_at, act))


def _begin(session: Session, actor: Actor, person_id: int, act: DeskAct, phone: str, now: datetime) -> DeskReset:
    """The row, its flag, the trail, and word to the person."""
    me = actor.person_id
    counts = queries.resets_since(session, me, person_id, clock.at(clock.day_of(now), 0))
    flag = recovery_rules.flag(counts.by_officer, counts.of_person)
    still_open = (DeskReset.person_id == person_id, DeskReset.done_at.is_(None), DeskReset.stopped_at.is_(None))
    session.execute(update(DeskReset).where(*still_open).values(stopped_at=now))
    reset = DeskReset(act=act, person_id=person_id, officer_id=me, phone=phone, made_at=now, ends_at=now + DESK_CODE_HOLDS, flag=flag)
    session.add(reset)
    session.flush()
    codes = {"act": act.value, "reset": reset.id, "flag": flag.value if flag else None}
    audit.write(session, me, "desk.reset_started", "person", person_id, codes)
    if flag is not None:
        audit.write(session, me, "desk.reset_flagged", "desk_reset", reset.id, {"flag": flag.value})
    place = session.scalar(select(Person.place_code).where(Person.id == me))
    params = {"reset": reset.id, "act": act.value, "officer": actor.name, "place": place, "at": now.isoformat()}
    tell(session, person_id, "desk.reset_started", params, f"desk:{reset.id}:started")
    return reset


# Signing up


def sign_up(actor: Actor, new: NewPerson, key: str, *, is_somebody_else: bool) -> Shown:
    """Make an account that can do nothing until its owner has confirmed it with the code. `new` has no password. Audited.

    Refuses with `NumberKnown` (unless it is said to be somebody else), `people.actions.NumberFull`, `ShownOnce`.
    """
    require(policy.may_help(actor))
    now, me, code = clock.now(), actor.person_id, _code_of(actor, key)
    phone = new.phone or ""
    with transaction() as session:
        earlier = once.claim(session, key, me)
        if earlier is not None:
            return _sign_up_again(session, actor, earlier, code, now)
        require(is_somebody_else or not holders_of_number(session, phone), NumberKnown())
        person_id = make_account(session, new, None, now, has_agreed=False)
        purpose, version = recovery_rules.ASSISTED_CONSENT
        session.add(Consent(person_id=person_id, purpose=purpose, text_version=version, given_at=now))
        session.add(AssistedSignUp(person_id=person_id, helped_by_id=me, made_at=now))
        issue_code(session, Purpose.ASSISTED, phone, person_id, now, holds=ASSISTED_HOLDS, code=code, made_by_id=me)
        audit.write(session, me, "assisted.signed_up", "person", person_id)
        once.keep(session, key, me, person_id)
    return Shown(code, Slip(rules.masked(phone), now + ASSISTED_HOLDS, None))


def _sign_up_again(session: Session, actor: Actor, person_id: int, code: str, now: datetime) -> Shown:
    """The slip of a form that was sent a moment ago."""
    slip = queries.sign_up_to_show_again(session, actor.person_id, person_id, now - rules.SHOWN_AGAIN)
    if slip is None:
        raise ShownOnce
    return Shown(code, slip)


def new_code(actor: Actor, person_id: int, key: str) -> Shown:
    """Another slip for somebody signed up here who lost the first: the first is worth nothing then. Audited."""
    now, me, code = clock.now(), actor.person_id, _code_of(actor, key)
    with transaction() as session:
        earlier = once.claim(session, key, me)
        if earlier is not None:
            return _sign_up_again(session, actor, earlier, code, now)
        _lock(session, me, person_id)
        _check(actor, _found(session, actor, person_id, now))
        require(waits_for_confirming(session, person_id), NotThere())
        phone = session.scalar(select(Person.phone).where(Person.id == person_id))
        if phone is None:
            raise NoNumber
        issue_code(session, Purpose.ASSISTED, phone, person_id, now, holds=ASSISTED_HOLDS, code=code, made_by_id=me)
        audit.write(session, me, "assisted.new_code", "person", person_id)
        once.keep(session, key, me, person_id)
        return Shown(code, Slip(rules.masked(phone), now + ASSISTED_HOLDS, None))


# Flags


def look(actor: Actor, reset_id: int) -> None:
    """An admin has looked at what was flagged. Audited; doing it twice changes nothing."""
    require(policy.may_look_at_flags(actor))
    with transaction() as session:
        seen = session.execute(
            update(DeskReset)
            .where(DeskReset.id == reset_id, DeskReset.flag.is_not(None), DeskReset.looked_at.is_(None))
            .values(looked_at=clock.now(), looked_by_id=actor.person_id)
            .returning(DeskReset.id)
        ).one_or_none()
        if seen is not None:
            audit.write(session, actor.person_id, "desk.flag_looked_at", "desk_reset", reset_id)
