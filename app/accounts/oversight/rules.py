"""What the trail's codes are called, and how long a suspension may last. No database, no clock."""

from __future__ import annotations

from app.core.refusals import Refusal
from app.core.words import Lazy, _l

MOST_SUSPENDED_DAYS = 365  # longer is a decision for people who meet, not for a button


class DayOutOfReach(Refusal):
    words = _l("Pilih tanggal dari hari ini sampai paling lama satu tahun lagi.")


# The first word of an act, for the filter.
AREAS: dict[str, Lazy] = {
    "account": _l("Akun"),
    "person": _l("Orang"),
    "role": _l("Peran"),
    "factor": _l("Pengaman kedua"),
    "passkey": _l("Sidik jari"),
    "edition": _l("Edisi pasar"),
    "turn": _l("Giliran lapak"),
    "booth": _l("Lapak"),
    "application": _l("Permohonan lapak"),
    "lease": _l("Sewa kontainer"),
    "course": _l("Pelatihan"),
    "cohort": _l("Angkatan"),
    "payment": _l("Uang kembali"),
    "audit": _l("Jejak keputusan"),
}

ACTS: dict[str, Lazy] = {
    "person.searched": _l("mencari orang"),
    "person.viewed": _l("melihat halaman orang"),
    "person.suspended": _l("menghentikan akun"),
    "person.unsuspended": _l("mengizinkan akun lagi"),
    "person.signed_out": _l("mengeluarkan dari semua perangkat"),
    "role.given": _l("memberi peran"),
    "role.taken": _l("melepas peran"),
    "factor.set": _l("memasang pengaman kedua"),
    "factor.codes": _l("membuat kode cadangan baru"),
    "factor.removed": _l("melepas pengaman kedua"),
    "passkey.added": _l("memasang sidik jari"),
    "passkey.removed": _l("menghapus sidik jari"),
    "edition.made": _l("menyusun edisi"),
    "edition.opened": _l("membuka edisi"),
    "edition.changed": _l("mengubah edisi"),
    "edition.closed": _l("menutup edisi"),
    "edition.cancelled": _l("membatalkan edisi"),
    "turn.assigned": _l("memberi giliran"),
    "turn.cancelled": _l("membatalkan giliran"),
    "booth.blocked": _l("menutup lapak"),
    "booth.unblocked": _l("membuka lapak lagi"),
    "application.refused": _l("menolak permohonan"),
    "lease.approved": _l("menyetujui sewa"),
    "lease.refused": _l("menolak sewa"),
    "lease.ended": _l("mengakhiri sewa"),
    "course.published": _l("menerbitkan pelatihan"),
    "cohort.opened": _l("membuka angkatan"),
    "payment.refunded": _l("mengembalikan uang"),
    "audit.exported": _l("mengunduh jejak"),
}


def act_words(act: str) -> str:
    """What an act is called; its code when it is an old one that nobody words any more."""
    return str(ACTS[act]) if act in ACTS else act
