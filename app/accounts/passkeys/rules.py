"""Rules of passkeys: whom a phone makes a key for, and what counts as its answer (WebAuthn level 3). No database, no clock."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_KEYS = 10  # of one person
MOST_LABEL_LETTERS = 60
MOST_ANSWER_LETTERS = 20_000  # a browser's answer is about 1,500
MOST_CREDENTIAL_BYTES = 1023  # by the standard
CHALLENGE_BYTES = 32
CHALLENGE_SECONDS = 5 * 60
HANDLE_BYTES = 64
TRANSPORTS = ("internal", "hybrid", "usb", "nfc", "ble", "smart-card")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Site:
    """Whom keys are made for: the host they are bound to, and the origin that browsers name in their answers."""

    rp_id: str
    origin: str


def site(base_url: str, host_url: str) -> Site | None:
    """The site a request came to, or None where no browser makes keys: a bare IP address, no https (but for localhost), or another
    address than BASE_URL promises."""
    try:
        here = urlsplit(host_url)
        base = urlsplit(base_url) if base_url else here
        if (base.hostname, _port(base.scheme, base.port)) != (here.hostname, _port(base.scheme, here.port)):
            return None
        scheme, host, port = base.scheme, base.hostname or "", base.port
    except ValueError:
        return None
    is_local = host == "localhost" or host.endswith(".localhost")
    if _is_address(host) or (scheme != "https" and not is_local):
        return None
    return Site(host, f"{scheme}://{host}" + (f":{port}" if port and port != _PORTS.get(scheme) else ""))


def _port(scheme: str, port: int | None) -> int | None:
    return port or _PORTS.get(scheme)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not host
    return True


# What browsers are asked


def creation_options(
    site: Site, *, site_name: str, person_name: str, handle: bytes, challenge: bytes, known: Iterable[bytes]
) -> dict[str, Any]:
    """What the browser needs to make a key: one that is found without a name typed, and that asks for the finger or the screen lock."""
    import webauthn
    from webauthn.helpers import options_to_json_dict, structs

    options = webauthn.generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site_name,
        user_id=handle,
        user_name=person_name,
        user_display_name=person_name,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
    )
    return options_to_json_dict(options)


def request_options(site: Site, *, challenge: bytes, known: Iterable[tuple[bytes, str]] = ()) -> dict[str, Any]:
    """What the browser needs to use a key: one of these (with how it is reached), or, when none is named, whichever the person picks."""
    import webauthn
    from webauthn.helpers import options_to_json_dict, structs

    options = webauthn.generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=CHALLENGE_SECONDS * 1000,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(
                id=credential_id, transports=[structs.AuthenticatorTransport(t) for t in transports.split()]
            )
            for credential_id, transports in known
        ],
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


# What they answer


class Unbelievable(Exception):
    """The answer does not show what it should: another challenge, origin or site, no finger, a broken signature, or no answer at all."""


@dataclass(frozen=True)
class NewKey:
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str
    is_backed_up: bool


@dataclass(frozen=True)
class Shown:
    """A key that was used: its count, and whether it lies on the person's other devices too."""

    sign_count: int
    is_backed_up: bool


def read_new_key(answer: str, challenge: bytes, site: Site) -> NewKey:
    """The key that a browser made for this challenge and site, with the person's finger or screen lock. Raises `Unbelievable`."""
    import webauthn

    read = _read(answer)
    try:
        made = webauthn.verify_registration_response(
            credential=read,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise Unbelievable from error
    if len(made.credential_id) > MOST_CREDENTIAL_BYTES:
        raise Unbelievable
    named = read["response"].get("transports")
    transports = " ".join(known for known in TRANSPORTS if isinstance(named, list) and known in named)
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count, transports, made.credential_backed_up)


@dataclass(frozen=True)
class Named:
    """Which key an answer says it is, before it has been believed."""

    credential_id: bytes
    handle: bytes | None


def read_name(answer: str) -> Named:
    """Which key an answer claims to be of. Raises `Unbelievable` when it is no answer."""
    from webauthn.helpers import base64url_to_bytes

    read = _read(answer)
    try:
        handle = read["response"].get("userHandle")
        return Named(base64url_to_bytes(read["rawId"]), base64url_to_bytes(handle) if handle else None)
    except Exception as error:
        raise Unbelievable from error


def check_answer(answer: str, challenge: bytes, site: Site, public_key: bytes) -> Shown:
    """What the key says, if this is its answer to this challenge on this site, with the person's finger or screen lock. Raises `Unbelievable`.

    The count is not judged here: see `has_gone_back`.
    """
    import webauthn

    try:
        shown = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise Unbelievable from error
    return Shown(shown.new_sign_count, shown.credential_backed_up)


def has_gone_back(kept: int, shown: int) -> bool:
    """Whether a count is not above the one of the last use: the key exists twice. Keys that never count say 0 each time."""
    return shown <= kept and (shown, kept) != (0, 0)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > MOST_ANSWER_LETTERS:
        raise Unbelievable
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Unbelievable from error
    if not isinstance(read, dict) or not isinstance(read.get("response"), dict):
        raise Unbelievable
    return read
