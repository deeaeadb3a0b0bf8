"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core import clock, formats
from app.core.access import Actor, Role
from app.core.contrib import Chore, DeskCard, Farewell, LeaveBlocker, NoticeKind, PersonalData
from app.core.words import _, _l
from app.market.leases import actions, queries
from app.market.leases.models import LeaseState
from app.market.leases.rules import REFUSAL_REASONS

MY_LEASES = "/lapak/giliran#kontainer"
NEUTRAL = _l("Ada kabar untuk Anda.")


def _approved(told: Mapping[str, Any]) -> str:
    first = formats.day_plain(date.fromisoformat(told["first_month"]))
    return _("Sewa kontainer {code} disetujui: {months} bulan, mulai {day}.", code=told["booth"], months=told["months"], day=first)


def _refused(told: Mapping[str, Any]) -> str:
    return _(
        "Permohonan kontainer {code} belum bisa diterima: {reason}.", code=told["booth"], reason=REFUSAL_REASONS.get(told["reason"], "")
    )


def _ended(told: Mapping[str, Any]) -> str:
    return _("Sewa kontainer {code} berakhir {day}.", code=told["booth"], day=formats.day_plain(date.fromisoformat(told["ends_on"])))


def _mine_page(told: Mapping[str, Any]) -> str:
    return MY_LEASES


def _waiting(session: Session, actor: Actor, now: datetime) -> int:
    return queries.waiting_count(session)


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        "kontainer": [
            {
                "kontainer": view.booth_code,
                "toko": view.shop_name,
                "mulai": view.first_month.isoformat(),
                "bulan": view.months,
                "usaha": view.use,
                "keadaan": view.state.value,
                "alasan": view.reason,
            }
            for view in queries.leases_of(session, person_id)
        ]
    }


def _blockers(session: Session, person_id: int, now: datetime) -> list[str]:
    today = clock.day_of(now)
    return [
        _(
            "Sewa kontainer {code} masih berjalan sampai {day}: kembalikan dulu kuncinya kepada petugas.",
            code=view.booth_code,
            day=formats.day_plain(view.ends_on),
        )
        for view in queries.leases_of(session, person_id)
        if view.state is LeaseState.RUNNING and view.ends_on >= today
    ]


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard("petugas", frozenset({Role.OFFICER}), _l("Kontainer"), "kontainer", "leases.desk", _waiting),
    NoticeKind("lease.approved", _approved, NEUTRAL, _mine_page),
    NoticeKind("lease.refused", _refused, NEUTRAL, _mine_page),
    NoticeKind("lease.ended", _ended, NEUTRAL, _mine_page, is_urgent=True, responsible=Role.OFFICER),
    PersonalData(
        "leases",
        _mine,
        label=_l("Sewa kontainer"),
        purpose=_l("Supaya petugas tahu siapa memakai kontainer UMKM yang mana. Hanya petugas lapak yang melihatnya."),
        kept=_l("Sewa yang pernah berjalan disimpan sebagai catatan kota. Permohonan yang tidak jadi dihapus sesudah dua tahun."),
        tables=("lease",),
    ),
    LeaveBlocker(_blockers, address=MY_LEASES, label=_l("Buka sewa saya")),
    Farewell(
        "leases",
        actions.leave,
        kept=_l("Sewa kontainer yang sudah selesai tetap tercatat bulannya, tanpa nama Anda."),
        tables=("lease",),
    ),
    Chore("leases", timedelta(hours=24), actions.forget),
)
