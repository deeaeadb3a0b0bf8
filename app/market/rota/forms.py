"""What sellers write when they book."""

from __future__ import annotations

from app.core.forms import Form, LineField, TickField
from app.core.words import _l
from app.market.rota.rules import MOST_GOODS_LETTERS


class BookForm(Form):
    goods = LineField(
        _l("Barang yang dijual hari itu"), max=MOST_GOODS_LETTERS, description=_l("Untuk papan dan denah. Contoh: bakul, tas, topi lontar.")
    )
    agree = TickField(
        _l("Saya datang sendiri tepat waktu dan tidak memindahkan lapak ke orang lain"),
        must=_l("Centang dulu: lapak tidak boleh dipindahkan ke orang lain."),
    )
