"""The operator's own acts, from the machine: the first admin, and a factor that was lost."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.factors import actions as factors
from app.accounts.notices.models import Notice
from app.accounts.people import actions
from app.accounts.people.models import DeviceSession, PersonRole, SecondFactor
from app.core import clock
from app.core.access import Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from tests.factories import a_person


@pytest.mark.both
def test_the_operator_appoints_the_first_admin_once(app: Flask) -> None:
    with transaction() as session:
        ros = a_person(session, name="Ros", phone="+62812000000001").id
    for _turn in range(2):
        assert actions.appoint_admin("+62812000000001") == ros
    with reading() as session:
        assert session.scalars(select(PersonRole.role).where(PersonRole.person_id == ros)).all() == [Role.ADMIN]
        acts = session.execute(select(AuditRow.act, AuditRow.actor_id).where(AuditRow.subject_id == ros)).all()
        assert [tuple(act) for act in acts] == [("role.given", None)]
        assert session.scalars(select(Notice.kind).where(Notice.person_id == ros)).all() == ["role.given"]


def test_nobody_becomes_admin_without_an_account(app: Flask) -> None:
    with pytest.raises(actions.NobodyThere):
        actions.appoint_admin("+62812000000009")
    with reading() as session:
        assert session.scalar(select(PersonRole.person_id)) is None


def test_a_lost_factor_goes_and_every_sign_in_with_it(app: Flask) -> None:
    with transaction() as session:
        ros = a_person(session, name="Ros", phone="+62812000000001").id
        session.add(SecondFactor(person_id=ros, secret=b"sealed", confirmed_at=clock.now(), last_step=1))
    actions.start_session(ros, device="Chrome di Android", is_remembered=True, has_passed_factor=True)
    factors.remove(ros)
    with reading() as session:
        assert session.get(SecondFactor, ros) is None
        assert session.scalars(select(DeviceSession.id).where(DeviceSession.person_id == ros, DeviceSession.ended_at.is_(None))).all() == []
        assert session.scalars(select(AuditRow.act)).all() == ["factor.removed"]
