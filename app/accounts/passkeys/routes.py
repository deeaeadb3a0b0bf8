"""Passkeys (WebAuthn): a fingerprint instead of a password, or as the second factor."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("passkeys", __name__)
