"""Passkeys (WebAuthn): a fingerprint instead of a password, or as the second factor."""
