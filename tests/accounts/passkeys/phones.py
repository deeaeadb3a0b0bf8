"""A phone that makes and uses passkeys, in software; every part of its answers can be bent."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, CAN_BACK_UP, IS_BACKED_UP, HAS_KEY = 0x01, 0x04, 0x08, 0x10, 0x40


def words(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Phone:
    """One key of one person for one site. `origin` and `rp_id` None: as the site asked."""

    origin: str = "http://localhost"
    rp_id: str | None = None
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = b""

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _authenticator_data(self, rp_id: str, more_flags: int = 0, more: bytes = b"") -> bytes:
        head = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return head + struct.pack(">BI", self.flags | more_flags, self.count) + more

    def make(self, options: dict[str, Any]) -> str:
        """What the browser sends after navigator.credentials.create()."""
        self.handle = data_of(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        more = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(options["rp"]["id"], HAS_KEY, more)})
        client = self._client_data("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": client, "attestationObject": attested}, transports=["internal", "nonsense"])

    def use(self, options: dict[str, Any], *, handle: bytes | None = None, kind: str = "webauthn.get") -> str:
        """What the browser sends after navigator.credentials.get()."""
        if self.counts:
            self.count += 1
        client = self._client_data(kind, options["challenge"])
        authenticator = self._authenticator_data(options["rpId"])
        signature = self.key.sign(authenticator + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": client,
                "authenticatorData": authenticator,
                "signature": signature,
                "userHandle": self.handle if handle is None else handle,
            }
        )

    def _answer(self, response: dict[str, bytes], **more: Any) -> str:
        parts: dict[str, Any] = {name: words(value) for name, value in response.items()}
        name = words(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": {**parts, **more}})
