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
    "report": _l("Laporan"),
    "appeal": _l("Keberatan"),
    "assisted": _l("Pendaftaran dibantu"),
    "counter": _l("Loket kelurahan"),
    "desk": _l("Kata sandi di loket"),
    "password": _l("Kata sandi"),
    "recovery": _l("Kode pemulihan"),
    "contact": _l("Nomor dan e-mail"),
    "benefit": _l("Pemeriksaan program"),
    "programme": _l("Program"),
    "breach": _l("Kebocoran data"),
    "data": _l("Salinan data"),
    "data_request": _l("Permintaan data"),
    "delivery": _l("Pengiriman kabar"),
    "organisation": _l("Lembaga"),
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
    "report.taken_up": _l("mengambil laporan"),
    "report.let_go": _l("melepas laporan"),
    "report.passed_on": _l("meneruskan laporan ke pengelola"),
    "report.decided": _l("memutus laporan"),
    "appeal.decided": _l("memutus keberatan"),
    "assisted.signed_up": _l("mendaftarkan orang di loket"),
    "assisted.new_code": _l("membuat kode pendaftaran baru"),
    "assisted.confirmed": _l("melanjutkan pendaftaran loket"),
    "assisted.forgotten": _l("menghapus pendaftaran yang tidak dilanjutkan"),
    "counter.searched": _l("mencari orang di loket"),
    "desk.reset_started": _l("memulai kata sandi baru di loket"),
    "desk.reset_denied": _l("ditolak orangnya: bukan saya"),
    "desk.reset_flagged": _l("ditandai: sering di loket"),
    "desk.flag_looked_at": _l("melihat tanda loket"),
    "password.recovered": _l("memulihkan kata sandi"),
    "recovery.codes": _l("membuat kode pemulihan"),
    "contact.phone_proven": _l("membuktikan nomor HP"),
    "contact.phone_changed": _l("mengganti nomor HP"),
    "contact.email_set": _l("memasang e-mail"),
    "contact.email_removed": _l("menghapus e-mail"),
    "benefit.checked": _l("memeriksa syarat program"),
    "programme.opened": _l("membuka program"),
    "programme.closed": _l("menutup program"),
    "programme.officer_added": _l("menambah petugas program"),
    "programme.officer_removed": _l("melepas petugas program"),
    "programme.asks_read": _l("membaca daftar peminta program"),
    "breach.entered": _l("mencatat kebocoran data"),
    "breach.changed": _l("mengubah catatan kebocoran"),
    "breach.told": _l("memberi tahu tentang kebocoran"),
    "breach.closed": _l("menutup catatan kebocoran"),
    "breach.reopened": _l("membuka lagi catatan kebocoran"),
    "breach.exported": _l("mengunduh catatan kebocoran"),
    "data.exported": _l("mengunduh data sendiri"),
    "data_request.answered": _l("menjawab permintaan data"),
    "delivery.handed": _l("membuka pesan WhatsApp"),
    "delivery.put_back": _l("mengembalikan pesan WhatsApp"),
    "delivery.again": _l("mengirim lagi"),
    "organisation.made": _l("mencatat lembaga"),
    "organisation.changed": _l("mengubah lembaga"),
    "organisation.verified": _l("memeriksa lembaga"),
    "organisation.unverified": _l("menarik pemeriksaan lembaga"),
    "organisation.function_given": _l("memberi tugas di lembaga"),
    "organisation.function_taken": _l("melepas tugas di lembaga"),
    "organisation.left": _l("keluar dari lembaga"),
    "person.left": _l("pergi dari situs"),
    "audit.exported": _l("mengunduh jejak"),
}


def act_words(act: str) -> str:
    """What an act is called; its code when it is an old one that nobody words any more."""
    return str(ACTS[act]) if act in ACTS else act
