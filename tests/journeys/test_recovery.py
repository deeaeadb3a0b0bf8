"""Signing up, in and back in on a phone 360 pixels wide: without JavaScript, without e-mail, on a line of 32 kbit/s."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.accounts.people.models import Person
from app.core import clock, totp
from app.core.access import Role
from app.core.db import reading, transaction
from tests import factories
from tests.conftest import a_client
from tests.journeys.eyes import Eyes

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Client, Server

OFFICER, OFFICER_PHONE = "Pak Surat", "0812-000-000900"
INA_PHONE = "0812-3900-5678"
FIRST, SECOND, THIRD = "periuk tikar lesung", "lontar batu pasir", "angin laut sore"


def press(phone: Page, words: str) -> None:
    phone.get_by_role("button", name=words, exact=True).click()


def follow(phone: Page, words: str) -> None:
    phone.get_by_role("link", name=words).first.click()


def test_the_desk_and_a_paper_bring_her_back_without_script_or_mail(server: Server, new_page: Callable[..., Page]) -> None:
    with transaction() as session:
        officer = factories.a_person(session, name=OFFICER, phone="+62812000000900", roles=[Role.DESK])
        factories.a_factor(session, officer.id)
    eyes = Eyes()
    with eyes.pictured():
        desk, ina = (eyes.watch(name, new_page(javascript=False)) for name in (OFFICER, "Mama Ina"))
        the_officer_signs_in(desk)
        she_confirms_what_the_desk_signed_up(ina, the_desk_signs_her_up(desk))
        code = she_writes_down_her_codes(ina)
        she_signs_out(ina)
        she_comes_back_with_her_paper(ina, code)
        she_signs_out(ina)
        slip = the_desk_starts_a_new_password(desk)
        she_comes_back_with_the_slip(ina, slip)
        she_signs_out(ina)
        she_signs_in(ina, THIRD)
        assert [words for words in eyes.complaints if " 4" not in words] == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.email.is_not(None))) == 0


def the_officer_signs_in(desk: Page) -> None:
    desk.goto("/masuk")
    desk.locator("[name=phone]").fill(OFFICER_PHONE)
    desk.locator("[name=password]").fill(factories.PASSWORD)
    press(desk, "Masuk")
    desk.get_by_label("Kode", exact=True).fill(totp.code_at(factories.TOTP_SECRET, clock.now()))
    press(desk, "Masuk")
    desk.goto("/petugas")
    follow(desk, "Loket kelurahan")


def the_desk_signs_her_up(desk: Page) -> str:
    follow(desk, "Daftarkan orang baru")
    desk.locator("[name=name]").fill("Mama Ina")
    desk.locator("[name=phone]").fill(INA_PHONE)
    desk.locator("[name=place]").fill("Oesapa")
    desk.locator("[name=agree]").check()
    press(desk, "Buat kertas kode")
    return desk.locator(".plate--big").inner_text()


def she_confirms_what_the_desk_signed_up(ina: Page, code: str) -> None:
    ina.goto("/daftar/lanjut")
    ina.locator("[name=phone]").fill(INA_PHONE)
    ina.locator("[name=code]").fill(code)
    ina.locator("[name=password]").fill(FIRST)
    ina.locator("[name=agree]").check()
    press(ina, "Jadikan akun saya")
    expect(ina.get_by_text("Selamat datang, Mama Ina")).to_be_visible()


def she_writes_down_her_codes(ina: Page) -> str:
    ina.goto("/akun")
    follow(ina, "Kode pemulihan")
    press(ina, "Buat sepuluh kode")
    return ina.locator("ol code").nth(2).inner_text()


def she_signs_out(ina: Page) -> None:
    ina.goto("/akun")
    ina.get_by_role("button", name=re.compile("^Keluar")).first.click()


def she_comes_back_with_her_paper(ina: Page, code: str) -> None:
    ina.goto("/masuk")
    follow(ina, "Lupa kata sandi?")
    follow(ina, "Kode pemulihan di kertas")
    she_sets_a_password(ina, code, SECOND)


def the_desk_starts_a_new_password(desk: Page) -> str:
    desk.goto("/petugas/loket")
    desk.locator("[name=who]").fill(INA_PHONE)
    press(desk, "Cari orangnya")
    follow(desk, "Kata sandi baru")
    desk.locator("[name=seen]").check()
    desk.locator("[name=matches]").check()
    press(desk, "Tampilkan kode")
    return desk.locator(".plate--big").inner_text()


def she_comes_back_with_the_slip(ina: Page, code: str) -> None:
    ina.goto("/pulihkan")
    follow(ina, "Kode dari loket kelurahan")
    she_sets_a_password(ina, code, THIRD)


def she_sets_a_password(ina: Page, code: str, password: str) -> None:
    ina.locator("[name=phone]").fill(INA_PHONE)
    ina.locator("[name=code]").fill(code)
    ina.locator("[name=password]").fill(password)
    press(ina, "Simpan kata sandi baru")
    expect(ina.get_by_text("Kata sandi baru tersimpan")).to_be_visible()


def she_signs_in(ina: Page, password: str) -> None:
    ina.goto("/masuk")
    ina.locator("[name=phone]").fill(INA_PHONE)
    ina.locator("[name=password]").fill(password)
    press(ina, "Masuk")
    ina.goto("/akun")
    expect(ina.get_by_role("heading", name="Mama Ina")).to_be_visible()


# What it weighs

LINE_BYTES = 32_000 // 8  # a second, on the line of a bad evening
HEAD_BYTES = 900  # of an answer and its request, TLS and all, rounded up
SECONDS = {"/daftar": 6.0, "/masuk": 6.0, "/pulihkan": 7.0}  # the whole task, cold: its pages, the style, the signs, the icon


def weigh(client: Client, address: str, seen: set[str]) -> tuple[int, str]:
    """Bytes of a page and of what it asks for besides and `seen` does not hold yet; and its text."""
    packed = client.get(address, headers={"Accept-Encoding": "br"})
    assert packed.status_code == 200, address
    total, text = HEAD_BYTES + len(packed.get_data()), client.get(address).get_data(as_text=True)
    wanted = re.findall(r'<link rel="(?:stylesheet|icon|manifest)" href="([^"]+)"', text) + re.findall(
        r'<(?:use href|img src)="([^"#]+)', text
    )
    for found in {urljoin(address, part) for part in wanted} - seen:
        seen.add(found)
        with client.get(found, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.status_code == 200, found
            total += HEAD_BYTES + len(answer.get_data())
    return total, text


@pytest.mark.parametrize(
    ("task", "steps"),
    [
        ("/daftar", ("/daftar", "*/selamat-datang")),
        ("/masuk", ("/masuk", "*/")),
        ("/pulihkan", ("/pulihkan", "/pulihkan/loket", "*/akun")),
    ],
)
def test_the_whole_task_fits_a_line_of_32_kilobits(app: Flask, task: str, steps: tuple[str, ...]) -> None:
    """Each page of the task with everything a browser without script fetches, nothing kept from before; `*` is seen signed in."""
    with transaction() as session:
        ros = factories.a_person(session, name="Ros").id
    seen: set[str] = set()
    total = 0
    for step in steps:
        client = a_client(app, ros if step.startswith("*") else None)
        total += weigh(client, step.lstrip("*"), seen)[0]
    seconds = total / LINE_BYTES
    assert any(".css" in address for address in seen), "the control: the style was weighed, too"
    assert seconds <= SECONDS[task], f"{task} takes {seconds:.1f} s at 32 kbit/s ({total} bytes); {SECONDS[task]} s were promised."
    assert seconds > 2, "The control: hardly anything was weighed."
