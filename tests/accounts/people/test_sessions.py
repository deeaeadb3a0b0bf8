"""What a sign-in on a device is worth, when it ends, and what somebody with a stolen cookie or a crafted link gets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.people import actions, policy, rules
from app.accounts.people.models import DeviceSession, Person
from app.core import clock
from app.core.access import Role
from app.core.db import reading, transaction
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

RIGHT = {"phone": "0812-000-000001", "password": PASSWORD}
NEW = "periuk tikar lesung"


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001")


def cookie(client: Any) -> str:
    kept = client.get_cookie("katong")
    assert kept is not None
    return str(kept.value)


def with_cookie(app: Flask, value: str) -> Any:
    client = app.test_client()
    client.set_cookie("katong", value)
    return client


# New tokens, and old ones that are worth nothing


def test_a_cookie_taken_before_signing_in_is_not_signed_in_by_it(app: Flask, ros: Person) -> None:
    """Fixation: what the visitor's cookie held (a sentence for the next page) goes, and the planted cookie stays a visitor's."""
    victim: Any = app.test_client()
    with victim.session_transaction() as planted:
        planted["_user_id"], planted["milik"] = "token-of-the-thief", "orang lain"
    before = cookie(victim)
    assert victim.post("/masuk", data=RIGHT).status_code == 303
    with victim.session_transaction() as kept:
        assert "milik" not in kept
        assert kept["_user_id"] != "token-of-the-thief"
    assert with_cookie(app, before).get("/akun").status_code == 303


def test_a_changed_password_gives_this_device_a_new_token(app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    stolen = cookie(mine)
    assert with_cookie(app, stolen).get("/akun").status_code == 200, "the control: the copy worked"
    assert mine.fill("/akun/sandi", {"old": PASSWORD, "new": NEW}).status_code == 303
    assert mine.get("/akun").status_code == 200
    assert cookie(mine) != stolen
    assert with_cookie(app, stolen).get("/akun").status_code == 303
    with reading() as session:
        assert len(session.scalars(select(DeviceSession.id)).all()) == 1, "the same sign-in, with another token"


@pytest.mark.both
def test_a_sign_in_that_has_ended_gets_no_new_token(app: Flask, ros: Person) -> None:
    signed = actions.start_session(ros.id, device="", is_remembered=False)
    now = clock.now()
    with transaction() as session:
        session_id = session.scalar(select(DeviceSession.id)) or 0
        token = actions.rotate_token(session, session_id, now)
        assert token is not None
        assert token != signed.token
        session.execute(update(DeviceSession).values(ended_at=now))
        assert actions.rotate_token(session, session_id, now) is None
        session.execute(update(DeviceSession).values(ended_at=None, ends_at=now))
        assert actions.rotate_token(session, session_id, now) is None


def test_a_cookie_copied_before_signing_out_is_dead_afterwards(app: Flask, ros: Person) -> None:
    mine: Any = app.test_client()
    mine.post("/masuk", data=RIGHT | {"remember": "y"})
    stolen = cookie(mine)
    thief = with_cookie(app, stolen)
    page = thief.get("/akun").get_data(as_text=True)
    token = page.split('name="csrf" value="')[1].split('"')[0]
    assert mine.post("/keluar", data={"csrf": token}).status_code == 303
    for path in ("/akun", "/akun/perangkat", "/akun/riwayat-masuk", "/kabar"):
        assert thief.get(path).status_code == 303, path
    assert thief.post("/akun/sandi", data={"csrf": token, "old": PASSWORD, "new": NEW}).location.startswith("/masuk")
    assert app.test_client().post("/masuk", data=RIGHT).status_code == 303, "the password is as it was"


# When it ends


def set_seen(ago: timedelta, *, remembered: bool = False) -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(seen_at=clock.now() - ago, is_remembered=remembered))


@pytest.mark.parametrize(("remembered", "idle"), [(False, rules.STAFF_IDLE), (True, rules.STAFF_IDLE_REMEMBERED)])
def test_a_sign_in_of_staff_that_lies_idle_ends(app: Flask, sign_in: Callable[[Any], Client], remembered: bool, idle: timedelta) -> None:
    with transaction() as session:
        officer = a_person(session, name="Pak Liliba", roles=[Role.OFFICER])
    desk = sign_in(officer)
    set_seen(idle - timedelta(minutes=1), remembered=remembered)
    assert desk.get("/petugas").status_code == 200
    set_seen(idle + timedelta(minutes=1), remembered=remembered)
    desk.get("/petugas").close()
    with reading() as session:
        assert session.scalar(select(DeviceSession.ended_at)) is not None, "for good, and gone from the list of devices"
    set_seen(timedelta(0), remembered=remembered)
    assert desk.get("/petugas").status_code == 303


def test_a_member_may_leave_the_phone_lying(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    set_seen(timedelta(days=100), remembered=True)
    assert mine.get("/akun").status_code == 200
    assert not policy.is_idle(frozenset({Role.TRAINER}), is_remembered=False, idle=timedelta(days=1))


@pytest.mark.parametrize("remember", [False, True])
def test_no_use_makes_a_sign_in_outlive_its_end(app: Flask, ros: Person, remember: bool) -> None:
    mine: Any = app.test_client()
    mine.post("/masuk", data=RIGHT | ({"remember": "y"} if remember else {}))
    with reading() as session:
        first = session.scalar(select(DeviceSession.ends_at))
    set_seen(timedelta(minutes=30), remembered=remember)
    mine.get("/akun").close()
    with transaction() as session:
        assert session.scalar(select(DeviceSession.ends_at)) == first, "using it does not push its end away"
        session.execute(update(DeviceSession).values(ends_at=clock.now()))
    assert mine.get("/akun").status_code == 303


# Links that would lead elsewhere

ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil.example", "https:evil.example", "http:/evil.example",
    "/\tevil.example", "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "/\r\nevil.example",
    "//evil.example%2f..", "javascript:alert(1)//evil.example", "data:text/html,evil.example", "evil.example", "@evil.example", "/" + "a" * 501,
    "\x00//evil.example", " //evil.example", "/\\/evil.example", "\\\\evil.example",
)  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_door_sends_anybody_to_another_site(app: Flask, ros: Person, address: str) -> None:
    signed_in: Any = app.test_client()
    assert signed_in.post("/masuk", data=RIGHT | {"next": address}).location == "/"
    assert signed_in.get("/masuk", query_string={"next": address}).location == "/"
    assert signed_in.get("/daftar", query_string={"next": address}).location == "/akun"
    typed = {"name": "Ina", "phone": "0812-3900-1234", "password": NEW, "place": "Oesapa", "agree": "y", "next": address}
    assert app.test_client().post("/daftar", data=typed).location == "/selamat-datang"
    token = signed_in.get("/akun").get_data(as_text=True).split('name="csrf" value="')[1].split('"')[0]
    assert signed_in.post("/akun/perangkat/akhiri-lain", data={"csrf": token, "next": address}).location == "/akun/perangkat"


def test_an_encoded_address_stays_a_path_of_this_site(app: Flask, ros: Person) -> None:
    """%2F%2F is no //: it leads to a page of ours that is not there."""
    assert app.test_client().post("/masuk", data=RIGHT | {"next": "/%2F%2Fevil.example"}).location == "/%2F%2Fevil.example"


