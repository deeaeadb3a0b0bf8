"""Card payments. The platform speaks to one provider through this door; without keys there is none, and nothing is offered.

Amounts are whole rupiah everywhere but inside the provider.
"""

from typing import TYPE_CHECKING

from flask import Flask, current_app

from app.core.payments.provider import (
    CheckoutLine,
    CheckoutOrder,
    CheckoutStarted,
    CheckoutState,
    EventKind,
    NotFromStripe,
    PaymentEvent,
    PaymentProvider,
    PaymentUnavailable,
)

if TYPE_CHECKING:
    from app.config import Settings

__all__ = [
    "CheckoutLine",
    "CheckoutOrder",
    "CheckoutStarted",
    "CheckoutState",
    "EventKind",
    "NotFromStripe",
    "PaymentEvent",
    "PaymentProvider",
    "PaymentUnavailable",
    "init_app",
    "payment_provider",
]


def init_app(app: Flask, settings: "Settings") -> None:
    """Give the app its provider, or none when Stripe's keys are not set."""
    found: PaymentProvider | None = None
    if settings.stripe_secret_key and settings.stripe_webhook_secret:
        from app.core.payments.stripe import StripeProvider

        found = StripeProvider(settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base)
    app.extensions["payment_provider"] = found


def payment_provider() -> PaymentProvider | None:
    """The running app's provider; None means card payment is not offered at all."""
    found: PaymentProvider | None = current_app.extensions["payment_provider"]
    return found
