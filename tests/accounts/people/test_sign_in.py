"""Signing in and out, and what somebody may try instead."""

from __future__ import annotations

import dataclasses
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.people import actions, rules
from app.accounts.people.models import DeviceSession, Person
from app.core import clock
from app.core.db import reading, transaction
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

RIGHT = {"phone": "0812-000-000001", "password": PASSWORD}
ANDROID = "Mozilla/5.0 (Linux; Android 10; SM-A105F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001")


def sessions() -> list[DeviceSession]:
    with reading() as session:
        return list(session.scalars(select(DeviceSession).order_by(DeviceSession.id)))


@pytest.mark.both
def test_any_spelling_of_the_number(app: Any, ros: Person) -> None:
    spellings = (
        *("0812000000001", "+62 812-0000-00001", "62812000000001", " 0812 0000 00001 ", "(0812) 0000.00001", "0812.0000.00001"),
        *("+62-812-000-000001", "(+62) 812 0000 00001"),
    )
    for spelling in spellings:
        client = app.test_client()
        answer = client.fill("/masuk", {"phone": spelling, "password": PASSWORD}, headers={"User-Agent": ANDROID})
        assert (answer.status_code, answer.location) == (303, "/"), spelling
        assert client.get("/akun").status_code == 200
        kept = sessions()[-1]
        assert (kept.person_id, kept.device, kept.is_remembered) == (ros.id, "Chrome · Android", False)


def cookie_of(answer: Any, name: str = "katong") -> str:
    """The Set-Cookie line of this name."""
    return next(str(line) for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))


def test_remembering_is_a_choice(client: Client, app: Flask, ros: Person) -> None:
    brief = client.post("/masuk", data=RIGHT)
    assert "Expires" not in cookie_of(brief)
    long = app.test_client().post("/masuk", data=RIGHT | {"remember": "y"})
    assert "Expires" in cookie_of(long)
    for cookie in (cookie_of(brief), cookie_of(long)):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    first, second = sessions()
    assert first.ends_at - first.made_at == timedelta(hours=12)
    assert second.ends_at - second.made_at == timedelta(days=180)


def test_the_server_ends_a_sign_in_that_is_not_remembered(client: Client, ros: Person) -> None:
    client.post("/masuk", data=RIGHT)
    with transaction() as session:
        session.execute(update(DeviceSession).values(ends_at=clock.now() - timedelta(seconds=1)))
    assert client.get("/akun").status_code == 303


def test_over_https_the_cookie_is_bound_to_the_host(client: Client, ros: Person) -> None:
    answer = client.post("/masuk", data=RIGHT, base_url="https://localhost")
    for name in ("__Host-katong", "__Host-perangkat"):
        assert "; Secure;" in cookie_of(answer, name)
        assert "Domain" not in cookie_of(answer, name)


# Who is there must not show


def test_unknown_number_and_wrong_password_answer_the_same(client: Client, ros: Person) -> None:
    def plain(answer: Any) -> tuple[int, str]:
        text = answer.get_data(as_text=True)
        return answer.status_code, re.sub(r'value="[^"]*"', "", text)

    wrong = plain(client.post("/masuk", data=RIGHT | {"password": "salah sekali ini"}))
    unknown = plain(client.post("/masuk", data=RIGHT | {"phone": "0812-999-000001", "password": "salah sekali ini"}))
    assert wrong == unknown
    assert wrong[0] == 422
    assert "kata sandi belum cocok" in wrong[1]


def test_who_left_is_unknown(client: Client, ros: Person) -> None:
    client.post("/masuk", data=RIGHT)
    with transaction() as session:
        session.execute(update(Person).values(left_at=clock.now()))
    assert client.get("/akun").status_code == 303
    assert "belum cocok" in client.post("/masuk", data=RIGHT).get_data(as_text=True)


def test_a_suspended_person_is_told_only_with_the_right_password(client: Client, ros: Person) -> None:
    client.post("/masuk", data=RIGHT)
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=3)))
    assert client.get("/akun").status_code == 303, "a sign-in of before doesn't outlive the suspension"
    assert "dihentikan sementara" in client.post("/masuk", data=RIGHT).get_data(as_text=True)
    assert "dihentikan sementara" not in client.post("/masuk", data=RIGHT | {"password": "salah sekali ini"}).get_data(as_text=True)


