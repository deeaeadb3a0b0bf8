"""How long the history is kept, and which devices an account knows. No database, no clock."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.words import Lazy, _l


class Way(StrEnum):
    """What was shown to get in."""

    PASSWORD = "password"  # noqa: S105 - a code
    CODE = "code"  # a code that went to the person's number
    FACTOR = "factor"  # the password, then a code of the second factor
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    SIGN_UP = "sign_up"


class Outcome(StrEnum):
    IN = "in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code
    WRONG_CODE = "wrong_code"
    BRAKED = "braked"


KEPT = timedelta(days=180)
MOST_SHOWN = 60  # lines on a page; an hour of failures is one line

WAY_WORDS: dict[Way, Lazy] = {
    Way.PASSWORD: _l("kata sandi"),
    Way.CODE: _l("kode ke nomor HP"),
    Way.FACTOR: _l("kata sandi dan kode"),
    Way.PASSKEY: _l("sidik jari atau kunci layar"),
    Way.RECOVERY: _l("pemulihan akun"),
    Way.SIGN_UP: _l("mendaftar"),
}
OUTCOME_WORDS: dict[Outcome, Lazy] = {
    Outcome.IN: _l("Masuk"),
    Outcome.WRONG_PASSWORD: _l("Kata sandi belum cocok"),
    Outcome.WRONG_CODE: _l("Kode belum cocok"),
    Outcome.BRAKED: _l("Dihentikan sementara, terlalu banyak percobaan"),
}


def hour_of(now: datetime) -> datetime:
    """The full hour an instant lies in."""
    return now.replace(minute=0, second=0, microsecond=0)


# Known devices

MOST_KNOWN = 4  # people who share one phone
KNOWN_SECONDS = 400 * 86400  # browsers keep no cookie longer
MARK_LETTERS, NONCE_LETTERS = 32, 16


@dataclass(frozen=True)
class KnownDevice:
    """One line of a device's cookie: whose it is, as a mark that only this machine can compute, and which device, by chance."""

    mark: str
    nonce: str


def read_known(lines: object) -> tuple[KnownDevice, ...]:
    """What the signed cookie holds; anything of another shape is left out."""
    if not isinstance(lines, list):
        return ()
    pairs = [
        line for line in lines[:MOST_KNOWN] if isinstance(line, list) and len(line) == 2 and all(isinstance(part, str) for part in line)
    ]
    return tuple(KnownDevice(mark, nonce) for mark, nonce in pairs if (len(mark), len(nonce)) == (MARK_LETTERS, NONCE_LETTERS))


def find_known(known: tuple[KnownDevice, ...], mark: str) -> KnownDevice | None:
    return next((device for device in known if device.mark == mark), None)


def with_known(known: tuple[KnownDevice, ...], mark: str) -> tuple[KnownDevice, ...]:
    """The lines after this person got in: hers first, as it was or new; the one used longest ago falls off."""
    mine = find_known(known, mark) or KnownDevice(mark, secrets.token_hex(NONCE_LETTERS // 2))
    return (mine, *(device for device in known if device.mark != mark))[:MOST_KNOWN]
