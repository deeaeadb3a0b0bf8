"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.accounts.oversight import actions, queries
from app.accounts.people import rules
from app.accounts.people.rules import SuspensionReason
from app.core.access import Role
from app.core.contrib import DeskCard, Farewell, NoticeKind, PersonalData
from app.core.formats import instant
from app.core.words import _, _l

_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _suspended(params: Mapping[str, Any]) -> str:
    reason, until = rules.SUSPENSION_WORDS[SuspensionReason(params["reason"])], instant(datetime.fromisoformat(params["until"]))
    return _(
        "Akun Anda dihentikan sementara sampai {until}. Alasan: {reason}. Keberatan? Datang ke petugas.", until=until, reason=str(reason)
    )


def _unsuspended(_params: Mapping[str, Any]) -> str:
    return _("Akun Anda bisa dipakai lagi.")


def _signed_out(_params: Mapping[str, Any]) -> str:
    return _("Petugas mengeluarkan akun Anda dari semua perangkat. Masuk lagi dengan kata sandi Anda.")


def _mine(session: Any, person_id: int) -> Mapping[str, Any]:
    return {
        "suspensions": [
            {"reason": s.reason.value, "words": s.words, "from": s.from_at, "until": s.until_at, "lifted_at": s.lifted_at}
            for s in queries.suspensions(session, person_id)
        ]
    }


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard("petugas", frozenset({Role.ADMIN.value, Role.MODERATOR.value}), _l("Orang dan peran"), "orang", "oversight.people"),
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Jejak keputusan"), "centang", "oversight.trail"),
    NoticeKind("account.suspended", words=_suspended, neutral=_NEUTRAL, address=lambda _params: "/akun", is_urgent=True),
    NoticeKind("account.unsuspended", words=_unsuspended, neutral=_NEUTRAL, address=lambda _params: "/akun", is_urgent=True),
    NoticeKind("account.signed_out", words=_signed_out, neutral=_NEUTRAL, address=lambda _params: "/akun", is_urgent=True),
    PersonalData(
        "suspensions",
        _mine,
        label=_l("Penghentian sementara"),
        purpose=_l("Kalau akun pernah dihentikan: alasannya, dan kata-kata petugas kepada Anda. Pengelola dan moderator melihatnya."),
        kept=_l("Selama akun Anda ada, supaya keputusan itu bisa dijelaskan."),
        tables=("suspension",),
    ),
    Farewell("suspensions", actions.leave, gone=_l("Kata-kata petugas kepada Anda."), tables=("suspension",)),
)
