"""Places people name as home: the 51 kelurahan of Kota Kupang, the 22 kabupaten/kota of NTT, and "elsewhere".

Codes are Kemendagri's; what is stored is the code, what is shown is the name. The rows are in places.csv
(from the npm package idn-area-data 4.0.1, data ODbL: see docs/credits.md).
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from app.core.words import _l

KUPANG = "53.71"
ELSEWHERE = "00"  # no Kemendagri code begins with 00


class PlaceKind(StrEnum):
    KELURAHAN = "kelurahan"
    KECAMATAN = "kecamatan"
    REGENCY = "regency"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its Kemendagri code, its name, and the code of what it lies in ("" for the widest)."""

    code: str
    name: str
    kind: PlaceKind
    parent_code: str


_KIND_BY_LENGTH = {5: PlaceKind.REGENCY, 8: PlaceKind.KECAMATAN, 13: PlaceKind.KELURAHAN}
_ELSEWHERE_NAME = _l("Lainnya / luar NTT")


def _read() -> tuple[Place, ...]:
    with Path(__file__).with_name("places.csv").open(encoding="utf-8", newline="") as lines:
        rows = [Place(row["code"], row["name"], _KIND_BY_LENGTH[len(row["code"])], row["parent_code"]) for row in csv.DictReader(lines)]
    return tuple(rows)


ALL_PLACES = _read()
KECAMATAN = tuple(place for place in ALL_PLACES if place.kind is PlaceKind.KECAMATAN)
KELURAHAN = tuple(place for place in ALL_PLACES if place.kind is PlaceKind.KELURAHAN)
REGENCIES = tuple(place for place in ALL_PLACES if place.kind is PlaceKind.REGENCY)
OTHER = Place(ELSEWHERE, "Lainnya / luar NTT", PlaceKind.ELSEWHERE, "")
# What a person may choose as home: kelurahan first, then the other regencies, then elsewhere.
PLACES = (*KELURAHAN, *(place for place in REGENCIES if place.code != KUPANG), OTHER)
_BY_CODE = {place.code: place for place in (*ALL_PLACES, OTHER)}

_ORDINALS = {"1": "i", "2": "ii", "3": "iii", "satu": "i", "dua": "ii", "tiga": "iii"}
_SHORT = {
    "tdm": "53.71.04.1014",
    "llbk": "53.71.06.1002",
    "lailaibissikopan": "53.71.06.1002",
    "tts": "53.02",
    "ttu": "53.03",
    "flotim": "53.06",
    "mabar": "53.15",
    "matim": "53.19",
    "sbd": "53.18",
    "luarntt": ELSEWHERE,
    "lainnya": ELSEWHERE,
    "luarkota": ELSEWHERE,
}
_TITLES = re.compile(r"^(kelurahan|kel|kabupaten|kab|kecamatan|kec|desa|kota)\b[. ]*")


def _folded(text: str) -> str:
    """A spelling without case, accents, spaces and punctuation, with its number as a Roman one."""
    plain = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower().strip()
    words = re.findall(r"[a-z]+|[0-9]+", plain)
    return "".join(_ORDINALS.get(word, word) if place > 0 else word for place, word in enumerate(words))


def _index() -> dict[str, Place]:
    """Every spelling that names exactly one place. A kelurahan wins over the kecamatan of the same name."""
    found: dict[str, Place] = {}
    for place in (*KECAMATAN, *REGENCIES, *KELURAHAN, OTHER):
        found[_folded(place.name)] = place
        if place.kind is PlaceKind.REGENCY and place.code not in (KUPANG, "53.01"):
            found.setdefault(_folded(_TITLES.sub("", place.name.lower())), place)
    # "Kupang" alone means the city here; people of the regency say "Kabupaten Kupang".
    found["kupang"] = _BY_CODE[KUPANG]
    found["kabkupang"] = _BY_CODE["53.01"]
    found |= {spelling: _BY_CODE[code] for spelling, code in _SHORT.items()}
    return found


_BY_SPELLING = _index()


@lru_cache(maxsize=2000)
def find_place(text: str) -> Place | None:
    """The place a person means by `text` ("Naikoten I", "kel. naikoten 1", "TDM"), or None."""
    whole = _folded(text)
    if place := _BY_SPELLING.get(whole):
        return place
    bare = _folded(_TITLES.sub("", text[:200].strip().lower()))
    # "Bakunase I" is how people tell the older kelurahan from Bakunase Dua.
    return _BY_SPELLING.get(bare) or (_BY_SPELLING.get(bare[:-1]) if bare.endswith("asei") else None)


def place_name(code: str | None) -> str:
    """The name to show for a stored code; an unknown or absent code shows nothing."""
    if code == ELSEWHERE:
        return str(_ELSEWHERE_NAME)
    place = _BY_CODE.get(code or "")
    return place.name if place else ""
