"""No way in that docs/security.md does not name (OWASP ASVS 5.0, 6.3.2 and 6.3.4)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.accounts.people.models import Person, PersonRole
from app.core.db import reading
from tests.house.reading import APP, listing, name, sources, tree

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

# Who starts a sign-in: the table "Every way in" of docs/security.md has a line for each.
DOORS = {
    "app/accounts/people/actions.py _make_account",  # signing up
    "app/accounts/people/actions.py _begin",  # the password
    "app/accounts/people/actions.py start_session",  # only tests and the demo's own door call it
    "app/accounts/factors/actions.py pass_code",  # the password or a code, then the second factor
    "app/accounts/passkeys/actions.py pass_passkey",  # the same with a passkey
    "app/accounts/passkeys/actions.py sign_in",  # a passkey alone
    "app/accounts/contacts/actions.py _enter",  # a code to a proven number
    "app/accounts/recovery/actions.py _renew",  # by link, code, paper, desk; the first time after an assisted sign-up
}
STARTS = {"open_session", "start_session", "DeviceSession"}


def starters(path: Path) -> set[str]:
    """The functions of a file that start a sign-in or make its row."""
    found = set()
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                called = node.func if isinstance(node, ast.Call) else None
                word = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
                if word in STARTS and function.name != "open_session":
                    found.add(f"{name(path)} {function.name}")
    return found


def test_nobody_else_starts_a_sign_in() -> None:
    found = set().union(*(starters(path) for path in sources()))
    assert found == DOORS, listing(
        sorted(found ^ DOORS), "Write the way in, its strength and its brakes into docs/security.md first, then here."
    )


def test_control_another_door_is_seen(tmp_path: Path) -> None:
    door = tmp_path / "door.py"
    door.write_text("def back_door(session):\n    return actions.open_session(session, 1, '', True, None)\n", encoding="utf-8")
    found = [node for node in ast.walk(tree(door)) if isinstance(node, ast.Attribute) and node.attr in STARTS]
    assert len(found) == 1


def test_a_new_database_has_no_account_and_no_role(app: Flask) -> None:
    """Accounts that ship with the program would be everybody's: the first admin signs up and is appointed on the machine itself."""
    with reading() as session:
        assert session.scalars(select(Person.id)).all() == []
        assert session.scalars(select(PersonRole.person_id)).all() == []


def test_the_machinery_is_read_from_the_whole_app() -> None:
    assert APP / "accounts" / "people" / "actions.py" in sources()
