"""Marks on views, enforced before anything is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.core.access import Actor, Role, public, signed_in, staff
from app.core.db import transaction
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client


def a_view() -> str:
    return "isi"


def test_a_view_has_one_mark_and_staff_names_its_roles() -> None:
    marked = public(lambda: "x")
    with pytest.raises(RuntimeError, match="two access marks"):
        signed_in(marked)
    with pytest.raises(RuntimeError, match="needs the roles"):
        staff()


def test_a_view_without_a_mark_does_not_open(app: Flask, client: Client) -> None:
    app.add_url_rule("/tes-tanpa-tanda", "tanpa", a_view)
    assert client.get("/tes-tanpa-tanda").status_code == 500


def test_visitors_learn_nothing_of_what_exists(client: Client) -> None:
    for path in ("/pesanan/ADAA-0001", "/petugas/orang/1", "/petugas/orang/999999", "/pelatih/kursus/1", "/petugas"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/masuk?next={path}")


def test_no_other_role_opens_a_staff_page(sign_in: Callable[[Any], Client], app: Flask) -> None:
    with transaction() as session:
        people = {role: a_person(session, roles=[role]).id for role in Role}
        member = a_person(session).id
    for path, role in (("/petugas/jejak", Role.ADMIN), ("/petugas/edisi", Role.OFFICER), ("/pelatih", Role.TRAINER)):
        assert sign_in(people[role]).get(path).status_code == 200, path
        assert sign_in(member).get(path).status_code == 404
        for other in set(Role) - {role, Role.ADMIN}:
            assert sign_in(people[other]).get(path).status_code == 404, (path, other)


def test_an_actor_does_not_print_its_token() -> None:
    assert "rahasia" not in repr(Actor(1, "Mama", csrf="rahasia"))
