"""Setting up a second factor, and signing in with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.factors import queries, rules
from app.accounts.notices.actions import tell
from app.accounts.people.actions import (
    SIGN_IN_ADDRESS,
    HalfSignedIn,
    HasLeft,
    SignedIn,
    Suspended,
    end_sessions,
    give_back_old_password,
    hold_here,
    mark_of,
    open_session,
    rotate_token,
    take_old_password,
)
from app.accounts.people.models import DeviceSession, Passkey, Person, RecoveryCode, SecondFactor
from app.accounts.people.queries import own_password
from app.core import audit, brakes, clock, once, passwords, sealing, totp
from app.core.access import Actor
from app.core.brakes import Limit
from app.core.db import for_update, reading, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import Lazy, _l
from app.core.writes import insert

_WAIT: Lazy = _l("Terlalu banyak kode yang belum cocok. Ini menjaga akun dari orang yang menebak. Tunggu, lalu coba lagi.")
# Three codes of a million are good at a time: at this pace a guesser who has the password needs years.
CODE = Limit("sign-in code", 6, 15 * 60, _WAIT)
CODE_DAY = Limit("sign-in code day", 60, 24 * 60 * 60, _WAIT)
FIRST_CODE = Limit("first code", 20, 15 * 60, _WAIT)


class CodeNoMatch(Refusal):
    words = _l("Kode belum cocok, atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu coba lagi.")


class FirstCodeNoMatch(Refusal):
    words = _l("Kode belum cocok. Periksa apakah jam HP Anda tepat, lalu tulis kode yang terbaru.")


class HalfTooOld(Refusal):
    """The password was given too long ago, or has changed since."""

    words = _l("Waktu untuk menulis kode sudah lewat. Masuk lagi dengan nomor dan kata sandi.")
    back = "/masuk"


class NothingToConfirm(Refusal):
    words = _l("Pengaman ini sudah terpasang. Kode cadangan hanya ditampilkan sekali; kalau belum disimpan, buat yang baru.")
    back = "/akun/pengaman"


class FactorMissing(Refusal):
    words = _l("Pasang pengaman dulu, baru kode cadangan bisa dibuat.")
    back = "/akun/pengaman"


class CodeNotGivenHere(Refusal):
    words = _l("Keluar, lalu masuk lagi dengan kode atau sidik jari. Sesudah itu pengaman bisa diganti.")
    back = "/akun"


# Signing in


def pass_code(half: HalfSignedIn, typed: str, *, device: str, address: str | None) -> SignedIn:
    """The second half of a sign-in: a code of the app, or a recovery code, each good once.

    Refuses with `CodeNoMatch`, `HalfTooOld`, `Suspended`, `TooFast`.
    """
    network = brakes.network_of(address)
    brakes.take(SIGN_IN_ADDRESS, network)
    _take_code(half.person_id)
    now = clock.now()
    with transaction() as session:
        row = session.execute(
            for_update(
                select(Person.password_hash, Person.suspended_until, Person.suspended_for, Person.suspended_words).where(
                    Person.id == half.person_id, Person.left_at.is_(None)
                )
            )
        ).one_or_none()
        require(row is not None and mark_of(row.password_hash or "") == half.mark, HalfTooOld())
        if row is not None and row.suspended_until is not None and row.suspended_until > now:
            raise Suspended(row.suspended_until, row.suspended_for, row.suspended_words)
        require(spend(session, half.person_id, typed, now), CodeNoMatch())
        signed_in = open_session(session, half.person_id, device, half.is_remembered, now, has_passed_factor=True)
    brakes.give_back(SIGN_IN_ADDRESS, network)
    _give_back_code(half.person_id)
    return signed_in


def _take_code(person_id: int) -> None:
    brakes.take(CODE, str(person_id))
    brakes.take(CODE_DAY, str(person_id))


def _give_back_code(person_id: int) -> None:
    brakes.give_back(CODE, str(person_id))
    brakes.give_back(CODE_DAY, str(person_id))


def spend(session: Session, person_id: int, typed: str, now: datetime) -> bool:
    """Step: use up a code. False when it is none of this person's now, or was used before."""
    digits, recovery_code = rules.read_digits(typed), rules.read_recovery_code(typed)
    if digits is not None:
        sealed = session.scalar(
            select(SecondFactor.secret).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        )
        step = totp.matching_step(queries.unsealed(sealed, person_id), digits, now) if sealed is not None else None
        return step is not None and _spend_step(session, person_id, step)
    return recovery_code is not None and _spend_recovery_code(session, person_id, recovery_code, now)


