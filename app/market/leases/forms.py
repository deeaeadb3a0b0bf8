"""What a seller writes to lease a container, and an officer to decide."""

from __future__ import annotations

from app.core.forms import ChoiceField, CountField, Form, LineField
from app.core.words import _l
from app.market.leases.rules import LONGEST_MONTHS, REFUSAL_REASONS


class LeaseForm(Form):
    unit = ChoiceField(_l("Kontainer"), choices=())
    shop = ChoiceField(_l("Toko"), choices=())
    use = LineField(_l("Untuk jualan apa"), max=160, description=_l("Contoh: kue basah dan kopi, masak di rumah."))
    first_month = ChoiceField(_l("Mulai bulan"), choices=())
    months = CountField(_l("Berapa bulan"), min=1, max=LONGEST_MONTHS, description=_l("Dari 1 sampai 12 bulan."))


class LeaseRefusalForm(Form):
    reason = ChoiceField(_l("Alasan"), choices=REFUSAL_REASONS.items(), missing=_l("Pilih alasan. Pemohon membacanya."))
