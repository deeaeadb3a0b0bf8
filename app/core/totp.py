"""Codes of time (TOTP, RFC 6238): six digits from a shared secret, new every 30 seconds."""

from __future__ import annotations

import re
from datetime import datetime
from hmac import compare_digest

import pyotp

STEP_SECONDS = 30
# A phone's clock may be off and a hand slow: the step before and the one after count too (RFC 6238, 5.2).
STEPS_AROUND = 1
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """160 random bits in Base32, as authenticator apps take them."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The number of the 30-second step whose code this is, counted from 1970; None when it is none of now."""
    if not _CODE.fullmatch(code):
        return None
    current, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    matching = [s for s in range(current - STEPS_AROUND, current + STEPS_AROUND + 1) if compare_digest(totp.generate_otp(s), code)]
    return matching[-1] if matching else None


def code_at(secret: str, now: datetime) -> str:
    """The code of an instant, as the app on the phone shows it."""
    return pyotp.TOTP(secret).generate_otp(int(now.timestamp()) // STEP_SECONDS)


def address(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth:// address that a QR code hands to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
