"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.contacts import actions, queries
from app.core.access import Actor
from app.core.contrib import AccountDoor, Chore, Farewell, HomeCard, NoticeKind, PersonalData
from app.core.words import _, _l

_NEUTRAL = _l("Ada perubahan pada akun Anda.")


def _address(_params: Mapping[str, Any]) -> str:
    return "/akun/kontak"


def _proven(_params: Mapping[str, Any]) -> str:
    return _("Nomor HP Anda sudah dibuktikan. Sekarang kami bisa mengirim kabar penting ke nomor itu.")


def _lost(_params: Mapping[str, Any]) -> str:
    return _("Nomor HP di akun Anda sudah dibuktikan orang lain. Akun Anda tetap aman. Tulis nomor Anda yang sekarang.")


def _gone(_params: Mapping[str, Any]) -> str:
    return _("Akun Anda sekarang tanpa nomor HP. Tulis nomor Anda, supaya bisa masuk dengan nomor itu.")


def _phone_changed(_params: Mapping[str, Any]) -> str:
    return _("Nomor HP akun Anda diganti, dan HP lain dikeluarkan. Bukan Anda? Segera ganti kata sandi, lalu tulis nomor Anda lagi.")


def _email_changed(_params: Mapping[str, Any]) -> str:
    return _("E-mail akun Anda diganti atau dilepas. Bukan Anda? Segera ganti kata sandi, lalu periksa kontak Anda.")


def _lost_number(session: Session, actor: Actor | None, _now: datetime) -> bool | None:
    return True if actor is not None and queries.has_lost_number(session, actor.person_id) else None


CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor("contact", _l("Nomor HP dan e-mail"), "contacts.overview", _l("Buktikan, ganti, tambah e-mail"), 10),
    HomeCard("waiting", "accounts/contacts/lost_card.html", _lost_number),
    NoticeKind("phone.proven", words=_proven, neutral=_NEUTRAL, address=_address),
    NoticeKind("phone.lost", words=_lost, neutral=_NEUTRAL, address=_address, is_urgent=True),
    NoticeKind("phone.gone", words=_gone, neutral=_NEUTRAL, address=_address, is_urgent=True),
    NoticeKind("phone.changed", words=_phone_changed, neutral=_NEUTRAL, address=_address, is_urgent=True),
    NoticeKind("email.changed", words=_email_changed, neutral=_NEUTRAL, address=_address, is_urgent=True),
    PersonalData(
        "contacts",
        queries.personal,
        label=_l("Nomor HP dan e-mail Anda"),
        purpose=_l("Untuk masuk, untuk kabar, dan untuk memulihkan akun. Tidak ditampilkan kepada orang lain."),
        kept=_l("Selama Anda punya akun. Nomor dan alamat yang lama terhapus sesudah 30 hari."),
        tables=("contact_change",),
    ),
    Farewell(
        "contacts", actions.forget_person, gone=_l("Nomor HP dan e-mail Anda, yang sekarang dan yang lama"), tables=("contact_change",)
    ),
    Chore("contacts", timedelta(hours=6), actions.tidy),
)
