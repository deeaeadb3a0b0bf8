"""What goods are called and what a seller may say about them."""

from __future__ import annotations

from app.core.words import Lazy, _l

MOST_PRODUCTS = 300  # a shop; more is a mistake or a machine
MOST_SHOPS_A_PERSON = 3
MOST_STOCK = 100_000
LEAST_PRICE_RUPIAH = 100
MOST_PRICE_RUPIAH = 500_000_000
CLOSED_SHOP = "Toko yang sudah tutup"  # stands in the place of a name whose owner has left: data, like any shop's name
PAGE_SIZE = 8  # goods a page: with more, a first view on a phone fetches over 15 files, for browsers load pictures far ahead

# Address word -> code of models.Category, in the order of the chips.
CATEGORY_SLUGS = {"makanan": "food", "minuman": "drink", "tenun": "weaving", "kriya": "craft", "pertanian": "farm", "jasa": "service"}
CATEGORY_WORDS: dict[str, Lazy] = {
    "food": _l("Makanan"),
    "drink": _l("Minuman"),
    "weaving": _l("Tenun"),
    "craft": _l("Kriya"),
    "farm": _l("Pertanian"),
    "service": _l("Jasa"),
}
SLUG_OF_CATEGORY = {code: slug for slug, code in CATEGORY_SLUGS.items()}

# Address letter (domain.md section 10) -> codes of models.Halal.
HALAL_LETTERS = {"h": "checked", "p": "seller_says", "b": "unknown", "t": "not_halal"}
HALAL_FILTER_WORDS: dict[str, Lazy] = {
    "h": _l("Halal, diperiksa petugas"),
    "p": _l("Menurut penjual: halal"),
    "b": _l("Belum ada keterangan"),
    "t": _l("Tidak halal (mengandung babi)"),
}

# What a seller may choose. "checked" is not here: only staff who saw the paper set it.
HALAL_CHOICES: tuple[tuple[str, Lazy], ...] = (
    ("seller_says", _l("Halal, menurut saya sebagai penjual")),
    ("not_halal", _l("Tidak halal, mengandung babi")),
    ("unknown", _l("Belum ada keterangan")),
    ("not_food", _l("Bukan makanan atau minuman")),
)
FOOD = frozenset({"food", "drink"})


def halal_sign(halal: str, has_pork: bool) -> str:
    """Which sign a card carries: checked, seller, pork or none. Pork wins over every other word."""
    if has_pork:
        return "pork"
    return {"checked": "checked", "seller_says": "seller"}.get(halal, "none")


def halal_after_edit(before: str | None, chosen: str, category: str, kept_facts: bool) -> tuple[str, bool]:
    """The halal code and the pork mark after a seller's edit.

    What staff checked stays checked only while the seller still says halal and the facts it was checked for are unchanged.
    """
    if chosen == "not_halal":
        return "not_halal", True
    if category not in FOOD and chosen == "not_food":
        return "not_food", False
    if before == "checked" and chosen == "seller_says" and kept_facts:
        return "checked", False
    return chosen, False


def whatsapp_link(number: str) -> str:
    """The address that opens a chat with an E.164 number."""
    return f"https://wa.me/{number.lstrip('+')}"
