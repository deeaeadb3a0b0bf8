"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core import clock, formats
from app.core.access import Actor, Role
from app.core.contrib import Chore, DeskCard, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l
from app.market.applications import actions, queries
from app.market.applications.rules import REFUSAL_REASONS
from app.market.booths.rules import CANCEL_REASONS
from app.market.rota.contrib import NEUTRAL, my_turns


def _edition(told: Mapping[str, Any]) -> str:
    return formats.days(date.fromisoformat(told["day"]), date.fromisoformat(told["last_day"]))


def _refused(told: Mapping[str, Any]) -> str:
    reason = REFUSAL_REASONS.get(told["reason"], "")
    return _("Permohonan lapak {site}, {days}, belum bisa diterima: {reason}.", site=told["site"], days=_edition(told), reason=reason)


def _called_off(told: Mapping[str, Any]) -> str:
    reason = CANCEL_REASONS.get(told["reason"], "")
    return _("{site}, {days}, dibatalkan: {reason}. Urutan Anda tetap.", site=told["site"], days=_edition(told), reason=reason)


def _waiting(session: Session, actor: Actor, now: datetime) -> int:
    return queries.waiting_count(session, clock.day_of(now))


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        "permohonan": [
            {
                "edisi": view.first_day.isoformat(),
                "toko": view.shop_name,
                "zona": view.zone_name,
                "barang": view.goods,
                "surat": view.document,
                "keadaan": view.state.value,
                "alasan": view.reason,
            }
            for view in queries.applications_of(session, person_id)
        ],
    }


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard("petugas", frozenset({Role.OFFICER}), _l("Permohonan lapak"), "orang", "applications.waiting", _waiting),
    NoticeKind("application.refused", _refused, NEUTRAL, my_turns),
    NoticeKind("edition.cancelled", _called_off, NEUTRAL, my_turns, is_urgent=True, responsible=Role.OFFICER),
    PersonalData(
        "applications",
        _mine,
        label=_l("Permohonan lapak"),
        purpose=_l("Supaya petugas lapak bisa membagi tempat. Hanya petugas lapak yang melihatnya."),
        kept=_l("Dua tahun, supaya pembagian yang lalu masih bisa dijelaskan."),
        tables=("application",),
    ),
    Farewell(
        "applications",
        actions.leave,
        gone=_l("Permohonan lapak yang belum dijawab ditarik."),
        kept=_l("Permohonan lama tetap terhitung sampai dua tahun, tanpa isi dan tanpa nama."),
        tables=("application",),
    ),
    Chore("applications", timedelta(hours=24), actions.forget),
)
