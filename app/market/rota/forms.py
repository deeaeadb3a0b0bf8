"""What sellers write when they book or apply, and officers when they decide."""

from __future__ import annotations

from app.core.forms import ChoiceField, Form, LineField, TickField
from app.core.words import _l
from app.market.rota.rules import DOCUMENTS, POWER_CHOICES, REFUSAL_REASONS

MOST_GOODS_LETTERS = 120


class BookForm(Form):
    goods = LineField(
        _l("Barang yang dijual hari itu"), max=MOST_GOODS_LETTERS, description=_l("Untuk papan dan denah. Contoh: bakul, tas, topi lontar.")
    )
    agree = TickField(
        _l("Saya datang sendiri tepat waktu dan tidak memindahkan lapak ke orang lain"),
        must=_l("Centang dulu: lapak tidak boleh dipindahkan ke orang lain."),
    )


class ApplyForm(Form):
    shop = ChoiceField(_l("Toko"), choices=())
    zone = ChoiceField(_l("Zona yang diminta"), choices=())
    day = ChoiceField(_l("Hari yang diminta"), choices=())
    goods = LineField(_l("Barang yang dijual"), max=MOST_GOODS_LETTERS, description=_l("Contoh: gelang dan kalung manik."))
    gas = TickField(_l("Saya memasak dengan gas"))
    power = ChoiceField(
        _l("Listrik yang dibutuhkan"),
        choices=[(str(va), _l("{va} VA", va=va) if va else _l("Tidak perlu listrik")) for va in POWER_CHOICES],
    )
    document = ChoiceField(
        _l("Surat usaha"),
        choices=DOCUMENTS.items(),
        description=_l("Belum punya? Tetap boleh ikut; petugas di meja layanan membantu mengurusnya."),
    )


class AssignForm(Form):
    place = ChoiceField(_l("Lapak"), choices=(), missing=_l("Pilih lapak."))


class RefuseForm(Form):
    reason = ChoiceField(_l("Alasan"), choices=REFUSAL_REASONS.items(), missing=_l("Pilih alasan. Pemohon membacanya."))
