"""The access matrix: every route has a row, and every cell of it is really requested.

Rows stand in `tests/<area>/access.py`: `ROWS = [("booths.map", {"visitor": 200, "member": 200, "officer": 200}), …]`, and, where
an address needs more than the sample city's first thing of its kind, `ARGUMENTS = {"threads.thread": {"thread_id": 3}}`.
A role without a cell is asked too: it must be answered like a member. Roles that are a relation to one thing ("writer") are
tested in the area, with their own people.
"""

from __future__ import annotations

import importlib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.routing import AnyConverter, BaseConverter

from tests.house.reading import ROOT, listing

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

    from tests.conftest import Client
    from tests.house.city import City

Cells = dict[str, Any]
DUMMY: dict[str, Any] = {
    "IdConverter": 987654321,
    "SlugConverter": "tidak-ada",
    "CodeConverter": "tidak-ada-0",
    "DayConverter": None,
    "AnyConverter": None,
}


def dummy(converter: BaseConverter) -> Any:
    """Something of the right shape that is not there."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return {"IdConverter": 987654321, "DayConverter": date(2001, 1, 6), "CodeConverter": "TIDAK-ADA-0"}.get(
        type(converter).__name__, "tidak-ada"
    )


def rows() -> dict[str, Cells]:
    """Every row of every area, by endpoint."""
    joined: dict[str, Cells] = {}
    for path in sorted((ROOT / "tests").rglob("access.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for row in module.ROWS:
            assert row[0] not in joined, f"{row[0]} has two rows in the access matrix; one is in {path.relative_to(ROOT)}."
            joined[row[0]] = row[1]
    return joined


def given_arguments() -> dict[str, dict[str, Any]]:
    joined: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "tests").rglob("access.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        joined |= getattr(module, "ARGUMENTS", {})
    return joined


def routes(app: Flask) -> dict[str, Rule]:
    """One rule an endpoint."""
    found: dict[str, Rule] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, rule)
    return found


def test_every_route_has_a_row(app: Flask) -> None:
    known = rows()
    missing = [f"{endpoint} ({rule.rule})" for endpoint, rule in routes(app).items() if endpoint not in known]
    assert not missing, listing(missing, 'Add a row to tests/<area>/access.py: ("endpoint", {"visitor": 303, "member": 200, …}).')
    gone = sorted(set(known) - set(routes(app)))
    assert not gone, listing(gone, "These routes are no more: take their rows out of tests/<area>/access.py.")


def test_every_row_says_what_a_visitor_and_a_member_get() -> None:
    found = [endpoint for endpoint, cells in rows().items() if not {"visitor", "member"} <= set(cells)]
    assert not found, listing(found, "A row says at least what a visitor and a member get.")


def test_a_row_agrees_with_the_mark(app: Flask) -> None:
    """A visitor never gets past a mark, whatever a row claims; a role that the mark leaves out gets 404."""
    found = []
    for endpoint, cells in rows().items():
        mark = getattr(app.view_functions.get(endpoint), "access_mark", None)
        if mark is None or mark.kind in ("public", "webhook"):
            continue
        if cells.get("visitor") != 303:
            found.append(f"{endpoint}: a visitor gets 303 to /masuk, the row says {cells.get('visitor')}")
        if mark.kind == "staff":
            allowed = {str(role) for role in mark.roles}
            found += [
                f"{endpoint}: {role} is not in the mark, the row says {cell}"
                for role, cell in cells.items()
                if role in ROLES - allowed and cell != 404
            ]
            found += [f"{endpoint}: {role} may enter, the row does not say what it gets" for role in allowed if role not in cells]
    assert not found, listing(found, "Correct the row, or the mark above the view.")


ROLES = {"member", "trainer", "officer", "counsellor", "desk", "moderator", "admin"}


@pytest.mark.xdist_group("sample city")
def test_every_cell_is_answered_as_the_matrix_says(city: City, seen_city: City) -> None:
    known, given = rows(), given_arguments()
    seen: dict[str, dict[str, Any]] = {}
    for role in city.roles:  # a visitor's way comes first: what he sees belongs to nobody who asks
        for endpoint, arguments in seen_city.walk(role).arguments.items():
            seen.setdefault(endpoint, arguments)
    clients = {role: city.client(role) for role in city.roles}
    found = []
    asked = 0
    # Pages first: among the POSTs are those that end every sign-in of a person.
    for endpoint, rule in sorted(routes(city.app).items(), key=lambda pair: "GET" not in (pair[1].methods or ())):
        cells = known.get(endpoint)
        if cells is None:
            continue  # test_every_route_has_a_row says so
        named: dict[str, Any] | None = given.get(endpoint) or seen.get(endpoint)
        is_real = named is not None or not rule.arguments
        arguments = named if named is not None else {name: dummy(converter) for name, converter in rule._converters.items()}
        for role in city.roles:
            expected = cells.get(role, cells["member"] if role != "visitor" else 303)
            wanted = set(expected) if isinstance(expected, (tuple, set, list)) else {expected}
            if seen_city.walk(role).arguments.get(endpoint) == arguments:  # a link led there: this account may be the owner, the writer
                wanted |= {cell for relation, cell in cells.items() if relation not in {*ROLES, "visitor", "seller"}}
            if not is_real and not wanted & {303, 404}:
                found.append(
                    f"{endpoint}: {role} should get {expected}, but no page of the sample city links there. Name one in ARGUMENTS."
                )
                continue
            answer = ask(city, clients[role] if "GET" in (rule.methods or ()) else city.client(role), rule, arguments)
            asked += 1
            if answer not in wanted and not (answer == 404 and not is_real):
                found.append(f"{endpoint}: {role} should get {expected}, got {answer} ({rule.rule} {arguments})")
    assert not found, listing(
        found, "Correct the mark, the policy or the row. A member without the right gets 404, a visitor 303 to /masuk."
    )
    assert asked > len(known)


def ask(city: City, client: Client, rule: Rule, arguments: dict[str, Any]) -> int:
    """The status of one request; an empty form where the route takes none but POST."""
    with city.app.test_request_context():
        try:
            address = city.app.url_for(rule.endpoint, **arguments, _external=False)
        except Exception as error:  # noqa: BLE001 - said in the failure
            pytest.fail(f"{rule.endpoint}: no address with {arguments}: {error}")
    with client.get(address) if "GET" in (rule.methods or ()) else client.post(address, data={}) as answer:
        return answer.status_code
