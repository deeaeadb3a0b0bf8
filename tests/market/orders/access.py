"""Who may open what of orders: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

# The order and the payment of the addresses are the buyer's; the shop is the seller's; everybody else is a stranger to both.
BUYERS = {"visitor": 303, "member": 404, "seller": 404, "officer": 404}
SELLERS = {"visitor": 303, "member": 404, "buyer": 404, "officer": 404}
STAFF = {"visitor": 303, "member": 404, "seller": 404, "officer": 404, "moderator": 404}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("orders.cart", {"visitor": 303, "member": 200, "seller": 200}),
    ("orders.add", {"visitor": 303, "member": 404}),  # without goods in the form there is nothing to add
    ("orders.change", {"visitor": 303, "member": 303}),
    ("orders.checkout", {"visitor": 303, "member": 303}),  # an empty cart leads back to the cart
    ("orders.orders", {"visitor": 303, "member": 200, "seller": 200}),
    ("orders.order", {**BUYERS, "buyer": 200}),
    ("orders.cancel", {**BUYERS, "buyer": 200}),
    ("orders.pay", {**BUYERS, "buyer": 303}),
    ("orders.after_paying", {**BUYERS, "buyer": 200}),
    ("orders.stripe_event", {"visitor": 404, "member": 404}),  # no provider: not there; with one and no signature 400
    ("orders.to_prepare", {"visitor": 303, "member": 303, "seller": 200}),
    ("orders.sold", {**SELLERS, "seller": 200}),
    ("orders.ready", {**SELLERS, "seller": 303}),
    ("orders.hand_over", {**SELLERS, "seller": 303}),
    ("orders.paid", {"visitor": 303, "member": 303, "seller": 303}),  # without a way of paying: a sentence, before anything is looked up
    ("orders.cancel_sold", {**SELLERS, "seller": 200}),
    ("orders.refunds", {**STAFF, "admin": 200}),
    ("orders.refunded", {**STAFF, "admin": 404}),  # nothing is due for that order
]
