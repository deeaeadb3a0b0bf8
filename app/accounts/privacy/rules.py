"""Words and limits of Data saya: purposes one agrees to, kinds of requests and their clock, what a copy is called in it. No database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.accounts.people.rules import CONSENTS, COURSE_NEWS, OPTIONAL_CONSENTS, PROGRAMME_NEWS
from app.core import formats
from app.core.words import Lazy, _l

DUE = timedelta(hours=72)  # 3 x 24 hours: UU 27/2022 on access, correction and stopping (domain.md section 9)
MOST_WORDS = 500
MOST_ANSWER = 1000
COPIES_A_DAY = 5
MOST_PICTURES = 60  # in one copy, at most 60 KB each
TEXTS_KEPT = timedelta(days=730)  # what was asked and answered; then only kind and days stay
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
COPY_FORMAT = "katong-data/1"  # described in docs/data-copy.md


class RequestKind(StrEnum):
    ACCESS = "access"  # what do you hold about me
    CORRECTION = "correction"
    RESTRICTION = "restriction"  # stop using it for now
    ERASURE = "erasure"
    OBJECTION = "objection"  # to a decision about me


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"  # with the reason in the answer
    WITHDRAWN = "withdrawn"  # by the person


@dataclass(frozen=True)
class Purpose:
    """Something a person agrees to. `guide` is the text itself; needed ones can't be taken back while the account stands."""

    code: str
    label: Lazy
    words: Lazy
    guide: str
    is_needed: bool
    version: str


_TOLD: tuple[tuple[str, Lazy, Lazy, str], ...] = (
    ("rules", _l("Aturan bersama"), _l("Anda mengikuti aturan main di situs ini."), "/panduan/aturan-bersama"),
    ("data", _l("Penyimpanan data"), _l("Kami menyimpan data Anda supaya akun, pesanan, dan giliran berjalan."), "/panduan/data-anda"),
    ("adult", _l("Umur 18 tahun"), _l("Anda menyatakan sudah berumur 18 tahun."), "/panduan/aturan-bersama"),
    (
        COURSE_NEWS,
        _l("Kabar pelatihan baru"),
        _l("Kami mengabari Anda setiap ada kelas baru yang dibuka. Tanpa ini, Anda hanya dikabari tentang kelas yang Anda ikuti."),
        "/panduan/data-anda",
    ),
    (
        PROGRAMME_NEWS,
        _l("Kabar program kota"),
        _l("Kami mengabari Anda kalau kantor kota membuka program bantuan baru. Kantor tidak mendapat nama atau nomor Anda."),
        "/panduan/data-anda",
    ),
)
PURPOSES: dict[str, Purpose] = {
    code: Purpose(code, label, words, guide, code in CONSENTS, CONSENTS.get(code) or OPTIONAL_CONSENTS[code])
    for code, label, words, guide in _TOLD
}

KIND_WORDS: dict[RequestKind, Lazy] = {
    RequestKind.ACCESS: _l("Melihat data saya"),
    RequestKind.CORRECTION: _l("Membetulkan data saya"),
    RequestKind.RESTRICTION: _l("Berhenti memakai data saya untuk sementara"),
    RequestKind.ERASURE: _l("Menghapus data tertentu"),
    RequestKind.OBJECTION: _l("Keberatan atas keputusan tentang saya"),
}
KIND_HINTS: dict[RequestKind, Lazy] = {
    RequestKind.ACCESS: _l("Kalau salinan yang bisa Anda unduh sendiri belum cukup."),
    RequestKind.CORRECTION: _l("Kalau ada yang salah dan tidak bisa Anda ubah sendiri."),
    RequestKind.RESTRICTION: _l("Misalnya selama sebuah kesalahan diperiksa."),
    RequestKind.ERASURE: _l("Kalau mau menghapus semuanya, lebih cepat lewat Hapus akun."),
    RequestKind.OBJECTION: _l("Misalnya permohonan lapak ditolak dan alasannya tidak cocok."),
}
STATE_BADGES: dict[RequestState, tuple[Lazy, str, str]] = {
    RequestState.OPEN: (_l("Menunggu jawaban"), "s-tunggu", "wait"),
    RequestState.DONE: (_l("Dikerjakan"), "s-ya", "good"),
    RequestState.DECLINED: (_l("Belum bisa dikerjakan"), "s-tidak", ""),
    RequestState.WITHDRAWN: (_l("Anda tarik"), "s-batal", ""),
}
OUTCOMES: dict[RequestState, Lazy] = {
    RequestState.DONE: _l("Sudah dikerjakan"),
    RequestState.DECLINED: _l("Belum bisa, alasannya di jawaban"),
}


