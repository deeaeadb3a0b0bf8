"""One-time codes and links: good once, for one purpose, in one browser, for some minutes; readable nowhere in the database."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.accounts.people.models import Person
from app.accounts.proofs import actions, contrib, handlers, queries, rules
from app.accounts.proofs.models import Proof, Purpose
from app.core import clock, messages, sealing
from app.core.db import reading, transaction
from app.core.outbox import OutboxRow
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

NOW = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=timezone.utc)
NUMBER = "+628123456789"


@pytest.fixture
def person(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, phone=NUMBER)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What went to the gateway."""
    taken: list[tuple[str, str, str]] = []
    monkeypatch.setattr(messages, "is_on", lambda: True)
    monkeypatch.setattr(messages, "send", lambda phone, text, key: taken.append((phone, text, key)))
    return taken


def issue(person: Person, purpose: Purpose = Purpose.PHONE) -> str:
    with transaction() as session:
        return actions.issue_code(session, purpose, NUMBER, person.id, NOW)


def spend(code: str, *, purpose: Purpose = Purpose.PHONE, now: datetime = NOW, target: str = NUMBER) -> bool:
    with transaction() as session:
        return actions.spend_code(session, purpose, target, code, now) is not None


@pytest.mark.both
def test_a_code_is_good_once(person: Person) -> None:
    code = issue(person)
    assert len(code) == 6
    assert code.isdigit()
    assert spend(f"{code[:3]} {code[3:]}")
    assert not spend(code), "replayed"


@pytest.mark.both
def test_a_code_is_worth_nothing_for_another_purpose_number_or_time(person: Person) -> None:
    code = issue(person)
    assert not spend(code, purpose=Purpose.SIGN_IN)
    assert not spend(code, purpose=Purpose.RECOVERY)
    assert not spend(code, target="+628123456780")
    assert not spend(code, now=NOW + rules.CODE_HOLDS)
    assert spend(code, now=NOW + rules.CODE_HOLDS - timedelta(seconds=1))


def test_five_tries_and_then_not_even_the_right_one(person: Person) -> None:
    code = issue(person)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _try in range(rules.MOST_TRIES):
        assert not spend(wrong)
    assert not spend(code)


def test_the_newest_code_counts(person: Person) -> None:
    first = issue(person)
    with transaction() as session:
        second = actions.issue_code(session, Purpose.PHONE, NUMBER, person.id, NOW + timedelta(seconds=1))
    assert first != second
    assert not spend(first)
    assert spend(second)


def test_another_persons_code_to_the_same_number_is_neither_good_nor_tried(person: Person) -> None:
    with transaction() as session:
        other = Person(name="Lain", phone=NUMBER, phone_slot=1, password_hash="x", made_at=NOW)
        session.add(other)
        session.flush()
        mine = actions.issue_code(session, Purpose.PHONE, NUMBER, person.id, NOW)
        theirs = actions.issue_code(session, Purpose.PHONE, NUMBER, other.id, NOW)
        for _try in range(rules.MOST_TRIES + 1):
            assert actions.spend_code(session, Purpose.PHONE, NUMBER, theirs, NOW, person_id=person.id) is None
        assert actions.spend_code(session, Purpose.PHONE, NUMBER, mine, NOW, person_id=person.id) is None, "the tries were one's own"
        proven = actions.spend_code(session, Purpose.PHONE, NUMBER, theirs, NOW, person_id=other.id)
    assert proven is not None
    assert proven.person_id == other.id


def test_a_code_works_only_in_the_browser_that_asked(person: Person) -> None:
    with transaction() as session:
        actions.post_code(session, Purpose.SIGN_IN, NUMBER, person.id, NOW, asker="browser one")
        proof_id = session.scalars(select(Proof.id)).one()
        posted = queries.code_to_post(session, proof_id, NOW)
        assert posted is not None
        assert actions.spend_code(session, Purpose.SIGN_IN, NUMBER, posted.secret, NOW) is None
        assert actions.spend_code(session, Purpose.SIGN_IN, NUMBER, posted.secret, NOW, asker="browser two") is None
        assert session.scalars(select(Proof.tries_left)).one() == rules.MOST_TRIES, "a stranger's guesses cost the owner nothing"
        assert actions.spend_code(session, Purpose.SIGN_IN, NUMBER, posted.secret, NOW, asker="browser one") is not None


@pytest.mark.both
def test_a_posted_code_goes_out_after_the_commit_and_the_same_at_every_try(
    person: Person, run_outbox: Callable[[], int], sent: list[tuple[str, str, str]]
) -> None:
    with transaction() as session:
        actions.post_code(session, Purpose.PHONE, NUMBER, person.id, clock.now())
    assert sent == []
    run_outbox()
    with reading() as session:
        proof_id = session.scalars(select(Proof.id)).one()
    handlers.send_code(proof_id)  # as after a crash between sending and writing it down
    assert len(sent) == 2
    assert sent[0] == sent[1], "the same words under the same key"
    number, text, key = sent[0]
    assert number == NUMBER
    assert key == f"proof-{proof_id}"
    code = text.split(": ")[1][:6]
    assert text == f"Kode Katong: {code}. Jangan berikan kepada siapa pun."
    assert spend(code, now=clock.now())


