"""Web Push: encrypted as the RFC's own example, signed, and never sent to a host that is no push service."""

from __future__ import annotations

import base64
import dataclasses
import json
import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from app.core import clock, push
from tests.core.listeners import HttpListener, http_listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from app.config import Settings


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def private(number: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(number), "big"), ec.SECP256R1())


# RFC 8291, appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RECEIVER_POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(RECEIVER_POINT))
    assert text(push._encrypt(PLAIN, theirs, raw(SECRET), private(SENDER), raw(SALT))) == MESSAGE


def opened(body: bytes, receiver: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """What the browser does, written down on its own from RFC 8291 and RFC 8188."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender_point, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= size
    sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
    point = receiver.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    mixed = HKDF(SHA256(), 32, secret, b"WebPush: info\x00" + point + sender_point).derive(receiver.exchange(ec.ECDH(), sender))
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(mixed)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(mixed)
    plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
    assert plain[-1:] == b"\x02"
    return plain[:-1]


def test_what_is_sealed_opens_again_and_its_length_says_little() -> None:
    subscription = push.Subscription("https://fcm.googleapis.com/x", RECEIVER_POINT, SECRET)
    lengths = set()
    for payload in (b"", b"a", b"x" * 200, b"y" * 255):
        body = push.sealed_for(subscription, payload)
        assert opened(body, private(RECEIVER), raw(SECRET)) == payload
        lengths.add(len(body))
    assert len(lengths) == 1
    assert opened(push.sealed_for(subscription, b"z" * 3000), private(RECEIVER), raw(SECRET)) == b"z" * 3000
    with pytest.raises(ValueError, match="3000"):
        push.sealed_for(subscription, b"z" * 3001)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        (RECEIVER_POINT, ""),
        (RECEIVER_POINT, "AAAA"),
        (RECEIVER_POINT[:-4], SECRET),
        ("BA" + "A" * 85, SECRET),  # the right length, no point of the curve
        ("*" * 87, SECRET),
        ("A" * 5000, SECRET),
        (RECEIVER_POINT, SECRET + "\n"),
    ],
)
def test_keys_that_are_none_are_refused(app: Flask, p256dh: str, auth: str) -> None:
    broken = push.Subscription("https://fcm.googleapis.com/x", p256dh, auth)
    with pytest.raises(ValueError):
        push.sealed_for(broken, b"x")
    assert not push.is_usable(broken)
    assert push.is_usable(push.Subscription("https://fcm.googleapis.com/x", RECEIVER_POINT, SECRET))
    assert not push.is_usable(push.Subscription("https://katong.example/x", RECEIVER_POINT, SECRET))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91-_",
        "https://fcm.googleapis.com:443/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QGuQ",
        "https://wns2-sg2p.notify.windows.com/w/?token=BQY%2b",
    ],
)
def test_real_push_services_may_be_called(app: Flask, endpoint: str) -> None:
    assert push.may_push_to(endpoint)


STRANGERS = [
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com@evil.example/x",
    "https://user:pw@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@evil.example/x",
    "https://evil.example#fcm.googleapis.com/",
    "https://fcm.googleapis.com/x#y",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: evil.example",
    "https://fcm.googleapis.com/x\n",
    "https://fcm.googleapis.com",
    "https://FCM.googleapis.com./x",
    "https://notify.windows.com.evil.example/x",
    "https://evilnotify.windows.com/x",
    "https://127.0.0.1/x",
    "http://127.0.0.1:6379/x",
    "http://localhost/x",
    "https://[::1]/x",
    "http://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/x",
    "https://2130706433/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "",
    "https://fcm.googleapis.com/" + "a" * 1000,
]


def test_no_stranger_makes_this_server_call_another_host(app: Flask) -> None:
    choose(app, mail_from="kabar@katong.example")
    for endpoint in STRANGERS:
        assert not push.may_push_to(endpoint), endpoint
        with pytest.raises(push.PushNotTaken) as refused:
            push.send(push.Subscription(endpoint, RECEIVER_POINT, SECRET), b"x", ttl_seconds=60, is_urgent=False)
        assert refused.value.is_lasting, endpoint


def test_control_that_list_is_not_refused_because_everything_is(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "HOSTS", frozenset({"evil.example"}))
    assert push.may_push_to("https://evil.example/fcm.googleapis.com")
    assert not push.may_push_to("https://fcm.googleapis.com/x")


def test_a_setting_adds_hosts_and_loopback_alone_without_tls(app: Flask) -> None:
    choose(app, push_hosts=("push.example", "push2.example:8443", "127.0.0.1:9"))
    assert push.may_push_to("https://push.example/x")
    assert not push.may_push_to("http://push.example/x")
    assert not push.may_push_to("https://push.example:8443/x")
    assert push.may_push_to("https://push2.example:8443/x")
    assert push.may_push_to("http://127.0.0.1:9/x")
    assert not push.may_push_to("http://127.0.0.1:10/x")


def choose(app: Flask, **changes: object) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **changes)


@pytest.fixture
def service(app: Flask) -> Iterator[HttpListener]:
    """A push service on loopback."""
    with http_listener() as listener:
        choose(app, push_hosts=(f"127.0.0.1:{listener.port}",), mail_from="Katong <kabar@katong.example>")
        yield listener


def a_subscription(service: HttpListener) -> push.Subscription:
    return push.Subscription(f"{service.url}/wpush/1", RECEIVER_POINT, SECRET)


def test_a_push_arrives_sealed_and_signed(app: Flask, service: HttpListener, settings: Settings) -> None:
    service.answers.append(201)
    push.send(a_subscription(service), b'{"title": "Katong"}', ttl_seconds=3600, is_urgent=True)
    (call,) = service.calls
    assert call.path == "/wpush/1"
    assert opened(call.body, private(RECEIVER), raw(SECRET)) == b'{"title": "Katong"}'
    assert (call.headers["ttl"], call.headers["urgency"], call.headers["content-encoding"]) == ("3600", "high", "aes128gcm")
    signature = call.headers["authorization"]
    assert Vapid02.verify(signature)
    parts = dict(part.split("=", 1) for part in signature.removeprefix("vapid ").split(","))
    assert parts["k"] == push.public_key()
    claims = json.loads(raw(parts["t"].split(".")[1]))
    assert claims["aud"] == service.url
    assert claims["sub"] == "mailto:kabar@katong.example"
    assert 0 < claims["exp"] - clock.now().timestamp() < 24 * 3600


@pytest.mark.parametrize(
    ("status", "refusal", "is_lasting"),
    [
        (404, push.SubscriptionGone, None),
        (410, push.SubscriptionGone, None),
        (400, push.PushNotTaken, True),
        (403, push.PushNotTaken, True),
        (413, push.PushNotTaken, True),
        (401, push.PushNotTaken, False),
        (429, push.PushNotTaken, False),
        (500, push.PushNotTaken, False),
        (502, push.PushNotTaken, False),
    ],
)
def test_what_the_service_says_is_told_apart(
    app: Flask, service: HttpListener, status: int, refusal: type[Exception], is_lasting: bool | None
) -> None:
    service.answers.append(status)
    with pytest.raises(refusal) as refused:
        push.send(a_subscription(service), b"x", ttl_seconds=60, is_urgent=False)
    assert getattr(refused.value, "is_lasting", None) is is_lasting


def test_a_redirect_leads_nowhere(app: Flask, service: HttpListener) -> None:
    with http_listener() as stranger:
        for status in (301, 302, 307, 308):
            service.answers.append((status, f"{stranger.url}/x"))
            with pytest.raises(push.PushNotTaken) as refused:
                push.send(a_subscription(service), b"x", ttl_seconds=60, is_urgent=False)
            assert not refused.value.is_lasting
        assert stranger.calls == []


def test_a_service_that_is_away_is_tried_again_later(app: Flask) -> None:
    with http_listener() as gone:
        subscription = a_subscription(gone)
        choose(app, push_hosts=("127.0.0.1",), base_url="https://katong.example:8443")
    with pytest.raises(push.PushNotTaken) as refused:
        push.send(subscription, b"x", ttl_seconds=60, is_urgent=False)
    assert not refused.value.is_lasting


def test_without_a_contact_pushes_are_off(app: Flask) -> None:
    assert not push.is_on()
    choose(app, base_url="http://localhost:8000")
    assert not push.is_on()
    with pytest.raises(push.PushNotTaken):
        push.send(push.Subscription("https://fcm.googleapis.com/x", RECEIVER_POINT, SECRET), b"x", ttl_seconds=60, is_urgent=False)
    choose(app, base_url="https://katong.example")
    assert push.is_on()


def test_the_key_is_made_once_and_is_its_owners_alone(app: Flask, settings: Settings) -> None:
    first = push.public_key()
    assert len(raw(first)) == 65
    path = settings.key_dir / "vapid.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    app.extensions.pop("push_keys")  # another process
    assert push.public_key() == first
    push._make_key(path)  # one that came second
    app.extensions.pop("push_keys")
    assert push.public_key() == first
    assert [found.name for found in settings.key_dir.glob(".vapid*")] == []
