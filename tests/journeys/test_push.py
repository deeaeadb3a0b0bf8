"""Switching on notifications in a real browser: the page, the service worker, and what it shows when a push comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.accounts.deliveries.models import PushSubscription
from app.core.db import reading
from tests.accounts.deliveries.factories import choose, somebody
from tests.core.test_push import RECEIVER_POINT, SECRET
from tests.factories import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from tests.conftest import Server

PHONE = "+6281239990001"
# The browser's own push service is out of reach here: it answers with an address of a service on loopback.
STAND_IN = """
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async (options) => {
  window.asked = options;
  return { toJSON: () => (%s) };
};
"""


def at_the_page(page: Page) -> None:
    page.goto("/masuk")
    page.fill("[name=phone]", PHONE)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form").filter(has=page.locator("[name=password]")).locator("button[type=submit]:not([formaction])").first.click()
    page.wait_for_url("**/*")
    page.goto("/kabar/pengaturan")


def kept() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(PushSubscription.endpoint)))


@pytest.fixture
def ready(app: Flask) -> int:
    choose(app, push_hosts=("127.0.0.1:9",), mail_from="Katong <kabar@katong.example>")
    return somebody(phone=PHONE)


def test_a_tap_switches_them_on_and_a_push_shows_neutral_words(
    ready: int, app: Flask, server: Server, new_page: Callable[..., Page]
) -> None:
    told: dict[str, Any] = {"endpoint": "http://127.0.0.1:9/push/1", "keys": {"p256dh": RECEIVER_POINT, "auth": SECRET}}
    page = new_page()
    page.context.grant_permissions(["notifications"], origin=server.url)
    page.context.add_init_script(STAND_IN % json.dumps(told))
    at_the_page(page)
    page.get_by_role("button", name="Nyalakan di HP ini").click()
    page.get_by_role("button", name="Matikan").wait_for()
    assert kept() == ["http://127.0.0.1:9/push/1"]
    shown = _push(page, server.url, {"body": "Ada kabar untuk Anda.", "url": "/kabar"})
    assert shown == [{"title": "Ada kabar untuk Anda.", "tag": "kabar"}]
    page.get_by_role("button", name="Matikan").click()
    page.get_by_role("button", name="Nyalakan di HP ini").wait_for()
    assert kept() == []


def _push(page: Page, origin: str, payload: dict[str, str]) -> list[dict[str, str]]:
    """A push to the page's service worker, and the notifications that stand afterwards."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    browser = page.context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    browser.send("ServiceWorker.enable")
    page.wait_for_function("true")
    assert known
    browser.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": known[-1]["registrationId"], "data": json.dumps(payload)},
    )
    read = """async () => {
      const registration = await navigator.serviceWorker.ready;
      let found = [];
      for (let turn = 0; !found.length && turn < 100; turn++) {
        await new Promise((later) => setTimeout(later, 50));
        found = await registration.getNotifications();
      }
      return found.map((one) => ({ title: one.title, tag: one.tag }));
    }"""
    found: list[dict[str, str]] = page.evaluate(read)
    return found


def test_who_does_not_allow_them_reads_what_to_do(ready: int, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.context.add_init_script("Notification.requestPermission = async () => 'denied';")
    at_the_page(page)
    page.get_by_role("button", name="Nyalakan di HP ini").click()
    page.get_by_text("tidak mengizinkan pemberitahuan").wait_for()
    assert kept() == []


def test_without_javascript_the_page_says_so_and_everything_else_works(ready: int, new_page: Callable[..., Page]) -> None:
    page = new_page(javascript=False)
    at_the_page(page)
    page.get_by_text("Browser ini tidak bisa menerima pemberitahuan").wait_for()
    assert page.get_by_role("button", name="Nyalakan di HP ini").count() == 0
    page.get_by_label("Lapak dan giliran saya").select_option("daily")
    page.get_by_role("button", name="Simpan").click()
    page.get_by_text("Tersimpan.").wait_for()
    assert page.get_by_label("Lapak dan giliran saya").input_value() == "daily"