def _spend_step(session: Session, person_id: int, step: int) -> bool:
    spent = session.execute(
        update(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.last_step < step).values(last_step=step)
    )
    return bool(spent.rowcount == 1)  # type: ignore[attr-defined]


def _spend_recovery_code(session: Session, person_id: int, code: str, now: datetime) -> bool:
    mark = _mark(person_id, code)
    spent = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_mark == mark, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return False
    tell(session, person_id, "factor.recovered", {"left": queries.factor(session, person_id).codes_left}, f"recovery:{mark}")
    return True


def _mark(person_id: int, code: str) -> str:
    return sealing.keyed_mark("recovery_code", person_id, code)


# Proving again, on a device where the person is in already


class NotThePassword(Refusal):
    words = _l("Kata sandi belum cocok. Coba lagi.")


class ProofCodeNoMatch(Refusal):
    words = _l("Kode belum cocok, atau sudah dipakai. Tunggu kode berikutnya, atau tulis satu kode cadangan.")


def ways(actor: Actor) -> rules.Ways:
    """How the actor can prove here that it is she."""
    with reading() as session:
        return queries.ways_to_prove(session, actor.person_id)


def prove_by_password(actor: Actor, typed: str) -> str | None:
    """Prove with the password that the owner holds this device; returns its new token (`note_proved`). Refuses with `NotThePassword`, `TooFast`; `NotThere` where a factor is asked."""
    take_old_password(actor)
    with reading() as session:
        require(queries.ways_to_prove(session, actor.person_id).password, NotThere())
        kept = own_password(session, actor.person_id)
    if kept is None or not passwords.verify(kept.password_hash, typed):
        raise NotThePassword
    with transaction() as session:
        still = session.scalar(for_update(select(Person.password_hash).where(Person.id == actor.person_id, Person.left_at.is_(None))))
        require(still is not None and still == kept.password_hash, NotThePassword())
        token = note_proved(session, actor, clock.now())
    give_back_old_password(actor)
    return token


def prove_by_code(actor: Actor, typed: str) -> str | None:
    """Prove with a code of the app or a recovery code, each good once; returns this device's new token. Refuses with `ProofCodeNoMatch`, `TooFast`; `NotThere` where the password is asked."""
    _take_code(actor.person_id)
    now = clock.now()
    with transaction() as session:
        session.execute(for_update(select(Person.id).where(Person.id == actor.person_id))).one()
        require(queries.ways_to_prove(session, actor.person_id).any_code, NotThere())
        require(spend(session, actor.person_id, typed, now), ProofCodeNoMatch())
        token = note_proved(session, actor, now)
    _give_back_code(actor.person_id)
    return token


def note_proved(session: Session, actor: Actor, now: datetime) -> str | None:
    """Step: the person proved on this device just now: the sign-in goes on with a new token, and whoever copied the old one is out.

    Nothing else of the sign-in changes; one that has ended stays ended (None).
    """
    session.execute(
        update(DeviceSession).where(DeviceSession.id == actor.session_id, DeviceSession.ended_at.is_(None)).values(proved_at=now)
    )
    return rotate_token(session, actor.session_id, now)


# Setting up


def begin(actor: Actor) -> None:
    """Make a secret that waits for its first code; one that waits already stays. What works now goes on working until then."""
    secret = sealing.seal(totp.new_secret().encode(), "second_factor", actor.person_id, "secret")
    with transaction() as session:
        hold_here(session, actor.person_id)
        may_change(session, actor)
        session.execute(
            insert(session, SecondFactor).values(person_id=actor.person_id, last_step=0, next_secret=secret).on_conflict_do_nothing()
        )
        session.execute(
            update(SecondFactor)
            .where(SecondFactor.person_id == actor.person_id, SecondFactor.next_secret.is_(None))
            .values(next_secret=secret)
        )


def may_change(session: Session, actor: Actor) -> None:
    """Step: who has a factor changes it only from where it was passed: the password alone must not be enough to replace it."""
    if queries.factor(session, actor.person_id).works:
        require(queries.has_passed_factor(session, actor.session_id), CodeNotGivenHere())


