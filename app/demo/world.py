"""What the loader knows while it fills: the size, the moment, the dice, and the ids made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from app.core.pictures import Photo
from app.demo.rows import Rows
from app.demo.sizes import Size


@dataclass(slots=True)
class GoodRow:
    product_id: int
    variant_id: int
    title: str
    unit: str
    price_rupiah: int
    stock: int


@dataclass(slots=True)
class ShopRow:
    shop_id: int
    slug: str
    name: str
    owner_id: int
    zone: str
    sells: str
    group: int  # 0, 1, 2: the three that alternate
    booth: str = ""  # where it usually stands
    goods: list[GoodRow] = field(default_factory=list)


@dataclass(slots=True)
class TurnRow:
    turn_id: int
    market_day_id: int
    shop: ShopRow
    opens_at: datetime
    closes_at: datetime
    attended: bool


@dataclass(slots=True)
class World:
    size: Size
    now: datetime
    dice: Random
    rows: Rows
    photos: dict[str, Photo] = field(default_factory=dict)  # by what is drawn, see pictures.py
    people: dict[str, int] = field(default_factory=dict)  # written people by key
    members: list[int] = field(default_factory=list)  # everybody who is not staff, generated and written
    shops: list[ShopRow] = field(default_factory=list)
    turns_past: list[TurnRow] = field(default_factory=list)
    turns_ahead: list[TurnRow] = field(default_factory=list)  # confirmed, days still to come

    def shop(self, slug: str) -> ShopRow:
        return next(shop for shop in self.shops if shop.slug == slug)