def test_what_is_over_or_used_is_not_sent(person: Person, sent: list[tuple[str, str, str]]) -> None:
    with transaction() as session:
        actions.post_code(session, Purpose.PHONE, NUMBER, person.id, clock.now() - rules.CODE_HOLDS)
        over = session.scalars(select(Proof.id)).one()
    handlers.send_code(over)
    with transaction() as session:
        actions.post_code(session, Purpose.PHONE, NUMBER, person.id, clock.now())
        used = session.scalars(select(Proof.id)).one()
        posted = queries.code_to_post(session, used, clock.now())
        assert posted is not None
        actions.spend_code(session, Purpose.PHONE, NUMBER, posted.secret, clock.now())
    handlers.send_code(used)
    handlers.send_code(0)
    assert sent == []


def test_a_gateway_that_is_down_is_asked_again_and_one_that_refuses_is_not(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        actions.post_code(session, Purpose.PHONE, NUMBER, person.id, clock.now())
        proof_id = session.scalars(select(Proof.id)).one()

    def refuse(is_lasting: bool) -> Callable[..., None]:
        def send(*_message: str) -> None:
            raise messages.MessageNotTaken(is_lasting)

        return send

    monkeypatch.setattr(messages, "is_on", lambda: True)
    monkeypatch.setattr(messages, "send", refuse(False))
    with pytest.raises(messages.MessageNotTaken):
        handlers.send_code(proof_id)
    monkeypatch.setattr(messages, "send", refuse(True))
    handlers.send_code(proof_id)


@pytest.mark.both
def test_nobody_costs_the_same_statements_and_leaves_nothing(person: Person, sql_count: Callable[[], object]) -> None:
    counts = []
    for person_id in (person.id, None):
        with transaction() as session, sql_count() as counted:  # type: ignore[attr-defined]
            actions.post_code(session, Purpose.SIGN_IN, NUMBER, person_id, NOW, asker="x")
            session.flush()
        counts.append([statement.split("(")[0] for statement in counted.statements])
    assert counts[0] == counts[1]
    with reading() as session:
        assert len(session.scalars(select(Proof.id)).all()) == 1
        assert session.scalars(select(OutboxRow.subject_id).order_by(OutboxRow.id)).all()[-1] == 0


@pytest.mark.both
def test_the_database_alone_tells_no_code_and_no_link(person: Person) -> None:
    code = issue(person)
    with transaction() as session:
        link = actions.new_link(session, Purpose.EMAIL, "mama@contoh.example", person.id, NOW)
    with reading() as session:
        rows = [{c.name: str(getattr(row, c.name)) for c in Proof.__table__.columns} for row in session.scalars(select(Proof))]
        kept = json.dumps(rows)
        assert link.secret not in kept
        assert not any(code in value for row in rows for name, value in row.items() if name not in ("made_at", "ends_at", "code_mark"))
        # Another machine's keys, the same rows: nothing comes out.
        sealing.key_ring()._marking_key = b"x" * 32
        assert queries.link_to_post(session, link.proof_id, NOW) is None
        assert queries.code_to_post(session, link.proof_id - 1, NOW) is None


@pytest.mark.both
def test_a_link_is_computed_again_and_good_once(person: Person) -> None:
    with transaction() as session:
        link = actions.new_link(session, Purpose.EMAIL, "mama@contoh.example", person.id, NOW)
    with transaction() as session:
        again = queries.link_to_post(session, link.proof_id, NOW)
        assert again is not None
        assert again.secret == link.secret
        assert queries.look_at_link(session, Purpose.EMAIL, link.secret, NOW) is not None
        assert actions.spend_link(session, Purpose.RECOVERY, link.secret, NOW) is None
        assert actions.spend_link(session, Purpose.EMAIL, link.secret, NOW + rules.LINK_HOLDS) is None
        assert actions.spend_link(session, Purpose.EMAIL, link.secret, NOW) is not None
        assert actions.spend_link(session, Purpose.EMAIL, link.secret, NOW) is None
        assert queries.look_at_link(session, Purpose.EMAIL, link.secret, NOW) is None


def test_a_code_that_somebody_chose_is_not_sent_again(person: Person) -> None:
    with transaction() as session:
        actions.issue_code(session, Purpose.DESK_RESET, NUMBER, person.id, NOW, code=rules.new_letters())
        proof_id = session.scalars(select(Proof.id)).one()
        assert queries.code_to_post(session, proof_id, NOW) is None


def test_the_chore_forgets_after_a_week_and_a_farewell_at_once(person: Person) -> None:
    issue(person)
    contrib._tidy(NOW + rules.CODE_HOLDS + contrib.KEPT)
    with reading() as session:
        assert len(session.scalars(select(Proof.id)).all()) == 1
        copy = queries.personal(session, person.id)
    assert copy["codes"][0]["to"] == NUMBER
    contrib._tidy(NOW + rules.CODE_HOLDS + contrib.KEPT + timedelta(seconds=1))
    with reading() as session:
        assert session.scalars(select(Proof.id)).all() == []
    issue(person)
    with transaction() as session:
        actions.forget_person(session, person.id)
    with reading() as session:
        assert session.scalars(select(Proof.id)).all() == []
