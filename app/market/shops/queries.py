"""Reads about shops and goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.market.shops.models import Shop, ShopMember, ShopRole, ShopState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class MyShop:
    """A shop seen by somebody who works in it."""

    id: int
    slug: str
    name: str
    role: ShopRole


def shops_of(session: Session, person_id: int) -> list[MyShop]:
    """The shops a person works in that are not closed, her own first."""
    rows = session.execute(
        select(Shop.id, Shop.slug, Shop.name, ShopMember.role)
        .join(ShopMember, ShopMember.shop_id == Shop.id)
        .where(ShopMember.person_id == person_id, Shop.state != ShopState.CLOSED)
        .order_by(ShopMember.role.desc(), Shop.id)
    ).all()
    return [MyShop(*row) for row in rows]
