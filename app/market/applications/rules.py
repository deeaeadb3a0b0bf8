"""What may be asked for, how long somebody waited, why it was refused. No database, no clock."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.words import Lazy, _l

KEPT = timedelta(days=730)  # docs/security.md: long enough to answer an objection to how booths were given

REFUSAL_REASONS: dict[str, Lazy] = {
    "full": _l("permohonan lebih banyak dari lapak yang ada"),
    "paper_expired": _l("surat usaha sudah lewat masa berlakunya"),
    "wrong_zone": _l("barangnya di luar aturan zona ini"),
    "same_goods": _l("barang sejenis sudah cukup banyak di zona ini"),
    "unclear": _l("isian permohonan belum jelas"),
    "rule_broken": _l("aturan pasar pernah dilanggar"),
}


DOCUMENTS: dict[str, Lazy] = {
    "nib": _l("NIB (nomor induk berusaha)"),
    "sku": _l("Surat keterangan usaha dari lurah"),
    "none": _l("Belum ada, minta dibantu"),
}


POWER_CHOICES = (0, 200, 450)  # VA at the booths of the market


def weeks_waited(last_stood: date | None, first_day: date) -> int | None:
    """Whole weeks between the last stall and an edition; None for somebody who never stood."""
    return None if last_stood is None else max((first_day - last_stood).days // 7, 0)


def fits(needs_gas: bool, power_va: int, has_gas: bool, booth_power_va: int) -> bool:
    """Whether a booth has what an applicant needs."""
    return (has_gas or not needs_gas) and booth_power_va >= power_va
