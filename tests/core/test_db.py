"""The database door: nesting, savepoints, instants, on both databases."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import UniqueConstraint, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from app.accounts.people.models import Person
from app.core.clock import WITA
from app.core.db import Base, add_or_refuse, at_end, reading, transaction
from app.core.once import OnceKey
from app.core.refusals import Refusal
from tests.factories import FRIDAY, a_person, password_hash

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.both


class Taken(Refusal):
    words = "Sudah ada."


def person(phone: str, name: str | None = "Mama") -> Person:
    return Person(name=name, phone=phone, password_hash=password_hash(), greeting="", made_at=FRIDAY)


def test_a_transaction_refuses_another_inside(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="open already"), transaction():
        pass
    with transaction() as session:  # and the next one opens
        a_person(session)


def test_an_exception_undoes_everything_and_frees_the_door(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012 - the block is the transaction
        a_person(session)
        session.flush()
        raise ZeroDivisionError
    with transaction() as session:
        assert session.scalars(select(Person)).all() == []


def test_a_step_at_the_end_that_fails_undoes_everything(app: Flask) -> None:
    def fails(_session: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction() as session:  # noqa: PT012 - the block is the transaction
        a_person(session)
        at_end(session, "x", fails)
    with reading() as session:
        assert session.scalars(select(Person.id)).all() == []


def test_a_reading_session_cannot_write(app: Flask) -> None:
    with reading() as session, pytest.raises(DatabaseError):
        session.execute(text("DELETE FROM person"))


def test_the_named_violation_is_the_refusal_and_the_transaction_goes_on(app: Flask) -> None:
    with transaction() as session:
        a_person(session, phone="+6281200000001")
        with pytest.raises(Taken):
            add_or_refuse(session, person("+6281200000001"), unique="uq_person_phone_slot", refusal=Taken())
        add_or_refuse(session, person("+6281200000002"), unique="uq_person_phone_slot", refusal=Taken())
    with reading() as session:
        assert len(session.scalars(select(Person.id)).all()) == 2


def test_another_violation_is_not_the_refusal(app: Flask) -> None:
    with transaction() as session:
        a_person(session, phone="+6281200000001")
        with pytest.raises(IntegrityError):
            add_or_refuse(session, person("+6281200000001"), unique="uq_person_name", refusal=Taken())
        with pytest.raises(IntegrityError):
            add_or_refuse(session, person("+6281200000003", name=None), unique="uq_person_phone_slot", refusal=Taken())


def test_a_primary_key_is_a_named_guard_as_well(app: Flask) -> None:
    with transaction() as session:
        session.add(OnceKey(owner="p1", key="k", made_at=FRIDAY))
    with transaction() as session, pytest.raises(Taken):
        add_or_refuse(session, OnceKey(owner="p1", key="k", made_at=FRIDAY), unique="pk_once_key", refusal=Taken())


def test_no_two_guards_of_a_table_are_alike_to_sqlite(app: Flask) -> None:
    """SQLite names the columns of a violated guard, not the guard: two of the same columns could not be told apart."""
    seen: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for table in Base.metadata.tables.values():
        guards = [c for c in table.constraints if isinstance(c, UniqueConstraint)] + [i for i in table.indexes if i.unique]
        for guard in [table.primary_key, *guards]:
            columns = tuple(column.name for column in guard.columns)
            assert columns, f"{guard.name} has no plain columns: violates() can't know it on SQLite"
            seen[table.name, columns].append(str(guard.name))
    assert {key: names for key, names in seen.items() if len(names) > 1} == {}


def test_instants_come_back_aware_and_in_order(app: Flask) -> None:
    whole = datetime(2026, 11, 20, 8, 0, tzinfo=timezone.utc)
    made = [whole - timedelta(microseconds=1), whole, whole.astimezone(WITA) + timedelta(microseconds=1)]
    with transaction() as session:
        session.add_all(OnceKey(owner="p1", key=f"k{i}", made_at=at) for i, at in enumerate(made))
    with reading() as session:
        found = session.scalars(select(OnceKey.made_at).where(OnceKey.made_at >= made[0].astimezone(WITA)).order_by(OnceKey.made_at)).all()
    assert found == made
    assert {at.utcoffset() for at in found} == {timedelta(0)}


def test_a_naive_instant_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError), transaction() as session:
        session.add(OnceKey(owner="p1", key="k", made_at=datetime(2026, 11, 20)))  # noqa: DTZ001 - what the test is about
