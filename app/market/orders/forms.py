"""What a buyer chooses for each shop of her cart."""

from __future__ import annotations

from collections.abc import Sequence

from app.core import forms
from app.core.words import Lazy, _l
from app.market.orders import rules

WAYS: tuple[tuple[str, Lazy], ...] = (("cash", _l("Tunai di lapak")), ("qris", _l("QRIS penjual")))
CARD: tuple[str, Lazy] = ("card", _l("Kartu lewat Stripe"))


class WishForm(forms.Form):
    """Base of `wish_form`: the fields that are the same for every shop."""

    day: forms.ChoiceField
    way: forms.ChoiceField
    note = forms.LineField(
        _l("Catatan untuk penjual"), max=300, required=False, description=_l("Boleh dikosongkan. Contoh: yang pedas dipisah.")
    )


def wish_form(day_codes: Sequence[str], *, with_card: bool) -> type[WishForm]:
    """The form of one shop: the market days it offers (none: no question is asked) and the ways to pay."""
    ways = (*WAYS, CARD) if with_card else WAYS

    class OneShopForm(WishForm):
        day = forms.ChoiceField(
            _l("Ambil kapan dan di mana"),
            choices=[(code, code) for code in day_codes],
            required=bool(day_codes),
            missing=_l("Pilih hari ambil untuk toko ini."),
        )
        way = forms.ChoiceField(_l("Bayar bagaimana"), choices=ways)

    return OneShopForm


class CancelForm(forms.Form):
    reason = forms.ChoiceField(_l("Alasan untuk pembeli"), choices=rules.CANCEL_REASONS.items)
