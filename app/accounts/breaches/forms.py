"""Forms of the breach register."""

from __future__ import annotations

from app.accounts.breaches import rules
from app.core.forms import ChoiceField, CountField, DayField, Form, LineField, TextField, TimeField
from app.core.words import _l

_MOST = rules.MOST_TEXT_LETTERS
MOST_PEOPLE = 10_000_000


class BreachForm(Form):
    title = LineField(_l("Nama singkat kejadian"), max=120)
    noticed_on = DayField(_l("Diketahui pada tanggal"), description=_l("Jam 3×24 berjalan dari saat ini."))
    noticed_at = TimeField(_l("Pukul (WITA)"))
    what = TextField(_l("Apa yang terjadi, dan bagaimana"), max=_MOST, description=_l("Tanpa nama orang yang datanya terkena."))
    happened = LineField(_l("Kapan terjadi, sejauh diketahui"), max=120, description=_l("Contoh: antara 18 dan 20 November 2026."))
    data = TextField(_l("Data apa saja yang terkena"), max=_MOST)
    people_count = CountField(_l("Berapa orang terkena (perkiraan)"), min=0, max=MOST_PEOPLE)
    measures = TextField(_l("Apa yang sudah dilakukan, dan apa yang bisa dilakukan orangnya"), max=_MOST)
    contact = LineField(_l("Siapa yang bisa dihubungi, dan caranya"), max=200)
    lang = ChoiceField(_l("Bahasa tulisan di atas"), choices=[("id", _l("Bahasa Indonesia")), ("en", _l("Bahasa Inggris"))])


class ToldForm(Form):
    audience = ChoiceField(_l("Siapa yang diberi tahu"), choices=[(one.value, words) for one, words in rules.AUDIENCE_WORDS.items()])
    way = ChoiceField(_l("Lewat apa"), choices=[(way.value, words) for way, words in rules.WAY_WORDS.items()])
    told_on = DayField(_l("Tanggal"))
    told_at = TimeField(_l("Pukul (WITA)"))
    people_count = CountField(_l("Berapa orang (untuk lembaga: 0)"), min=0, max=MOST_PEOPLE)
