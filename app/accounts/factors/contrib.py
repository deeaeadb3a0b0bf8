"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.factors import actions, queries
from app.core.access import Role
from app.core.contrib import AccountDoor, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l, _n

_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _address(_params: Mapping[str, Any]) -> str:
    return "/akun/pengaman"


def _set(_params: Mapping[str, Any]) -> str:
    return _("Pengaman kedua terpasang di akun Anda. Bukan Anda? Ganti kata sandi dan hubungi petugas.")


def _codes(_params: Mapping[str, Any]) -> str:
    return _("Kode cadangan baru dibuat. Yang lama tidak berlaku lagi.")


def _recovered(params: Mapping[str, Any]) -> str:
    return _n("Satu kode cadangan dipakai untuk masuk. Sisa {n}.", "Satu kode cadangan dipakai untuk masuk. Sisa {n}.", int(params["left"]))


def _removed(_params: Mapping[str, Any]) -> str:
    return _("Pengaman kedua Anda dilepas oleh pengelola. Pasang yang baru sebelum membuka meja petugas.")


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind("factor.set", words=_set, neutral=_NEUTRAL, address=_address, is_urgent=True, responsible=Role.DESK),
    NoticeKind("factor.codes", words=_codes, neutral=_NEUTRAL, address=_address, is_urgent=True, responsible=Role.DESK),
    NoticeKind("factor.removed", words=_removed, neutral=_NEUTRAL, address=_address, is_urgent=True, responsible=Role.DESK),
    NoticeKind("factor.recovered", words=_recovered, neutral=_NEUTRAL, address=_address, is_urgent=True, responsible=Role.DESK),
    AccountDoor("entry", _l("Pengaman kedua"), "factors.overview", _l("Kode dari aplikasi HP saat masuk, dan kode cadangan"), 40),
    PersonalData(
        "factors",
        queries.all_of,
        label=_l("Pengaman kedua"),
        purpose=_l("Supaya kata sandi saja tidak cukup untuk masuk ke akun Anda. Hanya Anda yang melihatnya."),
        kept=_l("Sampai diganti atau dilepas, atau akun dihapus."),
        tables=("second_factor", "recovery_code"),
    ),
    Farewell("factors", actions.forget_person, gone=_l("Pengaman kedua dan kode cadangan."), tables=("second_factor", "recovery_code")),
)
