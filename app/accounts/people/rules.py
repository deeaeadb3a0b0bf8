"""Rules of accounts: what a password must not be, how long a sign-in lasts, what things are called. No database, no clock."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from app.core import places
from app.core.access import Role
from app.core.words import Lazy, _l

LEAST_PASSWORD_LETTERS = 8
MOST_PASSWORD_LETTERS = 200  # argon2 takes any length; a request need not
MOST_NAME_LETTERS = 100
MOST_ABOUT_LETTERS = 500

REMEMBERED = timedelta(days=180)  # the cookie's age too (core.web)
NOT_REMEMBERED = timedelta(hours=12)  # a shared phone: the evening ends the sign-in even when nobody signs out
STAFF_IDLE = timedelta(minutes=60)  # staff, on a device that is not theirs alone
STAFF_IDLE_REMEMBERED = timedelta(days=14)  # staff, on their own
ENDED_DEVICES_KEPT = timedelta(days=180)
MOST_SIGN_INS = 20  # of one person at once; the next one ends the one used longest ago, so that her page shows them all
SEEN_EVERY = timedelta(minutes=10)  # how exact "last seen" is; a write per page would be too dear

SLOTS = (0, 1, 2)  # accounts that may name one number (models.Person): a phone is shared, and nobody may learn whose it is
MOST_SIGN_UPS = 2  # with one number, within these days
SIGN_UPS_WITHIN = timedelta(days=30)

GREETINGS = ("Kaka", "Mama", "Bapa", "Om", "Tanta")

# What one agrees to at sign-up, with the version of the text (the day it last changed); see the guides of the same names.
CONSENTS = {"rules": "2026-11-21", "data": "2026-11-22", "adult": "2026-11-21"}
# What one may agree to besides, on /akun/data/persetujuan. Nothing is done under a purpose that the person did not agree to.
COURSE_NEWS = "courses"
PROGRAMME_NEWS = "programmes"
OPTIONAL_CONSENTS = {COURSE_NEWS: "2026-11-22", PROGRAMME_NEWS: "2026-11-22"}

SOMEBODY_GONE: Lazy = _l("Anggota yang telah pergi")


def shown_name(name: str | None) -> str:
    """What stands where a person's name is shown: the name, or words for somebody who has left."""
    return name or str(SOMEBODY_GONE)


ROLE_WORDS: dict[Role, Lazy] = {
    Role.TRAINER: _l("Pelatih"),
    Role.OFFICER: _l("Petugas lapak"),
    Role.COUNSELLOR: _l("Konselor"),
    Role.DESK: _l("Petugas kelurahan"),
    Role.MODERATOR: _l("Moderator"),
    Role.ADMIN: _l("Pengelola"),
}
ROLE_HINTS: dict[Role, Lazy] = {
    Role.TRAINER: _l("Membuka pelatihan, melihat daftar peserta."),
    Role.OFFICER: _l("Menyusun edisi pasar, lapak, dan kontainer UMKM."),
    Role.COUNSELLOR: _l("Membaca permintaan bantuan yang menjadi tugasnya saja."),
    Role.DESK: _l("Membantu pendaftaran di kantor lurah. Tidak melihat permintaan bantuan."),
    Role.MODERATOR: _l("Menjaga obrolan dan isi pasar."),
    Role.ADMIN: _l("Memberi peran dan melihat keadaan situs."),
}


class SuspensionReason(StrEnum):
    """Why somebody may not sign in for a time."""

    FRAUD = "fraud"
    ABUSE = "abuse"
    EXPOSING = "exposing"
    RECRUITING = "recruiting"
    TAKEN_OVER = "taken_over"
    OTHER = "other"


SUSPENSION_WORDS: dict[SuspensionReason, Lazy] = {
    SuspensionReason.FRAUD: _l("menipu pembeli atau penjual"),
    SuspensionReason.ABUSE: _l("mengancam atau menghina orang"),
    SuspensionReason.EXPOSING: _l("membuka rahasia orang lain"),
    SuspensionReason.RECRUITING: _l("menawarkan kerja ke luar negeri tanpa izin"),
    SuspensionReason.TAKEN_OVER: _l("akun tampaknya dipakai orang lain"),
    SuspensionReason.OTHER: _l("alasan lain, lihat pesan petugas"),
}


# Passwords


@cache
def _common() -> frozenset[str]:
    """What people here choose first, and the 6,000 most used passwords of 8 letters and more in leaks, most used first (docs/security.md)."""
    lists = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("common_passwords.txt", "leaked_passwords.txt"))
    return frozenset(" ".join(lists).split())


