"""What sellers write when they ask for a booth, and officers when they decide."""

from __future__ import annotations

from app.core.forms import ChoiceField, Form, LineField, TickField
from app.core.words import _l
from app.market.applications.rules import DOCUMENTS, POWER_CHOICES, REFUSAL_REASONS
from app.market.rota.rules import MOST_GOODS_LETTERS


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
