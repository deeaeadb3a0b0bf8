"""Web Push: short messages to browsers that asked for them (RFC 8030), encrypted for that browser alone (RFC 8291).

An address to push to is what a stranger's browser told us, so it is believed only on hosts of real push services: this server
never calls another one for it. Who we are is signed with a key made once in KEY_DIR (RFC 8292).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from flask import current_app

from app.config import is_loopback
from app.core import clock

if TYPE_CHECKING:
    from app.config import Settings

TIMEOUT_SECONDS = 10.0
SIGNED_FOR = timedelta(hours=12)  # 24 are allowed; a clock that is a little wrong must not pass them
KEY_FILE = "vapid.key"
HOSTS = frozenset({"fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"})
FAMILIES = (".notify.windows.com",)  # Microsoft names a host a region
RECORD_BYTES = 4096  # the least every browser must take in one record (RFC 8291, 4)
MOST_PAYLOAD_BYTES = 3000
STEP_BYTES = 256  # payloads are filled up to steps, so that their length tells the push service little
NOT_FOR_GOOD = (401, 408, 425, 429)  # 401: our clock or our key is at fault, not the browser's address
SECRET_BYTES, POINT_BYTES, SALT_BYTES = 16, 65, 16
_ENDPOINT = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?(/[A-Za-z0-9._~:/?!$&'()*+,;=@%-]*)")


class SubscriptionGone(Exception):
    """The browser asked for no more pushes, or is no more: forget the subscription."""


class PushNotTaken(Exception):
    """The push service did not take it. `is_lasting`: another try is no use."""

    def __init__(self, is_lasting: bool) -> None:
        super().__init__("refused for good" if is_lasting else "not taken now")
        self.is_lasting = is_lasting


@dataclass(frozen=True)
class Subscription:
    """Where one browser listens, as its `PushSubscription` tells: the address, its public key and its secret, both base64url."""

    endpoint: str
    p256dh: str
    auth: str


def is_on() -> bool:
    """Whether pushes can be sent: the services want to know whom to ask, so BASE_URL (https) or MAIL_FROM must be set."""
    return bool(_contact(_settings()))


def public_key() -> str:
    """What a browser needs to subscribe: our public key, base64url."""
    return _text_of(_point_of(_own_key(_settings().key_dir).public_key()))


def may_push_to(endpoint: str) -> bool:
    """Whether this server may call the address: https, on a push service's host (or one of PUSH_HOSTS), nothing hidden in it."""
    found = _ENDPOINT.fullmatch(endpoint) if len(endpoint) <= 1000 else None
    if found is None:
        return False
    scheme, host, port = found[1], found[2], found[3]
    extra = _settings().push_hosts
    if is_loopback(host):
        return f"{host}:{port}" in extra or host in extra
    if scheme != "https":
        return False
    if port not in (None, "443"):
        return f"{host}:{port}" in extra
    return host in HOSTS or host in extra or host.endswith(FAMILIES)


def is_usable(subscription: Subscription) -> bool:
    """Whether a subscription can be kept: an address we may call, a key that is a point, a secret of the right length."""
    try:
        _keys_of(subscription)
    except ValueError:
        return False
    return may_push_to(subscription.endpoint)


def send(subscription: Subscription, payload: bytes, *, ttl_seconds: int, is_urgent: bool) -> None:
    """Push the payload (at most 3,000 bytes), to be kept for `ttl_seconds` while the phone is off.

    Returns once the service took it. Raises `SubscriptionGone`, `PushNotTaken`. Call it outside of transactions.
    """
    import requests  # here, so that a start does not pay for it

    settings = _settings()
    if not is_on():
        raise PushNotTaken(is_lasting=False)
    if not may_push_to(subscription.endpoint):
        raise PushNotTaken(is_lasting=True)
    try:
        body = sealed_for(subscription, payload)
    except ValueError:
        raise PushNotTaken(is_lasting=True) from None
    headers = {
        "Authorization": _who_we_are(settings, subscription.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, ttl_seconds)),
        "Urgency": "high" if is_urgent else "normal",
        "User-Agent": "katong",
    }
    try:
        with requests.post(
            subscription.endpoint,
            data=body,
            headers=headers,
            auth=lambda request: request,  # a netrc file of this machine must not replace the signature
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,  # or a service could send us to a host that is none
            stream=True,
        ) as answer:
            status = answer.status_code
    except (requests.RequestException, ValueError, OSError):
        raise PushNotTaken(is_lasting=False) from None
    if status in (404, 410):
        raise SubscriptionGone
    if not 200 <= status < 300:
        raise PushNotTaken(is_lasting=400 <= status < 500 and status not in NOT_FOR_GOOD)


