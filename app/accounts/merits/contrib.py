"""What this slice offers to shared pages."""

from __future__ import annotations

from app.accounts.merits import actions, queries
from app.core.contrib import AccountDoor, Farewell, PersonalData
from app.core.words import _l

CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor("me", _l("Catatan baik saya"), "merits.mine", _l("Yang dicatat untuk kebaikan Anda. Hanya Anda yang melihat"), 60),
    PersonalData(
        "merits",
        queries.own_data,
        label=_l("Catatan baik"),
        purpose=_l("Supaya yang Anda lakukan dengan baik bisa dihitung. Hanya Anda yang melihat daftarnya."),
        kept=_l("Selama akun Anda ada."),
        tables=("merit",),
    ),
    Farewell("merits", actions.leave, gone=_l("Catatan baik Anda."), tables=("merit",)),
)
