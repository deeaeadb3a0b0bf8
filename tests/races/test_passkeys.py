"""One key, one account; one answer, one way in: many at once, on both databases, each with its control."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from app.accounts.passkeys import actions, rules
from app.accounts.passkeys.actions import Answer
from app.accounts.people.models import DeviceSession, Passkey
from app.core import once
from app.core.access import Actor
from app.core.db import db, reading, transaction
from tests import factories
from tests.accounts.passkeys.phones import Phone, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Outcomes

SITE = rules.Site("localhost", "http://localhost")
MANY = 12


def people(many: int) -> list[Actor]:
    with transaction() as session:
        return [Actor(factories.a_person(session, name=f"Orang {n}").id, f"Orang {n}") for n in range(many)]


def made_by(phone: Phone, actor: Actor) -> Answer:
    """What the phone makes for this person on her own challenge."""
    challenge = secrets.token_bytes(32)
    options = {"rp": {"id": SITE.rp_id}, "user": {"id": words(actions.handle_of(actor))}, "challenge": words(challenge)}
    return Answer(phone.make(options), challenge, SITE)


def used_once(phone: Phone) -> Answer:
    challenge = secrets.token_bytes(32)
    return Answer(phone.use({"rpId": SITE.rp_id, "challenge": words(challenge)}), challenge, SITE)


def keys() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Passkey)) or 0


def ways_in() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DeviceSession)) or 0


@pytest.mark.both
def test_one_key_added_by_many_at_once_is_of_one(app: Flask, race: Callable[..., Outcomes]) -> None:
    phone, actors = Phone(), people(MANY)
    answers = [made_by(phone, actor) for actor in actors]
    ended = race(MANY, lambda n: actions.add(actors[n], answers[n], "HP", once.new_key()))
    assert len(ended.wins) == 1
    assert len(ended.refusals(actions.AlreadyAdded)) == MANY - 1
    assert keys() == 1


@pytest.mark.both
def test_control_without_the_index_it_is_of_all(app: Flask, race: Callable[..., Outcomes]) -> None:
    with db.engines[None].begin() as connection:
        connection.execute(text("DROP INDEX uq_passkey_credential_id"))
    phone, actors = Phone(), people(MANY)
    answers = [made_by(phone, actor) for actor in actors]
    race(MANY, lambda n: actions.add(actors[n], answers[n], "HP", once.new_key()))
    assert keys() == MANY


@pytest.mark.both
def test_one_form_sent_many_times_adds_one_key(app: Flask, race: Callable[..., Outcomes]) -> None:
    phone, (actor,) = Phone(), people(1)
    answer, key = made_by(phone, actor), once.new_key()
    ended = race(MANY, lambda _n: actions.add(actor, answer, "HP", key))
    assert ended.others(actions.NotMade) == []
    assert len({tuple(added.codes) for added in ended.wins}) == 1
    assert keys() == 1


@pytest.mark.both
def test_one_answer_copied_to_many_enters_once(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The key never counts, so that only the challenge stands between."""
    phone, (actor,) = Phone(counts=False), people(1)
    actions.add(actor, made_by(phone, actor), "HP", once.new_key())
    answer = used_once(phone)
    ended = race(MANY, lambda _n: actions.sign_in(answer, device="", is_remembered=False, address=None))
    assert len(ended.wins) == 1
    assert len(ended.refusals(actions.NoMatch)) == MANY - 1
    assert ways_in() == 1


@pytest.mark.both
def test_control_without_spent_challenges_all_enter(app: Flask, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch) -> None:
    phone, (actor,) = Phone(counts=False), people(1)
    actions.add(actor, made_by(phone, actor), "HP", once.new_key())
    monkeypatch.setattr(actions, "_spend_challenge", lambda *_: None)
    answer = used_once(phone)
    race(MANY, lambda _n: actions.sign_in(answer, device="", is_remembered=False, address=None))
    assert ways_in() == MANY