@pytest.mark.parametrize("base_url", ["", "https://katong.example"])
def test_a_foreign_host_header_gets_into_no_address(app: Flask, ros: Person, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", base_url)
    foreign = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for path in ("/masuk", "/daftar", "/akun", "/akun/riwayat-masuk", "/masuk/"):
        answer = app.test_client().get(path, headers=foreign)
        assert "evil.example" not in (answer.location or ""), path
        assert "evil.example" not in answer.get_data(as_text=True), path
    client: Any = app.test_client()
    answer = client.post("/masuk", data=RIGHT, headers=foreign)
    assert answer.location == "/"
    assert all("evil" not in line for line in answer.headers.getlist("Set-Cookie")), "cookies belong to the host that asked, without Domain"


# How many, and the way out


@pytest.mark.both
def test_of_twenty_one_sign_ins_the_one_used_longest_ago_ends(app: Flask, ros: Person) -> None:
    signed = [actions.start_session(ros.id, device=f"HP {n}", is_remembered=True) for n in range(rules.MOST_SIGN_INS)]
    now = clock.now()
    with transaction() as session:
        ids = sorted(session.scalars(select(DeviceSession.id)))
        for minutes, session_id in enumerate(ids):
            session.execute(
                update(DeviceSession).where(DeviceSession.id == session_id).values(seen_at=now - timedelta(minutes=100 - minutes))
            )
        session.execute(update(DeviceSession).where(DeviceSession.id == ids[3]).values(seen_at=now - timedelta(days=9)))
    actions.start_session(ros.id, device="HP baru", is_remembered=False)
    with reading() as session:
        ended = session.scalars(select(DeviceSession.id).where(DeviceSession.ended_at.is_not(None))).all()
    assert ended == [ids[3]]
    assert len(signed) == 20


@pytest.mark.parametrize("path", ["/", "/akun", "/kabar", "/pasar", "/akun/pengaman", "/tidak-ada"])
def test_the_way_out_stands_on_every_page(client: Client, sign_in: Callable[[Any], Client], ros: Person, path: str) -> None:
    """In the frame that every layout extends: OWASP ASVS 5.0, 7.4.4."""
    mine = sign_in(ros)
    assert 'action="/keluar"' in mine.get(path).get_data(as_text=True)
    assert 'action="/keluar"' not in client.get(path).get_data(as_text=True), "the control: a visitor is not in"
    assert mine.fill("/", {}, action="/keluar").location == "/"
    assert mine.get("/akun").status_code == 303


# The account page


def test_every_door_of_the_account_page_leads_somewhere(app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    from app.core.contrib import AccountDoor, offered

    mine = sign_in(ros)
    shown = mine.get("/akun").get_data(as_text=True)
    for door in offered(AccountDoor):
        assert door.endpoint in app.view_functions, f"The door {door.label} leads to {door.endpoint}, which no blueprint has."
        assert door.section in ("entry", "contact", "privacy", "me"), door.endpoint
        assert str(door.label) in shown
    assert "belum dibuktikan" in shown
    with transaction() as session:
        session.execute(update(Person).values(phone_proven_at=clock.now()))
    assert "belum dibuktikan" not in mine.get("/akun").get_data(as_text=True)


def test_the_first_admin_is_not_whoever_signed_up_with_her_number(app: Flask, ros: Person) -> None:
    with transaction() as session:
        actions.make_account(session, actions.NewPerson("Lain", "+62812000000001", "", "00"), None, clock.now())
    with pytest.raises(actions.SeveralThere):
        actions.appoint_admin("+62812000000001")
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros.id).values(phone_proven_at=clock.now()))
    assert actions.appoint_admin("+62812000000001") == ros.id
