"""The written people of the demo: invented single names and offices, nobody real, no history of anybody.

Numbers: +62 890 is valid in form for Indonesian mobiles (phonenumbers accepts it, so forms and links behave as with a real
number) but belongs to no operator that we know of: the given-out blocks of the 089 range are 0895 to 0899. A demo must not be able to ring
somebody's phone, so every number of the demo lies in 0890-0xxx-xxxx.
"""

from dataclasses import dataclass

PHONE_BLOCK = "+62890"


def phone(serial: int) -> str:
    """The E.164 number of the demo person with this serial (0 to 99,999,999)."""
    if not 0 <= serial < 100_000_000:
        raise ValueError(serial)
    return f"{PHONE_BLOCK}{serial:08d}"


@dataclass(frozen=True, slots=True)
class Human:
    key: str
    name: str
    greeting: str  # "Kaka", "Mama", "Bapa", "Om", "Tanta" or ""
    home: str  # name of a kelurahan of Kota Kupang
    roles: tuple[str, ...] = ("member",)
    title: str = ""  # what staff are called beside their answers


HUMANS = (
    # the accounts that are printed: one for each role
    Human("rina", "Rina", "Kaka", "Oebufu"),
    Human("ina", "Ina", "Mama", "Oesapa"),
    Human("pelatih", "Pelatih Menjahit", "", "Penfui", ("trainer",)),
    Human("lapak", "Petugas Lapak", "", "Fatululi", ("officer",)),
    Human("konselor", "Konselor Katong", "", "Oebobo", ("counsellor",)),
    Human("desk", "Petugas Surat", "", "Kelapa Lima", ("desk",)),
    Human("komunitas", "Petugas Komunitas", "", "Oebobo", ("moderator",)),
    Human("kelola", "Pengelola Katong", "", "Kelapa Lima", ("admin",)),
    # other staff
    Human("usaha", "Petugas Usaha", "", "Kuanino", ("officer", "moderator")),
    Human("pelatih_motor", "Pelatih Motor dan Las", "", "Liliba", ("trainer",)),
    Human("pelatih_foto", "Pelatih Foto dan Jualan", "", "Oebobo", ("trainer",)),
    Human("pelatih_tenun", "Pelatih Tenun", "", "Nunhila", ("trainer",)),
    Human("pelatih_bahasa", "Pelatih Bahasa dan Layanan", "", "Merdeka", ("trainer",)),
    Human("pelatih_pangan", "Pelatih Pangan dan Kebun", "", "Kolhua", ("trainer",)),
    # sellers
    Human("yanti", "Yanti", "Kaka", "Liliba"),
    Human("dorce", "Dorce", "Mama", "Airnona"),
    Human("beni", "Beni", "Om", "Penfui"),
    Human("merry", "Merry", "Tanta", "Maulafa"),
    Human("yunus", "Yunus", "Bapa", "Alak"),
    Human("santi", "Santi", "Kaka", "Bello"),
    Human("lius", "Lius", "Bapa", "Sikumana"),
    Human("nel", "Nel", "Mama", "Penkase Oeleta"),
    Human("ocep", "Ocep", "Kaka", "Bonipoi"),
    Human("tin", "Tin", "Mama", "Oeba"),
    Human("domi", "Domi", "Om", "Solor"),
    Human("elsi", "Elsi", "Kaka", "Oepura"),
    Human("rosa", "Rosa", "Tanta", "Manutapen"),
    Human("agus", "Agus", "Bapa", "Namosain"),
    Human("welmi", "Welmi", "", "Naikoten Satu"),
    Human("fince", "Fince", "Mama", "Batu Plat"),
    Human("vera", "Vera", "Tanta", "Lasiana"),
    Human("susi", "Susi", "", "Oesapa Barat"),
    Human("petu", "Petu", "Bapa", "Kuanino"),
    # members who do not sell
    Human("jeri", "Jeri", "", "Kolhua"),
    Human("ani", "Ani", "", "Fontein"),
    Human("marlin", "Marlin", "Kaka", "Kayu Putih"),
    Human("tomi", "Tomi", "Om", "Fatufeto"),
    Human("edu", "Edu", "Om", "Oesapa Selatan"),
    Human("lena", "Lena", "Kaka", "Nunhila"),
    Human("nita", "Nita", "", "Oetete"),
    Human("yoris", "Yoris", "Bapa", "Alak"),
    Human("mela", "Mela", "Kaka", "Fatukoa"),
    Human("dina", "Dina", "Kaka", "Bakunase"),
    Human("oskar", "Oskar", "", "Nefonaek"),
)

# What some of them tell about themselves, by key.
ABOUT = {
    "rina": "Lagi belajar jahit. Bisa bantu pasang kancing dan kelim, sambil latihan.",
    "ina": "Beta goreng keripik pisang tiap Kamis. Mau tanya soal hitung harga, tanya sa.",
    "yanti": "Penenun di Liliba. Mau lihat cara mengikat benang, mampir di lapak.",
    "dorce": "Masak sambal lu'at dan sambal kelor. Botol kosong boleh kembali.\nPesanan untuk hajatan: bilang seminggu sebelumnya.",
    "merry": "Tanya beta soal kelor: dari bibit sampai jadi kue.",
    "elsi": "Permak dan jahit di Oepura. Kain perca boleh diambil gratis.",
    "usaha": "Membantu soal izin usaha dan hitung harga. Jam kantor, lewat komunitas.",
}

# The demo account printed for each role: (role, key).
ACCOUNTS = (
    ("member", "rina"),
    ("seller", "ina"),
    ("trainer", "pelatih"),
    ("officer", "lapak"),
    ("counsellor", "konselor"),
    ("desk", "desk"),
    ("moderator", "komunitas"),
    ("admin", "kelola"),
)
