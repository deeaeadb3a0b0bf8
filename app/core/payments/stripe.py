"""The only module that speaks to Stripe."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.core.payments.provider import (
    CheckoutOrder,
    CheckoutStarted,
    CheckoutState,
    EventKind,
    NotFromStripe,
    PaymentEvent,
    PaymentUnavailable,
)

if TYPE_CHECKING:
    import stripe

log = logging.getLogger("katong.payments")

# Stripe counts rupiah in hundredths, though nobody pays sen: IDR is not in its list of zero-decimal currencies.
HUNDREDTHS = 100
CURRENCY = "idr"
TIMEOUT_SECONDS = 10
RETRIES = 2
TOLERANCE_SECONDS = 300  # how old a signature may be
API_BASE = "https://api.stripe.com"
_KINDS = {
    "checkout.session.async_payment_succeeded": EventKind.PAID,
    "checkout.session.async_payment_failed": EventKind.FAILED,
    "checkout.session.expired": EventKind.EXPIRED,
}


class StripeProvider:
    """Stripe Checkout, or anything that speaks its protocol at `api_base`."""

    def __init__(self, secret_key: str, webhook_secret: str, api_base: str = "") -> None:
        self._secret_key = secret_key
        self._webhook_secret = webhook_secret
        self._api_base = api_base or API_BASE
        self.is_sample = not secret_key.startswith(("sk_live_", "rk_live_"))

    @cached_property
    def _client(self) -> stripe.StripeClient:
        import requests
        import stripe  # 0.2 s and 17 MB: only processes that use it pay for it

        session = None
        if urlsplit(self._api_base).hostname in ("127.0.0.1", "localhost", "::1"):
            session = requests.Session()
            session.trust_env = False  # a proxy of the machine must not carry calls to the stand-in on the same machine
        return stripe.StripeClient(
            self._secret_key,
            base_addresses={"api": self._api_base},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS, session=session),
            max_network_retries=RETRIES,
        )

    def start_checkout(self, payment: CheckoutOrder) -> CheckoutStarted:
        import stripe

        params: dict[str, Any] = {
            "mode": "payment",
            "locale": "id",
            "client_reference_id": payment.code,
            "metadata": {"payment": payment.code},
            "success_url": payment.success_url,
            "cancel_url": payment.cancel_url,
            "expires_at": int(payment.expires_at.timestamp()),
            # No payment_method_types: the account decides which ways of paying it offers.
            "line_items": [
                {
                    "quantity": line.quantity,
                    "price_data": {"currency": CURRENCY, "unit_amount": line.unit_rupiah * HUNDREDTHS, "product_data": {"name": line.name}},
                }
                for line in payment.lines
            ],
        }
        try:
            session = self._client.v1.checkout.sessions.create(
                params,  # type: ignore[arg-type]
                {"idempotency_key": f"payment:{payment.code}:v{payment.version}"},
            )
        except stripe.StripeError as error:
            raise _unavailable("start", error) from None
        if not session.url:
            raise PaymentUnavailable
        return CheckoutStarted(session.id, session.url)

    def read_event(self, payload: bytes, signature: str) -> PaymentEvent:
        import stripe

        try:
            event = self._client.construct_event(payload, signature, self._webhook_secret, tolerance=TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, UnicodeError, KeyError, AttributeError, TypeError):
            raise NotFromStripe from None
        told = event.to_dict()
        thing: dict[str, Any] = told.get("data", {}).get("object", {})
        if thing.get("object") != "checkout.session" or thing.get("currency") != CURRENCY:
            return PaymentEvent(str(told.get("id", "")), EventKind.OTHER, "", "", 0, paid=False)
        paid = thing.get("payment_status") == "paid"
        kind = _KINDS.get(told["type"], EventKind.OTHER)
        if told["type"] == "checkout.session.completed":
            kind = EventKind.PAID if paid else EventKind.PENDING
        return PaymentEvent(str(told["id"]), kind, str(thing["id"]), str(thing.get("client_reference_id") or ""), _rupiah(thing), paid)

    def look_up(self, session_id: str) -> CheckoutState:
        import stripe

        try:
            session = self._client.v1.checkout.sessions.retrieve(session_id)
        except stripe.StripeError as error:
            raise _unavailable("look up", error) from None
        return _state(session.to_dict())

    def expire(self, session_id: str) -> CheckoutState:
        import stripe

        try:
            session = self._client.v1.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError:
            return self.look_up(session_id)  # it was paid or over already
        except stripe.StripeError as error:
            raise _unavailable("expire", error) from None
        return _state(session.to_dict())


def _rupiah(session: dict[str, Any]) -> int:
    """Whole rupiah; an amount with sen in it can't be ours and matches nothing."""
    amount = int(session.get("amount_total") or 0)
    return amount // HUNDREDTHS if amount % HUNDREDTHS == 0 else -1


def _state(session: dict[str, Any]) -> CheckoutState:
    is_open = session.get("status") == "open"
    return CheckoutState(
        session_id=str(session["id"]),
        payment_code=str(session.get("client_reference_id") or ""),
        amount_rupiah=_rupiah(session) if session.get("currency") == CURRENCY else -1,
        paid=session.get("payment_status") == "paid",
        is_open=is_open,
        url=str(session.get("url") or "") if is_open else "",
    )


def _unavailable(step: str, error: stripe.StripeError) -> PaymentUnavailable:
    """Log the kind and the request's number, never the message: it can quote what a person typed."""
    log.warning("payment %s failed: %s status=%s request=%s", step, type(error).__name__, error.http_status, error.request_id)
    return PaymentUnavailable()
