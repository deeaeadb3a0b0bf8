"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.orm import Session

from app.core.contrib import PersonalData
from app.market.ledger import queries
from app.market.shops.queries import shops_of

_EVER = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2200, 1, 1, tzinfo=timezone.utc))


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        shop.slug: [
            {"at": line.happened_at.isoformat(), "order": line.order_code, "way": line.account.value, "rupiah": line.amount_rupiah}
            for line in queries.whole_book(session, shop.id, *_EVER)
        ]
        for shop in shops_of(session, person_id)
    }


CONTRIBUTIONS: tuple[object, ...] = (PersonalData("ledger", _mine),)
