"""Forms of the private fact and of programmes."""

from __future__ import annotations

from app.accounts.benefits import rules
from app.core.forms import ChoiceField, DayField, Form, LineField, TextField
from app.core.words import _l


class FactForm(Form):
    told = ChoiceField(
        _l("Pernahkah Anda, atau keluarga Anda, bekerja di luar negeri?"),
        choices=[(told.value, words) for told, words in rules.TOLD_WORDS.items()],
    )


class ProgrammeForm(Form):
    name = LineField(_l("Nama program"), max=120, description=_l("Nama yang netral: jangan menyebut siapa penerimanya."))
    office = LineField(_l("Kantor yang memberi"), max=120)
    gives = TextField(_l("Apa yang diberikan, dan bagaimana caranya"), max=2000)
    check = ChoiceField(_l("Apa yang diperiksa"), choices=[(check.value, words) for check, words in rules.CHECK_WORDS.items()])
    counter = LineField(
        _l("Tempat dan jam menunjukkan surat"), max=200, description=_l("Contoh: Kantor Lurah Oesapa, Senin sampai Jumat, 09.00–14.00.")
    )
    ends_on = DayField(_l("Hari terakhir"))
    lang = ChoiceField(_l("Bahasa tulisan di atas"), choices=[("id", _l("Bahasa Indonesia")), ("en", _l("Bahasa Inggris"))])


class OfficerForm(Form):
    person = ChoiceField(_l("Tambah petugas program ini"), choices=[])
