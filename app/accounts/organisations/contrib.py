"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.organisations import actions, queries
from app.accounts.organisations.rules import function_words
from app.core.access import Role
from app.core.contrib import AccountBadge, DeskCard, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l

MINE = "/akun/lembaga"
_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _joined(params: Mapping[str, Any]) -> str:
    return _("Anda sekarang bertugas di {organisation} sebagai {function}.", **_told(params))


def _ended(params: Mapping[str, Any]) -> str:
    return _("Tugas Anda di {organisation} sebagai {function} sudah berakhir.", **_told(params))


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"organisation": params["organisation"], "function": function_words(params["function"])}


def _badges(session: Session, person_id: int) -> list[str]:
    return [f"{function_words(service.function)}, {service.short_name}" for service in queries.of_person(session, person_id)]


CONTRIBUTIONS: tuple[object, ...] = (
    AccountBadge(_badges, MINE),
    DeskCard(
        "petugas",
        frozenset({Role.ADMIN.value}),
        _l("Lembaga"),
        "belajar",
        "organisations.organisations",
        lambda session, _actor, _now: queries.unchecked(session),
    ),
    NoticeKind("organisation.joined", _joined, _NEUTRAL, lambda _params: MINE),
    NoticeKind("organisation.ended", _ended, _NEUTRAL, lambda _params: MINE),
    PersonalData(
        "organisations",
        queries.own_data,
        label=_l("Lembaga tempat Anda bertugas"),
        purpose=_l("Supaya jelas siapa yang bertindak untuk sebuah lembaga. Hanya pengelola situs yang melihat daftarnya."),
        kept=_l("Sampai Anda keluar dari lembaga itu. Siapa yang memberi dan melepas tugas tetap ada di catatan keputusan petugas."),
        tables=("organisation_member", "organisation"),
    ),
    Farewell(
        "organisations",
        actions.farewell,
        gone=_l("Tugas Anda di lembaga."),
        kept=_l("Lembaga yang pernah Anda periksa sebagai petugas tetap bertanda, dengan nomor urut Anda."),
        tables=("organisation_member", "organisation"),
    ),
)