def plain(value: Any) -> Any:
    """A value as JSON knows it: instants and days in ISO 8601, everything else that is no number, text, list or table as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("A copy of somebody's data holds no bytes: they are a secret or of no use.")
    return str(value)


# Key of data.json -> how data.html calls it. A key without words stands as it is, with spaces.
KEY_WORDS: dict[str, Lazy] = {
    "about": _l("Tentang"),
    "address": _l("Alamat di situs"),
    "amount": _l("Jumlah"),
    "answer": _l("Jawaban"),
    "at": _l("Waktu"),
    "cancelled_at": _l("Dibatalkan"),
    "cart": _l("Keranjang"),
    "code": _l("Kode"),
    "cohort": _l("Angkatan"),
    "consents": _l("Persetujuan"),
    "course": _l("Kelas"),
    "courses": _l("Kelas"),
    "decided_at": _l("Diputuskan"),
    "description": _l("Keterangan"),
    "device": _l("Perangkat"),
    "devices": _l("Perangkat"),
    "edited_at": _l("Diubah"),
    "email": _l("E-mail"),
    "email_proven_at": _l("E-mail terbukti"),
    "ended_at": _l("Keluar"),
    "enrolments": _l("Pendaftaran"),
    "given_at": _l("Diberikan"),
    "goods": _l("Barang"),
    "greeting": _l("Sapaan"),
    "handed_over_at": _l("Diserahkan"),
    "ingredients": _l("Bahan"),
    "kind": _l("Jenis"),
    "lines": _l("Isi"),
    "made_at": _l("Dibuat"),
    "name": _l("Nama"),
    "note": _l("Catatan"),
    "notices": _l("Kabar"),
    "number": _l("Nomor"),
    "order": _l("Pesanan"),
    "orders": _l("Pesanan"),
    "paid_at": _l("Dibayar"),
    "papers": _l("Surat"),
    "payments": _l("Pembayaran kartu"),
    "phone": _l("Nomor HP"),
    "phone_proven_at": _l("Nomor terbukti"),
    "place": _l("Tempat tinggal"),
    "position": _l("Urutan"),
    "posts": _l("Tulisan"),
    "price_rupiah": _l("Harga (rupiah)"),
    "profile": _l("Profil"),
    "pseudonym": _l("Nama samaran"),
    "purpose": _l("Untuk"),
    "quantity": _l("Banyaknya"),
    "read_at": _l("Dibaca"),
    "reason": _l("Alasan"),
    "requests": _l("Permintaan"),
    "role": _l("Peran"),
    "roles": _l("Peran"),
    "rupiah": _l("Rupiah"),
    "seen_at": _l("Terakhir dipakai"),
    "shop": _l("Toko"),
    "shops": _l("Toko"),
    "starts_on": _l("Mulai"),
    "state": _l("Keadaan"),
    "text": _l("Isi tulisan"),
    "text_version": _l("Versi teks"),
    "title": _l("Judul"),
    "unit": _l("Satuan"),
    "used_at": _l("Dipakai"),
    "way": _l("Cara"),
    "outcome": _l("Hasilnya"),
    "times": _l("Berapa kali"),
    "sign_ins": _l("Riwayat masuk"),
    "opened_at": _l("Dikirim"),
    "due_at": _l("Paling lambat dijawab"),
    "closed_at": _l("Selesai"),
    "whatsapp": _l("WhatsApp"),
    "withdrawn_at": _l("Ditarik"),
    "words": _l("Kata-kata"),
}


# Code -> word, where one of these keys stands before it; a code without a word stands as it is.
CODED = frozenset({"kind", "outcome", "paid_by", "purpose", "role", "state", "way", "will_pay_by"})
CODE_WORDS: dict[str, Lazy] = {
    **{purpose.code: purpose.label for purpose in PURPOSES.values()},
    **{kind.value: words for kind, words in KIND_WORDS.items()},
    "cancelled": _l("dibatalkan"),
    "card": _l("kartu"),
    "cash": _l("tunai"),
    "done": _l("selesai"),
    "enrolled": _l("terdaftar"),
    "handed_over": _l("sudah diserahkan"),
    "in": _l("berhasil masuk"),
    "left": _l("batal ikut"),
    "open": _l("dibuka"),
    "owner": _l("pemilik"),
    "password": _l("kata sandi"),
    "ready": _l("siap diambil"),
    "refused": _l("belum diterima"),
    "reserved": _l("dipesan"),
    "submitted": _l("menunggu"),
    "trainer": _l("pelatih"),
    "withdrawn": _l("ditarik"),
}


def key_words(key: str) -> str:
    """How a key of the copy is called in the readable one."""
    return str(KEY_WORDS[key]) if key in KEY_WORDS else key.replace("_", " ")


def is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def shown(value: Any, key: str = "") -> str:
    """A value of the readable copy: an instant in WITA words, a code in words, everything else as it is."""
    if key in CODED and value in CODE_WORDS:
        return str(CODE_WORDS[value])
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return formats.instant(datetime.fromisoformat(value))
    return str(value)
