"""That somebody worked abroad is told to nobody: the same city is looked at before and after people say so, and nothing may differ.

People tell the private fact, ask for a programme and are checked for it, all through the pages. Every page of every role (but their own and
the officer's of that programme), every table, every other person's data and every log line is compared with what it was before.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app import models
from app.accounts.benefits import actions, queries, rules
from app.accounts.benefits.actions import Draft
from app.accounts.benefits.models import ProgrammeAsk
from app.accounts.benefits.rules import Check, Told
from app.accounts.people.models import PersonRole
from app.core import audit, clock, once
from app.core.access import Actor, Role
from app.core.contrib import PersonalData, offered
from app.core.db import reading, transaction
from app.market.shops.models import Shop, ShopMember, ShopRole
from tests.conftest import Client, a_client, run_all_effects
from tests.house.reading import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.house.city import City

pytestmark = pytest.mark.xdist_group("sample city")

MORE = ("/cari?q=purna+pmi", "/cari?q=luar+negeri", "/cari?q=Dorce", "/sitemap.xml", "/robots.txt")
# What is new in each request by its nature: tokens, keys of forms, codes of errors.
CHANGING = re.compile(r'name="(?:csrf|kunci)" value="[^"]*"|\b\d{3}-[0-9A-F]{4}\b')
# A passkey's challenge is new each time; the trail is compared row by row, in its table.
APART = ("/akun/sidik-jari/tambah", "/petugas/jejak")
OWN_TABLES = {"private_fact", "programme_ask"}
# What may be in the trail: that an officer read a list, and that a check was made; never of whom, never what came of it.
TRAIL = {"programme.asks_read", "benefit.checked"}
FACTS = [told.value for told in Told if told is not Told.NO]


@dataclass
class Snapshot:
    """What everybody but the people concerned can get at."""

    pages: dict[tuple[str, str], str] = field(default_factory=dict)
    tables: dict[str, set[str]] = field(default_factory=dict)
    data: dict[int, str] = field(default_factory=dict)


@dataclass
class Scene:
    """Sellers who will tell, an officer who will check, and everybody else's clients."""

    city: City
    planted: list[int]
    officer_id: int
    programme_id: int
    clients: dict[str, Client]
    addresses: dict[str, list[str]]

    def look(self) -> Snapshot:
        seen = Snapshot()
        for role, client in self.clients.items():
            for address in self.addresses[role]:
                with client.get(address) as answer:
                    seen.pages[role, address] = CHANGING.sub("", answer.get_data(as_text=True))
        with self.city.app.app_context(), reading() as session:
            for table in models.metadata.sorted_tables:
                seen.tables[table.name] = {repr(tuple(row)) for row in session.execute(select(table))}
            for person_id in self.city.people.values():
                seen.data[person_id] = everything_about(session, person_id)
        return seen

    def plant(self) -> None:
        """Tell, ask, check: as people do, through the pages."""
        answers = [Told.ABROAD, Told.FAMILY, Told.SILENT]
        for number, person_id in enumerate(self.planted):
            phone = a_client(self.city.app, person_id)
            assert phone.post("/akun/purna-pmi", data={"told": answers[number % 3].value}).status_code == 303
            assert phone.post(f"/akun/program/{self.programme_id}/minta").status_code == 303
        desk = a_client(self.city.app, self.officer_id)
        address = f"/petugas/program/{self.programme_id}"
        assert desk.get(address).status_code == 200
        with self.city.app.app_context(), reading() as session:
            asks = list(session.scalars(select(ProgrammeAsk.id).where(ProgrammeAsk.programme_id == self.programme_id)))
        assert len(asks) == len(self.planted)
        for number, ask_id in enumerate(asks):
            assert desk.post(f"{address}/periksa/{ask_id}", data={"hasil": "tidak" if number % 2 else "ya"}).status_code == 303
        run_all_effects(self.city.app)


def everything_about(session: Session, person_id: int) -> str:
    return repr([(one.name, one.load(session, person_id)) for one in offered(PersonalData)])


