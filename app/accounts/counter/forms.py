"""What the desk writes down. No field here takes a password."""

from __future__ import annotations

from app.accounts.people import rules as people_rules
from app.accounts.people.forms import GREETINGS, PlaceField
from app.core import forms
from app.core.words import _l

_ID = _l("Lihat KTP (atau surat lain dengan foto) dulu, lalu centang.")
_FACE = _l("Cocokkan wajah dan nama dengan KTP dulu, lalu centang.")


class SearchForm(forms.Form):
    who = forms.LineField(
        _l("Nomor HP atau nama"),
        max=100,
        missing=_l("Tulis nomor HP atau nama."),
        description=_l("Nomor lengkap lebih pasti. Setiap pencarian tercatat dengan nama Anda."),
    )


class ResetForm(forms.Form):
    seen = forms.TickField(_l("KTP sudah saya lihat"), must=_ID)
    matches = forms.TickField(_l("Wajah dan nama orangnya cocok"), must=_FACE)


class HandoverForm(ResetForm):
    phone = forms.PhoneField(_l("Nomor HP baru"), missing=_l("Tulis nomor HP baru."), description=_l("Contoh: 0812-3456-7890"))
    rang = forms.TickField(
        _l("Nomor itu sudah saya telepon, dan HP di tangannya berdering"), must=_l("Telepon dulu nomor baru itu, lalu centang.")
    )


class AssistForm(forms.Form):
    name = forms.NameField(
        _l("Nama panggilan"),
        max=people_rules.MOST_NAME_LETTERS,
        missing=_l("Tulis nama panggilannya."),
        description=_l("Boleh bukan nama asli. Ini yang dilihat orang lain."),
    )
    phone = forms.PhoneField(
        _l("Nomor HP"), missing=_l("Tulis nomor HP-nya."), description=_l("Untuk masuk. Tidak ditampilkan. Contoh: 0812-3456-7890")
    )
    place = PlaceField(
        _l("Kelurahan"),
        missing=_l("Tulis kelurahannya."),
        description=_l("Ketik beberapa huruf. Tinggal di luar kota? Tulis kabupatennya, atau “Luar Kota Kupang”."),
    )
    greeting = forms.ChoiceField(_l("Sapaan"), choices=GREETINGS, required=False)
    agree = forms.TickField(
        _l("Sudah saya bacakan, dan orangnya sendiri yang mencentang"),
        must=_l("Bacakan dulu keempat kalimat itu. Orangnya sendiri yang mencentang."),
    )
    other = forms.TickField(_l("Orang lain yang memakai nomor sama"), description=_l("Misalnya satu HP dipakai bersama di rumah."))
