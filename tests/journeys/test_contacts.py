"""A number proven, changed, and signed in by, on a phone 360 pixels wide, without JavaScript and with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.config import Settings
from app.core.db import transaction
from tests import factories
from tests.accounts.contacts.doors import code_to
from tests.conftest import Server
from tests.journeys.eyes import Eyes

OLD, NEW, NEW_TYPED = "+6281239001234", "+6281239005678", "0812 3900 5678"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, sms_gateway="file", page_cache=True)


def test_a_number_from_unproven_to_the_way_in(server: Server, new_page: Callable[..., Page], javascript: bool) -> None:
    with transaction() as session:
        factories.a_person(session, name="Mama Ros", phone=OLD)
    eyes = Eyes()
    phone, other = (eyes.watch(name, new_page(javascript=javascript)) for name in ("Ros", "Ros, her new phone"))
    with eyes.pictured():
        phone.goto(f"{server.url}/masuk?next=/akun/kontak")
        phone.get_by_label("Nomor HP").fill("0812 3900 1234")
        phone.locator("[name=password]").fill(factories.PASSWORD)
        phone.locator("main").get_by_role("button", name="Masuk", exact=True).click()
        expect(phone.get_by_text("Belum dibuktikan", exact=True)).to_be_visible()

        phone.get_by_role("link", name="Buktikan nomor ini").click()
        phone.get_by_role("button", name="Kirim kode").click()
        server.work()
        types_the_code(phone, code_to(server.app, OLD), "Buktikan")
        expect(phone.get_by_text("Terbukti", exact=True)).to_be_visible()

        phone.get_by_role("link", name="Ganti nomor").click()
        phone.get_by_label("Nomor HP baru").fill(NEW_TYPED)
        phone.get_by_role("button", name="Kirim kode").click()
        server.work()
        types_the_code(phone, code_to(server.app, NEW), "Buktikan")
        expect(phone.get_by_text("0812-3900-5678")).to_be_visible()
        expect(phone.get_by_text("nomor 0812-3900-1234 diganti")).to_be_visible()

        other.goto(f"{server.url}/masuk")
        other.get_by_role("link", name="Masuk dengan kode").click()
        other.get_by_label("Nomor HP").fill(NEW_TYPED)
        other.get_by_role("button", name="Kirim kode").click()
        server.work()
        types_the_code(other, code_to(server.app, NEW), "Masuk")
        other.goto(f"{server.url}/akun")
        expect(other.get_by_role("heading", level=1)).to_contain_text("Mama Ros")
        for page in (phone, other):
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not eyes.complaints, eyes.complaints


def types_the_code(page: Page, code: str, button: str) -> None:
    field = page.get_by_label("Kode dari SMS")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill(code)
    page.locator("main").get_by_role("button", name=button, exact=True).click()
