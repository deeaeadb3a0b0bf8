"""Guides, machines, quick exit, settings, the staff's first page."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from app.core import clock, outbox
from app.core.access import Role
from app.core.contrib import DeskCard, SitemapSource
from app.core.db import transaction
from app.core.words import _l
from app.front.guides import rules
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from app.accounts.people.models import Person
    from app.config import Settings
    from tests.conftest import Client

XML = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


# Guides


def test_a_guide_is_whole_in_both_languages(app: Flask) -> None:
    for slug in rules.GUIDES:
        indonesian, english = rules.guide(slug, "id"), rules.guide(slug, "en")
        assert indonesian is not None, slug
        assert english is not None, slug
        assert indonesian.changed_on == english.changed_on
        assert len(indonesian.sections) == len(english.sections)
        for one, other in zip(indonesian.sections, english.sections, strict=True):
            assert one.title != other.title
            assert one.html.count("<li>") == other.html.count("<li>"), one.title
            assert re.findall(r'href="([^"]+)"', one.html) == re.findall(r'href="([^"]+)"', other.html)
        client = app.test_client()
        shown = client.get(f"/panduan/{slug}").get_data(as_text=True)
        assert shown.count("<h1") == 1
        assert indonesian.title in shown
        client.set_cookie("bahasa", "en")
        assert english.title in client.get(f"/panduan/{slug}").get_data(as_text=True)


def test_links_in_guides_lead_somewhere(client: Client, app: Flask) -> None:
    for slug in rules.GUIDES:
        for target in re.findall(r'href="(/[^"]*)"', client.get(f"/panduan/{slug}").get_data(as_text=True)):
            if not target.startswith(("/static", "/tampilan", "/bahasa", "/site.")):
                assert client.get(target).status_code in (200, 303), f"{slug}: {target}"


def test_no_other_guide(client: Client) -> None:
    for path in ("/panduan/nihil", "/panduan/..", "/panduan/" + "a" * 200, "/panduan/%00"):
        assert client.get(path).status_code in (404, 308), path


def test_the_list_names_every_guide(client: Client) -> None:
    shown = client.get("/panduan").get_data(as_text=True)
    for slug in rules.GUIDES:
        assert f"/panduan/{slug}" in shown


def test_whom_to_ring(client: Client, sql_count: Callable[[], Any]) -> None:
    client.get("/pendampingan")  # whether this is a demo is asked once a process
    with sql_count() as counted:
        answer = client.get("/pendampingan")
    shown = answer.get_data(as_text=True)
    assert len(counted) == 0
    assert "<title>Katong</title>" in shown
    assert shown.count("BELUM DIPERIKSA") == len(rules.HOTLINES), "nobody has rung them: each says so"
    assert 'href="tel:112"' in shown
    assert "belum dibuka" in shown
    assert shown.count('href="/keluar-cepat"') == 2
    assert "<form" not in shown
    assert 'class="nav"' not in shown
    assert shown.index("Sedang dalam bahaya?") < shown.index("Bicara dengan orang")


def test_the_quick_exit_stands_on_calm_pages_only(client: Client) -> None:
    for path in ("/", "/panduan", "/masuk", "/pasar"):
        assert "/keluar-cepat" not in client.get(path).get_data(as_text=True)


# Machines


def test_alive_asks_nobody(client: Client, sql_count: Callable[[], Any]) -> None:
    with sql_count() as counted:
        answer = client.get("/sehat")
    assert (answer.status_code, answer.get_data(as_text=True), len(counted)) == (200, "ok\n", 0)


@pytest.mark.both
def test_ready_when_effects_flow(client: Client) -> None:
    answer = client.get("/siap")
    assert answer.status_code == 200
    assert answer.get_json() == {"ready": True, "database": True, "schema": "current", "outbox_waiting_too_long": 0, "outbox_given_up": 0}
    now = clock.now()
    with transaction() as session:
        row = {"topic": "t", "subject_id": 1, "handler": "h", "put_at": now}
        session.add(outbox.OutboxRow(**row, due_at=now - timedelta(hours=1), tries=outbox.MOST_TRIES))
        session.add(outbox.OutboxRow(**row, due_at=now - timedelta(minutes=1)))
        session.add(outbox.OutboxRow(**row, due_at=now - timedelta(hours=1), done_at=now))
    assert (client.get("/siap").status_code, client.get("/siap").get_json()["outbox_given_up"]) == (200, 1)
    with transaction() as session:
        session.add(outbox.OutboxRow(**row, due_at=now - timedelta(hours=1)))
    assert (client.get("/siap").status_code, client.get("/siap").get_json()["outbox_waiting_too_long"]) == (503, 1)


def test_not_ready_without_a_database(client: Client, app: Flask, settings: Settings, tmp_path: Any) -> None:
    from app.core.db import db

    for engine in db.engines.values():
        engine.dispose()
    (tmp_path / "katong.sqlite3").write_bytes(b"no database at all")
    for leftover in ("katong.sqlite3-wal", "katong.sqlite3-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    answer = client.get("/siap")
    assert answer.status_code == 503
    assert answer.get_json()["ready"] is False
    assert client.get("/sehat").status_code == 200


def test_robots(client: Client) -> None:
    text = client.get("/robots.txt").get_data(as_text=True)
    for path in ("/akun", "/pesanan", "/pendampingan", "/petugas"):
        assert f"Disallow: {path}\n" in text
    assert "Disallow: /pelatih\n" not in text, "that would shut /pelatihan too"
    assert "Sitemap: http://localhost/sitemap.xml" in text


def test_a_sitemap_of_what_is_public(client: Client, app: Flask) -> None:
    app.extensions["contributions"] = (
        SitemapSource(lambda _session: [("/pasar/p/1-keripik&sambal", clock.now()), ("/pelatihan/menjahit", None)]),
    )
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    found = [place.text for place in ET.fromstring(answer.get_data()).iter(f"{XML}loc")]
    assert "http://localhost/pasar/p/1-keripik&sambal" in found
    assert "http://localhost/" in found
    assert not any("/akun" in str(place) for place in found)


def test_a_long_sitemap_is_an_index_and_has_an_end(client: Client, app: Flask) -> None:
    taken: list[int] = []

    def endless(_session: object) -> Any:
        number = 0
        while True:
            taken.append(number)
            yield f"/komunitas/t/{number}", None
            number += 1

    app.extensions["contributions"] = (SitemapSource(endless),)
    index = ET.fromstring(client.get("/sitemap.xml").get_data())
    assert index.tag == f"{XML}sitemapindex"
    assert len(list(index)) == 10
    assert max(taken) < 50_000
    last = ET.fromstring(client.get("/sitemap.xml?hal=10").get_data())
    assert last.tag == f"{XML}urlset"
    assert 0 < len(list(last)) <= 5_000
    assert len(list(ET.fromstring(client.get("/sitemap.xml?hal=1").get_data()))) == 5_000
    assert client.get("/sitemap.xml?hal=x").status_code == 200


# Quick exit


def test_the_quick_exit_leaves_nothing_behind(client: Client, sql_count: Callable[[], Any]) -> None:
    with sql_count() as counted:
        answer = client.get("/keluar-cepat")
    assert (answer.status_code, answer.location) == (303, "https://www.google.com/search?q=cuaca+kupang")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert len(counted) == 0


def test_the_quick_exit_by_post_ends_the_sign_in(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        ros = a_person(session, name="Ros")
    mine = sign_in(ros)
    kept = mine.get_cookie("katong")
    assert kept is not None
    answer = mine.post("/keluar-cepat")
    assert answer.status_code == 200
    assert "google.com/search?q=cuaca+kupang" in answer.get_data(as_text=True)
    assert "Katong" not in answer.get_data(as_text=True)
    thief = app.test_client()
    thief.set_cookie("katong", kept.value)
    assert thief.get("/akun").status_code == 303


class TestAnotherExit:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return dataclasses.replace(settings, quick_exit_url="https://cuaca.example/?a=1&b=2")

    def test_the_operator_chooses_where_it_leads(self, client: Client) -> None:
        assert client.get("/keluar-cepat").location == "https://cuaca.example/?a=1&b=2"
        assert "a=1&amp;b=2" in client.post("/keluar-cepat").get_data(as_text=True)


# Settings


def test_the_language_is_remembered(client: Client) -> None:
    answer = client.get("/bahasa?ke=en&next=/panduan")
    assert (answer.status_code, answer.location) == (303, "/panduan")
    cookie = answer.headers["Set-Cookie"]
    assert "bahasa=en" in cookie
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    shown = client.get("/panduan")
    assert '<html lang="en"' in shown.get_data(as_text=True)
    assert "Secure" in client.get("/bahasa?ke=en", base_url="https://localhost").headers["Set-Cookie"]


def test_languages_and_ways_that_are_not(client: Client) -> None:
    for wanted, address in (("xx", "/"), ("en", "//evil.example"), ("", "https://evil.example"), ("\x00", "/\\evil.example")):
        answer = client.get("/bahasa", query_string={"ke": wanted, "next": address})
        assert (answer.status_code, answer.location) == (303, "/"), address
        assert ("Set-Cookie" in answer.headers) == (wanted == "en"), wanted


def test_appearance_works_without_an_account(client: Client) -> None:
    answer = client.fill("/tampilan?next=/panduan", {"tema": "dark", "hemat": "1", "bahasa": "id"}, action="/tampilan")
    assert (answer.status_code, answer.location) == (303, "/panduan")
    shown = client.get("/tampilan").get_data(as_text=True)
    assert '<html lang="id" data-theme="dark">' in shown
    assert re.search(r'name="hemat" value="1" checked', shown)
    back = client.post("/tampilan", data={"tema": "", "next": "//evil.example"})
    assert back.location == "/"
    shown = client.get("/tampilan").get_data(as_text=True)
    assert "data-theme" not in shown
    assert not re.search(r'name="hemat" value="1" checked', shown)


def test_appearance_takes_anything(client: Client) -> None:
    anything: list[dict[str, str]] = [{}, {"tema": "pink", "bahasa": "xx", "hemat": "\x00"}, {"tema": "x" * 9999}]
    for typed in anything:
        assert client.post("/tampilan", data=typed).status_code == 303, typed


# The staff's first page


@pytest.fixture
def people(app: Flask) -> dict[str, Person]:
    with transaction() as session:
        return {role.value: a_person(session, name=role.value.title(), roles=[role]) for role in Role} | {"member": a_person(session)}


def test_the_desk_shows_what_a_role_may_open(
    app: Flask, sign_in: Callable[[Any], Client], sql_count: Callable[[], Any], people: dict[str, Person]
) -> None:
    roles = frozenset({"officer", "admin"})
    cards = [DeskCard("petugas", roles, _l("Panduan"), "bantuan", "guides.guides", lambda _s, _a, _n: 7) for _card in range(20)]
    other = DeskCard("pelatih", frozenset({"trainer"}), _l("Simpan"), "bantuan", "machines.alive")
    app.extensions["contributions"] = (*cards, other)
    with sql_count() as counted:
        shown = sign_in(people["officer"]).get("/petugas").get_data(as_text=True)
    assert len(counted) <= 12
    assert "7 menunggu" in shown
    assert "/sehat" not in shown
    assert "7 menunggu" not in sign_in(people["counsellor"]).get("/petugas").get_data(as_text=True)
    assert sign_in(people["member"]).get("/petugas").status_code == 404
    assert sign_in(people["trainer"]).get("/petugas").status_code == 404


def test_only_an_admin_hears_of_effects_that_gave_up(sign_in: Callable[[Any], Client], people: dict[str, Person]) -> None:
    now = clock.now()
    with transaction() as session:
        session.add(outbox.OutboxRow(topic="t", subject_id=1, handler="h", put_at=now, due_at=now, tries=outbox.MOST_TRIES))
    assert "tidak dicoba lagi" in sign_in(people["admin"]).get("/petugas").get_data(as_text=True)
    assert "tidak dicoba lagi" not in sign_in(people["officer"]).get("/petugas").get_data(as_text=True)
