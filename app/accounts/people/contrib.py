"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.people import actions, queries, rules
from app.core.access import Role
from app.core.contrib import AccountDoor, Chore, Farewell, LeaveBlocker, NoticeKind, PersonalData
from app.core.words import _, _l


def _role(params: Mapping[str, Any]) -> str:
    return str(rules.ROLE_WORDS[Role(params["role"])])


def _given(params: Mapping[str, Any]) -> str:
    return _("Anda mendapat peran {role}.", role=_role(params))


def _taken(params: Mapping[str, Any]) -> str:
    return _("Peran {role} Anda sudah dilepas.", role=_role(params))


def _number_used(_params: Mapping[str, Any]) -> str:
    return _("Nomor HP Anda dipakai untuk mendaftar akun lain di sini. Akun Anda tetap aman, dan nomor itu tetap milik Anda.")


def _password_changed(_params: Mapping[str, Any]) -> str:
    return _("Kata sandi Anda diganti, dan HP lain sudah dikeluarkan. Bukan Anda? Buka “Lupa kata sandi” di halaman masuk sekarang.")


def _hold_admins(session: Session, person_id: int) -> None:
    if person_id in actions.admins(session):
        actions.lock_admins(session)


def _last_admin(session: Session, person_id: int, _now: datetime) -> list[str]:
    if actions.admins(session) == {person_id}:
        return [_("Anda satu-satunya pengelola. Beri dulu peran itu kepada orang lain.")]
    return []


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind("role.given", words=_given, neutral=_l("Ada perubahan pada akun Anda."), address=lambda _params: "/akun"),
    NoticeKind(
        "account.number_used",
        words=_number_used,
        neutral=_l("Ada perubahan pada akun Anda."),
        address=lambda _params: "/akun",
        is_urgent=True,
    ),
    NoticeKind(
        "account.password_changed",
        words=_password_changed,
        neutral=_l("Ada perubahan pada akun Anda."),
        address=lambda _params: "/akun/riwayat-masuk",
        is_urgent=True,
    ),
    AccountDoor("entry", _l("Ganti kata sandi"), "people.password", _l("HP lain otomatis keluar"), 10),
    AccountDoor("entry", _l("Perangkat saya"), "people.devices", _l("HP yang sedang masuk ke akun ini"), 50),
    AccountDoor("me", _l("Foto"), "people.picture", _l("Di samping nama Anda. Boleh kosong."), 20),
    AccountDoor("me", _l("Nama, sapaan, dan tempat tinggal"), "people.profile", _l("Nama yang dilihat orang lain, dan tentang Anda"), 10),
    NoticeKind("role.taken", words=_taken, neutral=_l("Ada perubahan pada akun Anda."), address=lambda _params: "/akun"),
    PersonalData(
        "people",
        queries.own_data,
        label=_l("Akun dan perangkat"),
        purpose=_l("Supaya Anda bisa masuk dan dikenali. Orang lain hanya melihat nama panggilan, foto, dan tulisan tentang Anda."),
        kept=_l("Selama akun Anda ada. HP yang sudah keluar terhapus dari daftar sesudah 180 hari."),
        tables=("person_role", "device_session", "consent"),
        pictures=queries.own_pictures,
    ),
    LeaveBlocker(_last_admin, address="/petugas/orang", label=_l("Beri peran kepada orang lain"), hold=_hold_admins),
    Farewell(
        "people",
        actions.leave,
        gone=_l("Nama, nomor HP, e-mail, kata sandi, foto, tempat tinggal, dan tulisan tentang Anda. Semua perangkat keluar."),
        kept=_l("Catatan persetujuan dan catatan keputusan petugas, hanya dengan nomor urut, karena diminta undang-undang."),
        tables=("person_role", "device_session", "consent"),
    ),
    Chore("devices", timedelta(hours=24), actions.forget_devices),
)
