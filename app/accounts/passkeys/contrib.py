"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.accounts.passkeys import actions, queries
from app.core.contrib import AccountDoor, Chore, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l

_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _address(_params: Mapping[str, Any]) -> str:
    return "/akun/sidik-jari"


def _added(params: Mapping[str, Any]) -> str:
    return _("Sidik jari “{label}” dipasang di akun Anda. Bukan Anda? Hapus, ganti kata sandi, dan hubungi petugas.", label=params["label"])


def _removed(params: Mapping[str, Any]) -> str:
    return _("Sidik jari “{label}” dihapus dari akun Anda. Bukan Anda? Ganti kata sandi dan hubungi petugas.", label=params["label"])


def _copied(params: Mapping[str, Any]) -> str:
    return _(
        "Sidik jari “{label}” kami tolak, karena kuncinya mungkin ada dua. Kalau Anda tidak tahu sebabnya, hapus dan pasang lagi.",
        label=params["label"],
    )


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind("passkey.added", words=_added, neutral=_NEUTRAL, address=_address, is_urgent=True),
    NoticeKind("passkey.removed", words=_removed, neutral=_NEUTRAL, address=_address, is_urgent=True),
    NoticeKind("passkey.copied", words=_copied, neutral=_NEUTRAL, address=_address, is_urgent=True),
    AccountDoor("entry", _l("Sidik jari"), "passkeys.overview", _l("Masuk tanpa mengetik kata sandi"), 30),
    PersonalData(
        "passkeys",
        queries.all_of,
        label=_l("Sidik jari untuk masuk"),
        purpose=_l("Untuk membuka akun Anda dari HP Anda. Gambar jari tidak pernah sampai ke kami. Hanya Anda yang melihat daftar ini."),
        kept=_l("Sampai Anda menghapusnya, atau akun dihapus."),
        tables=("passkey", "passkey_handle"),
    ),
    Farewell("passkeys", actions.forget_person, gone=_l("Sidik jari untuk masuk."), tables=("passkey", "passkey_handle")),
    Chore("passkeys", timedelta(hours=6), actions.forget_spent),
)
