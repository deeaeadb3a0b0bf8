"""Passwords: argon2id, and the same time for a number nobody has.

Hashing takes tens of milliseconds and 19 MiB on purpose: call it before a transaction, never inside one.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from flask import current_app


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16, salt_len=16, type=Type.ID)
    # The second choice of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def _mine() -> PasswordHasher:
    return _hasher(current_app.extensions["settings"].cheap_passwords)


def _bytes(password: str) -> bytes:
    # One spelling for what looks the same, so that two keyboards type one password.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def hash_password(password: str) -> str:
    """The hash to keep for a password."""
    return _mine().hash(_bytes(password))


def verify(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. With no hash kept (no such person) it is False after the same time."""
    try:
        _mine().verify(kept or _nobodys(current_app.extensions["settings"].cheap_passwords), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made at another cost than today's."""
    return _mine().check_needs_rehash(kept)


@cache
def _nobodys(cheap: bool) -> str:
    return _hasher(cheap).hash(b"nobody's password, only to spend the time of a look at somebody's")
