"""How money is booked: debit positive, credit negative, every journal sums to zero."""

from __future__ import annotations

import re
from datetime import date

from app.core.words import Lazy, _l

PAGE_SIZE = 30
MOST_EXPORTED = 20_000  # lines of one file: years of a busy booth

ACCOUNT_WORDS: dict[str, Lazy] = {"cash": _l("Tunai"), "qris": _l("QRIS"), "card": _l("Kartu, diteruskan pengelola")}
EVIDENCE_WORDS: dict[str, Lazy] = {
    "a": _l("Catatan pihak ketiga"),
    "b": _l("Pembeli memesan, penjual menyerahkan"),
    "c": _l("Dicatat penjual, tidak diperiksa"),
}
# Received by an account of the same name as the way of paying.
RECEIVED = ("cash", "qris", "card")


def sale_lines(way: str, rupiah: int) -> dict[str, int]:
    """The lines of a sale: the money received against sales."""
    if way not in RECEIVED or rupiah <= 0:
        raise ValueError("A sale needs a way of paying and a positive sum.")
    return {way: rupiah, "sales": -rupiah}


def refund_lines(way: str, rupiah: int) -> dict[str, int]:
    """A sale taken back."""
    return {account: -amount for account, amount in sale_lines(way, rupiah).items()}


def month_of(text: str, today: date) -> date:
    """The first day of a month written 2026-11; this month for anything else or for a month to come."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    month = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    return min(month, today.replace(day=1))


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_month(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
