"""Components: what a field says, keeps and is named, in both languages; pictures for those who save data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict

from app.core import forms, parts, templating, words


class GoodsForm(forms.Form):
    name = forms.LineField("Nama", max=60, description="Seperti yang dicari pembeli.")
    price = forms.RupiahField("Harga", min=500)
    unit = forms.ChoiceField("Satuan", choices=[("lembar", "lembar"), ("bungkus", "bungkus <200 g>")])
    password = forms.PasswordField("Kata sandi")


@dataclass(frozen=True)
class Card:
    title: str = "Keripik <b>pisang</b>"
    url: str = "/pasar/p/1-keripik"
    price_rupiah: int = 15_000
    unit: str = "bungkus"
    photo_key: str | None = "abc"
    photo_alt: str = "Sebungkus keripik"
    shop_name: str = "Dapur Oesapa"
    plate: str | None = None
    halal: str | None = "seller"
    available: bool = True


@pytest.fixture
def page(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


def shown(app: Flask, source: str, **context: object) -> str:
    return templating.environment(app).from_string(source).render(**context)


def test_a_refused_field_says_why_keeps_the_text_and_is_joined_to_both(page: Flask) -> None:
    form = GoodsForm(MultiDict({"name": "Keripik", "price": "15rb"}))
    form.validate()
    out = shown(page, "{{ ui.field(form.price, hint='Dalam rupiah.') }}", form=form)
    assert 'value="15rb"' in out
    assert 'aria-describedby="price-h price-e"' in out
    assert 'aria-invalid="true"' in out
    assert 'id="price-e"' in out
    assert "misalnya 15.000" in out
    assert 'inputmode="numeric"' in out


def test_a_good_field_has_its_hint_and_no_alarm(page: Flask) -> None:
    out = shown(page, "{{ ui.field(form.name, autocomplete='off') }}", form=GoodsForm())
    assert '<label for="name">Nama</label>' in out
    assert 'aria-describedby="name-h"' in out
    assert 'autocomplete="off"' in out
    assert "aria-invalid" not in out


def test_a_list_does_not_choose_for_anybody(page: Flask) -> None:
    empty = shown(page, "{{ ui.field(form.unit) }}", form=GoodsForm())
    assert '<option value="">Pilih satu</option>' in empty
    assert "bungkus &lt;200 g&gt;" in empty
    chosen = shown(page, "{{ ui.field(form.unit) }}", form=GoodsForm(MultiDict({"unit": "lembar"})))
    assert "Pilih satu" not in chosen
    assert '<option value="lembar" selected>' in chosen


def test_radios_are_one_group_with_its_question(page: Flask) -> None:
    out = shown(page, "{{ ui.choices(form.unit, hints={'lembar': 'kain'}) }}", form=GoodsForm(MultiDict({"unit": "lembar"})))
    assert out.count('type="radio"') == 2
    assert "<legend>Satuan</legend>" in out
    assert 'value="lembar" checked' in out
    assert '<span class="hint">kain</span>' in out


def test_a_password_is_never_written_back(page: Flask) -> None:
    out = shown(page, "{{ ui.field(form.password) }}", form=GoodsForm(MultiDict({"password": "rahasia-sekali"})))
    assert "rahasia" not in out
    assert 'type="password"' in out


def test_the_summary_of_a_refused_form_leads_to_each_field(page: Flask) -> None:
    form = GoodsForm(MultiDict({"name": ""}))
    form.validate()
    form.refuse("Stoknya kurang.")
    out = shown(page, "{{ ui.errors(form) }}", form=form)
    assert 'href="#name"' in out
    assert "<li>Stoknya kurang.</li>" in out
    assert shown(page, "{{ ui.errors(form) }}", form=GoodsForm()) == ""


def test_words_follow_the_reader_of_the_moment(page: Flask) -> None:
    source = "{{ ui.pager(None, '/x?2') }}"
    assert "Berikutnya" in shown(page, source)
    with words.spoken("en"):
        assert "Next" in shown(page, source)
    assert "Berikutnya" in shown(page, source)


def test_a_card_escapes_what_people_typed(page: Flask) -> None:
    out = shown(page, "{{ ui.good(card) }}", card=Card())
    assert "Keripik &lt;b&gt;pisang&lt;/b&gt;" in out
    assert "Menurut penjual: halal" in out
    assert 'loading="lazy"' in out


def test_who_saves_data_gets_no_picture_unasked(page: Flask) -> None:
    g.saver = True
    assert "<img" not in shown(page, "{{ ui.good(card) }}{{ ui.cloth('x') }}{{ ui.image('abc', 'Kain') }}", card=Card())
    assert "<svg xmlns" not in shown(page, "{{ ui.cloth('x') }}")
    assert "Lihat gambar" in shown(page, "{{ ui.image('abc', 'Kain') }}")


def test_a_misspelt_macro_is_named(page: Flask) -> None:
    with pytest.raises(AttributeError, match="buton"):
        _ = parts.Parts(page.jinja_env).buton


@pytest.mark.parametrize(("name", "letters"), [("Mama Oesapa", "MO"), ("ti’i langga oebobo", "TO"), ("Yuli", "Y"), ("—", ""), ("", "")])
def test_initials(name: str, letters: str) -> None:
    assert parts.initials(name) == letters


def test_the_still_pages_need_nothing_and_name_nobody(app: Flask) -> None:
    from app.core import assets

    page = assets.still_page(app, 500, "500-7F3A", "en")
    assert '<html lang="en">' in page
    assert "500-7F3A" in page
    assert "not your fault" in page
    assert "/kabar" not in page
    assert (app.extensions["katong.assets"] / "503.html").read_text().startswith("<!doctype html>")
