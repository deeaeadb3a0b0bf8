"""What the loader knows while it fills: the size, the moment, the dice, and the ids made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from flask import current_app

from app.accounts.notices.models import Notice
from app.core.outbox import OutboxRow, handler_name
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
    group: int  # 0, 1, 2: the three that take turns
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
    names: dict[int, str] = field(default_factory=dict)  # of everybody
    members: list[int] = field(default_factory=list)  # everybody who is not staff, generated and written
    notices: list[dict[str, Any]] = field(default_factory=list)
    shops: list[ShopRow] = field(default_factory=list)
    turns_past: list[TurnRow] = field(default_factory=list)
    turns_ahead: list[TurnRow] = field(default_factory=list)  # confirmed, days still to come

    def shop(self, slug: str) -> ShopRow:
        return next(shop for shop in self.shops if shop.slug == slug)

    def due(self, topic: str, subject_id: int, due_at: datetime) -> None:
        """What has to happen later, as the action would have asked for it."""
        for handler in current_app.extensions["outbox_handlers"].get(topic, ()):
            self.rows.add(OutboxRow, topic=topic, subject_id=subject_id, handler=handler_name(handler), put_at=self.now, due_at=due_at)

    def tell(self, person_id: int, kind: str, params: dict[str, Any], event: str, at: datetime, *, is_read: bool = False) -> None:
        """A notice in somebody's inbox, written with all others by `write_notices`."""
        row = {
            "person_id": person_id,
            "kind": kind,
            "params": params,
            "event": event,
            "made_at": at,
            "read_at": self.now if is_read else None,
        }
        self.notices.append(row)

    def write_notices(self) -> None:
        """All notices in the order of time: an inbox is read by id."""
        for row in sorted(self.notices, key=lambda row: row["made_at"]):
            row["id"] = self.rows.add(Notice, **row)
        self.rows.flush()
