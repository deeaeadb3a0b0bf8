"""/dev/komponen: every component in every state, for looking at in both themes. Registered only with DEBUG_PAGES=on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.core import clock, draw, forms
from app.core.access import public
from app.core.assets import icon_names
from app.core.web import page

bp = Blueprint("dev", __name__)

WRONG = "salah-"  # the second form on the page has ids of its own
HALAL = (("pork", "Mengandung babi"), ("seller", "Halal, kata penjual"), ("none", "Belum ada keterangan"))
UNITS = (("bungkus", "bungkus 200 g"), ("lembar", "lembar"), ("porsi", "porsi"))
CLOTHS = ("tenun-liliba", "dapur-oesapa", "menjahit-pakaian", "saboak-2026-11-28", "kriya-lontar", "kopi-tode-kisar")


class SampleForm(forms.Form):
    name = forms.LineField("Nama barang", max=60, description="Seperti yang dicari pembeli.")
    price = forms.RupiahField("Harga", min=500, max=5_000_000)
    unit = forms.ChoiceField("Satuan", choices=UNITS)
    phone = forms.PhoneField("Nomor HP", description="Nomor luar negeri ditulis dengan + di depan.")
    sold_on = forms.DayField("Tanggal", required=False)
    password = forms.PasswordField("Kata sandi", min=8)
    about = forms.TextField("Tentang barang", max=500)
    halal = forms.ChoiceField("Status halal", choices=HALAL)
    photo = forms.PhotoField("Foto")
    agree = forms.TickField("Ingat saya di HP ini", description="Jangan dicentang kalau HP dipakai bersama")


@dataclass(frozen=True)
class SampleGood:
    """What `ui.good` reads."""

    title: str
    price_rupiah: int
    unit: str
    shop_name: str
    plate: str | None
    halal: str | None
    available: bool = True
    photo_key: str | None = None
    photo_alt: str = ""
    url: str = "/dev/komponen"


GOODS = (
    SampleGood("Keripik pisang", 15_000, "bungkus 200 g", "Dapur Oesapa", "M-07", "checked"),
    SampleGood("Se’i babi siap saji", 25_000, "porsi", "Se’i Penfui", "M-04", "pork"),
    SampleGood("Teh daun kelor", 35_000, "kotak 20 kantong", "Kelor Maulafa", "P-01", "seller"),
    SampleGood("Selendang tenun ikat motif Rote, warna alam", 175_000, "lembar", "Tenun Liliba", None, "none", available=False),
)


@bp.route("/dev/komponen", methods=["GET", "POST"])
@public
def components() -> ResponseReturnValue:
    """The whole set. Its form may be sent, to see it refused."""
    form = SampleForm(request.form if request.method == "POST" else None)
    wrong = SampleForm(
        _typed({"name": "", "price": "15rb", "phone": "12", "unit": "lembar", "about": "Pisang kepok dari Amarasi.", "halal": "pork"}),
        prefix=WRONG,
    )
    wrong.validate()
    wrong.refuse("Stok yang Anda tulis kurang dari pesanan yang sudah masuk.")
    if request.method == "POST":
        form.validate()
    moment: datetime = clock.now()
    pictures = [(kind, draw.sample_markup(kind, f"contoh {kind}")) for kind in draw.KINDS]
    shown = page(
        "dev/components.html", form=form, wrong=wrong, goods=GOODS, moment=moment, pictures=pictures, cloths=CLOTHS, icons=icon_names()
    )
    return shown, 422 if form.is_refused else 200


def _typed(values: dict[str, str]) -> object:
    from werkzeug.datastructures import MultiDict

    return MultiDict({f"{WRONG}{name}": value for name, value in values.items()})
