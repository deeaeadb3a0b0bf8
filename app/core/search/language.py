"""Indonesian words for the index: tokens, spellings that mean the same, stems. Pure; both sides of a search use it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

MOST_CHARACTERS = 20_000
LONGEST_WORD = 40

_WORD = re.compile(r"\w+")
# se'i, lu'at, ti'i: people write them with any apostrophe or none.
_APOSTROPHES = re.compile(r"(?<=\w)['\u2018\u2019\u02bc`\u00b4](?=\w)")

_JOINER = "\u02bc"

STOP_WORDS = frozenset(
    """
    ada adalah agar akan aku anda antara apa apakah atau bagi bagaimana bahwa banyak beberapa begitu belum bila bisa boleh buat
    bukan cuma dalam dan dapat dari daripada dengan deng di dia dimana dong hal hanya harus hingga ia ini itu jadi jang jika
    jangan juga kah kalau kami kamu karena kata katong ke kemudian kenapa kepada kita kok lagi lah lain lalu lebih
    lu maka mana masih mau melainkan menjadi mereka mo namun nanti nya oleh pada padahal para pasti pernah pi pula pun pung
    saat saja saling sama sampai sangat saya sebagai sebelum sebuah secara sedang sehingga sejak sekali selain semua seorang
    seperti serta sesudah setelah setiap siapa sih sini sonde su suatu sudah supaya tapi telah tentang terhadap tersebut tetapi
    tiap tidak tolong untuk ya yaitu yakni yang
    the of and in to a an is for
    """.split()  # noqa: SIM905 - a list of a hundred quoted words is harder to read
)

# Spellings and words that mean the same here. Left: what people type; right: the word that is indexed.
_SAME = {
    "keripik": "kripik keripek kripek ceripik",
    "kerupuk": "krupuk kropok",
    "sambal": "sambel",
    "sarung": "tais",
    "selimut": "beti",
    "selendang": "slendang slendank salendang",
    "tenun": "ikat",
    "jahit": "jait menjait penjait jaitan njahit",
    "sei": "seii",
    "kelor": "marungga merungga moringa",
    "ponsel": "hp hape handphone hapeku",
    "foto": "poto photo",
    "lapak": "stan stand tenant stall booth",
    "kontainer": "container konteiner",
    "latih": "kursus training diklat",
    "ktp": "ektp ktpel",
    "uang": "duit doi",
    "kupang": "kpg",
    "telepon": "telpon telfon tlp",
    "whatsapp": "wa whatsap",
    "sertifikat": "sertipikat",
    "izin": "ijin",
    "pangkas": "cukur",
    "motor": "sepmot",
    "kredit": "kridit",
    "kue": "kueh",
    "jagung": "jagong",
    "kelapa": "klapa",
    "cabai": "cabe lombok",
    "anyam": "nyam",
    "kerja": "karja",
    "paspor": "passport pasport",
    "babi": "pork",
    "ayam": "manuk",
}
# Where the stemmer is wrong or splits a family (checked in tests/core/test_search.py).
_STEMS = dict(
    pair.split(":")
    for pair in [
        "menenun:tenun",
        "penenun:tenun",
        "bertenun:tenun",
        "tenunan:tenun",
        "ditenun:tenun",
        "memasak:masak",
        "pemasak:masak",
        "masakan:masak",
        "dimasak:masak",
        "keterampilan:terampil",
        "terampil:terampil",
        "ketrampilan:terampil",
        "pesanan:pesan",
        "memesan:pesan",
        "pemesanan:pesan",
        "dipesan:pesan",
        "pemesan:pesan",
        "kemasan:kemas",
        "mengemas:kemas",
        "pengemasan:kemas",
        "penipuan:tipu",
        "menipu:tipu",
        "penipu:tipu",
        "ditipu:tipu",
        "tertipu:tipu",
        "pengiriman:kirim",
        "mengirim:kirim",
        "pengirim:kirim",
        "mengirimkan:kirim",
        "pemasaran:pasar",
        "memasarkan:pasar",
        "pasaran:pasar",
        "pinjaman:pinjam",
        "peminjaman:pinjam",
        "meminjam:pinjam",
        "pinjam:pinjam",
        "peternakan:ternak",
        "peternak:ternak",
        "beternak:ternak",
        "pengelasan:las",
        "mengelas:las",
        "memotret:foto",
        "pemotretan:foto",
        "potret:foto",
        "motret:foto",
        "menganyam:anyam",
        "anyaman:anyam",
        "penganyam:anyam",
        "pewarna:warna",
        "pewarnaan:warna",
        "mewarnai:warna",
        "perempuan:perempuan",
        "keripik:keripik",
        "kerupuk:kerupuk",
        "kelapa:kelapa",
        "kenari:kenari",
        "keluarga:keluarga",
        "pertama:pertama",
        "kemeja:kemeja",
        "kesehatan:sehat",
        "kecamatan:camat",
        "kabupaten:kabupaten",
        "pertanian:tani",
        "kelor:kelor",
        "bunga:bunga",
        "selimut:selimut",
        "sertifikat:sertifikat",
    ]
)
_CANON = {typed: word for word, others in _SAME.items() for typed in others.split()}


@cache
def _snowball() -> Any:
    """The stemmer, at its first word: its package loads every language there is."""
    import snowballstemmer

    return snowballstemmer.stemmer("indonesian")


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, folded (case, accents, apostrophes), with where they stand in the text as typed."""
    # The letter that stands in for an apostrophe is as long as it, so places stay true.
    for match in _WORD.finditer(_APOSTROPHES.sub(_JOINER, text[:MOST_CHARACTERS])):
        word = _fold(match.group())
        if 1 < len(word) <= LONGEST_WORD:
            yield word, match.start(), match.end()


@lru_cache(maxsize=50_000)
def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in plain if letter != _JOINER and not unicodedata.combining(letter)).lower()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, "" for a stop word."""
    if word in STOP_WORDS:
        return ""
    word = _CANON.get(word, word)
    found = _STEMS.get(word)
    if found is None:
        found = word if len(word) <= 4 or any(letter.isdigit() for letter in word) else str(_snowball().stemWord(word))
    return _CANON.get(found, found)


def stems(text: str) -> list[str]:
    """The stems of a text in its order, stop words left out."""
    return [found for word, _, _ in words(text) if (found := stem(word))]
