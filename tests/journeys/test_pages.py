"""The pages of the sample city on a phone: readable by everybody, whole without JavaScript, light on a prepaid line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import serving
from tests.house.city import opened
from tests.journeys.eyes import Eyes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.house.city import City

FIRST_VIEW_BYTES = 30 * 1024  # over the wire, pictures aside (product.md, decision 1)
SECOND_VIEW_BYTES = 6 * 1024
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

# role -> addresses; "list -> pattern" is the first link of that shape on a list.
PAGES: dict[str, tuple[str, ...]] = {
    "visitor": (
        "/", "/masuk", "/daftar", "/pulihkan", "/pulihkan/loket", "/daftar/lanjut", "/komunitas", "/komunitas -> /komunitas/[a-z-]+",
        "/komunitas/usaha -> /komunitas/t/[0-9]+-.*",
        "/pelatihan", "/pelatihan -> /pelatihan/[a-z0-9-]+", "/lapak", "/lapak -> /lapak/edisi/.*", "/lapak/kontainer",
        "/pasar", "/pasar -> /pasar/p/[0-9]+-.*", "/pasar/p/1 -> /toko/.*", "/cari?q=kripik", "/panduan/aturan-bersama", "/tampilan",
    ),
    "member": (
        "/", "/akun", "/akun/profil", "/kabar", "/keranjang", "/pesanan", "/pesanan -> /pesanan/PSN-.*", "/lapak/giliran", "/komunitas/usaha/baru",
        "/komunitas/hati-tenang",
    ),
    "seller": (
        "/jualan", "/jualan/pesanan", "/jualan/barang", "/jualan/barang/baru", "/jualan/buku", "/jualan/toko", "/lapak -> /lapak/edisi/.*/lamar",
        "/lapak -> /lapak/edisi/.*/pesan",
    ),
    "trainer": ("/pelatih", "/pelatih -> /pelatih/kursus/[0-9]+", "/pelatih -> /pelatih/angkatan/[0-9]+/peserta", "/pelatih/kursus/baru"),
    "officer": ("/petugas", "/petugas/edisi", "/petugas/edisi -> /petugas/edisi/[0-9]+", "/petugas/lamaran", "/petugas/edisi/baru"),
}  # fmt: skip
WEIGHED = {
    "visitor": tuple(page for page in PAGES["visitor"] if " -> " in page or page in ("/", "/pasar", "/cari?q=kripik")),
    "seller": PAGES["seller"][:4],
}


@dataclass
class Town:
    """The sample city behind a port, and the browser that walks it."""

    city: City
    url: str
    browser: Browser
    opened: list[BrowserContext] = field(default_factory=list)

    def phone(self, role: str, *, javascript: bool = True) -> Page:
        """A phone of somebody with that role, signed in."""
        context = self.browser.new_context(
            viewport={"width": 360, "height": 740},
            locale="id-ID",
            java_script_enabled=javascript,
            base_url=self.url,
            reduced_motion="reduce",  # a colour half way between two themes is nobody's colour
        )
        self.opened.append(context)
        if role != "visitor":
            cookie = self.city.client(role).get_cookie("katong")
            assert cookie
            context.add_cookies([{"name": "katong", "value": cookie.value, "url": self.url}])
        return context.new_page()

    def go(self, phone: Page, address: str) -> None:
        """Open an address; being sent to sign in is a fault of the test."""
        answer = phone.goto(address)
        assert answer
        assert answer.status == 200, f"{address} answered {answer.status}"
        assert "/masuk" not in phone.url or address == "/masuk", f"{address} asks to sign in"

    def addresses(self, role: str) -> list[str]:
        """The addresses of PAGES for that role, patterns looked up."""
        return [self._found(role, address) for address in PAGES[role]]

    def _found(self, role: str, address: str) -> str:
        listing, arrow, pattern = address.partition(" -> ")
        if not arrow:
            return address
        shown = self.city.client(role).get(listing, follow_redirects=True).get_data(as_text=True)
        links = [link for link in re.findall(r'href="([^"#?]+)', shown) if re.fullmatch(pattern, link)]
        assert links, f"{listing} has no link like {pattern} for a {role}"
        return str(links[0])

    def close(self) -> None:
        for context in self.opened:
            context.close()
        self.opened.clear()


@pytest.fixture(scope="module")
def place(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened(tmp_path_factory.mktemp("town"), page_cache=True) as city, serving(city.app) as live:
        yield Town(city, live.url, browser)


@pytest.fixture
def town(place: Town) -> Iterator[Town]:
    yield place
    place.close()


@pytest.mark.parametrize("role", PAGES)
def test_every_page_can_be_read_by_everybody(town: Town, role: str) -> None:
    """WCAG 2.2 A and AA in light and dark, nothing beyond 320 pixels, not a word in the console."""
    eyes, axe, found = Eyes(), Axe(), []
    phone = eyes.watch(role, town.phone(role))
    for address in town.addresses(role):
        phone.set_viewport_size({"width": 360, "height": 740})
        phone.emulate_media(color_scheme="light")
        town.go(phone, address)
        found += _violations(axe, phone, address, {"type": "tag", "values": WCAG})
        phone.emulate_media(color_scheme="dark")
        found += _violations(axe, phone, f"{address} in the dark", {"type": "rule", "values": ["color-contrast"]})
        phone.set_viewport_size({"width": 320, "height": 640})
        wide = phone.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append(f"{address}: {wide} pixels wide on a phone of 320")
    found += eyes.complaints
    assert not found, "\n".join(found)


def _violations(axe: Axe, phone: Page, address: str, only: dict[str, Any]) -> list[str]:
    broken = axe.run(phone, options={"runOnly": only, "resultTypes": ["violations"]}).response["violations"]
    return [f"{address}: {rule['id']} ({rule['impact']}) at {node['html'][:160]}" for rule in broken for node in rule["nodes"][:3]]


@pytest.mark.parametrize("role", ["visitor", "seller", "officer"])
def test_every_page_says_the_same_without_javascript(town: Town, role: str) -> None:
    plain, lively, missing = town.phone(role, javascript=False), town.phone(role), []
    for address in town.addresses(role):
        said = []
        for phone in (plain, lively):
            town.go(phone, address)
            said.append([" ".join(line.split()) for line in phone.locator("main").inner_text().splitlines() if line.strip()])
        assert said[0], f"{address} says nothing without JavaScript"
        changed = [line for line in said[1] if line not in said[0] and line not in ADDED]
        changed += [line for line in said[0] if line not in said[1]]
        missing += [f"{address}: {line}" for line in changed if not re.search(r"\d\d\.\d\d|menit|detik", line)]
    assert not missing, "\n".join(missing)


ADDED = ("Lihat sandi",)  # the button that shows a password


@pytest.mark.parametrize("role", WEIGHED)
def test_a_first_view_is_light_and_a_second_costs_little(town: Town, role: str) -> None:
    heavy = []
    for address in [town._found(role, address) for address in WEIGHED[role]]:
        phone = town.phone(role)
        first, second = _weights(phone, address)
        if first > FIRST_VIEW_BYTES:
            heavy.append(f"{address}: {first} bytes at first view, {FIRST_VIEW_BYTES} are allowed")
        if second > SECOND_VIEW_BYTES:
            heavy.append(f"{address}: {second} bytes at second view, {SECOND_VIEW_BYTES} are allowed")
        phone.context.close()
        town.opened.remove(phone.context)
    assert not heavy, "\n".join(heavy)


def _weights(phone: Page, address: str) -> tuple[int, int]:
    """Bytes over the wire, heads included and photos aside, with an empty cache and then again."""
    wire = phone.context.new_cdp_session(phone)
    wire.send("Network.enable")
    kinds: dict[str, str] = {}
    bytes_of: dict[str, int] = {}
    wire.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    wire.on("Network.loadingFinished", lambda told: bytes_of.update({told["requestId"]: int(told["encodedDataLength"])}))
    weights = []
    for _view in range(2):
        bytes_of.clear()
        phone.goto(address)
        wire.send("Network.getCookies")  # whatever was told before this answer has arrived
        weights.append(sum(size for request, size in bytes_of.items() if kinds.get(request) != "Image"))
    return weights[0], weights[1]
