"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.orm import Session

from app.core.contrib import Farewell, PersonalData
from app.core.words import _l
from app.market.ledger import queries
from app.market.shops.queries import shops_of

_EVER = (datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2200, 1, 1, tzinfo=timezone.utc))


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        shop.slug: [
            {"at": line.happened_at, "order": line.order_code, "way": line.account.value, "rupiah": line.amount_rupiah}
            for line in queries.whole_book(session, shop.id, *_EVER)
        ]
        for shop in shops_of(session, person_id)
    }


def _nothing(_session: Session, _person_id: int, _now: datetime) -> None:
    """A book knows its shop, never a person: with the shop's name gone, nothing in it leads to anybody."""


CONTRIBUTIONS: tuple[object, ...] = (
    PersonalData(
        "ledger",
        _mine,
        label=_l("Buku penjualan"),
        purpose=_l("Supaya Anda bisa menunjukkan omzet, misalnya kepada bank. Hanya Anda dan rekan setoko yang melihatnya."),
        kept=_l("Sepuluh tahun, seperti diminta undang-undang tentang pembukuan."),
    ),
    Farewell(
        "ledger",
        _nothing,
        kept=_l("Angka buku penjualan disimpan sepuluh tahun karena diminta undang-undang, tanpa nama Anda dan tanpa nama toko."),
    ),
)
