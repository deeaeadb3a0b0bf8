"""What staff type about an organisation."""

from __future__ import annotations

from app.accounts.organisations import rules
from app.core import forms
from app.core.words import _l


class OrganisationForm(forms.Form):
    kind = forms.ChoiceField(_l("Jenis"), choices=lambda: [(kind.value, words) for kind, words in rules.KIND_WORDS.items()])
    name = forms.LineField(_l("Nama lengkap"), min=3, max=rules.MOST_NAME_LETTERS, description=_l("Seperti di papan namanya."))
    short_name = forms.LineField(
        _l("Nama pendek"),
        min=2,
        max=rules.MOST_SHORT_NAME_LETTERS,
        description=_l("Seperti yang biasa disebut orang, misalnya BLK Kupang."),
    )


class FindForm(forms.Form):
    phone = forms.PhoneField(_l("Nomor HP orangnya"))