def test_bad_input_is_a_sentence(client: Client, ros: Person) -> None:
    bad = [
        ("phone", ""),
        ("phone", "abc"),
        ("phone", "08\x0012"),
        ("phone", "\u202e0812"),
        ("phone", "😀"),
        ("password", ""),
        ("password", "p" * 5000),
    ]
    for field, typed in bad:
        answer = client.post("/masuk", data=RIGHT | {field: typed})
        assert answer.status_code == 422, (field, typed[:20])
        assert f'id="{field}-e"' in answer.get_data(as_text=True), (field, typed[:20])


def test_any_password_is_only_wrong(client: Client, ros: Person) -> None:
    for password in ("\x00" * 9, "🌺🌺🌺🌺🌺🌺🌺🌺", "\u202e\u2066rahasia", "%00%ff", "' OR 1=1 --"):
        assert client.post("/masuk", data=RIGHT | {"password": password}).status_code == 422, password


# Cookies


def test_a_fresh_token_at_each_sign_in(client: Client, app: Flask, ros: Person) -> None:
    """Fixation: a cookie planted before signing in is worth nothing afterwards."""
    client.post("/masuk", data=RIGHT)
    planted = client.get_cookie("katong")
    assert planted is not None
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/akun").get_data(as_text=True))
    assert token is not None
    assert client.post("/keluar", data={"csrf": token[1]}).status_code == 303
    victim = app.test_client()
    victim.set_cookie("katong", planted.value)
    victim.post("/masuk", data=RIGHT)
    thief = app.test_client()
    thief.set_cookie("katong", planted.value)
    assert victim.get("/akun").status_code == 200
    assert thief.get("/akun").status_code == 303
    hashes = {kept.token_hash for kept in sessions()}
    assert len(hashes) == 2


