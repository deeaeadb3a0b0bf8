"""What staff type about accounts."""

from __future__ import annotations

from app.accounts.people import rules
from app.core import forms
from app.core.words import _l

MOST_WORDS = 500


class SuspendForm(forms.Form):
    reason = forms.ChoiceField(_l("Alasan"), choices=lambda: [(reason.value, words) for reason, words in rules.SUSPENSION_WORDS.items()])
    until = forms.DayField(
        _l("Sampai dengan tanggal"),
        missing=_l("Tulis tanggal terakhirnya."),
        description=_l("Hari itu masih dihentikan; besoknya orangnya bisa masuk lagi. Paling lama satu tahun."),
    )
    words = forms.TextField(
        _l("Pesan untuk orangnya"),
        max=MOST_WORDS,
        required=False,
        description=_l("Apa yang terjadi, dan apa yang perlu diperbaiki. Orangnya membaca ini saat mencoba masuk. Boleh dikosongkan."),
    )
