"""One place says who has a second factor: codes of an app, or a passkey of staff. Everybody who asks gets that answer."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select, update

from app.accounts.contacts import actions as contacts
from app.accounts.factors import actions, queries
from app.accounts.people import actions as people
from app.accounts.people.actions import HalfSignedIn
from app.accounts.people.models import DeviceSession, Person, RecoveryCode
from app.accounts.people.queries import has_factor
from app.accounts.proofs.actions import issue_code
from app.accounts.proofs.models import Purpose
from app.accounts.recovery import actions as recovery
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from tests.factories import PASSWORD, a_factor, a_passkey, a_person

if TYPE_CHECKING:
    from flask import Flask

PHONE = "+62812000000001"
ON_PAPER = "ABCDEFGHJKMN"
NEW = "periuk tikar lesung"


class Case(NamedTuple):
    app_codes: bool
    passkey: bool
    staff: bool

    @property
    def is_asked(self) -> bool:
        """The decision in its own words (docs/adr/0014)."""
        if self.app_codes:
            return True
        return self.passkey and self.staff


CASES = {
    "-".join(n for n, on in case._asdict().items() if on) or "nothing": case
    for case in (Case(*x) for x in product((False, True), repeat=3))
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@pytest.fixture
def hers(app: Flask, case: Case) -> Actor:
    """Somebody like that, with a code on paper, in on one device by the password."""
    with transaction() as session:
        person = a_person(session, phone=PHONE, roles=[Role.OFFICER if case.staff else Role.TRAINER])
        person.phone_proven_at = clock.now()
        if case.app_codes:
            a_factor(session, person.id)
        if case.passkey:
            a_passkey(session, person.id)
        session.add(RecoveryCode(person_id=person.id, code_mark=actions._mark(person.id, ON_PAPER), made_at=clock.now()))
    people.start_session(person.id, device="", is_remembered=False)
    with reading() as session:
        device = session.scalars(select(DeviceSession.id)).one()
    return Actor(person.id, person.name, session_id=device)


def refuses(refusal: type[Exception], act: object) -> bool:
    assert callable(act)
    try:
        act()
    except refusal:
        return True
    return False


@pytest.mark.both
@every_case
def test_the_rule_and_those_who_read_it(hers: Actor, case: Case) -> None:
    me = hers.person_id
    with reading() as session:
        assert bool(session.scalar(select(has_factor()).where(Person.id == me))) is case.is_asked
        factor = queries.factor(session, me)
        assert (factor.works, factor.is_staff) == (case.is_asked, case.staff)
        ways = queries.ways_to_prove(session, me)
    asks_staff = case.is_asked and case.staff
    assert ways.password is not asks_staff
    assert ways.passkey is case.passkey
    assert (ways.code, ways.recovery_code) == (asks_staff and case.app_codes, asks_staff)


@pytest.mark.both
@every_case
def test_every_door_asks_alike(hers: Actor, case: Case) -> None:
    by_password = people.sign_in(PHONE, PASSWORD, device="", is_remembered=False, address=None)
    assert isinstance(by_password, HalfSignedIn) is case.is_asked
    with transaction() as session:
        issue_code(session, Purpose.SIGN_IN, PHONE, hers.person_id, clock.now(), code="123456")
    by_code = contacts.enter_by_code(PHONE, "", "123456", device="", is_remembered=False, address=None)
    assert isinstance(by_code, HalfSignedIn) is case.is_asked
    with transaction() as session:
        issue_code(session, Purpose.RECOVERY, PHONE, hers.person_id, clock.now(), code="123456")
    recovered = recovery.by_code(PHONE, "123456", NEW, "", device="", address=None)
    assert (recovered.signed_in is None) is (case.is_asked or case.staff), "staff go through the door in any case"


@pytest.mark.both
@every_case
def test_the_paper_is_one_lock_alone(hers: Actor, case: Case) -> None:
    """Where the rule asks for a factor the codes are that factor; elsewhere they set the password."""
    is_no = refuses(recovery.CodeNoMatch, lambda: recovery.by_paper(PHONE, ON_PAPER, NEW, device="", address=None))
    assert is_no is case.is_asked
    assert refuses(recovery.FactorStands, lambda: recovery.make_codes(hers, once.new_key())) is case.is_asked


@pytest.mark.both
@every_case
def test_who_may_change_it_from_where_only_the_password_was_given(hers: Actor, case: Case) -> None:
    assert refuses(actions.CodeNotGivenHere, lambda: actions.begin(hers)) is case.is_asked
    no = actions.CodeNotGivenHere if case.is_asked else actions.FactorMissing
    assert refuses(no, lambda: actions.new_codes(hers, once.new_key())), "new codes: missing, or not from here"
    with transaction() as session:
        session.execute(update(DeviceSession).values(factor_at=clock.now()))
    with transaction() as session:
        actions.rest_without_factor(session, hers.person_id)
    with reading() as session:
        assert queries.has_passed_factor(session, hers.session_id) is case.is_asked