def set_scene(city: City, seen_city: City, monkeypatch: pytest.MonkeyPatch, roles: list[str], most: int, of_a_kind: int = 3) -> Scene:
    """The clock stands still, so that pages differ by nothing else; the programme is open before the first look.

    Of the pages of one kind every role looks at `of_a_kind`; the visitor, whose walk has the shops of those who tell, at all of them.
    """
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    with city.app.app_context():
        with reading() as session:
            mine = set(city.people.values())
            staff = select(PersonRole.person_id)
            # Those first whose shops are among the pages that are looked at.
            shown = [page.address.removeprefix("/toko/") for page in seen_city.walk("visitor").pages if page.endpoint == "shops.shop"]
            owners = (
                select(ShopMember.person_id)
                .join(Shop, Shop.id == ShopMember.shop_id)
                .where(ShopMember.role == ShopRole.OWNER, ShopMember.person_id.not_in(staff), ShopMember.person_id.not_in(mine))
                .order_by(Shop.slug.not_in(shown), ShopMember.person_id)
            )
            planted = list(dict.fromkeys(session.scalars(owners)))[:6]
            officers = session.scalars(select(PersonRole.person_id).where(PersonRole.role == Role.OFFICER).order_by(PersonRole.person_id))
            officer_id = next(number for number in officers if number not in mine)
        assert len(planted) == 6
        by = Actor(officer_id, "Petugas", frozenset({Role.OFFICER}))
        draft = Draft("Program contoh lain", "Kantor", "Alat", "Loket", "id", Check.ABROAD, clock.today())
        programme_id = actions.open_programme(by, draft, once.new_key())
    run_all_effects(city.app)
    addresses = {
        role: [
            *looked_at(seen_city, role, 3 if role == "visitor" else of_a_kind)[:most],
            *MORE,
        ]
        for role in roles
    }
    return Scene(city, planted, officer_id, programme_id, {role: city.client(role) for role in roles}, addresses)


def looked_at(city: City, role: str, of_a_kind: int) -> list[str]:
    """The addresses of a role's walk, the first few of each kind."""
    kinds: Counter[str] = Counter()
    found = []
    for page in city.walk(role).pages:
        if page.status != 200 or page.address.startswith(APART):
            continue
        kinds[page.endpoint] += 1
        if kinds[page.endpoint] <= of_a_kind:
            found.append(page.address)
    return found


def differences(scene: Scene, before: Snapshot, after: Snapshot) -> list[str]:
    """Where the fact shows: pages, tables, others' data."""
    found = [f"page {address} as {role}" for (role, address), page in before.pages.items() if after.pages[role, address] != page]
    found += [f"the data of person {number}" for number, data in before.data.items() if after.data[number] != data]
    for table, rows in before.tables.items():
        new = after.tables[table] - rows
        if table in OWN_TABLES or table == "device_session":
            continue
        if table == "audit":
            new = {row for row in new if not is_silent(row, scene)}
        found += [f"table {table}: {row[:160]}" for row in new]
    return found


def is_silent(row: str, scene: Scene) -> bool:
    """Whether a row of the trail is the officer's, about the programme, and says no more."""
    return any(f"{scene.officer_id}, '{act}', 'programme', {scene.programme_id}, {{}})" in row for act in TRAIL)


def test_nothing_anybody_can_see_changes_when_people_tell_it(
    city: City, seen_city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, rounds: Callable[[int, int], int]
) -> None:
    scene = set_scene(city, seen_city, monkeypatch, city.roles, most=150, of_a_kind=rounds(1, 3))
    scene.look()  # what the first look itself leaves behind (that staff looked at a list) is not the second's difference
    before = scene.look()
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        scene.plant()
    logged = caplog.text
    after = scene.look()
    found = [line for line in differences(scene, before, after) if not is_of_looking(line)]
    assert not found, listing(found, "The private fact shows there. Take it out: only the person and the programme's officers may see it.")
    assert not [fact for fact in FACTS if fact in logged], "A log line holds the private fact."
    with city.app.app_context(), reading() as session:
        rows = session.execute(select(ProgrammeAsk.__table__).where(ProgrammeAsk.programme_id == scene.programme_id)).mappings().all()
        tied = [name for row in rows for name, value in row.items() if name not in ("id", "programme_id") and value in scene.planted]
        assert not tied, f"These columns tie a person to a programme in a copied database: {tied}"


