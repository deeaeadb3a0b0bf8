"""The inbox: newest first, nothing marked by looking, nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.accounts.notices.actions import tell
from app.accounts.notices.models import Notice
from app.core.db import reading, transaction
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from app.accounts.people.models import Person
    from tests.conftest import Client


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros")


def told(person_id: int, number: int, kind: str = "role.given") -> None:
    with transaction() as session:
        for turn in range(number):
            tell(session, person_id, kind, {"role": "officer"}, f"{kind}:{turn}")


def unread() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(Notice.id).where(Notice.read_at.is_(None)).order_by(Notice.id)))


@pytest.mark.both
def test_pages_of_thirty_newest_first(sign_in: Callable[[Any], Client], sql_count: Callable[[], Any], ros: Person) -> None:
    told(ros.id, 70)
    mine = sign_in(ros)
    with sql_count() as counted:
        first = mine.get("/kabar").get_data(as_text=True)
    assert len(counted) <= 3
    assert first.count('class="is-new"') == 30
    assert "/kabar/70/buka" in first
    assert "/kabar/40/buka" not in first
    second = mine.get("/kabar?sebelum=41").get_data(as_text=True)
    assert "/kabar/40/buka" in second
    assert "/kabar/10/buka" not in second
    assert mine.get("/kabar?sebelum=1").status_code == 200
    assert len(unread()) == 70, "looking marks nothing"
    assert ">70<" in first, "the count in the head"


def test_opening_marks_one_and_leads_on(sign_in: Callable[[Any], Client], ros: Person) -> None:
    told(ros.id, 3)
    mine = sign_in(ros)
    opened = mine.post("/kabar/2/buka")
    assert (opened.status_code, opened.location) == (303, "/akun")
    assert unread() == [1, 3]
    assert mine.post("/kabar/2/buka").status_code == 303
    assert mine.get("/kabar/2/buka").status_code in (404, 405)


def test_marking_all_leaves_what_came_meanwhile(sign_in: Callable[[Any], Client], ros: Person) -> None:
    told(ros.id, 3)
    mine = sign_in(ros)
    shown = mine.get("/kabar")
    assert 'name="sampai" value="3"' in shown.get_data(as_text=True)
    told(ros.id, 1, "role.taken")
    assert mine.post("/kabar/dibaca", data={"csrf": mine.csrf(), "sampai": "3"}).status_code == 303
    assert unread() == [4]


def test_marking_takes_any_number(sign_in: Callable[[Any], Client], ros: Person) -> None:
    told(ros.id, 1)
    mine = sign_in(ros)
    for typed in ("", "x", "-1", "9" * 40, "１", "\x00"):
        assert mine.post("/kabar/dibaca", data={"csrf": mine.csrf(), "sampai": typed}).status_code == 303, typed
    assert unread() == [1]


def test_nobody_opens_or_marks_anothers(sign_in: Callable[[Any], Client], ros: Person) -> None:
    told(ros.id, 2)
    with transaction() as session:
        other = a_person(session, name="Ina")
    theirs = sign_in(other)
    assert theirs.post("/kabar/1/buka").status_code == 404
    theirs.post("/kabar/dibaca", data={"csrf": theirs.csrf(), "sampai": "9"})
    assert unread() == [1, 2]
    assert "/kabar/1/buka" not in theirs.get("/kabar").get_data(as_text=True)


def test_a_kind_nobody_words_any_more_is_neutral(sign_in: Callable[[Any], Client], ros: Person) -> None:
    told(ros.id, 1, "kind.that.is.gone")
    with transaction() as session:
        tell(session, ros.id, "role.given", {"of": "an older shape"}, "older")
    mine = sign_in(ros)
    shown = mine.get("/kabar").get_data(as_text=True)
    assert "Ada kabar untuk Anda." in shown
    assert "Ada perubahan pada akun Anda." in shown
    assert mine.post("/kabar/1/buka").location == "/kabar"


def test_an_empty_inbox_offers_a_way_on(sign_in: Callable[[Any], Client], ros: Person) -> None:
    shown = sign_in(ros).get("/kabar").get_data(as_text=True)
    assert "Belum ada kabar" in shown
    assert 'href="/komunitas"' in shown