def confirm(actor: Actor, typed: str, key: str) -> list[str]:
    """Put the waiting secret to work with its first code; returns new recovery codes. Every other sign-in ends. Audited; told.

    The same form sent twice gives the same codes again, for some minutes. Refuses with `FirstCodeNoMatch`, `NothingToConfirm`, `TooFast`.
    """
    brakes.take(FIRST_CODE, str(actor.person_id))
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        # The person's row first, as signing in does: a sign-in by the password alone comes before this, and ends below, or asks for a code.
        here = for_update(select(Person.id).where(Person.id == me, Person.left_at.is_(None)))
        require(session.scalar(here) is not None, HasLeft())
        if once.claim(session, key, me) is not None:
            return codes_again(session, actor, key, now)
        may_change(session, actor)
        secret = queries.secret_to_set(session, me)
        if secret is None:
            raise NothingToConfirm
        step = totp.matching_step(secret, rules.read_digits(typed) or "", now)
        require(step is not None, FirstCodeNoMatch())
        session.execute(
            update(SecondFactor)
            .where(SecondFactor.person_id == me)
            .values(secret=SecondFactor.next_secret, confirmed_at=now, last_step=step, next_secret=None)
        )
        codes = make_codes(session, me, key, now)
        end_sessions(session, me, DeviceSession.id != actor.session_id, now)
        session.execute(update(DeviceSession).where(DeviceSession.id == actor.session_id).values(factor_at=now))
        audit.write(session, me, "factor.set", "person", me)
        tell(session, me, "factor.set", {}, f"factor:{int(now.timestamp())}")
        once.keep(session, key, me, me)
    brakes.give_back(FIRST_CODE, str(me))
    return codes


def new_codes(actor: Actor, key: str) -> list[str]:
    """Ten new recovery codes; the old ones are worth nothing afterwards. Audited; told. Refuses with `FactorMissing`."""
    now, me = clock.now(), actor.person_id
    with transaction() as session:
        session.execute(for_update(select(Person.id).where(Person.id == me))).one()
        if once.claim(session, key, me) is not None:
            return codes_again(session, actor, key, now)
        require(queries.factor(session, me).works, FactorMissing())
        may_change(session, actor)
        codes = make_codes(session, me, key, now)
        audit.write(session, me, "factor.codes", "person", me)
        tell(session, me, "factor.codes", {}, f"codes:{int(now.timestamp())}")
        once.keep(session, key, me, me)
    return codes


def remove(person_id: int, *, by_id: int | None = None) -> None:
    """Take away every second factor that its owner has lost: by an admin who saw her and her ID, or (None) by the operator of the machine.

    Her password stays and is asked for; every sign-in of hers ends. Audited; told. Refuses with `NotThere`.
    """
    now = clock.now()
    with transaction() as session:
        here = for_update(select(Person.id).where(Person.id == person_id, Person.left_at.is_(None)))
        require(session.scalar(here) is not None, NotThere())
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
        session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
        session.execute(delete(Passkey).where(Passkey.person_id == person_id))
        end_sessions(session, person_id, DeviceSession.id > 0, now)
        audit.write(session, by_id, "factor.removed", "person", person_id)
        tell(session, person_id, "factor.removed", {}, f"factor:removed:{int(now.timestamp())}")


def _codes_of(person_id: int, key: str) -> list[str]:
    """The codes that a form's key leads to: only who has this machine's keys can compute them."""
    return [rules.code_from(sealing.keyed_mark("recovery codes", person_id, key, number)) for number in range(rules.CODES)]


def make_codes(session: Session, person_id: int, key: str, now: datetime) -> list[str]:
    """Step: ten new recovery codes by a form's key; the old ones are worth nothing."""
    codes = _codes_of(person_id, key)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(RecoveryCode(person_id=person_id, code_mark=_mark(person_id, code), made_at=now) for code in codes)
    return codes


def codes_again(session: Session, actor: Actor, key: str, now: datetime) -> list[str]:
    """Step: the codes that the same form made some minutes ago. Refuses with `NothingToConfirm` when it made none, or longer ago."""
    codes = _codes_of(actor.person_id, key)
    first = select(RecoveryCode.made_at).where(
        RecoveryCode.person_id == actor.person_id, RecoveryCode.code_mark == _mark(actor.person_id, codes[0])
    )
    made_at = session.scalar(first)
    require(made_at is not None and now - made_at <= rules.SHOWN_AGAIN, NothingToConfirm())
    return codes


def rest_without_factor(session: Session, person_id: int) -> None:
    """Step, after one was removed: when no second factor is left, staff roles rest on every device until one is set up again."""
    if not queries.factor(session, person_id).works:
        session.execute(
            update(DeviceSession).where(DeviceSession.person_id == person_id, DeviceSession.ended_at.is_(None)).values(factor_at=None)
        )


def forget_person(session: Session, person_id: int, _now: datetime) -> None:
    """Step: the second factor goes with its owner."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
