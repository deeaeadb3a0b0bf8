"""A finger on a real browser: Chromium's virtual authenticator stands in for the phone's sensor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.people.models import DeviceSession, Passkey, Person
from app.core import clock
from app.core.access import PROOF_HOLDS, Role
from app.core.db import reading, transaction
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

    from tests.conftest import Server

AUTHENTICATOR: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WAIT = 10_000


@pytest.fixture
def ros(app: Flask) -> Person:
    """Staff without a second factor: her roles rest."""
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001", roles=[Role.ADMIN])


@pytest.fixture
def phone_at(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """A phone at http://localhost: no key is made for a bare IP address."""
    contexts: list[BrowserContext] = []

    def make(*, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            locale="id-ID",
            java_script_enabled=javascript,
            base_url=server.url.replace("127.0.0.1", "localhost"),
        )
        context.set_default_timeout(WAIT)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def with_sensor(page: Page) -> tuple[CDPSession, str]:
    """Give the page's phone a sensor; returns where to ask it, and its name."""
    sensor = page.context.new_cdp_session(page)
    sensor.send("WebAuthn.enable")
    return sensor, str(sensor.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"])


def sign_in_with_password(page: Page, next_: str = "/akun/sidik-jari") -> None:
    page.goto(f"/masuk?next={next_}")
    page.get_by_label("Nomor HP", exact=False).first.fill("0812-000-000001")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()


def arrive(page: Page, path: str) -> None:
    """Wait for this page itself: another one may name it as the way on."""
    page.wait_for_url(re.compile(rf"^http://[^/]+{re.escape(path)}(\?|$)"))


def let_proof_run_out() -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - PROOF_HOLDS * 2))


def test_a_finger_from_the_first_day_to_the_last(phone_at: Callable[..., Page], ros: Person) -> None:
    page = phone_at()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    sensor, name = with_sensor(page)

    sign_in_with_password(page)
    page.goto("/akun/sidik-jari")
    page.get_by_role("link", name="Pasang di HP ini").click()
    page.get_by_label("Nama HP atau kunci").fill("HP Ros")
    page.get_by_role("button", name="Pasang").click()
    page.wait_for_selector("ol code")
    assert page.locator("ol code").count() == 10, "recovery codes for the day the phone is gone"
    made = sensor.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]
    assert [(key["rpId"], key["isResidentCredential"]) for key in made] == [("localhost", True)]

    assert page.goto("/petugas/orang").status == 200  # type: ignore[union-attr]  # her roles rest no more
    page.goto("/akun")
    page.get_by_role("button", name="Keluar dari HP ini").first.click()
    arrive(page, "/")

    page.goto("/masuk?next=/petugas/orang")
    page.get_by_role("button", name="Masuk dengan sidik jari").click()
    arrive(page, "/petugas/orang")

    let_proof_run_out()
    page.goto("/akun/pengaman")
    assert "/akun/pastikan" in page.url
    page.get_by_role("button", name="Pakai sidik jari").click()
    arrive(page, "/akun/pengaman")

    page.goto("/akun/sidik-jari")
    page.get_by_role("link", name="Hapus HP Ros").click()
    page.get_by_role("button", name="Hapus").click()
    arrive(page, "/akun/sidik-jari")
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None
    assert page.goto("/petugas/orang").status == 404  # type: ignore[union-attr]
    page.goto("/akun")
    page.get_by_role("button", name="Keluar dari HP ini").first.click()
    arrive(page, "/")
    page.goto("/masuk")
    page.get_by_role("button", name="Masuk dengan sidik jari").click()
    page.wait_for_selector(".said .is-bad")
    assert "Sidik jari belum cocok" in page.inner_text(".said")
    assert [trouble for trouble in troubles if "404" not in trouble] == []


def test_after_the_password_the_finger_is_the_second_step(phone_at: Callable[..., Page], ros: Person) -> None:
    page = phone_at()
    with_sensor(page)
    sign_in_with_password(page)
    page.goto("/akun/sidik-jari/tambah")
    page.get_by_role("button", name="Pasang").click()
    page.wait_for_selector("ol code")
    page.goto("/akun")
    page.get_by_role("button", name="Keluar dari HP ini").first.click()
    arrive(page, "/")
    sign_in_with_password(page, "/petugas/orang")
    arrive(page, "/masuk/kode")
    page.get_by_role("button", name="Pakai sidik jari").click()
    arrive(page, "/petugas/orang")


def test_a_member_whose_phone_is_stolen_gets_in_by_the_password_alone(phone_at: Callable[..., Page], app: Flask) -> None:
    with transaction() as session:
        a_person(session, name="Mama Oesapa", phone="+62812000000001")
    page = phone_at()
    with_sensor(page)
    sign_in_with_password(page)
    page.goto("/akun/sidik-jari/tambah")
    page.get_by_role("button", name="Pasang").click()
    arrive(page, "/akun/sidik-jari")
    assert page.get_by_role("link", name="Buat kode pemulihan di kertas").is_visible()

    another = phone_at(javascript=False)
    sign_in_with_password(another)
    arrive(another, "/akun/sidik-jari")
    another.get_by_role("link", name="Hapus", exact=False).first.click()
    another.get_by_label("Keluarkan juga semua HP lain").check()
    another.get_by_role("button", name="Hapus").click()
    arrive(another, "/akun/sidik-jari")
    page.goto("/akun")
    arrive(page, "/masuk")


def test_a_finger_that_is_not_read_is_a_sentence(phone_at: Callable[..., Page], ros: Person) -> None:
    page = phone_at()
    sensor, name = with_sensor(page)
    sensor.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    sign_in_with_password(page)
    page.goto("/akun/sidik-jari/tambah")
    button = page.get_by_role("button", name="Pasang")
    button.click()
    page.wait_for_selector("[data-passkey] [role=alert]:visible")
    assert button.is_enabled(), "she may try again"
    with reading() as session:
        assert session.scalar(select(Passkey.id)) is None


def test_without_javascript_the_button_is_not_there_and_the_password_is(phone_at: Callable[..., Page], ros: Person) -> None:
    page = phone_at(javascript=False)
    page.goto("/masuk")
    assert page.locator("[data-passkey]").count() == 1
    assert not page.locator("[data-passkey]").is_visible()
    sign_in_with_password(page)
    page.goto("/akun/sidik-jari/tambah")
    assert not page.locator("[data-passkey]").is_visible()
    assert page.locator("[data-no-passkey]").is_visible()
