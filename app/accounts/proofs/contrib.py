"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.proofs import actions, queries
from app.core.contrib import Chore, Farewell, PersonalData
from app.core.words import _l

KEPT = timedelta(days=7)  # long enough to answer "why did my code not work?"


def _tidy(now: datetime) -> None:
    actions.forget_before(now - KEPT)


def _leave(session: Session, person_id: int, _now: datetime) -> None:
    actions.forget_person(session, person_id)


CONTRIBUTIONS: tuple[object, ...] = (
    Chore("proofs", timedelta(hours=1), _tidy),
    PersonalData(
        "proofs",
        queries.personal,
        label=_l("Kode dan tautan yang kami kirim"),
        purpose=_l("Untuk memastikan nomor atau e-mail itu benar milik Anda. Isi kodenya sendiri tidak kami simpan."),
        kept=_l("Terhapus 7 hari sesudah tidak berlaku."),
        tables=("proof",),
    ),
    Farewell("proofs", _leave, gone=_l("Kode dan tautan yang pernah kami kirim"), tables=("proof",)),
)
