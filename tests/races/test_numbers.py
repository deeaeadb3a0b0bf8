"""One number, one proven holder: two accounts prove it at once, on both databases; with the guards off two hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update

from app.accounts.contacts import actions
from app.accounts.people.models import Person
from app.accounts.proofs.actions import issue_code
from app.accounts.proofs.models import Proof, Purpose
from app.core import clock
from app.core.access import Actor
from app.core.db import reading, transaction
from tests.factories import a_person

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Outcomes

NUMBER = "+628123456789"


def people(most: int) -> list[int]:
    """Accounts; the first three name the number already."""
    made = []
    for number in range(most):
        with transaction() as session:
            person = a_person(session, name=f"Orang {number}")
            if number < 3:
                person.phone, person.phone_slot = NUMBER, number
            made.append(person.id)
    return made


def holders() -> int:
    with reading() as session:
        return (
            session.scalar(select(func.count()).select_from(Person).where(Person.phone == NUMBER, Person.phone_proven_at.is_not(None))) or 0
        )


def prove(person_id: int) -> int:
    with transaction() as session:
        actions.prove_phone(session, person_id, NUMBER, clock.now())
    return person_id


@pytest.mark.both
def test_of_many_who_prove_one_number_at_once_one_holds_it(
    app: Flask, race: Callable[..., Outcomes], rounds: Callable[[int, int], int]
) -> None:
    """Those who name it, and some who change to it: the last proof counts, nobody gets an error of the machine."""
    made = people(6)
    for _round in range(rounds(10, 167)):
        outcome = race(6, lambda i: prove(made[i]))
        assert not outcome.others(actions.NumberMoving), outcome.others(actions.NumberMoving)[:3]
        assert outcome.wins
        assert holders() == 1
        with reading() as session:
            both = session.scalars(select(Person.id).where(Person.phone_proven_at.is_not(None), Person.phone_lost_at.is_not(None))).all()
        assert not both, "nobody has it and has lost it"


@pytest.mark.both
def test_control_without_the_step_the_schema_alone_keeps_it_to_one(
    app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = people(2)
    monkeypatch.setattr(actions, "_take_from_others", lambda *_who: None)
    outcome = race(2, lambda i: prove(made[i]))
    assert len(outcome.wins) == 1
    assert len(outcome.refusals(actions.NumberMoving)) == 1
    assert holders() == 1


@pytest.mark.both
def test_control_without_the_index_two_hold_it(app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch) -> None:
    made = people(2)
    monkeypatch.setattr(actions, "_take_from_others", lambda *_who: None)
    with transaction() as session:
        session.execute(text("DROP INDEX uq_person_phone_proven"))
    race(2, lambda i: prove(made[i]))
    assert holders() == 2


@pytest.mark.both
def test_one_code_typed_many_times_at_once_is_good_once(app: Flask, race: Callable[..., Outcomes]) -> None:
    (me,) = people(1)
    with transaction() as session:
        code = issue_code(session, Purpose.PHONE, NUMBER, me, clock.now())
    outcome = race(4, lambda _i: actions.prove_own(Actor(me, "Orang"), code))
    assert not outcome.others(actions.CodeNoMatch), outcome.others(actions.CodeNoMatch)[:3]
    assert len(outcome.wins) == 1


@pytest.mark.both
def test_guesses_at_once_are_counted_each(app: Flask, race: Callable[..., Outcomes]) -> None:
    """Ten at once get no more than five tries."""
    (me,) = people(1)
    with transaction() as session:
        code = issue_code(session, Purpose.PHONE, NUMBER, me, clock.now())
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    race(9, lambda _i: actions.prove_own(Actor(me, "Orang"), wrong))
    with reading() as session:
        assert session.scalar(select(Proof.tries_left)) == 0
    with pytest.raises(actions.CodeNoMatch):
        actions.prove_own(Actor(me, "Orang"), code)


@pytest.mark.both
def test_two_who_connect_one_mailbox_at_once(app: Flask, race: Callable[..., Outcomes]) -> None:
    from app.accounts.proofs.actions import new_link

    made, links = people(2), []
    with transaction() as session:
        session.execute(update(Person).values(password_hash="x"))
        links = [new_link(session, Purpose.EMAIL, "satu@rumah.example", me, clock.now(), bound_to="x").secret for me in made]
    outcome = race(2, lambda i: actions.confirm_email(links[i]))
    assert not outcome.others(actions.EmailTaken), outcome.others(actions.EmailTaken)[:3]
    assert len(outcome.wins) == 1
