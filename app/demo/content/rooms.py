"""The ten rooms of the community."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    slug: str
    name: str
    about: str
    is_calm: bool = False  # Hati Tenang: members only, pseudonym by default, never indexed


ROOMS = (
    Room("salam-kenal", "Salam Kenal", "Perkenalkan diri: nama panggilan, tinggal di mana, sedang sibuk apa."),
    Room("surat", "Surat & Dokumen", "KTP, KK, NIB, surat dari lurah, PIRT. Semuanya gratis, dan ada yang bantu."),
    Room("usaha", "Usaha & Jualan", "Harga, kemasan, foto, bahan, pembeli. Belajar dari sesama penjual."),
    Room("saboak", "SABOAK & Lapak", "Giliran, perlengkapan, hujan, ongkos ke Taman Nostalgia, Pasar Rabu."),
    Room("pelatihan", "Pelatihan & Sertifikat", "Cerita sesudah kelas, ujian, dan pekerjaan yang bisa dicoba."),
    Room("modal", "Modal & KUR", "Cara membaca angsuran, menyiapkan catatan, dan menjauhi pinjaman yang menjerat."),
    Room("keluarga", "Keluarga & Anak", "Makanan anak, sekolah, waktu bersama, dan mengatur uang rumah."),
    Room(
        "hati-tenang",
        "Hati Tenang",
        "Tempat bicara pelan-pelan. Pakai nama samaran, hanya anggota yang membaca, dan konselor ikut menjaga.",
        is_calm=True,
    ),
    Room("migrasi-aman", "Migrasi Aman & Waspada Penipuan", "Mengenali tawaran palsu, memeriksa surat, dan bertanya di kantor resmi."),
    Room("tanya-petugas", "Tanya Petugas", "Pertanyaan untuk petugas kota. Dijawab pada hari kerja."),
)