# Encryption: written here from the RFCs, because the library for it (http-ece) is published as source only, without a wheel to pin.


def sealed_for(subscription: Subscription, payload: bytes) -> bytes:
    """The payload as only that browser can read it. Raises ValueError for keys that are none and for a payload too long."""
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise ValueError(f"a push carries at most {MOST_PAYLOAD_BYTES} bytes")
    theirs, secret = _keys_of(subscription)
    filling = -(len(payload) + 1) % STEP_BYTES
    return _encrypt(payload, theirs, secret, ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(SALT_BYTES), filling)


def _encrypt(
    payload: bytes, theirs: ec.EllipticCurvePublicKey, secret: bytes, ours: ec.EllipticCurvePrivateKey, salt: bytes, filling: int = 0
) -> bytes:
    """One record of aes128gcm (RFC 8188) under the keys of RFC 8291, 3.4. `filling` bytes of nothing follow the payload."""
    our_point, their_point = _point_of(ours.public_key()), _point_of(theirs)
    mixed = _derived(secret, ours.exchange(ec.ECDH(), theirs), b"WebPush: info\0" + their_point + our_point, 32)
    key = _derived(salt, mixed, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, mixed, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_BYTES.to_bytes(4, "big") + len(our_point).to_bytes(1, "big") + our_point
    return head + AESGCM(key).encrypt(nonce, payload + b"\x02" + bytes(filling), None)


def _derived(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(material)


def _keys_of(subscription: Subscription) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    point, secret = _bytes_of(subscription.p256dh), _bytes_of(subscription.auth)
    if len(point) != POINT_BYTES or len(secret) != SECRET_BYTES:
        raise ValueError("not the keys of a subscription")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point), secret
    except UnsupportedAlgorithm:
        raise ValueError("not a point of this curve") from None


def _point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _bytes_of(text: str) -> bytes:
    """base64url, with or without its padding. Raises ValueError."""
    if len(text) > 200 or not re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", text):
        raise ValueError("not base64url")
    bare = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        raise ValueError("not base64url") from None


def _text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


# Who we are


def _who_we_are(settings: Settings, endpoint: str) -> str:
    from py_vapid import Vapid02

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": _contact(settings),
        "exp": int((clock.now() + SIGNED_FOR).timestamp()),
    }
    # The library's own look at `sub` refuses a port in it; the settings were looked at when they were read.
    signed = Vapid02(_own_key(settings.key_dir), conf={"no-strict": True}).sign(claims)
    return str(signed["Authorization"])


def _contact(settings: Settings) -> str:
    """Whom a push service may ask when we do harm."""
    if settings.mail_from:
        return f"mailto:{parseaddr(settings.mail_from)[1]}"
    return settings.base_url if settings.base_url.startswith("https://") else ""


def _own_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key every subscription is bound to. If it is lost, every browser must subscribe anew."""
    kept: dict[Path, ec.EllipticCurvePrivateKey] = current_app.extensions.setdefault("push_keys", {})
    if folder not in kept:
        path = folder / KEY_FILE
        if not path.exists():
            _make_key(path)
        found = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(found, ec.EllipticCurvePrivateKey) or not isinstance(found.curve, ec.SECP256R1):
            raise ValueError(f"{KEY_FILE} is not a key of the curve P-256. Put the right file back; do not delete it.")
        kept[folder] = found
    return kept[folder]


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; of two processes that start together, the first one's key stays."""
    key = ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first: its key is the one to use
    finally:
        draft.unlink()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
