"""Who may do what with a shop."""

from __future__ import annotations

from app.market.shops.models import ShopRole, ShopState


def may_sell(role: ShopRole | None, state: ShopState) -> bool:
    """Change goods and stock, see the shop's orders: everybody who works in a shop that is not closed."""
    return role is not None and state is not ShopState.CLOSED


def may_change_shop(role: ShopRole | None, state: ShopState) -> bool:
    """Change the shop's page, pause it, open it: its owners."""
    return role is ShopRole.OWNER and state is not ShopState.CLOSED
