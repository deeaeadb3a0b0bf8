"""The forms of a seller's shop and goods."""

from __future__ import annotations

from app.core import forms
from app.core.places import PLACES
from app.core.words import _l
from app.market.shops import rules


class ShopForm(forms.Form):
    name = forms.NameField(_l("Nama toko"), min=3, max=80, description=_l("Seperti di papan lapak Anda. Contoh: Dapur Oesapa."))
    about = forms.TextField(
        _l("Tentang toko"), max=1000, required=False, description=_l("Apa yang Anda jual, dan apa yang khas. Boleh dikosongkan.")
    )
    place = forms.ChoiceField(
        _l("Kelurahan"), choices=lambda: [(place.code, place.name) for place in PLACES], missing=_l("Pilih kelurahan toko Anda.")
    )
    whatsapp = forms.PhoneField(
        _l("WhatsApp toko"),
        required=False,
        description=_l("Boleh dikosongkan. Kalau diisi, nomor ini terlihat semua orang di halaman toko."),
    )


class ProductForm(forms.Form):
    title = forms.LineField(_l("Nama barang"), min=3, max=120, description=_l("Seperti yang dicari pembeli. Contoh: Keripik pisang."))
    category = forms.ChoiceField(_l("Jenis"), choices=rules.CATEGORY_WORDS.items)
    price = forms.RupiahField(
        _l("Harga"), min=rules.LEAST_PRICE_RUPIAH, max=rules.MOST_PRICE_RUPIAH, description=_l("Dalam rupiah. Contoh: 15.000.")
    )
    unit = forms.LineField(_l("Satuan"), max=40, description=_l("Contoh: bungkus 200 g, lembar, porsi."))
    stock = forms.CountField(
        _l("Stok"), min=0, max=rules.MOST_STOCK, description=_l("Berapa yang dapat dipesan sekarang. Tulis 0 kalau habis.")
    )
    description = forms.TextField(_l("Tentang barang"), max=3000, required=False)
    ingredients = forms.LineField(
        _l("Isi atau bahan"), max=300, required=False, description=_l("Untuk makanan: semua bahannya. Pembeli mungkin punya alergi.")
    )
    halal = forms.ChoiceField(_l("Keterangan halal"), choices=rules.HALAL_CHOICES)
    photo = forms.PhotoField(_l("Foto"))
    photo_alt = forms.LineField(
        _l("Apa yang terlihat di foto"),
        max=150,
        required=False,
        description=_l("Untuk pembaca yang tidak melihat foto. Boleh dikosongkan."),
    )


class StockForm(forms.Form):
    stock = forms.CountField(_l("Stok"), min=0, max=rules.MOST_STOCK)
    seen = forms.CountField(_l("Stok tadi"), min=0, max=10 * rules.MOST_STOCK)
