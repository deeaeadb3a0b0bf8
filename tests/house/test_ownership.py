"""Every route with a thing in its address, for every role, with one's own thing and with somebody else's: every cell is really asked."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from app.core.access import Actor, Role
from app.core.db import transaction
from tests.conftest import a_client
from tests.factories import a_person
from tests.house.ownership import Own, joined
from tests.house.reading import listing
from tests.house.test_access import routes

if TYPE_CHECKING:
    from flask import Flask

ROLES = ("member", *(role.value for role in Role))
OWN, NOBODYS = joined()


def test_every_route_with_a_thing_in_its_address_says_whose_it_is(app: Flask) -> None:
    with_things = {
        endpoint
        for endpoint, rule in routes(app).items()
        if rule.arguments and getattr(app.view_functions[endpoint], "access_mark", None) is not None
    }
    missing = sorted(with_things - set(OWN) - set(NOBODYS))
    assert not missing, listing(
        missing, "Say in tests/<area>/own.py whose the thing is: OWN (with how to make one) or NOBODYS (with the reason)."
    )
    gone = sorted((set(OWN) | set(NOBODYS)) - with_things)
    assert not gone, listing(gone, "These routes are no more, or name no thing: take them out of tests/<area>/own.py.")
    assert not set(OWN) & set(NOBODYS), "A thing is somebody's or nobody's, not both."


_serial = itertools.count(1)


def somebody(role: str, name: str) -> Actor:
    roles = [] if role == "member" else [Role(role)]
    with transaction() as session:
        return Actor(a_person(session, name=f"{name} {next(_serial)}", roles=roles).id, name, frozenset(roles))


@pytest.mark.parametrize("endpoint", sorted(OWN))
def test_every_role_gets_what_is_written_for_its_own_and_for_anothers_thing(app: Flask, endpoint: str) -> None:
    found = ask_all(app, endpoint, OWN[endpoint])
    assert not found, listing(found, "Correct the policy of the action, or the row in tests/<area>/own.py.")


def ask_all(app: Flask, endpoint: str, row: Own) -> list[str]:
    """The cells that were answered otherwise than written: all roles, own and other."""
    rule = routes(app)[endpoint]
    mark = getattr(app.view_functions[endpoint], "access_mark")  # noqa: B009 - a function's own attribute
    found, asked = [], 0
    for role in ROLES:
        me = somebody(role, "Saya")
        for is_own in (True, False):
            is_mine = is_own and row.only in ("", role)
            owner = me if is_mine else somebody(row.only or role, "Orang lain")
            wanted = row.own if is_mine else row.other
            if mark.kind == "staff" and role not in {str(allowed) for allowed in mark.roles}:
                wanted = 404
            with app.test_request_context():
                address = app.url_for(endpoint, _external=False, **row.make(owner))
            client = a_client(app, me.person_id)
            answer = client.get(address) if "GET" in (rule.methods or ()) else client.post(address, data=dict(row.data))
            asked += 1
            if answer.status_code not in (wanted if isinstance(wanted, tuple) else (wanted,)):
                found.append(f"{endpoint}: {role}, {'own' if is_own else 'other'}: should get {wanted}, got {answer.status_code}")
    assert asked == 2 * len(ROLES)
    return found


def test_the_matrix_sees_a_thing_that_is_open_to_strangers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the look at whose notice it is, the cells for others come out wrong."""
    from app.accounts.notices import queries
    from app.accounts.notices.models import Notice

    monkeypatch.setattr(
        queries,
        "notice",
        lambda session, _person_id, notice_id: queries.Stored(notice_id, "role.given", {}, session.get(Notice, notice_id).made_at, False),
    )
    found = ask_all(app, "notices.open_notice", OWN["notices.open_notice"])
    assert len(found) == len(ROLES)
    assert all("other" in line for line in found)
