"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.deliveries import actions, queries, rules
from app.accounts.notices.contrib import kinds
from app.core.access import Actor, Role
from app.core.contrib import AccountDoor, Chore, DeskCard, Farewell, PersonalData
from app.core.words import _l


def kinds_for(actor: Actor) -> frozenset[str]:
    """The kinds whose messages this officer hands over."""
    return frozenset(code for code, kind in kinds().items() if (role := rules.hands(kind)) is not None and actor.has(role))


def _to_hand(session: Session, actor: Actor, now: datetime) -> int:
    return queries.count_to_hand(session, kinds_for(actor), now)


def _stuck(session: Session, _actor: Actor, _now: datetime) -> int:
    return queries.count_stuck(session)


CONTRIBUTIONS: tuple[object, ...] = (
    DeskCard(
        "petugas",
        frozenset({Role.OFFICER.value, Role.DESK.value, Role.ADMIN.value}),
        _l("Antrean WhatsApp"),
        "pesan",
        "deliveries.to_hand",
        _to_hand,
    ),
    DeskCard("petugas", frozenset({Role.ADMIN.value}), _l("Pengiriman yang macet"), "tanpa-sinyal", "deliveries.stuck", _stuck),
    AccountDoor("contact", _l("Cara Anda diberi kabar"), "deliveries.settings", _l("Segera, sekali sehari, jam tenang"), 40),
    PersonalData(
        "notices",
        queries.inbox_of_person,
        label=_l("Kabar"),
        purpose=_l("Supaya Anda tahu apa yang terjadi dengan pesanan, giliran, dan akun Anda. Hanya Anda yang membacanya."),
        kept=_l("Selama akun Anda ada."),
        tables=("notice",),
    ),
    PersonalData(
        "deliveries",
        queries.mine,
        label=_l("Cara Anda diberi kabar"),
        purpose=_l("Supaya kabar sampai lewat jalan dan pada jam yang Anda pilih. Isi pesannya tidak disimpan."),
        kept=_l("Pilihan Anda selama akun ada, catatan kirim paling lama 90 hari."),
        tables=("delivery", "digest", "notice_preference", "notice_setting", "push_subscription"),
    ),
    Farewell(
        "deliveries",
        actions.leave,
        gone=_l("Semua kabar, pilihan cara diberi kabar, dan pesan yang belum terkirim."),
        tables=("notice", "delivery", "digest", "notice_preference", "notice_setting", "push_subscription"),
    ),
    Chore("deliveries", timedelta(days=1), actions.forget),
)
