"""What people write in the community."""

from __future__ import annotations

from app.community.threads import rules
from app.core.forms import Form, LineField, TextField, TickField
from app.core.words import _l


class ReplyForm(Form):
    body = TextField(
        _l("Balasan Anda"),
        max=rules.MOST_BODY,
        missing=_l("Balasan masih kosong. Tulis dulu, lalu kirim."),
        description=_l("Tulis seperti bicara. Jangan tulis nomor HP atau nama orang lain."),
    )
    as_staff = TickField(_l("Jawab sebagai petugas, dengan nama saya"))


class ThreadForm(Form):
    title = LineField(
        _l("Judul"),
        min=rules.LEAST_TITLE,
        max=rules.MOST_TITLE,
        missing=_l("Judul masih kosong. Tulis pertanyaan Anda dalam satu kalimat."),
        description=_l("Satu kalimat saja, misalnya: Kemasan apa yang tahan panas untuk sambal?"),
    )
    body = TextField(
        _l("Cerita atau pertanyaan"),
        max=rules.MOST_BODY,
        missing=_l("Bagian ini masih kosong. Ceritakan sedikit, supaya orang bisa menjawab."),
        description=_l("Tulis seperti bicara. Jangan tulis nomor HP, NIK, atau nama orang lain."),
    )
    as_staff = TickField(_l("Tulis sebagai petugas, dengan nama saya"))


class ChangeForm(Form):
    body = TextField(_l("Tulisan Anda"), max=rules.MOST_BODY, missing=_l("Tulisan masih kosong. Kalau mau menghapus, pilih Hapus."))


class ChangeThreadForm(ChangeForm):
    title = LineField(_l("Judul"), min=rules.LEAST_TITLE, max=rules.MOST_TITLE, missing=_l("Judul masih kosong. Tulis satu kalimat."))
