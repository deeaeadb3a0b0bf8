"""What people type to get back in. The same shape for whoever types, known here or not."""

from __future__ import annotations

from app.accounts.people import rules as people_rules
from app.accounts.recovery import rules
from app.core import forms
from app.core.words import _l


def _new_password() -> forms.PasswordField:
    return forms.PasswordField(
        _l("Kata sandi baru"),
        min=people_rules.LEAST_PASSWORD_LETTERS,
        max=people_rules.MOST_PASSWORD_LETTERS,
        missing=_l("Buat kata sandi baru."),
        description=_l("Paling sedikit 8 huruf atau angka. Tiga kata biasa lebih kuat dan mudah diingat."),
    )


def _phone() -> forms.PhoneField:
    return forms.PhoneField(_l("Nomor HP"), missing=_l("Tulis nomor HP Anda."), description=_l("Nomor yang Anda pakai untuk masuk."))


class MailForm(forms.Form):
    email = forms.EmailField(
        _l("E-mail"), missing=_l("Tulis alamat e-mail Anda."), description=_l("E-mail yang pernah Anda sambungkan ke akun.")
    )


class PhoneForm(forms.Form):
    phone = _phone()


class NewPasswordForm(forms.Form):
    password = _new_password()


class CodeForm(forms.Form):
    phone = _phone()
    code = forms.LineField(_l("Kode"), max=rules.MOST_TYPED_LETTERS, missing=_l("Tulis kodenya."))
    password = _new_password()


class FinishForm(forms.Form):
    phone = _phone()
    code = forms.LineField(
        _l("Kode di kertas Anda"), max=rules.MOST_TYPED_LETTERS, missing=_l("Tulis kodenya."), description=_l("Delapan huruf dan angka.")
    )
    password = forms.PasswordField(
        _l("Kata sandi"),
        min=people_rules.LEAST_PASSWORD_LETTERS,
        max=people_rules.MOST_PASSWORD_LETTERS,
        missing=_l("Buat kata sandi Anda."),
        description=_l("Paling sedikit 8 huruf atau angka. Tiga kata biasa lebih kuat dan mudah diingat."),
    )
    agree = forms.TickField(
        _l("Persetujuan"), must=_l("Centang ini kalau Anda setuju dan sudah 18 tahun. Tanpa itu akun belum bisa dipakai.")
    )
