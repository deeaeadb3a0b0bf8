"""Prepared reads: the same rows as through a session, in one snapshot with it, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.people.models import Person, PersonRole
from app.core.access import Role
from app.core.db import db, reading, transaction
from app.core.reads import Prepared
from tests.factories import FRIDAY, a_person

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask

pytestmark = pytest.mark.both

COLUMNS = (Person.id, Person.name, Person.made_at, Person.suspended_until, PersonRole.role)
PEOPLE = Prepared(
    select(*COLUMNS).outerjoin(PersonRole, PersonRole.person_id == Person.id).where(Person.left_at.is_(None)).order_by(Person.id)
)
LATER = Prepared(
    select(Person.id).where(Person.made_at > bindparam("after"), Person.id.in_(bindparam("ids", expanding=True))).order_by(Person.id)
)


def two_people() -> tuple[int, int]:
    with transaction() as session:
        first, second = a_person(session, name="Mama"), a_person(session, name="Bapa", roles=[Role.OFFICER])
        return first.id, second.id


def test_rows_are_those_of_a_session(app: Flask) -> None:
    two_people()
    with reading() as session:
        found = PEOPLE.all(session)
        assert [tuple(row) for row in found] == [tuple(row) for row in session.execute(PEOPLE.statement)]
    assert (found[1].name, found[1].role) == ("Bapa", Role.OFFICER)
    assert (found[0].made_at, found[0].made_at.utcoffset()) == (FRIDAY, timedelta(0))
    with transaction() as session:
        assert [tuple(row) for row in PEOPLE.all(session)] == [tuple(row) for row in found]


def test_parameters_are_converted_and_lists_may_change_their_length(app: Flask) -> None:
    first, second = two_people()
    before = FRIDAY - timedelta(seconds=1)
    for _time in range(2):
        with reading() as session:
            assert LATER.values(session, after=before, ids=[first, second]) == [first, second]
            assert LATER.values(session, after=before, ids=[second]) == [second]
            assert LATER.one(session, after=FRIDAY, ids=[first, second]) is None
            assert LATER.value(session, after=before, ids=[first, 10**15]) == first


def test_what_is_missing_unknown_or_empty_is_refused(app: Flask) -> None:
    with reading() as session:
        with pytest.raises(TypeError, match="after"):
            Prepared(LATER.statement).all(session, ids=[1])
        with pytest.raises(TypeError, match="name"):
            Prepared(LATER.statement).all(session, after=FRIDAY, ids=[1], name="x")
        with pytest.raises(ValueError, match="A list of nothing"):
            LATER.all(session, after=FRIDAY, ids=[])


def test_one_snapshot_for_prepared_reads_and_the_session(app: Flask, database_kind: str) -> None:
    two_people()
    with reading() as session:
        assert len(PEOPLE.all(session)) == 2
        two_people()
        # PostgreSQL looks anew at each statement (read committed), SQLite keeps the snapshot.
        expected = 2 if database_kind == "sqlite" else 4
        assert len(PEOPLE.all(session)) == expected
        assert len(session.scalars(select(Person.id)).all()) == expected
    with reading() as session:
        assert len(session.scalars(select(Person.id)).all()) == 4
        assert len(PEOPLE.all(session)) == 4


def test_it_is_counted_and_gives_its_connection_back(app: Flask, sql_count: Callable[[], Any]) -> None:
    with sql_count() as counted, reading() as session:
        PEOPLE.all(session)
        assert isinstance(session, Session)
        assert db.engines["reading"].pool.checkedout() == 1  # type: ignore[attr-defined]
    assert len(counted) == 1
    assert db.engines["reading"].pool.checkedout() == 0  # type: ignore[attr-defined]
    with reading() as session:
        PEOPLE.all(session)
        session.get(Person, 1)
    assert db.engines["reading"].pool.checkedout() == 0  # type: ignore[attr-defined]


def test_an_error_of_the_driver_comes_as_everywhere_else(app: Flask) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE person_role RENAME TO gone")
    with pytest.raises(DBAPIError), reading() as session:
        PEOPLE.all(session)
    assert db.engines["reading"].pool.checkedout() == 0  # type: ignore[attr-defined]
