"""Signing in by a code: into one's own account only, in the browser that asked, and nobody learns whose number is known."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from app.accounts.contacts import actions, rules
from app.accounts.entries.models import Entry
from app.accounts.entries.rules import Outcome, Way
from app.accounts.people.actions import HalfSignedIn
from app.accounts.people.models import DeviceSession, Person
from app.accounts.proofs import actions as proofs
from app.accounts.proofs.models import Proof, Purpose
from app.core import brakes, clock, once, totp
from app.core.access import Role
from app.core.db import reading, transaction
from app.core.refusals import TooFast
from tests.accounts.contacts.conftest import MINE, NEW
from tests.accounts.contacts.doors import choose, code_to, sent, wrong
from tests.conftest import a_client
from tests.core.listeners import http_listener
from tests.factories import TOTP_SECRET, a_factor, a_passkey, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.conftest import Client

ASK, TYPE = "/masuk/kode-hp", "/masuk/kode-hp/kode"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def sessions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DeviceSession)) or 0


@pytest.fixture
def proven(gateway: Flask, mama: Person) -> Person:
    """Mama, who has proven her number, where a gateway is."""
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=clock.now()))
    return mama


def ask(phone: str) -> str:
    """Ask for a code to this number; gives the secret that the browser keeps."""
    return actions.ask_entry_code(phone, once.new_key(), address=None)


def try_code(phone: str, asker: str, typed: str) -> object:
    return actions.enter_by_code(phone, asker, typed, device="", is_remembered=False, address=None)


@pytest.mark.both
def test_a_code_opens_the_account(gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]) -> None:
    asked = client.fill(f"{ASK}?next=/pesanan", {"phone": "0812 3456 789", "remember": "on"}, action=ASK)
    assert asked.location == f"{TYPE}?next=/pesanan"
    run_outbox()
    page = text(client.get(asked.location))
    assert 'autocomplete="one-time-code"' in page
    code = code_to(gateway, MINE)
    assert code not in page
    answer = client.fill(asked.location, {"code": code})
    answer.close()  # the history is written once the answer has gone out
    assert answer.location == "/pesanan"
    assert client.get("/akun").status_code == 200
    with reading() as session:
        made = session.scalars(select(DeviceSession)).one()
        assert made.is_remembered
        line = session.scalars(select(Entry)).one()
        assert (line.way, line.outcome) == (Way.CODE, Outcome.IN)
    assert client.get(TYPE).location == "/", "it is in"


def test_the_code_is_good_once(gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int], app: Flask) -> None:
    client.fill(ASK, {"phone": MINE})
    run_outbox()
    code, cookie = code_to(gateway, MINE), client.get_cookie("katong")
    assert cookie is not None
    assert client.post(TYPE, data={"code": code}).location == "/"
    thief = a_client(app)
    thief.set_cookie("katong", cookie.value)  # the cookie of before, and the code, seen over a shoulder
    assert thief.post(TYPE, data={"code": code}).status_code == 422


def test_the_code_opens_nothing_in_another_browser(
    gateway: Flask, proven: Person, client: Client, app: Flask, run_outbox: Callable[[], int]
) -> None:
    """Who is told the code by phone, or reads it off the screen, can't use it."""
    client.fill(ASK, {"phone": MINE})
    run_outbox()
    code, thief = code_to(gateway, MINE), a_client(app)
    assert thief.post(TYPE, data={"code": code}).location == ASK
    thief.fill(ASK, {"phone": MINE})  # asks for one of its own
    assert thief.post(TYPE, data={"code": code}).status_code == 422
    assert client.post(TYPE, data={"code": code}).location == "/", "and the owner's still works"


def test_a_strangers_guesses_cost_the_owner_nothing(gateway: Flask, proven: Person, run_outbox: Callable[[], int]) -> None:
    owner, thief = ask(MINE), ask(MINE)
    run_outbox()
    owners = sent(gateway)[0][1].split(": ")[1][:6]
    for _try in range(actions.TRIES.most):
        with pytest.raises(actions.CodeNoMatch):
            try_code(MINE, thief, wrong(owners))
    with pytest.raises(TooFast):
        try_code(MINE, thief, owners)
    assert try_code(MINE, owner, owners)


