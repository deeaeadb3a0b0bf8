"""Signing up: five fields, every bad input answered beside its field, and nobody learns whose number is known."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from app.accounts.people import actions, queries, rules
from app.accounts.people.models import Consent, DeviceSession, Person, SecondFactor
from app.core import clock, passwords, sealing
from app.core.db import reading, transaction
from app.core.words import catalogue
from tests.conftest import counting
from tests.factories import a_person

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
    assert (answer.status_code, answer.location) == (303, "/selamat-datang")
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


def test_a_double_tap_makes_one_account_and_both_get_in(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    other = app.test_client()
    assert client.post("/daftar", data=sent).status_code == 303
    again = other.post("/daftar", data=sent)  # the same form, before the first answer's cookie was seen
    assert (again.status_code, again.location) == (303, "/selamat-datang")
    assert people() == 1
    third = client.post("/daftar", data=sent)  # and once more, with the cookie
    assert (third.status_code, third.location) == (303, "/akun")


def test_the_same_form_does_not_let_in_who_lacks_the_password(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    assert client.post("/daftar", data=sent).status_code == 303
    thief = app.test_client()
    answer = thief.post("/daftar", data=sent | {"name": "Bapa Lain", "password": "bukan yang benar"})
    assert answer.status_code == 303, "as a fresh number is answered"
    shown = thief.get("/akun").get_data(as_text=True)
    assert "Bapa Lain" in shown
    assert "Mama Ros" not in shown
    assert people() == 2


def test_an_old_page_filled_in_for_somebody_else_is_a_new_account(client: Client, app: Any) -> None:
    sent = GOOD | {"kunci": "k" * 24}
    assert client.post("/daftar", data=sent).status_code == 303
    assert app.test_client().post("/daftar", data=sent | {"phone": "+60 12-345 6789", "name": "Ina"}).status_code == 303
    assert people() == 2


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brakes that a race does not meet."""
    monkeypatch.setattr(actions, "SIGN_IN_ACCOUNT", dataclasses.replace(actions.SIGN_IN_ACCOUNT, most=1000))
    monkeypatch.setattr(actions, "SIGN_IN_DAY", dataclasses.replace(actions.SIGN_IN_DAY, most=1000))


def enter(number: int, password: str = "periuk tikar lesung") -> int:
    new = actions.NewPerson(f"Mama {number}", "+6281239001234", password, "53.71.03.1010")
    signed = actions.sign_up(new, f"key-of-runner-{number:06d}", device="", address="198.51.100.7")
    return signed.person_id


@pytest.mark.both
def test_two_hundred_sign_ups_with_one_number_and_password_make_one_account(
    app: Any, wide: None, race: Callable[..., Outcomes], rounds: Callable[[int, int], int]
) -> None:
    outcomes = race(rounds(60, 200), enter)
    assert not outcomes.others()
    assert len(set(outcomes.wins)) == 1, "everybody is in the one account that the first one made"
    assert people() == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == len(rules.CONSENTS)


@pytest.mark.both
def test_sign_ups_at_once_with_one_number_and_different_passwords_stay_within_the_limit(
    app: Any, wide: None, race: Callable[..., Outcomes]
) -> None:
    outcomes = race(30, lambda number: enter(number, f"periuk tikar lesung {number:03d}"))
    assert not outcomes.others(actions.NumberFull)
    assert len(outcomes.wins) == rules.MOST_SIGN_UPS
    with reading() as session:
        assert list(session.scalars(select(Person.phone_slot).order_by(Person.phone_slot))) == [0, 1]


