"""Signing up: five fields, every bad input answered beside its field, one account a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from app.accounts.people import actions, rules
from app.accounts.people.models import Consent, DeviceSession, Person
from app.core.db import reading
from app.core.words import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Client, Outcomes

GOOD = {"name": "Mama Ros", "phone": "0812-3900-1234", "password": "periuk tikar lesung", "place": "Oesapa", "agree": "y"}


def people() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.both
def test_five_fields_make_an_account_that_is_signed_in(client: Client) -> None:
    answer = client.fill("/daftar", GOOD, action="/daftar")
    assert (answer.status_code, answer.location) == (303, "/akun")
    with reading() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.phone, person.place_code, person.greeting) == ("Mama Ros", "+6281239001234", "53.71.03.1010", "")
        assert person.phone_proven_at is None
        assert person.password_hash is not None
        assert person.password_hash.startswith("$argon2id$")
        given = dict(session.execute(select(Consent.purpose, Consent.text_version)).tuples().all())
    assert given == rules.CONSENTS
    shown = client.get("/akun").get_data(as_text=True)
    assert "Mama Ros" in shown
    assert "0812-3900-1234" in shown


def test_a_greeting_and_a_kabupaten(client: Client) -> None:
    assert client.fill("/daftar", GOOD | {"place": "TTS", "greeting": "Mama"}, action="/daftar").status_code == 303
    with reading() as session:
        assert session.execute(select(Person.place_code, Person.greeting)).one() == ("53.02", "Mama")


def test_every_place_people_name(app: Any) -> None:
    for number, place in enumerate(["Luar Kota Kupang", "luar kota", "Lainnya / luar NTT", "kel. naikoten 1", "Kabupaten Belu"]):
        answer = app.test_client().post("/daftar", data=GOOD | {"place": place, "phone": f"0812-3900-12{number:02d}"})
        assert answer.status_code == 303, place


BAD: list[tuple[str, str, str]] = [
    ("name", "", "Tulis nama panggilan"),
    ("name", "x" * 101, "Terlalu panjang"),
    ("name", "Mama 🌺", "tanpa gambar kecil"),
    ("name", "Mama \u202eRos", "tidak terlihat"),
    ("name", "Ro\x00s", "tidak terlihat"),
    ("name", "<script>alert(1)</script>", "huruf biasa"),
    ("phone", "", "Tulis nomor HP"),
    ("phone", "12", "belum benar"),
    ("phone", "nol delapan", "belum benar"),
    ("phone", "0380-821-111", "belum benar"),
    ("phone", "0" * 4000, "belum benar"),
    ("phone", "0812\x003900", "tidak terlihat"),
    ("phone", "📱0812", "belum benar"),
    ("password", "", "Buat kata sandi"),
    ("password", "tujuh77", "Terlalu pendek"),
    ("password", "p" * 201, "Terlalu panjang"),
    ("password", "12345678", "mudah ditebak"),
    ("password", "Kupang2026!", "mudah ditebak"),
    ("password", "bismillah", "mudah ditebak"),
    ("password", "abababab", "mudah ditebak"),
    ("password", "081239001234", "nama atau nomor HP"),
    ("password", "+62 812-3900-1234", "nama atau nomor HP"),
    ("password", "mamaros99", "nama atau nomor HP"),
    ("place", "", "Tulis kelurahan"),
    ("place", "Atlantis", "belum kami kenal"),
    ("place", "x" * 5000, "Terlalu panjang"),
    ("place", "Oesapa\u2066", "tidak terlihat"),
    ("greeting", "Tuan", "Pilih salah satu"),
    ("agree", "", "18 tahun"),
]


def test_bad_input_is_answered_beside_its_field(client: Client) -> None:
    for field, typed, words in BAD:
        sent = {**GOOD, field: typed}
        if field == "agree":
            del sent["agree"]
        answer = client.post("/daftar", data=sent)
        shown, case = answer.get_data(as_text=True), f"{field}={typed[:20]!r}"
        assert answer.status_code == 422, case
        assert words in shown, case
        assert f'id="{field}-e"' in shown, case
        for kept in set(GOOD) - {field, "password", "agree"}:
            assert GOOD[kept].replace("-", "") in shown.replace("-", ""), f"{case}: {kept} was lost"
        assert "periuk" not in shown, "a password is never sent back"
    assert people() == 0


def test_garbage_is_no_500(client: Client) -> None:
    garbage: list[Any] = [None, b"\xff\xfe=%00", "name=%ff%fe&phone=%00", "=&&&=;"]
    for data in garbage:
        answer = client.post("/daftar", data=data, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 422, data


def test_what_a_person_types_is_shown_as_text(client: Client) -> None:
    assert client.fill("/daftar", GOOD | {"name": "O’Neil & Co. (Ros)"}, action="/daftar").status_code == 303
    shown = client.get("/akun").get_data(as_text=True)
    assert "O’Neil &amp; Co. (Ros)" in shown


def test_a_number_in_use_says_so_and_says_what_to_do(client: Client, app: Any) -> None:
    assert client.fill("/daftar", GOOD, action="/daftar").status_code == 303
    other = app.test_client()
    answer = other.fill("/daftar", GOOD | {"phone": "62 81239001234", "password": "lampu sumur tangga"}, action="/daftar")
    assert answer.status_code == 422
    assert "Nomor ini sudah dipakai" in answer.get_data(as_text=True)
    assert people() == 1


def test_a_double_tap_makes_one_account_and_both_get_in(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    other = app.test_client()
    assert client.post("/daftar", data=sent).status_code == 303
    again = other.post("/daftar", data=sent)  # the same form, before the first answer's cookie was seen
    assert (again.status_code, again.location) == (303, "/akun")
    assert people() == 1
    third = client.post("/daftar", data=sent)  # and once more, with the cookie
    assert (third.status_code, third.location) == (303, "/akun")


def test_the_same_form_does_not_let_in_who_lacks_the_password(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    assert client.post("/daftar", data=sent).status_code == 303
    thief = app.test_client()
    answer = thief.post("/daftar", data=sent | {"password": "bukan yang benar"})
    assert answer.status_code == 422
    assert thief.get("/akun").status_code == 303


def test_an_old_page_filled_in_for_somebody_else_is_a_new_account(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    assert client.post("/daftar", data=sent).status_code == 303
    assert app.test_client().post("/daftar", data=sent | {"phone": "+60 12-345 6789", "name": "Ina"}).status_code == 303
    assert people() == 2


@pytest.mark.both
def test_two_hundred_sign_ups_with_one_number_make_one_account(app: Any, race: Callable[..., Outcomes]) -> None:
    def enter(number: int) -> int:
        new = actions.NewPerson(f"Mama {number}", "+6281239001234", "periuk tikar lesung", "53.71.03.1010")
        return actions.sign_up(new, f"key-of-runner-{number:06d}", address="198.51.100.7")

    outcomes = race(200, enter)
    assert len(outcomes.wins) == 1
    assert len(outcomes.refusals(actions.PhoneTaken)) == 199
    assert people() == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == len(rules.CONSENTS)


@pytest.mark.both
def test_without_the_constraint_the_race_would_see_doubles(app: Any, race: Callable[..., Outcomes]) -> None:
    """The control: the same race with the guard taken off does see two accounts of one number."""
    from sqlalchemy import text

    from app.core import clock
    from app.core.db import db, transaction

    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE person DROP CONSTRAINT uq_person_phone_slot"))
        number = "+6281239001234"
    else:
        number = ""  # SQLite can't drop a constraint: rows without a number show that the race itself would let doubles in

    def enter(_number: int) -> None:
        with transaction() as session:
            session.add(Person(name="Mama", phone=number or None, made_at=clock.now()))

    assert len(race(8, enter).wins) == 8
    assert people() == 8


def test_the_catalogue_has_the_form_in_english(client: Client) -> None:
    client.set_cookie("bahasa", "en")
    shown = client.get("/daftar").get_data(as_text=True)
    assert "Nama panggilan" not in shown
    assert catalogue("en")["Nama panggilan"][0] in shown


def test_no_device_is_left_by_a_refused_sign_up(client: Client) -> None:
    client.post("/daftar", data=GOOD | {"password": "12345678"})
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(DeviceSession)) == 0