@pytest.mark.both
def test_known_and_unknown_numbers_are_answered_alike(
    gateway: Flask, proven: Person, app: Flask, run_outbox: Callable[[], int], sql_count: Callable[[], object]
) -> None:
    """The same words, status and statements for a proven number, one that was named but not proven, and nobody's."""
    with transaction() as session:
        a_person(session, phone=NEW)
    seen = []
    for number in (MINE, NEW, "+628123456733"):
        visitor = a_client(app)
        visitor.get(ASK)
        with sql_count() as counted:  # type: ignore[attr-defined]
            asked = visitor.fill(ASK, {"phone": number})
            run = visitor.get(asked.location)
            refused = visitor.post(TYPE, data={"code": "000000"})
        refused.close()
        shape = re.sub(r"0812-[0-9]{4}-[0-9]{3}", "N", text(run)), re.sub(r"0812-[0-9]{4}-[0-9]{3}", "N", text(refused))
        statements = [re.split(r"[(\n]", s)[0].strip() for s in counted.statements]
        seen.append((asked.status_code, asked.location, run.status_code, refused.status_code, shape, statements))
    assert seen[0] == seen[1] == seen[2]
    run_outbox()
    assert [to for to, _words in sent(gateway)] == [MINE], "only a proven number gets one"
    with reading() as session:
        assert session.scalars(select(Entry.outcome)).all() == [Outcome.WRONG_CODE], "its owner sees that somebody tried"


def test_control_work_left_out_for_an_unknown_number_is_seen(
    gateway: Flask, proven: Person, sql_count: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: a sender that does nothing for nobody."""
    real = proofs.post_code
    monkeypatch.setattr(proofs, "post_code", lambda s, p, phone, who, now, **more: real(s, p, phone, who, now, **more) if who else None)
    seen = []
    for number in (MINE, NEW):
        with sql_count() as counted:  # type: ignore[attr-defined]
            ask(number)
        seen.append(len(counted))
    assert seen[0] > seen[1]


def test_a_double_tap_sends_one_code_that_works(gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]) -> None:
    key = once.new_key()
    for _tap in range(2):
        client.post(ASK, data={"phone": MINE, "kunci": key})
    run_outbox()
    assert len(sent(gateway)) == 1
    assert client.post(TYPE, data={"code": code_to(gateway, MINE)}).location == "/"


def test_a_form_that_the_browser_kept_serves_another_number(
    gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]
) -> None:
    key = once.new_key()
    client.post(ASK, data={"phone": NEW, "kunci": key})
    client.post(ASK, data={"phone": MINE, "kunci": key})
    run_outbox()
    assert client.post(TYPE, data={"code": code_to(gateway, MINE)}).location == "/"


def test_it_takes_as_long_for_a_number_nobody_has(gateway: Flask, proven: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_brake_codes", lambda *_where: None)
    monkeypatch.setattr(brakes, "take", lambda *_limit: None)
    took: dict[str, list[float]] = {MINE: [], NEW: []}
    for turn in range(60):
        for number in took if turn % 2 else reversed(took):
            began = time.perf_counter()
            ask(number)
            took[number].append(time.perf_counter() - began)
    known, unknown = (median(sorted(times)[:40]) for times in took.values())
    assert abs(known - unknown) < 0.35 * max(known, unknown), (known, unknown)


def test_a_number_that_was_lost_or_proven_long_ago_gets_no_code(
    gateway: Flask, proven: Person, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number is sold again after months of silence: its new owner must not get in by it."""
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=clock.now() - rules.CODE_ENTRY_TRUSTS - timedelta(minutes=1)))
    ask(MINE)
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=None, phone_lost_at=clock.now()))
    ask(MINE)
    run_outbox()
    assert sent(gateway) == []


