"""People of these tests and their doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.accounts.people.models import Person
from app.core.db import transaction
from tests.accounts.contacts.doors import choose
from tests.factories import a_person

if TYPE_CHECKING:
    from flask import Flask

MINE, NEW = "+628123456789", "+628123456700"


@pytest.fixture
def gateway(app: Flask) -> Flask:
    """The app with a gateway that writes to a file."""
    choose(app, sms_gateway="file")
    return app


@pytest.fixture
def mama(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Mama Yuliana", phone=MINE)


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody else who names the same number."""
    with transaction() as session:
        person = a_person(session, name="Orang Lain", phone="+628123456711")
        person.phone, person.phone_slot = MINE, 1
        return person
