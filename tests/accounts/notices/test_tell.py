"""A notice is told once for an event, on both databases."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.accounts.people.models import Person
from app.core import clock
from app.core.db import reading, transaction


@pytest.mark.both
def test_the_same_event_tells_a_person_once(app: Flask) -> None:
    with transaction() as session:
        person = Person(name="Mama Ros", made_at=clock.now())
        session.add(person)
        session.flush()
        assert tell(session, person.id, "thread.replied", {"thread_id": 4, "title": "Harga keripik"}, "thread:4:reply:9") is True
        assert tell(session, person.id, "thread.replied", {"thread_id": 4, "title": "Harga keripik"}, "thread:4:reply:9") is False
        assert tell(session, person.id, "thread.replied", {"thread_id": 4, "title": "Harga keripik"}, "thread:4:reply:10") is True
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 2
        kept = session.scalar(select(Notice.params).order_by(Notice.id).limit(1))
    assert kept == {"thread_id": 4, "title": "Harga keripik"}


def test_an_event_too_long_for_the_column_is_refused_on_every_database(app: Flask) -> None:
    with transaction() as session, pytest.raises(ValueError, match="longer"):
        tell(session, 1, "x", {}, "e" * 81)
