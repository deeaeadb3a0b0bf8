"""What a card payment is, whoever carries it out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.core.refusals import Refusal
from app.core.words import _l


class PaymentUnavailable(Refusal):
    """The provider did not answer, or not as we understand it. Nothing was charged by this call."""

    words = _l("Pembayaran kartu sedang tidak bisa dihubungi. Pesanan Anda tetap ada. Coba lagi sebentar, atau bayar tunai di lapak.")


class NotFromStripe(Refusal):
    """A call to the webhook without a valid, fresh signature: answered 400, nothing is done."""

    words = _l("Pesan ini tidak bertanda tangan sah.")


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """One line of what is paid for."""

    name: str
    quantity: int
    unit_rupiah: int


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """One payment to start. `code` is ours and public; `version` goes up when the same payment is started anew
    with other lines or another end. `expires_at` is 30 minutes to 24 hours ahead (Stripe's rule): keep it stored, so
    that a second try asks for exactly the same. `success_url` may hold {CHECKOUT_SESSION_ID}.
    """

    code: str
    version: int
    lines: tuple[CheckoutLine, ...]
    success_url: str
    cancel_url: str
    expires_at: datetime

    @property
    def total_rupiah(self) -> int:
        return sum(line.quantity * line.unit_rupiah for line in self.lines)


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """The provider's session: its id, and the page to send the buyer to."""

    id: str
    url: str


class EventKind(StrEnum):
    PAID = "paid"
    PENDING = "pending"  # the buyer is done, the money is on its way (bank transfer)
    FAILED = "failed"  # it will not come
    EXPIRED = "expired"
    OTHER = "other"  # nothing of ours: answer 200 and forget it


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """A signed message of the provider. The same `id` can come more than once, and late.

    Believe `paid` only together with `payment_code` and `amount_rupiah` that match the stored payment.
    """

    id: str
    kind: EventKind
    session_id: str
    payment_code: str
    amount_rupiah: int
    paid: bool


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """What the provider says of a session when asked."""

    session_id: str
    payment_code: str
    amount_rupiah: int
    paid: bool
    is_open: bool
    url: str  # where the buyer can go on paying; "" when it is over


class PaymentProvider(Protocol):
    """Starts payments and reads what became of them. Every method may raise `PaymentUnavailable`."""

    is_sample: bool  # no real money moves: every page says MODE CONTOH

    def start_checkout(self, payment: CheckoutOrder) -> CheckoutStarted:
        """Open a checkout; the same code and version give the same one again. Never called inside a transaction."""

    def read_event(self, payload: bytes, signature: str) -> PaymentEvent:
        """A webhook call's meaning. Raises `NotFromStripe` for a wrong, altered or old (5 minutes) signature."""

    def look_up(self, session_id: str) -> CheckoutState:
        """How a checkout stands."""

    def expire(self, session_id: str) -> CheckoutState:
        """Close an open checkout so that it can't be paid any more; a finished one is only looked up."""
