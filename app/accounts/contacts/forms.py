"""What people type about their number and address."""

from __future__ import annotations

from app.accounts.contacts import rules
from app.core import forms
from app.core.words import _l


class CodeForm(forms.Form):
    code = forms.LineField(
        _l("Kode dari SMS"),
        max=rules.MOST_TYPED_LETTERS,
        missing=_l("Tulis 6 angka dari SMS."),
        description=_l("6 angka. Berlaku 10 menit."),
    )


class NumberForm(forms.Form):
    phone = forms.PhoneField(
        _l("Nomor HP baru"),
        missing=_l("Tulis nomor HP yang baru."),
        description=_l("Contoh: 0812-3456-7890. Nomor luar negeri ditulis dengan + di depan."),
    )


class EmailForm(forms.Form):
    email = forms.EmailField(_l("Alamat e-mail"), missing=_l("Tulis alamat e-mail Anda."), description=_l("Contoh: nama@contoh.id"))


class EntryForm(forms.Form):
    phone = forms.PhoneField(
        _l("Nomor HP"),
        missing=_l("Tulis nomor HP Anda."),
        description=_l("Contoh: 0812-3456-7890. Nomor luar negeri ditulis dengan + di depan."),
    )
    remember = forms.TickField(_l("Ingat saya di HP ini"), description=_l("Jangan dicentang kalau HP dipakai bersama."))
