"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.recovery import actions, queries, rules
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.core import formats, places
from app.core.access import Role
from app.core.contrib import AccountDoor, Chore, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l

_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _recovered(params: Mapping[str, Any]) -> str:
    at = formats.instant(datetime.fromisoformat(params["at"]))
    return _("Kata sandi akun Anda diganti pada {at}. Bukan Anda? Segera datang ke kantor kelurahan dengan KTP.", at=at)


def _codes(_params: Mapping[str, Any]) -> str:
    return _("Kode pemulihan baru dibuat untuk akun Anda. Yang lama tidak berlaku lagi.")


def _started(params: Mapping[str, Any]) -> str:
    at = formats.instant(datetime.fromisoformat(params["at"]))
    where = places.place_name(params["place"]) if params["place"] else _("kantor kelurahan")
    if params["act"] == rules.DeskAct.PHONE:
        return _(
            "{officer} di loket {where} menyiapkan nomor HP baru untuk akun Anda, {at}. Bukan Anda? Buka, lalu tekan “Ini bukan saya”.",
            officer=params["officer"],
            where=where,
            at=at,
        )
    return _(
        "{officer} di loket {where} menyiapkan kata sandi baru untuk akun Anda, {at}. Bukan Anda? Buka, lalu tekan “Ini bukan saya”.",
        officer=params["officer"],
        where=where,
        at=at,
    )


def _leave(session: Session, person_id: int, _now: datetime) -> None:
    session.execute(delete(DeskReset).where(DeskReset.person_id == person_id))
    session.execute(delete(AssistedSignUp).where(AssistedSignUp.person_id == person_id))


def _forget_unconfirmed(now: datetime) -> None:
    actions.forget_unconfirmed(now)


CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor("entry", _l("Kode pemulihan"), "recovery.codes", _l("Sepuluh kode di kertas, kalau kata sandi terlupa"), order=60),
    # Passed on by an admin where no gateway reaches her: the desk must not be the one to warn of the desk.
    NoticeKind(
        "password.recovered",
        words=_recovered,
        neutral=_NEUTRAL,
        address=lambda _params: "/pulihkan",
        is_urgent=True,
        responsible=Role.ADMIN,
    ),
    NoticeKind("recovery.codes", words=_codes, neutral=_NEUTRAL, address=lambda _params: "/akun/kode-pemulihan", is_urgent=True),
    NoticeKind(
        "desk.reset_started",
        words=_started,
        neutral=_NEUTRAL,
        address=lambda params: f"/akun/loket/{int(params['reset'])}",
        is_urgent=True,
        responsible=Role.ADMIN,
    ),
    PersonalData(
        "recovery",
        queries.personal_data,
        label=_l("Bantuan di loket dan kode pemulihan"),
        purpose=_l("Supaya Anda bisa masuk lagi kalau kata sandi terlupa, dan tahu siapa yang membantu."),
        kept=_l("Catatan loket terhapus sesudah 180 hari."),
        tables=("desk_reset", "assisted_sign_up"),
    ),
    Farewell(
        "recovery",
        _leave,
        gone=_l("Catatan bantuan di loket"),
        kept=_l("Jejak kerja petugas loket, tanpa nama dan nomor Anda."),
        tables=("desk_reset", "assisted_sign_up"),
    ),
    Chore("assisted sign-ups", timedelta(hours=6), _forget_unconfirmed),
    Chore("desk resets", timedelta(hours=24), actions.forget_resets),
)
