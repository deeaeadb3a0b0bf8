"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.reports import queries, rules
from app.accounts.reports.models import Report
from app.accounts.reports.rules import Decision
from app.core.access import Actor, Role
from app.core.contrib import AccountDoor, DeskCard, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l

ANSWERED = "report.answered"
DECIDED = "report.decided"
APPEAL = "appeal.decided"


def _answered(params: Mapping[str, Any]) -> str:
    return _("Laporan Anda sudah diperiksa: {decision}.", decision=str(rules.DECISION_WORDS[Decision(params["decision"])]).lower())


def _waiting(session: Session, actor: Actor, _now: datetime) -> int:
    return queries.count_waiting(session, is_admin=actor.has(Role.ADMIN))


def _leave(session: Session, person_id: int, _now: datetime) -> None:
    """The reports stay as counts; the name and the words go."""
    session.execute(update(Report).where(Report.reporter_id == person_id).values(reporter_id=None, words=None))


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind(ANSWERED, _answered, _l("Ada jawaban atas laporan Anda."), lambda _params: "/lapor"),
    NoticeKind(
        DECIDED,
        lambda _params: _("Moderator memutuskan sesuatu tentang kiriman Anda. Baca alasannya, dan cara mengajukan banding."),
        _l("Ada kabar tentang kiriman Anda."),
        lambda params: f"/lapor/banding/{int(params['case'])}",
    ),
    NoticeKind(
        APPEAL,
        lambda _params: _("Banding Anda sudah diputuskan."),
        _l("Ada kabar tentang kiriman Anda."),
        lambda params: f"/lapor/banding/{int(params['case'])}",
    ),
    AccountDoor("privacy", _l("Laporan saya"), "reports.mine", _l("Yang Anda laporkan, dan hasilnya"), 60),
    DeskCard("petugas", frozenset({Role.MODERATOR.value, Role.ADMIN.value}), _l("Laporan"), "lapor", "reports.queue", _waiting),
    PersonalData(
        "reports",
        lambda session, person_id: {"reports": queries.data_of(session, person_id)},
        label=_l("Laporan yang Anda kirim"),
        purpose=_l("Supaya moderator bisa memeriksa. Yang dilaporkan tidak tahu siapa yang melapor."),
        kept=_l("Selama akun Anda ada. Sesudah itu tanpa nama dan tanpa tulisan Anda."),
        tables=("report", "report_case", "appeal"),
    ),
    Farewell(
        "reports",
        _leave,
        kept=_l("Bahwa sesuatu dilaporkan, dan keputusannya, tanpa nama Anda."),
        gone=_l("Tulisan dalam laporan Anda."),
        tables=("report", "report_case", "appeal"),
    ),
)
