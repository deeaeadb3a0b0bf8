"""What a key is called."""

from __future__ import annotations

from app.accounts.passkeys import rules
from app.core import forms
from app.core.words import _l


class LabelForm(forms.Form):
    label = forms.LineField(
        _l("Nama HP atau kunci"),
        max=rules.MOST_LABEL_LETTERS,
        missing=_l("Tulis nama yang Anda kenali, misalnya HP Mama."),
        description=_l("Supaya Anda mengenalinya nanti. Hanya Anda yang melihatnya."),
    )
