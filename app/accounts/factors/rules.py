"""Rules of the second factor: what a recovery code looks like, how long half a sign-in waits. No database, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

CODES = 10  # recovery codes in a set
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another (0 O, 1 I L) and no U
CODE_LETTERS = 12  # 58 bits
HALF_SECONDS = 10 * 60  # from the right password to the code: time to find the phone
SHOWN_AGAIN = timedelta(minutes=10)  # the same form sent twice shows the same codes, but not for ever
MOST_TYPED_LETTERS = 40


def written(code: str) -> str:
    """A recovery code as one copies it from paper: ABCD-EFGH-JKMN."""
    return "-".join(code[i : i + 4] for i in range(0, CODE_LETTERS, 4))


def read_digits(typed: str) -> str | None:
    """The six digits of an authenticator app ("123 456" too), or None."""
    bare = re.sub(r"[\s-]", "", typed)
    return bare if re.fullmatch(r"[0-9]{6}", bare) else None


def read_recovery_code(typed: str) -> str | None:
    """A recovery code in any spelling of its own letters, or None."""
    bare = re.sub(r"[\s-]", "", typed).upper()
    return bare if len(bare) == CODE_LETTERS and set(bare) <= set(LETTERS) else None


def code_from(mark: str) -> str:
    """The recovery code that belongs to a keyed mark of 32 hexadecimal digits."""
    number, letters = int(mark, 16), []
    for _turn in range(CODE_LETTERS):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


@dataclass(frozen=True)
class Ways:
    """How a person can prove on a device where she is in already that it is she. All False: by signing in again."""

    password: bool
    code: bool  # of her app
    recovery_code: bool
    passkey: bool

    @property
    def any_code(self) -> bool:
        return self.code or self.recovery_code


def ways_to_prove(*, has_password: bool, has_totp: bool, codes_left: int, has_passkey: bool, has_staff_factor: bool) -> Ways:
    """One proof is enough where a sign-in stands already (ASVS 5.0, 7.5): a member's password or passkey; of staff whose second factor
    works (`has_staff_factor`) a code or the passkey, and not the password.

    Recovery codes are for staff whose phone is gone, and for whoever has no password.
    """
    asks_factor = has_staff_factor or (not has_password and (has_totp or has_passkey))
    return Ways(
        password=has_password and not asks_factor,
        code=has_totp and asks_factor,
        recovery_code=asks_factor and codes_left > 0,
        passkey=has_passkey,
    )
