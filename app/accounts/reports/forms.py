"""Forms of reports and appeals."""

from __future__ import annotations

from app.accounts.reports import rules
from app.core.forms import ChoiceField, Form, TextField
from app.core.words import _l


class ReportForm(Form):
    reason = ChoiceField(_l("Apa yang terjadi?"), choices=[(reason.value, words) for reason, words in rules.REASON_WORDS.items()])
    words = TextField(
        _l("Keterangan singkat, boleh kosong"),
        max=rules.MOST_TEXT_LETTERS,
        required=False,
        description=_l("Hanya dibaca moderator. Jangan tulis nomor KTP atau kata sandi."),
    )


class AppealForm(Form):
    words = TextField(
        _l("Mengapa menurut Anda keputusan ini keliru?"),
        max=rules.MOST_TEXT_LETTERS,
        description=_l("Beberapa kalimat cukup. Dibaca moderator lain, bukan yang memutuskan tadi."),
    )