def test_an_old_cookie_is_refused_after_signing_out(client: Client, app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    stolen = mine.get_cookie("katong")
    assert stolen is not None
    answer = mine.post("/keluar")
    assert (answer.status_code, answer.location) == (303, "/")
    thief = app.test_client()
    thief.set_cookie("katong", stolen.value)
    assert thief.get("/akun").status_code == 303
    assert mine.get("/akun").status_code == 303
    assert mine.get("/keluar").status_code in (404, 405)


def test_a_broken_cookie_is_a_visitor(client: Client) -> None:
    for cookie in ("", "x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "\\x00", "ä"):
        client.set_cookie("katong", cookie)
        assert client.get("/akun").status_code == 303, cookie
        assert client.get("/masuk").status_code == 200, cookie


def test_last_seen_is_noted_now_and_then(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    (before,) = sessions()
    mine.get("/akun").close()
    assert sessions()[0].seen_at == before.seen_at, "not at every page"
    with transaction() as session:
        session.execute(update(DeviceSession).values(seen_at=clock.now() - timedelta(minutes=11)))
    mine.get("/akun").close()
    assert clock.now() - sessions()[0].seen_at < timedelta(minutes=1)


# Ways out and in from elsewhere


ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil.example",
    "http:evil.example", "/%0d%0aSet-Cookie:x=1\r\n", " //evil.example", "///evil.example",
)  # fmt: skip


def test_next_never_leaves_the_site(app: Any, ros: Person) -> None:
    for address in ELSEWHERE:
        client = app.test_client()
        shown = client.get("/masuk", query_string={"next": address}).get_data(as_text=True)
        assert "evil" not in shown, address
        answer = client.post("/masuk", query_string={"next": address}, data=RIGHT | {"next": address})
        assert (answer.status_code, answer.location) == (303, "/"), address
        assert client.get("/masuk", query_string={"next": address}).location == "/", address


def test_next_leads_back(client: Client, ros: Person) -> None:
    sent = client.get("/akun/profil?x=1")
    assert sent.location == "/masuk?next=/akun/profil?x%3D1"
    answer = client.fill(sent.location, {"phone": RIGHT["phone"], "password": PASSWORD})
    assert answer.location == "/akun/profil?x=1"


def test_a_signed_in_person_is_sent_on(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    assert mine.get("/masuk?next=/kabar").location == "/kabar"
    assert mine.get("/daftar").location == "/akun"
    again = mine.post("/masuk", data=RIGHT | {"next": "/kabar"}, bare=True)
    assert (again.status_code, again.location) == (303, "/kabar"), "the second tap of a finger goes on, too"


def test_changes_need_the_token_and_our_own_page(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    elsewhere = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "https://evil.example/x"},
    )
    for path in ("/keluar", "/akun/profil", "/akun/sandi", "/akun/perangkat/akhiri-lain", "/kabar/dibaca"):
        assert mine.post(path, bare=True).status_code == 400, path
        assert mine.post(path, data={"csrf": "0.0"}).status_code == 400, path
        for headers in elsewhere:
            assert mine.post(path, headers=headers).status_code == 403, (path, headers)
    assert mine.get("/akun").status_code == 200


def test_the_token_of_another_sign_in_is_worth_nothing(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine, other = sign_in(ros), sign_in(ros)
    assert mine.post("/keluar", data={"csrf": other.csrf()}).status_code == 400


def test_another_site_can_not_sign_somebody_in_or_up(client: Client, ros: Person) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/masuk", data=RIGHT, headers=headers).status_code == 403
        assert client.post("/daftar", data={}, headers=headers).status_code == 403
    assert not sessions()


# Brakes


def test_ten_wrong_passwords_stop_the_guessing_of_one_account(client: Client, ros: Person) -> None:
    for _turn in range(10):
        assert client.post("/masuk", data=RIGHT | {"password": "salah sekali ini"}).status_code == 422
    stopped = client.post("/masuk", data=RIGHT)
    assert stopped.status_code == 429
    assert 'name="phone"' in stopped.get_data(as_text=True), "the form stays, with the number that was typed"
    assert f'value="{RIGHT["phone"]}"' in stopped.get_data(as_text=True)
    assert 0 < int(stopped.headers["Retry-After"]) <= 15 * 60
    assert "Terlalu banyak percobaan" in stopped.get_data(as_text=True)
    assert client.get("/akun").status_code == 303
    # The neighbours behind the same carrier address are not locked out.
    with transaction() as session:
        a_person(session, name="Ina", phone="+62812000000002")
    assert client.post("/masuk", data=RIGHT | {"phone": "0812-000-000002"}).status_code == 303


def test_an_unknown_number_is_braked_alike(client: Client, ros: Person) -> None:
    statuses = [client.post("/masuk", data=RIGHT | {"phone": "0812-999-000001"}).status_code for _turn in range(11)]
    assert statuses == [422] * 10 + [429]


def test_right_passwords_from_a_device_that_is_known_do_not_count(app: Flask, ros: Person) -> None:
    device = app.test_client()
    for _turn in range(15):
        assert device.post("/masuk", data=RIGHT).status_code == 303
        device.delete_cookie("katong")


def test_one_address_may_not_try_every_number(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PASSWORDS_ADDRESS", dataclasses.replace(actions.PASSWORDS_ADDRESS, most=20))
    statuses = [client.post("/masuk", data={"phone": f"0812-999-{turn:06d}", "password": "salah sekali"}).status_code for turn in range(22)]
    assert statuses == [422] * 22, "a full address is not shut"
    same = [client.post("/masuk", data={"phone": "0812-999-000077", "password": "salah sekali"}).status_code for _turn in range(3)]
    assert same == [422, 422, 429], "but a number is tried from there twice, no more"
    elsewhere = client.post(
        "/masuk", data={"phone": "0812-999-000099", "password": "salah sekali"}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert elsewhere.status_code == 422


def test_a_window_moves_on(app: Flask, client: Client, ros: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for _turn in range(10):
        client.post("/masuk", data=RIGHT | {"password": "salah sekali ini"})
    assert client.post("/masuk", data=RIGHT).status_code == 429
    later = time.monotonic() + 15 * 60 + 1
    monkeypatch.setattr("app.core.brakes.time.monotonic", lambda: later)
    assert client.post("/masuk", data=RIGHT).status_code == 303


def test_switching_brakes_off_is_for_sample_data_only(app: Flask) -> None:
    from app.core import brakes

    assert app.extensions["settings"].rate_limits is False
    assert brakes.are_on()
    app.extensions["is_demo"] = True
    assert not brakes.are_on()


# My account


def test_a_changed_password_ends_the_other_sign_ins(sign_in: Callable[[Any], Client], app: Flask, ros: Person) -> None:
    mine, other = sign_in(ros), sign_in(ros)
    assert mine.fill("/akun/sandi", {"old": PASSWORD, "new": "periuk tikar lesung"}).status_code == 303
    assert mine.get("/akun").status_code == 200
    assert other.get("/akun").status_code == 303
    visitor = app.test_client()
    assert visitor.post("/masuk", data=RIGHT).status_code == 422
    assert visitor.post("/masuk", data=RIGHT | {"password": "periuk tikar lesung"}).status_code == 303


def test_a_password_that_can_not_be(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    for old, new, words in (
        ("salah sekali", "periuk tikar lesung", "lama belum cocok"),
        (PASSWORD, "pendek", "Terlalu pendek"),
        (PASSWORD, "password1", "mudah ditebak"),
        (PASSWORD, "0812000000001", "nama atau nomor"),
        ("", "", "Tulis kata sandi lama"),
    ):
        answer = mine.post("/akun/sandi", data={"old": old, "new": new})
        assert answer.status_code == 422, new
        assert words in answer.get_data(as_text=True), new


def test_devices_are_listed_and_ended_one_by_one(sign_in: Callable[[Any], Client], app: Flask, ros: Person) -> None:
    mine, other = sign_in(ros), sign_in(ros)
    with transaction() as session:
        stranger = a_person(session, name="Ina")
    theirs = sign_in(stranger)
    first, second, third = sessions()
    assert mine.get("/akun/perangkat").get_data(as_text=True).count('/akhiri"') == 1
    assert mine.post(f"/akun/perangkat/{third.id}/akhiri").status_code == 404, "another person's sign-in is not there"
    assert theirs.get("/akun").status_code == 200
    assert mine.post(f"/akun/perangkat/{second.id}/akhiri").status_code == 303
    assert other.get("/akun").status_code == 303
    assert mine.post(f"/akun/perangkat/{second.id}/akhiri").status_code == 404
    assert first.person_id == ros.id
    assert mine.get("/akun/perangkat").status_code == 200


def test_a_profile_is_saved_and_keeps_what_was_typed_when_refused(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    saved = mine.fill("/akun/profil", {"name": "Ros Oesapa", "greeting": "Mama", "place": "TDM", "about": "Keripik <b>dan</b> sambal"})
    assert (saved.status_code, saved.location) == (303, "/akun")
    shown = mine.get("/akun/profil").get_data(as_text=True)
    assert "Keripik &lt;b&gt;dan&lt;/b&gt; sambal" in shown
    assert "Tuak Daun Merah" in shown
    refused = mine.post("/akun/profil", data={"name": "😀", "greeting": "Mama", "place": "Atlantis", "about": "x" * 501})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Atlantis" in text
    assert "x" * 501 in text


def test_pages_of_the_account_stay_within_twelve_statements(
    sign_in: Callable[[Any], Client], sql_count: Callable[[], Any], ros: Person
) -> None:
    mine = sign_in(ros)
    for path in ("/akun", "/akun/profil", "/akun/sandi", "/akun/perangkat", "/kabar"):
        with sql_count() as counted:
            assert mine.get(path).status_code == 200
        assert len(counted) <= 12, f"{path}: {len(counted)}"


# Rules


@pytest.mark.parametrize(
    ("agent", "label"),
    [(ANDROID, "Chrome · Android"), ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Safari/604.1", "Safari · iPhone"), ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/131.0", "Firefox · Windows"), ("Mozilla/5.0 (Linux; Android 9) Chrome/99 [FBAN/EMA;FBLC/id_ID]", "Facebook · Android"), ("", ""), ("curl/8", "")],
)  # fmt: skip
def test_device_labels(agent: str, label: str) -> None:
    assert rules.device_label(agent) == label


@pytest.mark.parametrize(
    "password",
    ["12345678", "qwertyuiop", "password123", "Sayangku1!", "kupang2026", "abcabcabc", "11223344", "87654321", "katong123", "SAYANG KAMU"],
)
def test_what_guessers_try_first(password: str) -> None:
    assert rules.is_common(password)


@pytest.mark.parametrize(
    "password", ["periuk tikar lesung", "hujan-3-lontar-biru", "Tr0ub4dor&3xyz", "lampu sumur tangga", "kupang lontar garam"]
)
def test_what_they_do_not(password: str) -> None:
    assert not rules.is_common(password)
    assert not rules.is_about_oneself(password, name="Ros", phone="+62812000000001")
