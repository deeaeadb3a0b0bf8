"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.privacy import actions, queries
from app.core.access import Actor, Role
from app.core.contrib import AccountDoor, Chore, DeskCard, Farewell, HomeCard, NoticeKind, PersonalData
from app.core.words import _, _l


def _exported(_params: Mapping[str, Any]) -> str:
    return _("Salinan data Anda baru saja diunduh. Bukan Anda? Ganti kata sandi, lalu keluarkan HP yang tidak Anda kenal.")


def _answered(_params: Mapping[str, Any]) -> str:
    return _("Permintaan Anda tentang data sudah dijawab.")


def _new_text(session: Session, actor: Actor | None, _now: datetime) -> bool | None:
    return True if actor is not None and queries.has_new_text(session, actor.person_id) else None


def _overdue(session: Session, _actor: Actor, now: datetime) -> int:
    return queries.overdue_count(session, now)


_NEUTRAL = _l("Ada perubahan pada akun Anda.")

CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor("privacy", _l("Data saya"), "privacy.overview", _l("Apa yang kami simpan, unduh salinan, persetujuan, hapus akun"), 10),
    HomeCard("waiting", "accounts/privacy/new_text.html", _new_text),
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Permintaan tentang data"), "kunci", "privacy.desk", _overdue),
    NoticeKind("data.exported", _exported, _NEUTRAL, lambda _params: "/akun/data", is_urgent=True),
    NoticeKind("data_request.answered", _answered, _NEUTRAL, lambda _params: "/akun/data/permintaan"),
    PersonalData(
        "privacy",
        queries.own_requests_data,
        label=_l("Permintaan tentang data"),
        purpose=_l("Supaya permintaan Anda dijawab pada waktunya. Hanya Anda dan pengelola yang membacanya."),
        kept=_l("Isinya dua tahun sesudah dijawab."),
        tables=("data_request",),
    ),
    Farewell("privacy", actions.leave_requests, gone=_l("Isi permintaan Anda tentang data, dan jawabannya."), tables=("data_request",)),
    Chore("privacy", timedelta(hours=24), actions.forget),
)
