"""A tap that was on its way when its owner left writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.accounts.benefits import actions as benefits
from app.accounts.benefits.models import PrivateFact, ProgrammeAsk
from app.accounts.benefits.rules import Told
from app.accounts.blocks import actions as blocks
from app.accounts.blocks.models import Block
from app.accounts.deliveries import actions as deliveries
from app.accounts.deliveries.models import PushSubscription
from app.accounts.factors import actions as factors
from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.accounts.organisations import actions as organisations
from app.accounts.organisations.models import OrganisationMember
from app.accounts.organisations.rules import Function
from app.accounts.passkeys import actions as passkeys
from app.accounts.passkeys.models import PasskeyHandle
from app.accounts.people import actions as people
from app.accounts.people.actions import HasLeft
from app.accounts.people.models import Passkey, RecoveryCode, SecondFactor
from app.accounts.privacy import actions
from app.accounts.reports import actions as reports
from app.accounts.reports.models import Report, ReportCase
from app.accounts.reports.rules import Reason
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.core.push import Subscription
from app.core.refusals import NotThere
from tests.community.factories import a_person
from tests.market.shops.factories import a_product, a_seller
from tests.training.factories import an_organisation

if TYPE_CHECKING:
    from flask import Flask

SUBSCRIPTION = Subscription("https://push.example/1", "p", "a")
# What is tried, the tables it would write to; `product` is a stranger's, `organisation` an office.
TAPS: dict[str, tuple[Callable[[Actor, int, int], object], tuple[type, ...]]] = {
    "a private fact": (lambda me, _product, _office: benefits.tell_fact(me, Told.ABROAD), (PrivateFact,)),
    "asking for a programme": (lambda me, _product, _office: benefits.ask(me, 1), (ProgrammeAsk,)),
    "blocking": (lambda me, _product, _office: blocks.block(me, "tulisan", 1), (Block,)),
    "reporting": (lambda me, product, _office: reports.report(me, "product", product, Reason.RUDE, ""), (Report, ReportCase)),
    "a browser that takes pushes": (lambda me, _product, _office: deliveries.subscribe(me, SUBSCRIPTION), (PushSubscription,)),
    "a phone that asks for a key": (lambda me, _product, _office: passkeys.handle_of(me), (PasskeyHandle, Passkey)),
    "codes from an app": (lambda me, _product, _office: factors.begin(me), (SecondFactor,)),
    "the first code of an app": (lambda me, _product, _office: factors.confirm(me, "123456", "k" * 22), (SecondFactor, RecoveryCode)),
    "a role": (
        lambda me, _product, _office: people.give_role(a_person("Pengelola", Role.ADMIN), me.person_id, Role.DESK),
        (),
    ),
    "a function": (
        lambda me, _product, office: organisations.give_function(a_person("Pengelola"), office, me.person_id, Function.TRAINER),
        (OrganisationMember,),
    ),
}


def rows(tables: tuple[type, ...]) -> int:
    with reading() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


@pytest.mark.both
def test_nothing_is_written_for_somebody_who_has_left(app: Flask) -> None:
    me, seller = a_person("Mama Ros"), a_seller()
    product_id, _variant = a_product(seller)
    office = an_organisation(seller.actor)
    actions.leave(me)
    for what, (tap, tables) in TAPS.items():
        before = rows(tables)
        with pytest.raises((HasLeft, NotThere)):
            tap(me, product_id, office)
        assert rows(tables) == before, what


@pytest.mark.both
def test_who_has_left_is_told_nothing(app: Flask) -> None:
    me = a_person("Mama Ros")
    with transaction() as session:
        assert tell(session, me.person_id, "phone.proven", {}, "before")
    actions.leave(me)
    with transaction() as session:
        assert not tell(session, me.person_id, "phone.proven", {}, "after")
    assert rows((Notice,)) == 0