def is_of_looking(line: str) -> bool:
    """That staff looked is written down at each look (people searched for, lists read): not what was found."""
    return line.startswith("table audit:") and "'benefit" not in line and ("'programme" not in line or line.endswith(", {})"))


LEAKS: dict[str, Callable[[Scene], Any]] = {}


def leak(name: str) -> Callable[[Callable[[Scene], Any]], Callable[[Scene], Any]]:
    def keep(made: Callable[[Scene], Any]) -> Callable[[Scene], Any]:
        LEAKS[name] = made
        return made

    return keep


@leak("table shop")
def on_the_shops_page(scene: Scene) -> None:
    with transaction() as session:
        mine = select(ShopMember.shop_id).where(ShopMember.person_id.in_(scene.planted))
        session.execute(update(Shop).where(Shop.id.in_(mine)).values(about="Usaha purna PMI."))


@leak("table audit")
def in_the_trail(scene: Scene) -> None:
    with transaction() as session:
        audit.write(
            session, scene.officer_id, "benefit.checked", "programme", scene.programme_id, {"person": scene.planted[0], "fits": True}
        )


@leak("table notice")
def in_a_notice(scene: Scene) -> None:
    from app.accounts.notices.actions import tell

    with transaction() as session:
        tell(session, scene.planted[0], "benefit.checked", {}, "benefit:1")


@pytest.mark.parametrize("where", sorted(LEAKS))
def test_control_a_leak_is_seen(city: City, seen_city: City, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """The control: the same comparison, after the fact has been let out on purpose."""
    scene = set_scene(city, seen_city, monkeypatch, ["visitor"], most=60)
    before = scene.look()
    scene.plant()
    with city.app.app_context():
        LEAKS[where](scene)
    found = differences(scene, before, scene.look())
    assert any(line.startswith(where) for line in found)
    if where == "table shop":
        assert any(line.startswith("page /toko/") for line in found)


def test_her_own_page_and_download_have_it_and_nobody_elses(city: City, seen_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = set_scene(city, seen_city, monkeypatch, [], most=0)
    first = scene.planted[0]
    scene.plant()
    assert 'value="abroad" checked' in a_client(city.app, first).get("/akun/purna-pmi").get_data(as_text=True)
    assert "checked" not in a_client(city.app, city.people["officer"]).get("/akun/purna-pmi").get_data(as_text=True)
    assert a_client(city.app, city.people["officer"]).get(f"/petugas/program/{scene.programme_id}").status_code == 404
    listed = a_client(city.app, city.people["admin"]).get(f"/petugas/program/{scene.programme_id}").get_data(as_text=True)
    with city.app.app_context(), reading() as session:
        from app.accounts.people.models import Person

        names = list(session.scalars(select(Person.name).where(Person.id.in_(scene.planted))))
        assert "'private_fact': 'abroad'" in everything_about(session, first)
    assert not [name for name in names if name in listed]


def test_in_the_sample_city_fewer_than_three_in_ten_sellers_worked_abroad(seen_city: City) -> None:
    with seen_city.app.app_context(), reading() as session:
        sellers = list(session.scalars(select(ShopMember.person_id).distinct()))
        abroad = [number for number in sellers if queries.told(session, number) in (Told.ABROAD, Told.FAMILY)]
    assert 0 < len(abroad) < 0.3 * len(sellers)


def test_no_answer_is_longer_than_another() -> None:
    assert len({len(rules.padded(value)) for value in (*Told, queries.YES, queries.NO, "1", str(2**62))}) == 1
