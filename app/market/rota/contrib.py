"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import formats
from app.core.access import Role
from app.core.contrib import Farewell, LeaveBlocker, MeritKind, NoticeKind, PersonalData
from app.core.words import _, _l
from app.market.booths.rules import CANCEL_REASONS
from app.market.rota import actions, queries

MY_TURNS = "/lapak/giliran"
KEPT, TURN = "turn.kept", "turn"  # a merit's kind and what it comes from


def _day(told: Mapping[str, Any]) -> str:
    return formats.weekday_month(date.fromisoformat(told["day"]))


def _offered(told: Mapping[str, Any]) -> str:
    until = formats.instant(datetime.fromisoformat(told["answer_by"]))
    return _(
        "Giliran Anda: {day}, lapak {code}, {site}. Jawab sebelum {until}.",
        day=_day(told),
        code=told["booth"],
        site=told["site"],
        until=until,
    )


def _offer_ends(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(told["answer_by"])


def _expired(told: Mapping[str, Any]) -> str:
    return _(
        "Tawaran lapak {code}, {day}, sudah lewat waktunya dan ditawarkan kepada yang lain. Urutan Anda tetap.",
        day=_day(told),
        code=told["booth"],
    )


def _cancelled(told: Mapping[str, Any]) -> str:
    reason = CANCEL_REASONS.get(told["reason"] or "", "")
    return _(
        "Giliran Anda {day}, lapak {code}, dibatalkan petugas: {reason}. Urutan Anda tetap.",
        day=_day(told),
        code=told["booth"],
        reason=reason,
    )


def my_turns(told: Mapping[str, Any]) -> str:
    return MY_TURNS


NEUTRAL = _l("Ada kabar untuk Anda.")


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        "giliran": [
            {
                "hari": turn.held_on.isoformat(),
                "lapak": turn.booth_code,
                "toko": turn.shop_name,
                "barang": turn.goods,
                "keadaan": turn.state.value,
            }
            for turn in queries.turns_of(session, person_id)
        ],
    }


def _blockers(session: Session, person_id: int, now: datetime) -> list[str]:
    return [
        _("Giliran Anda {day}, lapak {code}: kembalikan dulu.", day=formats.weekday_month(turn.held_on), code=turn.booth_code)
        for turn in queries.turns_ahead(session, person_id, now)
    ]


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind("turn.offered", _offered, NEUTRAL, my_turns, is_urgent=True, responsible=Role.OFFICER, until=_offer_ends),
    NoticeKind("turn.expired", _expired, NEUTRAL, my_turns),
    NoticeKind("turn.cancelled", _cancelled, NEUTRAL, my_turns, is_urgent=True, responsible=Role.OFFICER),
    PersonalData(
        "rota",
        _mine,
        label=_l("Giliran lapak"),
        purpose=_l("Supaya giliran dibagi adil. Nama toko terlihat di daftar hari pasar, nama Anda hanya oleh petugas lapak."),
        kept=_l("Selama akun Anda ada, karena urutan giliran dihitung dari sana."),
        tables=("turn", "turn_person"),
    ),
    MeritKind(
        KEPT,
        _l("Giliran lapak dijaga sampai pasar selesai"),
        area=_l("pembagian lapak"),
        address=MY_TURNS,
        objection=_l(
            "Satu giliran Anda tidak ada di sini? Tunjukkan halaman ini kepada petugas lapak di pasar, supaya daftar giliran diperiksa bersama."
        ),
    ),
    LeaveBlocker(_blockers, address=MY_TURNS, label=_l("Buka giliran saya")),
    Farewell(
        "rota",
        actions.leave,
        kept=_l("Catatan bahwa sebuah lapak terpakai pada satu hari tetap ada, tanpa nama Anda."),
        tables=("turn", "turn_person"),
    ),
)
