"""Getting into somebody else's account by the ways back: each was tried, and each of these once worked."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.contacts.rules import CODE_ENTRY_TRUSTS
from app.accounts.factors import actions as factors
from app.accounts.notices.models import Notice
from app.accounts.people import actions as people
from app.accounts.people.models import Person, PersonRole, RecoveryCode
from app.accounts.proofs.actions import issue_code, issue_link
from app.accounts.proofs.models import Proof, Purpose
from app.accounts.recovery import actions
from app.accounts.recovery.models import DeskReset
from app.accounts.recovery.rules import DeskAct
from app.core import clock, messages
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.core.refusals import NotAllowed
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

PHONE, TYPED = "+62812000000001", "0812-000-000001"
NEW = "periuk tikar lesung"
ON_PAPER = "ABCDEFGHJKMN"


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        made = a_person(session, name="Ros", phone=PHONE)
        made.email, made.email_proven_at, made.phone_proven_at = "ros@contoh.id", clock.now(), clock.now()
        return made


def signs_in(app: Flask, password: str) -> bool:
    client: Any = app.test_client()
    return bool(client.post("/masuk", data={"phone": TYPED, "password": password}).status_code == 303)


# A password she changed herself


@pytest.mark.both
def test_a_changed_password_ends_what_was_made_to_get_in_without_it(app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    """Somebody who reads her mail asked for a link; she changes her password; the link must be dead."""
    now = clock.now()
    with transaction() as session:
        token = issue_link(session, Purpose.RECOVERY, "ros@contoh.id", ros.id, now)
        issue_code(session, Purpose.SIGN_IN, PHONE, ros.id, now)
        issue_code(session, Purpose.DESK_RESET, PHONE, ros.id, now, code="ABCDEFGH")
    assert app.test_client().get(f"/pulihkan/tautan?k={token}").status_code == 200, "the control: before, it opens"
    assert sign_in(ros).post("/akun/sandi", data={"old": PASSWORD, "new": NEW}).status_code == 303
    assert app.test_client().get(f"/pulihkan/tautan?k={token}").status_code == 410
    assert app.test_client().post("/pulihkan/tautan", data={"k": token, "password": "sumur lampu batu"}).status_code in (303, 410)
    assert signs_in(app, NEW)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Proof).where(Proof.used_at.is_(None))) == 0


def test_she_is_told_that_her_password_changed(sign_in: Callable[[Any], Client], ros: Person) -> None:
    sign_in(ros).post("/akun/sandi", data={"old": PASSWORD, "new": NEW})
    with reading() as session:
        assert session.scalars(select(Notice.kind).where(Notice.person_id == ros.id)).all() == ["account.password_changed"]


# A number that was sold to somebody else


@pytest.mark.parametrize(
    ("age", "gets_a_code"), [(CODE_ENTRY_TRUSTS - timedelta(days=1), True), (CODE_ENTRY_TRUSTS + timedelta(days=1), False)]
)
def test_a_number_that_was_silent_for_months_sets_no_password(
    client: Client, ros: Person, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch, age: timedelta, gets_a_code: bool
) -> None:
    """Operators sell silent numbers anew: what a code may not open at the door, it may not open by the way back either."""
    out: list[str] = []
    monkeypatch.setattr(messages, "is_on", lambda: True)
    monkeypatch.setattr(messages, "send", lambda phone, _text, _key: out.append(phone))
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=clock.now() - age))
    assert client.post("/pulihkan/kode", data={"phone": TYPED}).location == "/pulihkan/kode/sandi", "the same answer either way"
    run_outbox()
    assert (PHONE in out) is gets_a_code


def test_a_code_asked_for_in_time_is_judged_when_it_is_typed(ros: Person) -> None:
    with transaction() as session:
        issue_code(session, Purpose.RECOVERY, PHONE, ros.id, clock.now(), code="123456")
        session.execute(update(Person).values(phone_proven_at=clock.now() - CODE_ENTRY_TRUSTS))
    with pytest.raises(actions.CodeNoMatch):
        actions.by_code(PHONE, "123456", NEW, "", device="", address=None)


# The desk, and somebody who became staff since


def a_slip(person_id: int, officer_id: int) -> None:
    now = clock.now()
    with transaction() as session:
        times = {"made_at": now, "ends_at": now + timedelta(minutes=30)}
        session.add(DeskReset(act=DeskAct.PASSWORD, person_id=person_id, officer_id=officer_id, phone=PHONE, **times))
        issue_code(session, Purpose.DESK_RESET, PHONE, person_id, now, code="ABCDEFGH", made_by_id=officer_id)


@pytest.mark.both
@pytest.mark.parametrize(("role", "opens"), [(Role.DESK, False), (Role.ADMIN, True)])
def test_a_slip_of_the_desk_resets_nobody_who_became_staff_meanwhile(app: Flask, ros: Person, role: Role, opens: bool) -> None:
    """The officer knows the code: with it she would set the new admin's password, sign in, and set up the second factor herself."""
    with transaction() as session:
        officer = a_person(session, name="Pak Surat", phone="+62812000000900", roles=[role])
    a_slip(ros.id, officer.id)
    with transaction() as session:
        session.add(PersonRole(person_id=ros.id, role=Role.MODERATOR, given_at=clock.now()))
    assert (
        app.test_client().post("/pulihkan/loket", data={"phone": TYPED, "code": "ABCD-EFGH", "password": NEW}).status_code == 303
    ) is opens
    assert signs_in(app, NEW) is opens


