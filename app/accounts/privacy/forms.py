"""What people ask about their data, and what an admin answers."""

from __future__ import annotations

from app.accounts.privacy import rules
from app.core import forms
from app.core.words import _l


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        _l("Apa yang Anda minta?"),
        choices=tuple((kind.value, words) for kind, words in rules.KIND_WORDS.items()),
        missing=_l("Pilih apa yang Anda minta."),
    )
    words = forms.TextField(
        _l("Ceritakan singkat"),
        max=rules.MOST_WORDS,
        missing=_l("Tulis beberapa kata, supaya petugas tahu apa yang harus dikerjakan."),
        description=_l("Hanya pengelola situs yang membacanya. Jangan tulis nomor KTP."),
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        _l("Hasilnya"),
        choices=tuple((state.value, words) for state, words in rules.OUTCOMES.items()),
        missing=_l("Pilih hasilnya."),
    )
    answer = forms.TextField(
        _l("Jawaban untuk orangnya"),
        max=rules.MOST_ANSWER,
        missing=_l("Tulis jawabannya."),
        description=_l("Kalimat biasa: apa yang dikerjakan, atau mengapa belum bisa dan ke mana ia bisa pergi."),
    )


class CopyForm(forms.Form):
    secret = forms.TickField(
        _l("Sertakan juga yang kami sembunyikan"),
        description=_l(
            "Misalnya tulisan dengan nama samaran. Jangan dicentang kalau HP ini dipakai bersama: isi berkasnya bisa dibaca siapa saja."
        ),
    )


class LeaveForm(forms.Form):
    sure = forms.TickField(
        _l("Ya, hapus akun saya untuk selamanya"), must=_l("Centang ini kalau Anda sudah yakin. Sesudah itu tidak bisa dibatalkan.")
    )
