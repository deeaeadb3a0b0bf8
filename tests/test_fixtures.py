"""The fixtures keep their promises: others lean on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from app.accounts.people.models import Person
from app.core.db import db, reading, transaction
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from tests.conftest import Client, Outcomes, Server


@pytest.mark.both
@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_database(app: Flask, turn: int) -> None:
    with transaction() as session:
        assert session.scalars(select(Person.id)).all() == []
        assert a_person(session).id == 1


@pytest.mark.both
def test_the_marker_chooses_the_database(app: Flask, database_kind: str) -> None:
    assert db.engine.dialect.name == database_kind


def test_a_signed_in_client_reaches_the_account_and_a_visitor_is_sent_to_sign_in(
    app: Flask, client: Client, sign_in: Callable[[Any], Client]
) -> None:
    with transaction() as session:
        person = a_person(session, name="Mama Oesapa")
    assert client.get("/akun").location == "/masuk?next=/akun"
    shown = sign_in(person).get("/akun")
    assert shown.status_code == 200
    assert "Mama Oesapa" in shown.get_data(as_text=True)


def test_a_post_without_the_token_is_refused(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        person = a_person(session)
    one = sign_in(person)
    assert one.post("/keluar", bare=True).status_code == 400
    assert one.post("/keluar").status_code == 303


@pytest.mark.both
def test_racers_run_at_once_on_connections_of_their_own(app: Flask, race: Callable[..., Outcomes]) -> None:
    with transaction() as session:
        person_id = a_person(session).id

    def rename(number: int) -> str:
        with transaction() as session:
            row = session.get_one(Person, person_id, with_for_update=True)
            row.about += "x"
            return row.about

    outcomes = race(20, rename)
    assert outcomes.others() == []
    with reading() as session:
        assert session.get_one(Person, person_id).about == "x" * 20


def test_statements_are_counted(app: Flask, sql_count: Callable[[], Any]) -> None:
    with sql_count() as counted, reading() as session:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    assert counted.statements == ["SELECT 1", "SELECT 2"]


def test_a_phone_opens_the_live_server(server: Server, new_page: Callable[..., Page], javascript: bool) -> None:
    phone = new_page(javascript=javascript)
    phone.goto("/masuk")
    assert phone.locator("h1").count() == 1
    assert phone.locator("input[name=phone]").is_visible()
