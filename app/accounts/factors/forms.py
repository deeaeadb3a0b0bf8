"""The one thing people type here."""

from __future__ import annotations

from app.accounts.factors import rules
from app.core import forms
from app.core.words import _l


class CodeForm(forms.Form):
    code = forms.LineField(
        _l("Kode"),
        max=rules.MOST_TYPED_LETTERS,
        missing=_l("Tulis kodenya."),
        description=_l("6 angka dari aplikasi kode di HP Anda. HP hilang? Tulis satu kode cadangan."),
    )


class ProofForm(forms.Form):
    """One of the two is asked, by what the person has."""

    password = forms.PasswordField(_l("Kata sandi"), max=200, missing=_l("Tulis kata sandi Anda."))
    code = forms.LineField(_l("Kode"), max=rules.MOST_TYPED_LETTERS, missing=_l("Tulis kodenya."))


class FirstCodeForm(forms.Form):
    code = forms.LineField(
        _l("Kode dari aplikasi"),
        max=rules.MOST_TYPED_LETTERS,
        missing=_l("Tulis 6 angka dari aplikasi."),
        description=_l("6 angka. Berganti setiap 30 detik."),
    )
