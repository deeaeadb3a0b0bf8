"""What people type about themselves."""

from __future__ import annotations

from app.accounts.people import rules
from app.core import forms
from app.core.words import _l

GREETINGS: tuple[tuple[str, forms.Words], ...] = (("", _l("Tanpa sapaan")), *((greeting, greeting) for greeting in rules.GREETINGS))


class PlaceField(forms.LineField):
    """A place as people spell it; `data` is its code of core.places."""

    def read(self, typed: str) -> str:
        code = rules.read_place(super().read(typed))
        if code is None:
            raise ValueError(str(_l("Tempat ini belum kami kenal. Pilih dari daftar, atau tulis “Luar Kota Kupang”.")))
        return code

    def write(self, data: object) -> str:
        return rules.place_words(str(data))


class WhoField(forms.PhoneField):
    """Who signs in: a phone number in any spelling, or an e-mail address. `data` is E.164, or the address as `read_email` gives it."""

    def read(self, typed: str) -> str:
        if "@" not in typed:
            return super().read(typed)
        address = forms.read_email(typed)
        if address is None:
            raise ValueError(str(_l("Alamat e-mail ini belum benar. Contoh: nama@contoh.id")))
        return address

    def write(self, data: object) -> str:
        return str(data) if "@" in str(data) else super().write(data)


class SignUpForm(forms.Form):
    name = forms.NameField(
        _l("Nama panggilan"),
        max=rules.MOST_NAME_LETTERS,
        missing=_l("Tulis nama panggilan Anda."),
        description=_l("Boleh bukan nama asli. Ini yang dilihat orang lain."),
    )
    phone = forms.PhoneField(
        _l("Nomor HP"), missing=_l("Tulis nomor HP Anda."), description=_l("Untuk masuk. Tidak ditampilkan. Contoh: 0812-3456-7890")
    )
    password = forms.PasswordField(
        _l("Kata sandi"),
        min=rules.LEAST_PASSWORD_LETTERS,
        max=rules.MOST_PASSWORD_LETTERS,
        missing=_l("Buat kata sandi Anda."),
        description=_l("Paling sedikit 8 huruf atau angka. Tiga kata biasa lebih kuat dan mudah diingat."),
    )
    place = PlaceField(
        _l("Kelurahan"),
        missing=_l("Tulis kelurahan Anda."),
        description=_l("Ketik beberapa huruf. Tinggal di luar kota? Tulis kabupaten Anda, atau “Luar Kota Kupang”."),
    )
    greeting = forms.ChoiceField(_l("Sapaan"), choices=GREETINGS, required=False)
    agree = forms.TickField(
        _l("Persetujuan"), must=_l("Centang ini kalau Anda setuju dan sudah 18 tahun. Tanpa itu akun belum bisa dibuat.")
    )


class SignInForm(forms.Form):
    phone = WhoField(
        _l("Nomor HP atau e-mail"),
        missing=_l("Tulis nomor HP atau e-mail Anda."),
        description=_l("Contoh: 0812-3456-7890. Nomor luar negeri ditulis dengan + di depan."),
    )
    password = forms.PasswordField(_l("Kata sandi"), max=rules.MOST_PASSWORD_LETTERS, missing=_l("Tulis kata sandi Anda."))
    remember = forms.TickField(_l("Ingat saya di HP ini"), description=_l("Jangan dicentang kalau HP dipakai bersama."))


class ProfileForm(forms.Form):
    name = forms.NameField(
        _l("Nama panggilan"),
        max=rules.MOST_NAME_LETTERS,
        missing=_l("Tulis nama panggilan Anda."),
        description=_l("Boleh bukan nama asli. Ini yang dilihat orang lain."),
    )
    greeting = forms.ChoiceField(
        _l("Sapaan"), choices=GREETINGS, required=False, description=_l("Cara situs ini menyapa Anda. Hanya Anda yang melihatnya.")
    )
    place = PlaceField(
        _l("Kelurahan atau kabupaten"), missing=_l("Tulis kelurahan Anda."), description=_l("Tidak ditampilkan kepada orang lain.")
    )
    about = forms.TextField(
        _l("Tentang Anda"),
        max=rules.MOST_ABOUT_LETTERS,
        required=False,
        description=_l("Misalnya apa yang Anda buat atau tawarkan. Boleh dikosongkan. Orang lain bisa membacanya."),
    )


class PictureForm(forms.Form):
    photo = forms.PhotoField(_l("Foto Anda"), required=True, description=_l("Boleh bukan wajah. Lokasi di dalam foto kami hapus."))


class PasswordForm(forms.Form):
    old = forms.PasswordField(_l("Kata sandi lama"), max=rules.MOST_PASSWORD_LETTERS, missing=_l("Tulis kata sandi lama Anda."))
    new = forms.PasswordField(
        _l("Kata sandi baru"),
        min=rules.LEAST_PASSWORD_LETTERS,
        max=rules.MOST_PASSWORD_LETTERS,
        missing=_l("Buat kata sandi baru."),
        description=_l("Paling sedikit 8 huruf atau angka. Tiga kata biasa lebih kuat dan mudah diingat."),
    )
