"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from app.accounts.entries import actions, queries
from app.core.contrib import AccountDoor, Chore, Farewell, NoticeKind, PersonalData
from app.core.formats import instant
from app.core.words import _, _l


def _new_device(params: Mapping[str, Any]) -> str:
    at = instant(datetime.fromtimestamp(int(params["at"]), timezone.utc))
    if params["device"]:
        return _("Masuk dari HP baru: {device}, {at}. Bukan Anda? Buka riwayat masuk.", device=params["device"], at=at)
    return _("Masuk dari HP baru, {at}. Bukan Anda? Buka riwayat masuk.", at=at)


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind(
        "account.new_device",
        words=_new_device,
        neutral=_l("Ada yang masuk ke akun Anda. Periksa apakah itu Anda."),
        address=lambda _params: "/akun/riwayat-masuk",
        is_urgent=True,
        is_handed=False,  # everybody's every new phone
    ),
    AccountDoor("entry", _l("Riwayat masuk"), "entries.history", _l("Siapa yang masuk, kapan, dari HP apa"), 60),
    PersonalData(
        "entries",
        queries.all_of,
        label=_l("Riwayat masuk"),
        purpose=_l("Supaya Anda melihat kalau ada orang lain yang masuk atau mencoba masuk. Hanya Anda yang melihatnya."),
        kept=_l("180 hari."),
        tables=("sign_in_entry",),
    ),
    Farewell("entries", actions.forget_person, gone=_l("Riwayat masuk Anda."), tables=("sign_in_entry",)),
    Chore("entries", timedelta(hours=6), actions.tidy),
)