def test_a_code_that_was_used_keeps_the_number_proven(gateway: Flask, proven: Person, run_outbox: Callable[[], int]) -> None:
    long_ago = clock.now() - timedelta(days=170)
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=long_ago))
    asker = ask(MINE)
    run_outbox()
    try_code(MINE, asker, code_to(gateway, MINE))
    with reading() as session:
        now = session.scalars(select(Person.phone_proven_at)).one()
    assert now is not None
    assert now > long_ago


@pytest.mark.both
def test_a_number_proven_by_somebody_else_meanwhile_opens_nothing(
    gateway: Flask, proven: Person, stranger: Person, run_outbox: Callable[[], int]
) -> None:
    asker = ask(MINE)
    run_outbox()
    code = code_to(gateway, MINE)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == stranger.id).values(phone_proven_at=None))
        actions.prove_phone(session, stranger.id, MINE, clock.now())
    with pytest.raises(actions.CodeNoMatch):
        try_code(MINE, asker, code)
    assert sessions() == 0


def test_codes_of_other_purposes_open_no_account(gateway: Flask, proven: Person, run_outbox: Callable[[], int]) -> None:
    from app.accounts.proofs.actions import post_code

    for purpose in (Purpose.PHONE, Purpose.RECOVERY):
        with transaction() as session:
            post_code(session, purpose, MINE, proven.id, clock.now(), asker="x")
        run_outbox()
        with pytest.raises(actions.CodeNoMatch):
            try_code(MINE, "x", code_to(gateway, MINE))
    assert sessions() == 0


@pytest.mark.both
def test_staff_still_pass_their_second_factor(gateway: Flask, app: Flask, client: Client, run_outbox: Callable[[], int]) -> None:
    with transaction() as session:
        admin = a_person(session, phone=MINE, roles=[Role.ADMIN])
        admin.phone_proven_at = clock.now()
        a_factor(session, admin.id)
    client.fill(ASK, {"phone": MINE})
    run_outbox()
    half = client.post(TYPE, data={"code": code_to(gateway, MINE)})
    assert half.location == "/masuk/kode"
    assert client.get("/akun").status_code == 303, "half is not in"
    assert client.post("/masuk/kode", data={"code": totp.code_at(TOTP_SECRET, clock.now())}).status_code == 303
    assert client.get("/akun").status_code == 200


@pytest.mark.both
def test_a_passkey_asks_staff_for_more_and_a_member_for_nothing(
    gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]
) -> None:
    from app.accounts.people.models import PersonRole

    with transaction() as session:
        a_passkey(session, proven.id)
    client.fill(ASK, {"phone": MINE})
    run_outbox()
    assert client.post(TYPE, data={"code": code_to(gateway, MINE)}).location == "/"
    assert client.get("/akun").status_code == 200
    with transaction() as session:
        session.add(PersonRole(person_id=proven.id, role=Role.OFFICER, given_at=clock.now()))
    asker = ask(MINE)
    run_outbox()
    assert isinstance(try_code(MINE, asker, code_to(gateway, MINE)), HalfSignedIn)


def test_staff_without_a_factor_are_sent_to_set_one_up(
    gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]
) -> None:
    from app.accounts.people.models import PersonRole

    with transaction() as session:
        session.add(PersonRole(person_id=proven.id, role=Role.OFFICER, given_at=clock.now()))
    client.fill(ASK, {"phone": MINE})
    run_outbox()
    assert client.post(TYPE, data={"code": code_to(gateway, MINE)}).location == "/akun/pengaman"


def test_a_suspension_is_said_only_to_who_typed_the_right_code(gateway: Flask, proven: Person, run_outbox: Callable[[], int]) -> None:
    from app.accounts.people.actions import Suspended

    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=3), suspended_for="abuse"))
    asker = ask(MINE)
    run_outbox()
    code = code_to(gateway, MINE)
    with pytest.raises(actions.CodeNoMatch):
        try_code(MINE, asker, wrong(code))
    with pytest.raises(Suspended):
        try_code(MINE, asker, code)
    assert sessions() == 0


