"""The written guides and the numbers to ring: texts in files, one a language, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from app.core import markdown
from app.core.words import Lazy, _l

TEXTS = Path(__file__).parent / "texts"
GUIDES = ("cara-giliran", "cara-jual", "aturan-bersama", "data-anda", "kredit")  # in the order of the list


@dataclass(frozen=True)
class Section:
    """`html` is safe: our own Markdown through the house's renderer."""

    title: str
    html: str


@dataclass(frozen=True)
class Guide:
    slug: str
    title: str
    lead: str
    changed_on: date
    opening: str  # HTML before the first section
    sections: tuple[Section, ...]


@cache
def guide(slug: str, language: str) -> Guide | None:
    """A guide in a language, or None when there is none of that name.

    The file: a line `# title`, a line `> lead`, a line `changed: 2026-11-21`, then Markdown with `## ` sections.
    """
    if slug not in GUIDES:
        return None
    head, *parts = (TEXTS / language / f"{slug}.txt").read_text(encoding="utf-8").split("\n## ")
    title, lead, changed, *opening = [line for line in head.strip().split("\n") if line]
    sections = tuple(Section(part.split("\n", 1)[0].strip(), _html(part.split("\n", 1)[1])) for part in parts)
    return Guide(
        slug,
        title.removeprefix("# "),
        lead.removeprefix("> "),
        date.fromisoformat(changed.removeprefix("changed: ")),
        _html("\n\n".join(opening)),
        sections,
    )


def _html(text: str) -> str:
    # The mark for links of strangers is not for our own.
    return markdown.to_html(text).replace(' rel="nofollow ugc noopener"', "")


@dataclass(frozen=True)
class Hotline:
    """A number to ring. `checked_on` is the day a named person rang it; None: nobody has, and the page says so."""

    number: str  # as shown
    dial: str  # as dialled
    words: Lazy
    hours: Lazy
    is_first: bool = False
    is_whatsapp: bool = False
    checked_on: date | None = None


_ALL_DAY = _l("24 jam")
_ALL_DAY_FREE = _l("gratis, 24 jam")
_HOURS_UNKNOWN = _l("jam belum diketahui")

HOTLINES = (
    Hotline("112", "112", _l("Keadaan darurat"), _ALL_DAY_FREE, is_first=True),
    Hotline("110", "110", _l("Polisi"), _ALL_DAY_FREE, is_first=True),
    Hotline("119", "119", _l("Ambulans"), _ALL_DAY_FREE, is_first=True),
    Hotline("129", "129", _l("SAPA, untuk perempuan dan anak"), _ALL_DAY_FREE),
    Hotline("08111-129-129", "+628111129129", _l("SAPA lewat WhatsApp, untuk perempuan dan anak"), _ALL_DAY, is_whatsapp=True),
    Hotline("119", "119,8", _l("SEJIWA, teman bicara saat hati berat. Sesudah tersambung, tekan 8"), _HOURS_UNKNOWN),
    Hotline("0800-1000", "08001000", _l("Kementerian Pelindungan Pekerja Migran Indonesia (KP2MI), dari dalam negeri"), _HOURS_UNKNOWN),
    Hotline("+62 21 2924 4800", "+622129244800", _l("KP2MI, dari luar negeri"), _HOURS_UNKNOWN),
    Hotline("0811-8080-141", "+628118080141", _l("KP2MI lewat WhatsApp"), _HOURS_UNKNOWN, is_whatsapp=True),
    Hotline("148", "148", _l("LPSK, perlindungan saksi dan korban"), _HOURS_UNKNOWN),
    Hotline("1708", "1708", _l("LAPOR!, pengaduan layanan pemerintah"), _HOURS_UNKNOWN),
)
