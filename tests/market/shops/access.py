"""Who may open what of shops and goods: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

EVERYBODY = {"visitor": 200, "member": 200, "officer": 200, "seller": 200}
# A member without a shop is sent to open one; the shop and the product of the addresses are the seller's.
HERS = {"visitor": 303, "member": 404, "officer": 404}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("shops.goods", EVERYBODY),
    ("shops.product", EVERYBODY),
    ("shops.product_by_number", {"visitor": 301, "member": 301}),
    ("shops.shop", EVERYBODY),
    ("shops.selling", {"visitor": 303, "member": 200, "officer": 200, "seller": 200}),
    ("shops.new_shop", {"visitor": 303, "member": 200, "officer": 200, "seller": 200}),
    ("shops.edit_shop", {"visitor": 303, "member": 303, "seller": 200}),
    ("shops.open_or_pause", {**HERS, "seller": 303}),
    ("shops.my_goods", {"visitor": 303, "member": 303, "seller": 200}),
    ("shops.new_product", {"visitor": 303, "member": 303, "seller": 200}),
    ("shops.edit_product", {**HERS, "seller": 200}),
    ("shops.set_stock", {"visitor": 303, "member": 303, "seller": 303}),  # without a number: a sentence, before anything is looked up
    ("shops.show_product", {**HERS, "seller": 404}),  # without a wish in the form there is nothing to do
    ("shops.ask_remove", {**HERS, "seller": 200}),
]

ARGUMENTS = {"shops.product_by_number": {"product_id": 1}}
