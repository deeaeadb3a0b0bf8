"""Limits, words and the path of an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from app.core.words import Lazy, _l

MOST_CART_LINES = 40
MOST_QUANTITY = 99  # of one thing in one order
MOST_OPEN_ORDERS = 20  # a buyer: goods kept for somebody who never comes are lost evenings
MOST_CARD_RUPIAH = 50_000_000
PAYMENT_MINUTES = 60  # how long a card payment stays open; then the order can be tried again

# Without 0 O 1 I L U: codes are read aloud at a noisy booth.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6

# State -> word, sign, colour (design.md, "How a state is said").
STATE_WORDS: dict[str, tuple[Lazy, str, str]] = {
    "reserved": (_l("Disimpan untuk Anda"), "s-tunggu", "wait"),
    "ready": (_l("Siap diambil"), "s-anda", "you"),
    "handed_over": (_l("Sudah diambil"), "s-ya", "good"),
    "cancelled": (_l("Dibatalkan"), "s-batal", ""),
}
SELLER_WORDS: dict[str, tuple[Lazy, str, str]] = STATE_WORDS | {
    "reserved": (_l("Perlu disiapkan"), "s-anda", "you"),
    "ready": (_l("Siap, menunggu pembeli"), "s-tunggu", "wait"),
}
WAY_WORDS: dict[str, Lazy] = {"cash": _l("tunai"), "qris": _l("QRIS penjual"), "card": _l("kartu")}

# Why a seller cancels; the buyer reads the words.
CANCEL_REASONS: dict[str, Lazy] = {
    "sold_out": _l("Barangnya ternyata habis atau rusak"),
    "not_there": _l("Penjual tidak berjualan hari itu"),
    "not_fetched": _l("Barang tidak diambil"),
    "asked": _l("Pembeli minta dibatalkan"),
}

# From which states an order goes on to a state.
STEPS: dict[str, frozenset[str]] = {
    "ready": frozenset({"reserved"}),
    "handed_over": frozenset({"reserved", "ready"}),
    "cancelled": frozenset({"reserved", "ready"}),
}


def may_go(before: str, after: str) -> bool:
    """Whether an order in one state may go to another."""
    return before in STEPS.get(after, frozenset())


class _Line(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def quantity(self) -> int: ...


class _Placed(Protocol):
    @property
    def held_on(self) -> date | None: ...


_PlacedT = TypeVar("_PlacedT", bound=_Placed)


def by_day(orders: Iterable[_PlacedT]) -> dict[date | None, list[_PlacedT]]:
    """Orders under their day of pickup, in the order given; None: the place is still being arranged."""
    days: dict[date | None, list[_PlacedT]] = {}
    for order in orders:
        days.setdefault(order.held_on, []).append(order)
    return days


def pick_list(lines: Iterable[_Line]) -> list[tuple[str, str, int]]:
    """What to pack altogether: title, unit and number, most wanted first."""
    wanted: dict[tuple[str, str], int] = {}
    for line in lines:
        wanted[line.title, line.unit] = wanted.get((line.title, line.unit), 0) + line.quantity
    return sorted(((title, unit, number) for (title, unit), number in wanted.items()), key=lambda one: (-one[2], one[0]))
