"""What this slice offers to shared pages: two lines on one's own account, one's own data, and nothing to anybody else.

News of a new programme goes to whoever agreed to such news, and says nothing of them. There is no notice of a check on purpose: the person stands at the counter while it is made, and a notice beside a request
would tie the two together in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.benefits import actions, queries
from app.accounts.benefits.models import PrivateFact, ProgrammeAsk, ProgrammeOfficer
from app.core.access import Role
from app.core.contrib import AccountDoor, Chore, DeskCard, Farewell, NoticeKind, PersonalData
from app.core.words import _, _l

OPENED = "benefit.opened"


def _opened(params: Mapping[str, Any]) -> str:
    return _("{office} membuka program baru untuk UMKM. Lihat apakah cocok untuk Anda.", office=params["office"])


def _mine(session: Session, person_id: int) -> Mapping[str, Any]:
    told = queries.told(session, person_id)
    return {"private_fact": told.value if told else None, "requests": queries.asked_by(session, person_id)}


def _leave(session: Session, person_id: int, _now: datetime) -> None:
    session.execute(delete(PrivateFact).where(PrivateFact.person_id == person_id))
    marks = queries.all_marks_of(session, person_id)
    if marks:
        session.execute(delete(ProgrammeAsk).where(ProgrammeAsk.asker_mark.in_(marks)))
    session.execute(delete(ProgrammeOfficer).where(ProgrammeOfficer.person_id == person_id))


CONTRIBUTIONS: tuple[object, ...] = (
    AccountDoor(
        "privacy", _l("Keterangan pribadi"), "benefits.private_fact", _l("Boleh kosong. Tidak tampil kepada siapa pun selain Anda"), 30
    ),
    AccountDoor("privacy", _l("Program bantuan"), "benefits.programmes", _l("Yang sedang dibuka kantor kota, untuk UMKM"), 31),
    DeskCard("petugas", frozenset({Role.OFFICER.value, Role.ADMIN.value}), _l("Program bantuan"), "dokumen", "benefits.desk"),
    NoticeKind(OPENED, _opened, _l("Ada kabar untuk Anda."), lambda params: f"/akun/program/{params['programme']}"),
    PersonalData(
        "benefits",
        _mine,
        label=_l("Keterangan pribadi dan permintaan program"),
        purpose=_l("Hanya kalau Anda mengisinya. Dilihat Anda sendiri; permintaan program dilihat petugas program itu."),
        kept=_l("Sampai Anda menghapusnya. Pemeriksaan: paling lama dua tahun sesudah program selesai."),
        tables=("private_fact", "programme", "programme_officer", "programme_ask"),
        is_secret=True,
    ),
    Farewell(
        "benefits",
        _leave,
        gone=_l("Keterangan pribadi dan permintaan program."),
        tables=("private_fact", "programme", "programme_officer", "programme_ask"),
    ),
    Chore("benefits", timedelta(days=1), actions.forget),
)