# What somebody who guesses at this site tries: its names, its places, its market, its roles (docs/security.md, ASVS 6.1.2).
CONTEXT_WORDS = frozenset(Path(__file__).with_name("context_words.txt").read_text(encoding="utf-8").split())
_INSTEAD = str.maketrans("013457@$!", "oieastasi")


def _words_in(letters: str, words: frozenset[str]) -> int:
    """Of how many of these words the letters are made, one after another; 0 when they are not."""
    least = [0] + [0] * len(letters)
    reached = [True] + [False] * len(letters)
    for end in range(1, len(letters) + 1):
        for word in words:
            begin = end - len(word)
            if begin >= 0 and reached[begin] and letters[begin:end] == word and (not reached[end] or least[begin] + 1 < least[end]):
                reached[end], least[end] = True, least[begin] + 1
    return least[-1] if reached[-1] else 0


MOST_CONTEXT_WORDS = 3


def is_of_context(password: str) -> bool:
    """Whether it is nothing but up to three words of this site (`CONTEXT_WORDS`), with digits and signs around them or in place of letters."""
    low = password.lower()
    spellings = {re.sub(r"[\W\d_]+", "", low), re.sub(r"[\W\d_]+", "", low.translate(_INSTEAD))}
    tail = re.sub(r"[\d\W_]+$", "", low)  # "k4tong2026": the year is no letters
    spellings.add(re.sub(r"[\W\d_]+", "", tail.translate(_INSTEAD)))
    return any(1 <= _words_in(letters, CONTEXT_WORDS) <= MOST_CONTEXT_WORDS for letters in spellings if letters)


_ROWS = ("01234567890", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p")


def is_common(password: str) -> bool:
    """Whether guessers try this early: on the list, a listed word with digits or signs after it, one bit repeated, or a row of keys."""
    bare = "".join(password.lower().split())
    if bare in _common() or re.fullmatch(r"(.{1,4})\1+(.{0,3})", bare):
        return True
    if any(bare in row for row in _ROWS):
        return True
    word = re.sub(r"[\d\W_]+$", "", bare)  # "kupang2026!" is the word kupang
    return bool(word) and word in _common() and len(bare) - len(word) <= 6


def is_about_oneself(password: str, *, name: str, phone: str) -> bool:
    """Whether the password is the person's own name or number, whole or with a few signs after it."""
    bare = re.sub(r"[\W_]+", "", password.lower())
    digits = re.sub(r"\D", "", password)
    number = phone.lstrip("+")
    spellings = {number, "0" + number.removeprefix("62"), number.removeprefix("62")}
    if digits and bare == digits and (digits in spellings or (len(digits) >= 8 and number.endswith(digits))):
        return True
    own = re.sub(r"[\W_]+", "", name.lower())
    return bool(own) and bare.startswith(own) and len(bare) - len(own) <= 4 and not re.search(r"[^\W\d_]", bare[len(own) :])


# Places

OUTSIDE = _l("Luar Kota Kupang")
_OUTSIDE = re.compile(
    r"(di )?luar kota( kupang)?|luar (kupang|ntt)|lain(nya)?( / luar ntt)?|outside kupang( city)?|elsewhere", re.IGNORECASE
)


def read_place(typed: str) -> str | None:
    """The code of the place a person means, or None. "Luar Kota Kupang" alone is somewhere else."""
    found = places.OTHER if _OUTSIDE.fullmatch(typed.strip()) else places.find_place(typed)
    return found.code if found else None


def place_words(code: str) -> str:
    """What to write in a field so that `read_place` gives the code again."""
    return str(OUTSIDE) if code == places.ELSEWHERE else places.place_name(code)


def place_choices() -> list[str]:
    """What the field for a place proposes: outside the city first (it is the hardest to guess), kelurahan, then the kabupaten of NTT."""
    return [str(OUTSIDE), *(place.name for place in places.PLACES if place.code != places.ELSEWHERE)]


# Devices

_BROWSERS = (
    ("FBAN", "Facebook"), ("FBAV", "Facebook"), ("Instagram", "Instagram"), ("WhatsApp", "WhatsApp"), ("UCBrowser", "UC Browser"),
    ("OPR/", "Opera"), ("Opera Mini", "Opera Mini"), ("OPiOS", "Opera Mini"), ("SamsungBrowser", "Samsung Internet"),
    ("MiuiBrowser", "Mi Browser"), ("Edg", "Edge"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("KAIOS", "KaiOS"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(user_agent: str) -> str:
    """What a person recognises a device by, the same in every language: "Chrome · Android"; "" when it says nothing we know."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)