def test_control_a_member_is_reset_by_that_slip(app: Flask, ros: Person) -> None:
    with transaction() as session:
        officer = a_person(session, name="Pak Surat", phone="+62812000000900", roles=[Role.DESK])
    a_slip(ros.id, officer.id)
    assert app.test_client().post("/pulihkan/loket", data={"phone": TYPED, "code": "ABCD-EFGH", "password": NEW}).status_code == 303


# Roles


def test_who_has_just_lost_the_role_gives_none_away(app: Flask, ros: Person) -> None:
    with transaction() as session:
        was_admin = a_person(session, name="Pak Lama", phone="+62812000000901")
    with pytest.raises(NotAllowed):
        people.give_role(Actor(was_admin.id, was_admin.name, frozenset({Role.ADMIN})), ros.id, Role.ADMIN)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PersonRole)) == 0


# Shutting somebody's way back


class TestBrakes:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return dataclasses.replace(settings, rate_limits=True)

    def test_a_stranger_who_tries_her_number_all_day_does_not_shut_her_way_back(self, app: Flask, ros: Person) -> None:
        with transaction() as session:
            session.add(RecoveryCode(person_id=ros.id, code_mark=factors._mark(ros.id, ON_PAPER), made_at=clock.now()))

        def tried(code: str, address: str) -> int:
            typed = {"phone": TYPED, "code": code, "password": NEW}
            return int(app.test_client().post("/pulihkan/kertas", data=typed, environ_base={"REMOTE_ADDR": address}).status_code)

        assert [tried("ABCDEFGHJKM2", "198.51.100.9") for _turn in range(11)] == [422] * 10 + [429], "the guesser is stopped"
        assert tried(ON_PAPER, "203.0.113.5") == 303, "and she is not"

    def test_guessing_the_password_of_an_open_sign_in_ends_for_the_day(
        self, sign_in: Callable[[Any], Client], ros: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people, "OLD_PASSWORD", dataclasses.replace(people.OLD_PASSWORD, most=1000))
        mine = sign_in(ros)
        statuses = [mine.post("/akun/sandi", data={"old": f"tebakan {turn}", "new": NEW}).status_code for turn in range(51)]
        assert (statuses[:50], statuses[50]) == ([422] * 50, 429)

    def test_guessing_codes_of_an_app_ends_for_the_day(self, app: Flask, ros: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        from app.core.refusals import TooFast

        monkeypatch.setattr(factors, "CODE", dataclasses.replace(factors.CODE, most=1000))
        half = people.HalfSignedIn(ros.id, "x", False)
        for _turn in range(60):
            with pytest.raises(factors.HalfTooOld):
                factors.pass_code(half, "000000", device="", address=None)
        with pytest.raises(TooFast):
            factors.pass_code(half, "000000", device="", address=None)
