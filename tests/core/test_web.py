"""Requests that are not as a browser of ours would send them."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, request
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.core import bodies
from app.core.access import public
from app.core.db import transaction
from app.core.refusals import Refusal
from app.core.web import arg_instant, arg_int, is_local, say, slug_of
from tests import servers
from tests.conftest import build, discard
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.conftest import Client

EVIL = "https://evil.example"


@pytest.fixture
def member(app: Flask, sign_in: Callable[[Any], Client]) -> Client:
    with transaction() as session:
        person = a_person(session)
    return sign_in(person)


SECRET = f"{'raha'}sia"  # not in one piece in this source: a traceback quotes source lines


class No(Refusal):
    words = "Belum bisa."


def refuse() -> str:
    raise No


def talk() -> str:
    for turn in range(50):
        say(f"{turn} " + "kalimat panjang " * 8)
    return "ya"


def breaks() -> str:
    raise RuntimeError(SECRET)


def no_database() -> bool:
    raise OperationalError(SECRET, {}, Exception(SECRET))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app for the whole file, with views that only these tests have."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "static").mkdir()
    made = build(a_set_of_settings(folder))
    for path, view, methods in (
        ("kirim", refuse, ["POST"]),
        ("buka", refuse, ["GET"]),
        ("bicara", talk, ["GET"]),
        ("rusak", breaks, ["GET"]),
        ("mati", no_database, ["GET"]),
    ):
        made.add_url_rule(f"/tes-{path}", path, public(lambda view=view: view()), methods=methods)
    with made.app_context():
        yield made
    discard(made)


def a_set_of_settings(folder: Path) -> Settings:
    return Settings(
        data_dir=folder, database_url=servers.fresh_sqlite(folder / "katong.sqlite3"), secret_key="tests-only-secret-of-more-than-32-characters", key_dir=folder / "kunci",
        cheap_passwords=True, sqlite_synchronous="OFF", rate_limits=False, page_cache=False,
    )  # fmt: skip


# Where a change comes from


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:99"},
        {"Origin": "file://localhost"},
        {"Referer": f"{EVIL}/localhost"},
        {"Referer": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "anything"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_change_from_elsewhere_is_refused(client: Client, member: Client, headers: dict[str, str]) -> None:
    assert client.post("/tampilan", data={"tema": "dark"}, headers=headers).status_code == 403
    assert member.post("/tampilan", data={"tema": "dark"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Referer": "http://localhost/akun"},
    ],
)
def test_a_change_from_our_own_page_is_made(member: Client, headers: dict[str, str]) -> None:
    assert member.post("/tampilan", data={"tema": "dark"}, headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", ".", "x", "x.y", "x." + "0" * 40, "é.ü", "\x00.\x00", "." + "a" * 40])
def test_a_signed_in_form_without_its_token_is_refused(member: Client, token: str) -> None:
    answer = member.post("/tampilan", data={"csrf": token, "tema": "dark"}, bare=True)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_a_token_of_another_sign_in_is_refused(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    with transaction() as session:
        people = [a_person(session), a_person(session)]
    one, other = (sign_in(person) for person in people)
    assert one.post("/tampilan", data={"csrf": other.csrf()}, bare=True).status_code == 400
    assert one.post("/tampilan", data={"csrf": one.csrf()}, bare=True).status_code == 303


# Ways off the site


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        EVIL,
        "evil.example",
        "",
        "/a\\b",
        "/\t/evil.example",
        "/a\r\nX: y",
        "/ a",
        "javascript:alert(1)",
        "/" + "a" * 600,
        "/\x7f",
        "///evil.example",
    ],
)
def test_an_address_of_elsewhere_is_not_local(address: str) -> None:
    assert not is_local(address)


@pytest.mark.parametrize(
    "address", ["/", "/akun", "/cari?q=a%20b", "/pasar?hal=2#b", "/komunitas/t/1-a", "/@x", "/a//b", "/:80", "/[", "/pasar?x=http://a"]
)
def test_a_path_of_ours_is_local(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "/\\evil.example",
        "%0d%0aX-Injected:1",
        "/\r\nX-Injected: 1",
        "/\u2028x",
    ],
)
def test_nobody_is_led_off_the_site_after_signing_in(app: Flask, client: Client, next_: str) -> None:
    with transaction() as session:
        person = a_person(session)
    for path in ("/bahasa", "/tampilan", "/masuk", "/daftar"):
        answer = client.get(path, query_string={"next": next_, "ke": "en"})
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith(("//", "/\\"))
        assert "X-Injected" not in answer.headers
    answer = client.post("/masuk", data={"phone": person.phone, "password": PASSWORD, "next": next_})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))


@pytest.mark.parametrize("path", ["//komunitas", "/komunitas/", "//komunitas//umum", "///evil.example/x", "//evil.example/..%2f"])
def test_the_router_does_not_repeat_the_host_header(client: Client, path: str) -> None:
    answer = client.get("/", environ_overrides={"HTTP_HOST": "evil.example", "PATH_INFO": path})
    where = answer.headers.get("Location", "/")
    assert where.startswith("/")
    assert not where.startswith("//")
    assert "//evil.example" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["", "a b", "evil.example:x", "[::1", "<script>", "x" * 300, 'a"b', "localhost:99999"])
def test_an_odd_host_header_breaks_nothing(client: Client, host: str) -> None:
    for path in ("/", "/robots.txt", "/sitemap.xml", "/akun", "/komunitas/"):
        assert client.get(path, environ_overrides={"HTTP_HOST": host}).status_code < 500
    assert client.post("/tampilan", environ_overrides={"HTTP_HOST": host}, headers={"Origin": EVIL}).status_code in (400, 403)


# A refusal leads back to a page that opens


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost/komunitas?hal=2", "/komunitas?hal=2"),
        ("http://localhost/keluar", "/"),  # takes POST only
        ("http://localhost/tes-kirim", "/"),  # takes POST only
        ("http://localhost/tidak/ada", "/"),
        ("http://evil.example/komunitas", "/"),
        ("http://[", "/"),
        ("http://localhost//evil.example", "/"),
        ("", "/"),
    ],
)
def test_a_refused_change_leads_back_to_its_page(client: Client, referer: str, back: str) -> None:
    answer = client.post("/tes-kirim", headers={"Referer": referer, "Origin": "http://localhost"})
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


def test_a_page_that_refuses_to_open_does_not_lead_to_itself(client: Client) -> None:
    answer = client.get("/tes-buka?x=1", headers={"Referer": "http://localhost/tes-buka?x=2"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_visitor_whose_sign_in_ended_comes_back_to_the_form(client: Client) -> None:
    answer = client.post("/akun/profil", data={"name": "x"}, headers={"Referer": "http://localhost/akun/profil"})
    assert answer.headers["Location"] == "/masuk?next=/akun/profil"


def test_sentences_that_nobody_reads_do_not_fill_the_cookie(client: Client) -> None:
    assert len(client.get("/tes-bicara").headers["Set-Cookie"]) < 2_000


# Cookies and headers


def cookies_of(answer: TestResponse) -> set[str]:
    """The names of the cookies that an answer sets."""
    return {cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}


def test_the_session_cookie_is_bound_to_host_and_https(tmp_path: Path) -> None:
    app = build(replace(a_set_of_settings(tmp_path), trusted_proxies=1))
    try:
        with app.app_context(), transaction() as session:
            person = a_person(session)
        signing = {"data": {"phone": person.phone, "password": PASSWORD}}
        plain = app.test_client().post("/masuk", **signing)
        assert cookies_of(plain) == {"katong", "perangkat"}
        for cookie in plain.headers.getlist("Set-Cookie"):
            assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Strict-Transport-Security" not in plain.headers
        answer = app.test_client().post("/masuk", **signing, headers={"X-Forwarded-Proto": "https"})
        assert cookies_of(answer) == {"__Host-katong", "__Host-perangkat"}
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    finally:
        discard(app)


def test_without_trusted_proxies_forwarded_headers_are_not_believed(client: Client) -> None:
    answer = client.get(
        "/robots.txt",
        headers={
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-For": "1.2.3.4",
            "Forwarded": "host=evil.example",
        },
    )
    assert "evil.example" not in answer.get_data(as_text=True)
    assert "Strict-Transport-Security" not in answer.headers


def test_an_https_base_url_makes_cookies_secure_behind_a_silent_proxy(tmp_path: Path) -> None:
    app = build(replace(a_set_of_settings(tmp_path), base_url="https://katong.example"))
    try:
        with app.app_context(), transaction() as session:
            person = a_person(session)
        answer = app.test_client().post(
            "/masuk", data={"phone": person.phone, "password": PASSWORD}, headers={"Origin": "https://katong.example"}
        )
        assert cookies_of(answer) == {"__Host-katong", "__Host-perangkat"}
        assert all("; Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    finally:
        discard(app)


@pytest.mark.parametrize(
    "cookie",
    [
        "katong=",
        "katong=x",
        "katong=eyJfdXNlcl9pZCI6ICJ4In0.x.y",
        "katong=\x80\xff",
        "bahasa=xx; tema=<b>; hemat=9",
        "=; ;;",
        "a" * 4000,
        "remember_token=1|x",
        'katong="',
        "bahasa=../en",
    ],
)
def test_a_broken_cookie_is_a_visitor(app: Flask, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    answer = client.get("/", environ_overrides={"HTTP_COOKIE": cookie})
    assert answer.status_code == 200
    assert 'lang="id"' in answer.get_data(as_text=True)
    assert client.get("/akun", environ_overrides={"HTTP_COOKIE": cookie}).status_code == 303


def test_what_sets_a_cookie_is_never_kept(app: Flask, client: Client) -> None:
    with transaction() as session:
        person = a_person(session)
    signed_in = client.post("/masuk", data={"phone": person.phone, "password": PASSWORD})
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert app.test_client().get("/tes-bicara").headers["Cache-Control"] == "no-store"
    assert app.test_client().get("/").headers["Cache-Control"] == "no-cache"


# Errors


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "DELETE", "PATCH", "CONNECT", "BREW", "get", "PROPFIND"])
def test_odd_methods_get_a_page(client: Client, method: str) -> None:
    answer = client.open("/komunitas", method=method)
    assert answer.status_code in (200, 405)
    if method == "PUT":
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/komunitas/%00",
        "/komunitas/%ff%fe",
        "/pasar/p/0-x",
        "/pasar/p/1%D9%A1-x",
        "/pasar/p/999999999999999999-x",
        "/pasar/p/9999999999999999999999-x",
        "/komunitas/..%2f..",
        "/komunitas/a%0d%0aX:1",
        "/lapak/edisi/0001-01-01",
        "/lapak/edisi/9999-12-31",
        "/lapak/edisi/2026-02-30",
        "/toko/" + "a" * 500,
        "/static/../app.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/berkas/g/..%2fx.webp",
        "/.git/HEAD",
        "/.env",
        "/console",
        "/metrics",
    ],
)
def test_addresses_that_lead_nowhere_are_404(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_data(as_text=True).count("<h1") == 1


@pytest.mark.parametrize(("path", "status", "where"), [("/tes-rusak", 500, "breaks"), ("/tes-mati", 503, "no_database")])
def test_what_breaks_is_logged_without_its_words(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, status: int, where: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"{path}?q={SECRET}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert SECRET not in page + caplog.text
    assert page.count("<h1") == 1
    assert "Content-Security-Policy" in answer.headers
    assert where in caplog.text


def test_an_error_page_that_breaks_is_still_a_page(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.core.web.is_demo", no_database)
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/tidak-ada")
    assert answer.status_code in (500, 503)
    assert answer.get_data(as_text=True).count("<h1") == 1
    assert SECRET not in caplog.text


def test_hooks_after_the_page_may_break_without_telling(app: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    def late(_response: Any) -> Any:
        raise ValueError(SECRET)

    app.after_request_funcs[None].insert(0, late)
    try:
        with caplog.at_level(logging.DEBUG):
            answer = client.get("/")
    finally:
        app.after_request_funcs[None].remove(late)
    assert answer.status_code == 500
    assert SECRET not in caplog.text + answer.get_data(as_text=True)


# Bodies


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--", "multipart/form-data; boundary=x"),
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (
            b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"%ff%fe=%00&%=%%%", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=\x80", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"x", "text/plain"),
        (b"<a/>", "text/xml"),
        (b"phone=0812&password=x", ""),
        (b"phone=0812&password=x", "application/x-www-form-urlencoded; charset=utf-7"),
    ],
)
def test_malformed_bodies_are_refused_forms(client: Client, body: bytes, kind: str) -> None:
    for path in ("/masuk", "/daftar", "/tampilan"):
        answer = client.post(path, data=body, content_type=kind)
        assert answer.status_code in (303, 400, 413, 422)


def test_a_form_with_a_million_fields_is_not_taken_apart(client: Client) -> None:
    answer = client.post("/masuk", data=b"a&" * 500_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert answer.get_data(as_text=True).count("<h1") == 1


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_text_beyond_eight_mebibytes_is_too_large(client: Client, kind: str) -> None:
    text = b"a" * (bodies.MOST_TEXT_BYTES + 10)
    body = b"name=" + text if "url" in kind else b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + text + b"\r\n--x--\r\n"
    assert client.post("/masuk", data=body, content_type=kind).status_code == 413


def test_a_body_without_a_length_is_bounded_as_well(client: Client) -> None:
    endless = io.BytesIO(b"a" * (bodies.MOST_TEXT_BYTES + 10))
    answer = client.post(
        "/masuk", input_stream=endless, content_type="application/x-www-form-urlencoded", environ_overrides={"wsgi.input_terminated": True}
    )
    assert answer.status_code == 413


def test_a_body_too_large_is_read_to_its_end_before_the_answer(client: Client) -> None:
    body = io.BytesIO(b"a" * (bodies.MOST_BODY_BYTES + 1))
    answer = client.post(
        "/masuk", input_stream=body, content_type="multipart/form-data; boundary=x", content_length=bodies.MOST_BODY_BYTES + 1
    )
    assert answer.status_code == 413
    assert body.read(1) == b""


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, "", "1e3"])
def test_an_odd_content_length_breaks_nothing(client: Client, length: str) -> None:
    answer = client.post(
        "/masuk",
        input_stream=io.BytesIO(b"phone=1"),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": length},
    )
    assert answer.status_code in (400, 413, 422)


# Query arguments


@pytest.fixture
def asked(app: Flask) -> Callable[[str], None]:
    def ask(value: str) -> None:
        with app.test_request_context("/", query_string={"x": value}):
            assert request.args["x"] == value
            assert 1 <= arg_int("x", 1, 1, 50) <= 50
            instant = arg_instant("x")
            assert instant is None or instant.year >= 1970

    return ask


@pytest.mark.parametrize("value", ["", "0", "-1", "51", "9" * 17, "9" * 40, "٣", "１", "1.5", "1e3", " 1", "x", "0x1", "\x00", "1\n"])
def test_numbers_in_the_query_stay_in_their_bounds(asked: Callable[[str], None], value: str) -> None:
    asked(value)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Keripik Pisang!", "keripik-pisang"),
        ("", "x"),
        ("🙂", "x"),
        ("Jum'at", "jumat"),
        ("Ä é", "a-e"),
        ("-" * 99, "x"),
        ("a" * 200, "a" * 80),
    ],
)
def test_slugs_are_plain(text: str, slug: str) -> None:
    assert slug_of(text) == slug
