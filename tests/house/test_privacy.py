"""Every table that points to a person is somebody's to show and to forget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.contrib import Farewell, LeaveBlocker, PersonalData
from app.core.db import Base
from tests.house.reading import listing

if TYPE_CHECKING:
    from flask import Flask

# Columns that only say who acted for the office, or who counted: the number stays, its person's row has no name once she has left.
WHO_ACTED = {
    "application.decided_by_id": "an officer's decision, as in the audit",
    "breach.made_by_id": "who wrote a leak down in the register",
    "breach_notice.by_id": "who told people of a leak",
    "data_request.answered_by_id": "an admin's answer, as in the audit",
    "delivery.sent_by_id": "which officer told somebody by WhatsApp",
    "lease.decided_by_id": "an officer's decision, as in the audit",
    "organisation.verified_by_id": "a check on behalf of the city, as in the audit",
    "paper.seen_by_id": "which officer saw a paper: a check names who made it",
    "person_role.given_by_id": "an admin's decision, as in the audit",
    "proof.made_by_id": "which desk officer handed out a code",
    "suspension.lifted_by_id": "a decision of staff, as in the audit",
    "suspension.made_by_id": "a decision of staff, as in the audit",
    "stock_movement.by_person_id": "who of a shop counted; the sums of the stock hang on the rows",
}


def columns() -> dict[str, set[str]]:
    """Table -> its columns with a foreign key to person, without those of `WHO_ACTED`."""
    found: dict[str, set[str]] = {}
    for table in Base.metadata.tables.values():
        own = {
            column.name
            for column in table.columns
            if any(key.target_fullname == "person.id" for key in column.foreign_keys) and f"{table.name}.{column.name}" not in WHO_ACTED
        }
        if own:
            found[table.name] = own
    return found


def test_every_table_about_a_person_is_shown_to_her_and_forgotten(app: Flask) -> None:
    offered = app.extensions["contributions"]
    shown = {table for one in offered if isinstance(one, PersonalData) for table in one.tables}
    forgotten = {table for one in offered if isinstance(one, Farewell) for table in one.tables}
    found = []
    for table, names in sorted(columns().items()):
        missing = [word for word, those in (("PersonalData", shown), ("Farewell", forgotten)) if table not in those]
        if missing:
            found.append(f"{table} ({', '.join(sorted(names))}): no {' and no '.join(missing)}")
    assert not found, listing(
        found,
        "Name the table in `tables` of the slice's PersonalData and Farewell (app/core/contrib.py). "
        "If a column only says which officer acted, put it in WHO_ACTED here, with the reason.",
    )
    gone = sorted((shown | forgotten) - set(Base.metadata.tables))
    assert not gone, listing(gone, "There are no such tables any more: take them out of the contributions.")


def test_every_reason_is_needed() -> None:
    known = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns if column.foreign_keys}
    gone = sorted(set(WHO_ACTED) - known)
    assert not gone, listing(gone, "Take these columns out of WHO_ACTED: they are no more.")


def test_what_is_held_is_worded(app: Flask) -> None:
    offered = app.extensions["contributions"]
    found = [one.name for one in offered if isinstance(one, PersonalData) and not (one.label and one.purpose and one.kept)]
    assert not found, listing(found, "Say `label`, `purpose` (for what, who sees it) and `kept` (how long) of this PersonalData.")
    nowhere = [str(one.load) for one in offered if isinstance(one, LeaveBlocker) and not (one.address and one.label)]
    assert not nowhere, listing(nowhere, "Say `address` and `label` of this LeaveBlocker: where the person finishes what binds her.")
    names = [one.name for one in offered if isinstance(one, Farewell)]
    assert len(names) == len(set(names)), f"Two farewells have one name: {sorted(names)}"
