"""Reasons, decisions, states and limits of reports. No database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from app.core.words import Lazy, _l

MOST_TEXT_LETTERS = 500
MOST_SHOWN = 60  # open cases on the queue's page
MOST_REPORTS_SHOWN = 50  # of one case
MOST_OWN = 50  # of one person's own reports
APPEAL_DAYS = 30
HOLDS = timedelta(hours=24)  # a case taken up and left lying is anybody's again


class Reason(StrEnum):
    """Why something is reported: one tap."""

    FRAUD = "fraud"
    RUDE = "rude"
    FORBIDDEN_GOODS = "forbidden_goods"
    EXPOSED = "exposed"
    JOB_ABROAD = "job_abroad"
    OTHER = "other"


REASON_WORDS: dict[Reason, Lazy] = {
    Reason.FRAUD: _l("Penipuan"),
    Reason.RUDE: _l("Kata-kata kasar atau menyerang orang"),
    Reason.FORBIDDEN_GOODS: _l("Menjual barang terlarang"),
    Reason.EXPOSED: _l("Membuka rahasia orang"),
    Reason.JOB_ABROAD: _l("Lowongan luar negeri yang mencurigakan"),
    Reason.OTHER: _l("Hal lain"),
}
# How soon somebody may come to harm: 3 before 2 before 1, whatever the number of reports.
WEIGHT: dict[Reason, int] = {
    Reason.JOB_ABROAD: 3,
    Reason.EXPOSED: 3,
    Reason.FRAUD: 2,
    Reason.FORBIDDEN_GOODS: 2,
    Reason.RUDE: 1,
    Reason.OTHER: 1,
}
# Part 3 of the shared rules, by the reason that a case weighs most with; what the reported person reads.
RULE_WORDS: dict[Reason, Lazy] = {
    Reason.FRAUD: _l("Jujur: tidak menipu, tidak meminta uang dengan alasan palsu."),
    Reason.RUDE: _l("Sopan: tidak menghina, mengancam, atau menyerang orang."),
    Reason.FORBIDDEN_GOODS: _l("Hanya menjual barang yang boleh dijual menurut hukum."),
    Reason.EXPOSED: _l("Menjaga rahasia orang: tidak menulis nama, nomor, atau cerita orang lain tanpa izinnya."),
    Reason.JOB_ABROAD: _l("Tidak menawarkan kerja di luar negeri. Hanya lembaga berizin yang boleh, lewat kantor resmi."),
    Reason.OTHER: _l("Aturan bersama di situs ini."),
}


class CaseState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"  # a moderator is at it
    DECIDED = "decided"


class Decision(StrEnum):
    NO_VIOLATION = "no_violation"
    WARNED = "warned"
    TAKEN_DOWN = "taken_down"


DECISION_WORDS: dict[Decision, Lazy] = {
    Decision.NO_VIOLATION: _l("Tidak melanggar aturan"),
    Decision.WARNED: _l("Diperingatkan"),
    Decision.TAKEN_DOWN: _l("Diturunkan dari halaman"),
}


class AppealState(StrEnum):
    OPEN = "open"
    KEPT = "kept"  # the first decision stands
    CHANGED = "changed"  # the first decision falls


def may_still_appeal(decided_at: datetime, now: datetime) -> bool:
    return now - decided_at <= timedelta(days=APPEAL_DAYS)