@pytest.mark.both
def test_without_the_look_at_what_was_made_meanwhile_the_race_would_see_doubles(
    app: Any, wide: None, race: Callable[..., Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same race with the guard taken off makes two accounts for one person."""
    monkeypatch.setattr(queries, "passwords_of", lambda _session, _who: [])
    monkeypatch.setattr(actions, "require", lambda _condition, _refusal=None: None)
    race(6, enter)
    assert people() > 1


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


# Nobody learns whose number is known here


def sign_up_as(client: Client, name: str, password: str) -> Any:
    return client.fill("/daftar", GOOD | {"name": name, "password": password}, action="/daftar")


@pytest.mark.both
def test_a_number_that_is_known_signs_up_like_a_fresh_one_and_who_has_proven_it_is_told(
    client: Client, app: Any, run_outbox: Callable[[], int]
) -> None:
    first = sign_up_as(client, "Mama Ros", GOOD["password"])
    stranger = app.test_client()
    second = sign_up_as(stranger, "Bapa Lain", "lampu sumur tangga")
    assert (second.status_code, second.location) == (first.status_code, first.location) == (303, "/selamat-datang")
    assert "Bapa Lain" in stranger.get("/selamat-datang").get_data(as_text=True)
    with reading() as session:
        rows = session.execute(select(Person.name, Person.phone_slot, Person.phone_proven_at).order_by(Person.id)).all()
    assert [tuple(row) for row in rows] == [("Mama Ros", 0, None), ("Bapa Lain", 1, None)]
    run_outbox()
    for either in (client, stranger):
        assert "dipakai untuk mendaftar" not in either.get("/kabar").get_data(as_text=True), (
            "nothing is proven: who came first is not known"
        )
    with transaction() as session:
        session.execute(update(Person).where(Person.name == "Mama Ros").values(phone_proven_at=clock.now()))
        stranger_id = session.scalar(select(Person.id).where(Person.name == "Bapa Lain")) or 0
    for _twice in range(2):
        actions.tell_holders(stranger_id)
    assert client.get("/kabar").get_data(as_text=True).count("dipakai untuk mendaftar") == 1
    assert "dipakai untuk mendaftar" not in stranger.get("/kabar").get_data(as_text=True)


def test_both_accounts_of_a_number_sign_in_with_their_own_password(client: Client, app: Any) -> None:
    sign_up_as(client, "Mama Ros", GOOD["password"])
    sign_up_as(app.test_client(), "Bapa Lain", "lampu sumur tangga")
    for name, password in (("Mama Ros", GOOD["password"]), ("Bapa Lain", "lampu sumur tangga")):
        device = app.test_client()
        assert device.post("/masuk", data={"phone": GOOD["phone"], "password": password}).status_code == 303
        assert name in device.get("/akun").get_data(as_text=True)


def test_who_forgot_that_she_has_an_account_is_let_into_it(client: Client, app: Any) -> None:
    sign_up_as(client, "Mama Ros", GOOD["password"])
    again = app.test_client()
    assert sign_up_as(again, "Ros", GOOD["password"]).status_code == 303
    assert people() == 1
    assert "Mama Ros" in again.get("/akun").get_data(as_text=True)


def test_signing_up_does_not_go_round_a_second_factor(client: Client, app: Any) -> None:
    from tests.factories import TOTP_SECRET

    sign_up_as(client, "Mama Ros", GOOD["password"])
    with transaction() as session:
        person_id = session.scalar(select(Person.id)) or 0
        sealed = sealing.seal(TOTP_SECRET.encode(), "second_factor", person_id, "secret")
        session.add(SecondFactor(person_id=person_id, secret=sealed, confirmed_at=clock.now()))
    again = app.test_client()
    answer = sign_up_as(again, "Ros", GOOD["password"])
    assert answer.location.startswith("/masuk/kode")
    assert again.get("/akun").status_code == 303, "half is not in"


def test_who_is_suspended_does_not_sign_in_by_signing_up(client: Client, app: Any) -> None:
    sign_up_as(client, "Mama Ros", GOOD["password"])
    with transaction() as session:
        session.execute(update(Person).values(suspended_until=clock.now() + timedelta(days=3)))
    answer = sign_up_as(app.test_client(), "Ros", GOOD["password"])
    assert answer.status_code == 422
    assert "dihentikan sementara" in answer.get_data(as_text=True)


def test_a_third_sign_up_within_a_month_leads_to_the_office_known_or_not(client: Client, app: Any) -> None:
    with transaction() as session:
        a_person(session, name="Ros", phone="+6281239001234", made_at=clock.now() - timedelta(days=90))
    answers = []
    for phone in ("0812-3900-1234", "0812-3900-9999"):
        for number in range(3):
            typed = GOOD | {"phone": phone, "password": f"lampu sumur tangga {number}"}
            answers.append(app.test_client().fill("/daftar", typed, action="/daftar"))
    known, fresh = answers[:3], answers[3:]
    assert [answer.status_code for answer in known] == [answer.status_code for answer in fresh] == [303, 303, 422]
    for last in (known[2], fresh[2]):
        assert "kantor lurah" in last.get_data(as_text=True)
    with transaction() as session:
        session.execute(update(Person).values(made_at=clock.now() - timedelta(days=31)))
    full = app.test_client().fill("/daftar", GOOD | {"password": "lampu sumur tangga lagi"}, action="/daftar")
    assert full.status_code == 422
    assert "kantor lurah" in full.get_data(as_text=True)


def test_an_account_is_made_for_somebody_at_the_desk(app: Any) -> None:
    new = actions.NewPerson("Mama Desa", "+6281239001234", "", "53.71.03.1010")
    with transaction() as session:
        made = [actions.make_account(session, new, None, clock.now(), has_agreed=False) for _place in rules.SLOTS]
        assert session.scalar(select(func.count()).select_from(Consent)) == 0
        with pytest.raises(actions.NumberFull):
            actions.make_account(session, new, None, clock.now())
        nobody = dataclasses.replace(new, phone=None)
        made += [actions.make_account(session, nobody, None, clock.now()) for _again in range(4)]
    assert len(set(made)) == 7


# Equal work, counted rather than timed: hashes looked at and made, statements, and what is answered


@dataclasses.dataclass(frozen=True)
class Work:
    verified: int
    hashed: int
    statements: tuple[str, ...]
    status: int
    location: str
    body: str


def work(answer: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Work:
    """What one request costs before its answer has gone out, and what it says but for random tokens."""
    done: list[str] = []

    def spy(name: str) -> Callable[..., Any]:
        real = getattr(PasswordHasher, name)

        def spied(*args: Any, **kwargs: Any) -> Any:
            done.append(name)
            return real(*args, **kwargs)

        return spied

    with monkeypatch.context() as patch, counting() as counted:
        patch.setattr(PasswordHasher, "verify", spy("verify"))
        patch.setattr(PasswordHasher, "hash", spy("hash"))
        given = answer()
        body = re.sub(r'(value|href|content)="[^"]*"|[0-9A-Za-z_-]{16,}', "", given.get_data(as_text=True))
        statements = tuple(re.sub(r"\(\?.*|VALUES.*", "", statement) for statement in counted.statements)
        cost = Work(done.count("verify"), done.count("hash"), statements, given.status_code, given.location or "", body)
    given.close()
    return cost


@pytest.mark.both
def test_signing_up_costs_and_says_the_same_for_a_known_and_a_fresh_number(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        a_person(session, name="Ros", phone="+6281239001234", made_at=clock.now() - timedelta(days=90))

    def sign_up(phone: str) -> Work:
        sent = GOOD | {"phone": phone, "password": "lampu sumur tangga", "kunci": f"k{phone:0>24}".replace("-", "x")}
        return work(lambda: app.test_client().post("/daftar", data=sent, buffered=False), monkeypatch)

    sign_up("0812-3900-1111")  # the hash of nobody is made once
    known, fresh = sign_up("0812-3900-1234"), sign_up("0812-3900-9999")
    assert known == fresh
    assert (known.verified, known.hashed, known.status) == (3, 1, 303)


@pytest.mark.both
def test_signing_in_costs_and_says_the_same_for_known_and_unknown(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as session:
        ros = a_person(session, name="Ros", phone="+6281239001234")
        ros.email, ros.email_proven_at = "ros@contoh.id", clock.now()

    def sign_in(who: str) -> Work:
        sent = {"phone": who, "password": "salah sekali ini"}
        return work(lambda: app.test_client().post("/masuk", data=sent, buffered=False), monkeypatch)

    sign_in("0812-3900-1111")
    known, unknown = sign_in("0812-3900-1234"), sign_in("0812-3900-9999")
    assert known == unknown
    assert (known.verified, known.hashed, known.status) == (3, 0, 422)
    known, unknown = sign_in("Ros@Contoh.id"), sign_in("ina@contoh.id")
    assert known == unknown
    assert (known.verified, known.status) == (3, 422)


def test_the_count_of_work_sees_a_look_that_ends_early(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a sign-in that looks only at passwords that are there is seen to differ."""
    with transaction() as session:
        a_person(session, name="Ros", phone="+6281239001234")

    def early(kept: list[Any], password: str) -> Any:
        return next((account for account in kept if passwords.verify(account.password_hash, password)), None)

    monkeypatch.setattr(actions, "_match", early)

    def sign_in(who: str) -> Work:
        sent = {"phone": who, "password": "salah sekali ini"}
        return work(lambda: app.test_client().post("/masuk", data=sent, buffered=False), monkeypatch)

    assert sign_in("0812-3900-1234") != sign_in("0812-3900-9999")


# The first page


def test_the_first_page_says_what_can_be_done_next(client: Client) -> None:
    sign_up_as(client, "Mama Ros", GOOD["password"])
    shown = client.get("/selamat-datang").get_data(as_text=True)
    assert "Mama Ros" in shown
    assert "/akun/kode-pemulihan" in shown
    assert client.get("/akun").status_code == 200
