"""Proving again before a dangerous act: who is asked for what, and what a wrong answer does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.factors import actions, rules
from app.accounts.people.models import DeviceSession, Person, PersonRole, RecoveryCode
from app.core import access, clock, totp
from app.core.access import PROOF_HOLDS, Role
from app.core.db import reading, transaction
from tests.factories import PASSWORD, TOTP_SECRET, a_factor, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from app.config import Settings
    from tests.conftest import Client

ON_PAPER = "ABCDEFGHJKMN"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def let_proof_run_out() -> None:
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - PROOF_HOLDS - timedelta(seconds=1)))


def has_proved() -> bool:
    with reading() as session:
        proved_at = session.scalar(select(DeviceSession.proved_at).where(DeviceSession.ended_at.is_(None)))
    return proved_at is not None and clock.now() - proved_at < PROOF_HOLDS


@pytest.fixture
def member(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Mama Oesapa")


@pytest.fixture
def admin(app: Flask) -> Person:
    """An admin with an app that makes codes, and one recovery code."""
    with transaction() as session:
        made = a_person(session, name="Ros", roles=[Role.ADMIN])
        a_factor(session, made.id)
        session.add(RecoveryCode(person_id=made.id, code_mark=actions._mark(made.id, ON_PAPER), made_at=clock.now()))
        return made


@pytest.fixture
def mine(member: Person, sign_in: Callable[[Any], Client]) -> Client:
    made = sign_in(member)
    let_proof_run_out()
    return made


@pytest.mark.both
def test_a_member_gives_the_password_and_goes_on(mine: Client) -> None:
    asked = mine.get("/akun/pengaman")
    assert asked.location == "/akun/pastikan?next=/akun/pengaman"
    page = mine.get(asked.location)
    assert page.status_code == 200
    assert "Kami bertanya sekali lagi" in text(page), "it says why"
    assert 'name="code"' not in text(page)
    answer = mine.fill(asked.location, {"password": PASSWORD})
    assert answer.location == "/akun/pengaman"
    assert mine.get("/akun/pengaman").status_code == 200


def test_a_proof_runs_out(mine: Client) -> None:
    mine.post("/akun/pastikan", data={"password": PASSWORD})
    assert has_proved()
    let_proof_run_out()
    assert mine.get("/akun/pengaman").status_code == 303


def test_a_wrong_password_is_a_sentence_and_the_way_on_is_kept(mine: Client) -> None:
    refused = mine.post("/akun/pastikan", data={"password": "bukan ini", "next": "/akun/pengaman"})
    assert refused.status_code == 422
    assert "Kata sandi belum cocok" in text(refused)
    assert 'name="next" value="/akun/pengaman"' in text(refused)
    assert not has_proved()


@pytest.mark.parametrize("typed", ["", "x" * 300, "\0", "' OR 1=1 --"])
def test_anything_else_is_a_sentence(mine: Client, typed: str) -> None:
    assert mine.post("/akun/pastikan", data={"password": typed}).status_code == 422
    assert not has_proved()


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_on_stays_on_this_site(mine: Client, to: str) -> None:
    assert mine.post("/akun/pastikan", data={"password": PASSWORD, "next": to}).location == "/akun"


def test_who_has_just_proved_is_not_asked(mine: Client) -> None:
    mine.post("/akun/pastikan", data={"password": PASSWORD})
    assert mine.get("/akun/pastikan?next=/akun/pengaman").location == "/akun/pengaman"
    assert mine.post("/akun/pastikan", data={"password": "salah", "next": "/kabar"}).location == "/kabar"


def test_the_proof_holds_on_this_device_alone_and_changes_nothing_else(member: Person, sign_in: Callable[[Any], Client]) -> None:
    here, there = sign_in(member), sign_in(member)
    let_proof_run_out()
    with reading() as session:
        before = {row.id: (row.factor_at, row.ends_at, row.made_at) for row in session.scalars(select(DeviceSession))}
    here.post("/akun/pastikan", data={"password": PASSWORD})
    assert here.get("/akun/pengaman").status_code == 200
    assert there.get("/akun/pengaman").status_code == 303
    with reading() as session:
        assert {row.id: (row.factor_at, row.ends_at, row.made_at) for row in session.scalars(select(DeviceSession))} == before


@pytest.mark.both
def test_a_proof_gives_this_device_a_new_token_and_the_copied_one_is_dead(app: Flask, mine: Client) -> None:
    """OWASP ASVS 5.0, 7.2.4: who copied the cookie before does not gain what the owner proved."""
    thief = app.test_client()
    copied = mine.get_cookie("katong")
    assert copied is not None
    thief.set_cookie("katong", copied.value)
    assert mine.post("/akun/pastikan", data={"password": "bukan ini"}).status_code == 422
    assert thief.get("/akun").status_code == 200, "the control: a wrong answer changes nothing, and the copy works"
    assert mine.fill("/akun/pastikan?next=/akun/pengaman", {"password": PASSWORD}).location == "/akun/pengaman"
    assert thief.get("/akun").status_code == 303
    assert mine.get("/akun/pengaman").status_code == 200
    with reading() as session:
        assert len(session.scalars(select(DeviceSession.id)).all()) == 1, "the same sign-in, with another token"


def test_ending_sign_ins_asks_for_a_proof_and_comes_back_to_a_button(member: Person, sign_in: Callable[[Any], Client]) -> None:
    """OWASP ASVS 5.0, 7.5.2: who holds a stolen sign-in does not throw its owner out."""
    thief, owner = sign_in(member), sign_in(member)
    let_proof_run_out()
    with reading() as session:
        hers = max(session.scalars(select(DeviceSession.id)))
    assert f"/akun/perangkat/{hers}/akhiri" not in text(thief.get("/akun/perangkat")), "seeing is free, ending is not"
    for path in (f"/akun/perangkat/{hers}/akhiri", "/akun/perangkat/akhiri-lain"):
        assert thief.post(path).location.startswith("/akun/pastikan")
    assert owner.get("/akun").status_code == 200
    asked = owner.get("/akun/perangkat/keluarkan?next=/akun/sandi")
    assert asked.location.startswith("/akun/pastikan?next=")
    back = owner.fill(asked.location, {"password": PASSWORD})
    assert back.location == "/akun/perangkat/keluarkan?next=/akun/sandi"
    assert owner.fill(back.location, {}, action="/akun/perangkat/akhiri-lain").location == "/akun/sandi"
    assert thief.get("/akun").status_code == 303


def test_a_dangerous_post_does_nothing_and_comes_back_to_its_page(mine: Client, app: Flask) -> None:
    answer = mine.post("/akun/pengaman/mulai", headers={"Referer": "http://localhost/akun/pengaman"})
    assert answer.location == "/akun/pastikan?next=/akun/pengaman"
    with reading() as session:
        from app.accounts.people.models import SecondFactor

        assert session.scalar(select(SecondFactor.person_id)) is None


def test_control_without_the_mark_the_post_goes_through(mine: Client, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access.Actor, "has_proved", lambda _self, _now: True)
    assert mine.post("/akun/pengaman/mulai").location == "/akun/pengaman/pasang"


@pytest.mark.both
def test_staff_with_an_app_give_a_code_not_the_password(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(admin)
    let_proof_run_out()
    page = text(mine.get("/akun/pastikan"))
    assert 'name="code"' in page
    assert 'name="password"' not in page
    assert mine.post("/akun/pastikan", data={"password": PASSWORD}).status_code == 422
    assert not has_proved()
    code = totp.code_at(TOTP_SECRET, clock.now())
    assert mine.post("/akun/pastikan", data={"code": code, "next": "/petugas"}).location == "/petugas"
    assert has_proved()
    let_proof_run_out()
    again = mine.post("/akun/pastikan", data={"code": code})
    assert again.status_code == 422, "a code proves once"
    assert "Kode belum cocok" in text(again)


def test_staff_whose_phone_is_gone_give_a_code_from_paper_once(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(admin)
    for expected in (303, 422):
        let_proof_run_out()
        assert mine.post("/akun/pastikan", data={"code": "abcd-efgh-jkmn"}).status_code == expected


def test_staff_without_a_factor_give_the_password(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    """Their roles rest; to set one up they prove with what they have."""
    with transaction() as session:
        officer = a_person(session, roles=[Role.OFFICER])
    mine = sign_in(officer)
    let_proof_run_out()
    assert mine.fill("/akun/pastikan?next=/akun/pengaman", {"password": PASSWORD}).location == "/akun/pengaman"


def test_who_has_no_password_signs_in_again(member: Person, mine: Client) -> None:
    with transaction() as session:
        session.execute(update(Person).values(password_hash=None))
    page = text(mine.get("/akun/pastikan?next=/akun/pengaman"))
    assert "belum punya kata sandi" in page
    assert 'name="password"' not in page
    assert mine.post("/akun/pastikan", data={"password": ""}).status_code == 200
    assert mine.post("/akun/pastikan", data={"password": PASSWORD}).status_code == 200
    assert not has_proved()
    out = mine.fill("/akun/pastikan?next=/akun/pengaman", {"keluar": "1"}, action="/akun/pastikan")
    assert out.location == "/masuk?next=/akun/pengaman"
    assert mine.get("/akun").status_code == 303


class TestBrakes:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        from dataclasses import replace

        return replace(settings, rate_limits=True)

    def test_a_guesser_is_stopped_and_told_when_to_come_back(self, mine: Client) -> None:
        answers = [mine.post("/akun/pastikan", data={"password": f"tebakan {n}", "next": "/kabar"}) for n in range(11)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert 'name="password"' in text(answers[-1])
        assert mine.post("/akun/pastikan", data={"password": PASSWORD}).status_code == 429
        old = mine.post("/akun/sandi", data={"old": PASSWORD, "new": "lontar biru empat"})
        assert old.status_code == 429, "one brake for the old password, wherever it is asked"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, rules.Ways(password=True, code=False, recovery_code=False, passkey=False)),
        ({"has_totp": True, "codes_left": 9}, rules.Ways(password=True, code=False, recovery_code=False, passkey=False)),
        ({"has_passkey": True, "codes_left": 2}, rules.Ways(password=True, code=False, recovery_code=False, passkey=True)),
        ({"codes_left": 3}, rules.Ways(password=True, code=False, recovery_code=False, passkey=False)),
        ({"has_staff_factor": True, "has_totp": True}, rules.Ways(password=False, code=True, recovery_code=False, passkey=False)),
        (
            {"has_staff_factor": True, "has_passkey": True, "codes_left": 1},
            rules.Ways(password=False, code=False, recovery_code=True, passkey=True),
        ),
        ({"has_password": False}, rules.Ways(password=False, code=False, recovery_code=False, passkey=False)),
        ({"has_password": False, "has_passkey": True}, rules.Ways(password=False, code=False, recovery_code=False, passkey=True)),
    ],
)
def test_who_is_asked_for_what(given: dict[str, Any], expected: rules.Ways) -> None:
    usual = {"has_staff_factor": False, "has_password": True, "has_totp": False, "codes_left": 0, "has_passkey": False}
    assert rules.ways_to_prove(**{**usual, **given}) == expected


def test_the_page_with_the_form_asks_first_so_that_no_typed_reason_is_lost(admin: Person, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        someone = a_person(session, name="Ina")
    mine = sign_in(admin)
    assert mine.get(f"/petugas/orang/{someone.id}").status_code == 200
    let_proof_run_out()
    path = f"/petugas/orang/{someone.id}"
    assert mine.get(path).location == f"/akun/pastikan?next={path}"
    for act in ("beri", "lepas"):
        turned_away = mine.post(f"{path}/{act}", data={"role": "officer"}, headers={"Referer": f"http://localhost{path}"})
        assert turned_away.location == f"/akun/pastikan?next={path}"
    with reading() as session:
        assert session.scalars(select(PersonRole.role).where(PersonRole.person_id == someone.id)).all() == []


@pytest.mark.parametrize(
    "endpoint",
    ["oversight.person", "oversight.give_role", "oversight.take_role", "factors.overview", "factors.begin", "factors.set_up", "factors.picture",
     "factors.new_codes", "passkeys.add", "passkeys.begin_add", "passkeys.remove", "orders.refunds", "orders.refunded", "leases.end_early"],
)  # fmt: skip
def test_dangerous_views_ask_for_a_proof(app: Flask, endpoint: str) -> None:
    assert getattr(app.view_functions[endpoint], "needs_proof", False)
