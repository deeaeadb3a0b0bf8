"""Card payment: the real Stripe library against the stand-in, which checks it with Stripe's own schema."""

import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from app.core.payments import CheckoutLine, CheckoutOrder, EventKind, NotFromStripe, PaymentUnavailable, standin
from app.core.payments.standin import StandIn, running, signature
from app.core.payments.stripe import StripeProvider

SECRET = "whsec_contoh"
LINES = (CheckoutLine("Selendang tenun ikat", 1, 175_000), CheckoutLine("Keripik pisang <200 g>", 2, 15_000))


class Shop(HTTPServer):
    """The shop's webhook: keeps what it gets; refuses the first `refuse` calls."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ShopHandler)
        self.got: list[tuple[bytes, str]] = []
        self.refuse = 0
        self.calls = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class ShopHandler(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        if self.server.calls > self.server.refuse:
            self.server.got.append((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
        else:
            self.send_response(503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def peer(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(standin, "BACK_OFF_SECONDS", (0.05, 0.1, 0.1, 0.1))
    with running(f"{shop.address}/webhook/stripe", SECRET) as made:
        yield made


@pytest.fixture
def provider(peer: StandIn) -> StripeProvider:
    return StripeProvider(standin.SAMPLE_KEY, SECRET, peer.base_url)


def an_order(shop: Shop, code: str = "KTG-7Q2M", version: int = 1, minutes: int = 45) -> CheckoutOrder:
    return CheckoutOrder(
        code,
        version,
        LINES,
        f"{shop.address}/pesanan/{code}?sid={{CHECKOUT_SESSION_ID}}",
        f"{shop.address}/keranjang",
        EXPIRY + timedelta(minutes=minutes),
    )


EXPIRY = datetime.now(timezone.utc).replace(microsecond=0)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def browse(address: str, wish: str | None = None) -> tuple[int, str, Any]:
    """What a browser without scripts gets: status, body, headers. Redirects are not followed."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    data = urlencode({"wish": wish}).encode() if wish else None
    try:
        with opener.open(address, data, timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def until(condition: Any, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.01)


def client_of(peer: StandIn, key: str = standin.SAMPLE_KEY) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": peer.base_url}, max_network_retries=0)


def params_of(shop: Shop, **changes: Any) -> Any:
    line = {"quantity": 1, "price_data": {"currency": "idr", "unit_amount": 2_500_000, "product_data": {"name": "Madu"}}}
    return {"mode": "payment", "success_url": shop.address, "cancel_url": shop.address, "line_items": [line]} | changes


def test_a_payment_from_start_to_the_signed_message(provider: StripeProvider, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    state = provider.look_up(started.id)
    assert (state.payment_code, state.amount_rupiah, state.paid, state.is_open, state.url) == (
        "KTG-7Q2M",
        205_000,
        False,
        True,
        started.url,
    )
    status, page, headers = browse(started.url)
    assert status == 200
    for piece in (
        "MODE CONTOH",
        "Rp205.000",
        "Rp30.000",
        "Keripik pisang &lt;200 g&gt;",
        "Bayar dengan kartu contoh",
        "Kartu ditolak",
        "Tidak jadi",
        'lang="id"',
    ):
        assert piece in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert f"form-action 'self' {shop.address}" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]

    status, _, headers = browse(started.url, "pay")
    assert (status, headers["Location"]) == (303, f"{shop.address}/pesanan/KTG-7Q2M?sid={started.id}")
    assert len(shop.got) == 1, "the shop knows before the buyer is back"
    event = provider.read_event(*shop.got[0])
    assert event.kind is EventKind.PAID
    assert (event.session_id, event.payment_code, event.amount_rupiah, event.paid) == (started.id, "KTG-7Q2M", 205_000, True)
    assert event.id.startswith("evt_")
    state = provider.look_up(started.id)
    assert (state.paid, state.is_open, state.url) == (True, False, "")


def test_paying_twice_is_one_payment(provider: StripeProvider, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    assert browse(started.url, "pay")[0] == browse(started.url, "pay")[0] == 303
    assert len(shop.got) == 1
    assert "sudah selesai" in browse(started.url)[1]


def test_a_declined_card_pays_nothing_and_can_be_tried_again(provider: StripeProvider, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    status, _, headers = browse(started.url, "decline")
    assert status == 303
    assert "Kartu contoh ditolak" in browse("http://" + urlsplit(started.url).netloc + headers["Location"])[1]
    assert not provider.look_up(started.id).paid
    assert browse(started.url, "pay")[0] == 303
    assert provider.look_up(started.id).paid


def test_who_does_not_want_to_goes_back_and_may_still_pay(provider: StripeProvider, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    status, _, headers = browse(started.url, "cancel")
    assert (status, headers["Location"]) == (303, f"{shop.address}/keranjang")
    assert provider.look_up(started.id).is_open
    assert shop.got == []


def test_the_same_payment_started_twice_is_one_checkout(provider: StripeProvider, shop: Shop) -> None:
    first, second = provider.start_checkout(an_order(shop)), provider.start_checkout(an_order(shop))
    assert first == second
    assert provider.start_checkout(an_order(shop, version=2)) != first


def test_a_key_used_for_another_request_is_refused(provider: StripeProvider, peer: StandIn, shop: Shop) -> None:
    provider.start_checkout(an_order(shop))
    with pytest.raises(PaymentUnavailable):
        provider.start_checkout(an_order(shop, minutes=90))
    client = client_of(peer)
    client.v1.checkout.sessions.create(params_of(shop), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(params_of(shop, locale="id"), {"idempotency_key": "k"})


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"mode": "bayar"}, "mode"),
        ({"uang": "banyak"}, ""),
        ({"locale": "kupang"}, "locale"),
        (
            {
                "line_items": [
                    {"quantity": 1, "price_data": {"currency": "idr", "unit_amount": "Rp 25.000", "product_data": {"name": "Madu"}}}
                ]
            },
            "line_items[0][price_data][unit_amount]",
        ),
        (
            {"line_items": [{"quantity": 1, "price_data": {"unit_amount": 100, "product_data": {"name": "Madu"}}}]},
            "line_items[0][price_data]",
        ),
        (
            {"line_items": [{"quantity": "dua", "price_data": {"currency": "idr", "unit_amount": 100, "product_data": {"name": "x"}}}]},
            "line_items[0][quantity]",
        ),
        ({"line_items": [{"quantity": 1, "price_data": {"currency": "idr", "product_data": {"name": "x"}}}]}, "line_items[0][price_data]"),
        ({"line_items": []}, "line_items"),
        ({"payment_method_types": "card"}, "payment_method_types"),
        ({"expires_at": 5}, "expires_at"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
    ],
)
def test_what_stripe_would_refuse_is_refused(peer: StandIn, shop: Shop, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(peer).v1.checkout.sessions.create(params_of(shop, **changes))
    assert refused.value.http_status == 400
    assert (refused.value.param or "") == param


def test_calls_without_the_key_or_for_unknown_things_are_refused(peer: StandIn, shop: Shop) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client_of(peer, "sk_test_wrong").v1.checkout.sessions.create(params_of(shop))
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client_of(peer).v1.checkout.sessions.retrieve("cs_test_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert browse(f"{peer.base_url}/c/cs_test_none")[0] == 404


def test_a_provider_that_can_not_be_reached_is_a_sentence(shop: Shop) -> None:
    provider = StripeProvider(standin.SAMPLE_KEY, SECRET, "http://127.0.0.1:9")
    with pytest.raises(PaymentUnavailable, match="Pesanan Anda tetap ada"):
        provider.start_checkout(an_order(shop))
    with pytest.raises(PaymentUnavailable):
        provider.look_up("cs_test_1")


def an_event(**changes: Any) -> bytes:
    session = {
        "id": "cs_test_1",
        "object": "checkout.session",
        "currency": "idr",
        "amount_total": 2_500_000,
        "payment_status": "paid",
        "client_reference_id": "KTG-1",
    }
    event = {
        "id": "evt_1",
        "object": "event",
        "type": changes.pop("type", "checkout.session.completed"),
        "data": {"object": session | changes},
    }
    return json.dumps(event).encode()


@pytest.fixture
def alone() -> StripeProvider:
    return StripeProvider(standin.SAMPLE_KEY, SECRET)


def test_a_signed_message_is_read(alone: StripeProvider) -> None:
    body = an_event()
    event = alone.read_event(body, signature(body, SECRET))
    assert (event.id, event.kind, event.payment_code, event.amount_rupiah, event.paid) == ("evt_1", EventKind.PAID, "KTG-1", 25_000, True)


@pytest.mark.parametrize(
    ("changes", "kind", "amount"),
    [
        ({"payment_status": "unpaid"}, EventKind.PENDING, 25_000),
        ({"type": "checkout.session.async_payment_succeeded"}, EventKind.PAID, 25_000),
        ({"type": "checkout.session.async_payment_failed", "payment_status": "unpaid"}, EventKind.FAILED, 25_000),
        ({"type": "checkout.session.expired", "payment_status": "unpaid"}, EventKind.EXPIRED, 25_000),
        ({"type": "invoice.paid"}, EventKind.OTHER, 25_000),
        ({"currency": "usd"}, EventKind.OTHER, 0),
        ({"object": "charge"}, EventKind.OTHER, 0),
        ({"amount_total": 2_500_001}, EventKind.PAID, -1),
    ],
)
def test_each_message_has_one_meaning(alone: StripeProvider, changes: dict[str, Any], kind: EventKind, amount: int) -> None:
    body = an_event(**changes)
    event = alone.read_event(body, signature(body, SECRET))
    assert (event.kind, event.amount_rupiah) == (kind, amount)


def test_a_message_signed_wrongly_altered_or_old_is_refused(alone: StripeProvider) -> None:
    body, now = an_event(), int(time.time())
    good = signature(body, SECRET)
    assert alone.read_event(body, good).paid
    for payload, header in [
        (body, signature(body, "whsec_other")),
        (body.replace(b"2500000", b"2500"), good),
        (body, signature(body, SECRET, now - 400)),
        (body, ""),
        (body, "t=1"),
        (body, f"t={now},v1="),
        (body, "\udcff"),
        (b"", good),
        (b"not json", signature(b"not json", SECRET)),
        (b"\xff\xfe", signature(b"\xff\xfe", SECRET)),
        (b"[]", signature(b"[]", SECRET)),
    ]:
        with pytest.raises(NotFromStripe):
            alone.read_event(payload, header)


def test_a_refused_message_comes_again_until_it_is_taken(provider: StripeProvider, shop: Shop) -> None:
    shop.refuse = 3
    started = provider.start_checkout(an_order(shop))
    assert browse(started.url, "pay")[0] == 303
    until(lambda: shop.got)
    assert shop.calls == 4
    assert provider.read_event(*shop.got[0]).session_id == started.id


def test_an_expired_checkout_takes_no_money_and_says_so(provider: StripeProvider, peer: StandIn, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    state = provider.expire(started.id)
    assert (state.is_open, state.paid, state.url) == (False, False, "")
    assert "Waktu membayar sudah habis" in browse(started.url)[1]
    assert browse(started.url, "pay")[0] == 200
    until(lambda: shop.got)
    assert provider.read_event(*shop.got[0]).kind is EventKind.EXPIRED
    assert not provider.look_up(started.id).paid


def test_a_checkout_expires_by_itself(provider: StripeProvider, peer: StandIn, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    peer._book.sessions[started.id]["session"]["expires_at"] = int(time.time()) - 1
    assert not provider.look_up(started.id).is_open
    until(lambda: shop.got)
    assert provider.read_event(*shop.got[0]).kind is EventKind.EXPIRED


def test_expiring_a_paid_checkout_only_looks(provider: StripeProvider, shop: Shop) -> None:
    started = provider.start_checkout(an_order(shop))
    browse(started.url, "pay")
    assert provider.expire(started.id).paid


def test_a_restart_loses_neither_sessions_nor_messages(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standin, "BACK_OFF_SECONDS", (60, 60))
    file, address = tmp_path / "standin.json", f"{shop.address}/webhook/stripe"
    shop.refuse = 1
    with running(address, SECRET, state_file=file) as first:
        before = StripeProvider(standin.SAMPLE_KEY, SECRET, first.base_url)
        started = before.start_checkout(an_order(shop))
        browse(started.url, "pay")
    assert shop.got == []
    kept = json.loads(file.read_text())
    kept["messages"][0]["due"] = 0
    file.write_text(json.dumps(kept))
    with running(address, SECRET, state_file=file) as second:
        after = StripeProvider(standin.SAMPLE_KEY, SECRET, second.base_url)
        assert after.look_up(started.id).paid
        assert after.start_checkout(an_order(shop)).id == started.id
        until(lambda: shop.got)
    file.write_text("{broken")
    with running(address, SECRET, state_file=file) as third:
        assert browse(f"{third.base_url}/sehat")[0] == 200


def test_the_page_has_its_own_clothes(peer: StandIn) -> None:
    status, css, headers = browse(f"{peer.base_url}/gaya.css")
    assert (status, headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert re.search(r"min-height: 3rem", css)


def test_only_live_keys_mean_real_money() -> None:
    assert StripeProvider("sk_test_x", SECRET).is_sample
    assert not StripeProvider("sk_live_x", SECRET).is_sample