def test_five_hundred_wrong_codes_open_nothing(gateway: Flask, proven: Person, rounds: Callable[[int, int], int]) -> None:
    """Brakes and all: guesses are stopped, and the few that count find nothing."""
    stopped, asker = 0, ""
    for number in range(rounds(500, 10_000)):
        try:
            if number % 5 == 0:
                asker = actions.ask_entry_code(MINE, once.new_key(), address=f"203.0.{number // 250 % 250}.{number % 250}")
            try_code(MINE, asker, f"{number:06d}")
        except TooFast:
            stopped += 1
        except actions.CodeNoMatch:
            pass
        else:
            pytest.fail("a guess got in")
    assert stopped > 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Proof)) == actions.CODES_NUMBER.most
    assert sessions() == 0


def test_without_a_gateway_the_page_leads_to_the_password(app: Flask, mama: Person, client: Client) -> None:
    assert client.get(f"{ASK}?next=/pesanan").location == "/masuk?next=/pesanan"
    assert client.get(TYPE).location == ASK
    assert client.post(ASK, data={"phone": MINE}).location == "/masuk"


def test_it_leads_nowhere_else(gateway: Flask, proven: Person, client: Client, run_outbox: Callable[[], int]) -> None:
    asked = client.fill(f"{ASK}?next=//jahat.example/", {"phone": MINE})
    assert asked.location == TYPE
    run_outbox()
    assert client.post(f"{TYPE}?next=https://jahat.example/", data={"code": code_to(gateway, MINE)}).location == "/"


def test_an_old_question_is_asked_again(gateway: Flask, proven: Person, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.fill(ASK, {"phone": MINE})
    assert client.get(TYPE).status_code == 200
    monkeypatch.setattr(rules, "ENTRY_WAITS_SECONDS", -1)
    assert client.get(TYPE).location == ASK


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1" * 300, "' OR 1=1 --", "٣٤٥٦٧٨"])
def test_anything_else_is_a_sentence(gateway: Flask, proven: Person, client: Client, typed: str) -> None:
    client.fill(ASK, {"phone": MINE})
    refused = client.post(TYPE, data={"code": typed})
    assert refused.status_code == 422
    assert sessions() == 0


def test_through_a_real_gateway(app: Flask, mama: Person, client: Client, run_outbox: Callable[[], int]) -> None:
    """Prove the number, then sign in by it: every message goes over HTTP to a server on loopback, one of them at the second try."""
    with http_listener() as listener:
        choose(app, sms_gateway="http", sms_gateway_url=f"{listener.url}/kirim", sms_gateway_token="rahasia")

        def newest() -> str:
            return str(re.findall(r": ([0-9]{6})\.", json.loads(listener.calls[-1].body)["text"])[0])

        from app.core.access import Actor

        actions.ask_own_code(Actor(mama.id, mama.name), once.new_key(), address=None)
        run_outbox()
        actions.prove_own(Actor(mama.id, mama.name), newest())
        assert json.loads(listener.calls[0].body)["to"] == MINE
        listener.answers.append(503)
        client.fill(ASK, {"phone": MINE})
        with pytest.raises(AssertionError, match="MessageNotTaken"):
            run_outbox()
        from app.core import outbox
        from app.core.outbox import OutboxRow

        with transaction() as session:
            session.execute(update(OutboxRow).values(due_at=clock.now()))
        outbox.run_due(clock.now())
        first, second = (call for call in listener.calls if b"Kode" in call.body and b"proof-2" in call.body)
        assert first.body == second.body, "the same code under the same key"
        assert client.post(TYPE, data={"code": newest()}).location == "/"


def test_half_a_sign_in_goes_stale_with_the_password(gateway: Flask, proven: Person, run_outbox: Callable[[], int]) -> None:
    with transaction() as session:
        a_factor(session, proven.id)
    asker = ask(MINE)
    run_outbox()
    half = try_code(MINE, asker, code_to(gateway, MINE))
    assert isinstance(half, HalfSignedIn)
