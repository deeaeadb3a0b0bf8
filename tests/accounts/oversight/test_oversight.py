"""Staff and accounts: finding people on record, roles, suspending, the trail."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.oversight import actions
from app.accounts.oversight.models import Suspension
from app.accounts.people import actions as people_actions
from app.accounts.people import rules as people_rules
from app.accounts.people.models import Person, PersonRole, SecondFactor
from app.core import clock
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.refusals import Refusal
from tests.factories import a_factor, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client, Outcomes


@pytest.fixture
def admin(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Pengelola Satu", phone="+62812000900001", roles=[Role.ADMIN])


@pytest.fixture
def moderator(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Moderator Dua", phone="+62812000900002", roles=[Role.MODERATOR])


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros Liliba", phone="+62812000000001")


def acts() -> list[tuple[str, int | None, int, dict[str, Any]]]:
    with reading() as session:
        rows = session.execute(select(AuditRow.act, AuditRow.actor_id, AuditRow.subject_id, AuditRow.codes).order_by(AuditRow.id))
        return [(row.act, row.actor_id, row.subject_id, row.codes) for row in rows]


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


# Finding people


def test_a_search_by_name_or_number_is_on_record_without_what_was_typed(
    sign_in: Callable[[Any], Client], admin: Person, ros: Person
) -> None:
    desk = sign_in(admin)
    for typed, by in (("ros", "name"), ("liliba", "name"), ("0812-0000-00001", "phone"), ("tidak ada", "name")):
        shown = desk.post("/petugas/orang", data={"q": typed})
        assert shown.status_code == 200
        assert ("Ros Liliba" in shown.get_data(as_text=True)) == (typed != "tidak ada")
        assert acts()[-1] == ("person.searched", admin.id, 0, {"by": by, "found": int(typed != "tidak ada")})
    assert "ros" not in str(acts()).replace("person.searched", "")


def test_what_stands_in_the_address_searches_nobody(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    assert "Ros Liliba" not in sign_in(admin).get("/petugas/orang?q=ros").get_data(as_text=True)
    assert acts() == []


def test_searching_people_takes_any_words(sign_in: Callable[[Any], Client], admin: Person) -> None:
    desk = sign_in(admin)
    for words in ("%", "_", "\\", "'", "x" * 5000, "100% Ros"):
        shown = desk.post("/petugas/orang", data={"q": words})
        assert shown.status_code == 200, words
        assert "Pengelola Satu" not in shown.get_data(as_text=True), words
    assert "Pengelola Satu" in desk.post("/petugas/orang", data={"q": "\x00"}).get_data(as_text=True)  # nothing: who has a role is shown


def test_a_page_of_a_person_is_on_record_once_an_hour(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    desk = sign_in(admin)
    for _twice in range(2):
        assert desk.get(f"/petugas/orang/{ros.id}").status_code == 200
    assert acts() == [("person.viewed", admin.id, ros.id, {})]
    assert desk.get("/petugas/orang/999999").status_code == 404


def test_a_moderator_sees_the_end_of_a_number_only_and_no_roles_to_give(
    sign_in: Callable[[Any], Client], moderator: Person, ros: Person
) -> None:
    desk = sign_in(moderator)
    for shown in (desk.post("/petugas/orang", data={"q": "ros"}), desk.get(f"/petugas/orang/{ros.id}")):
        text = shown.get_data(as_text=True)
        assert "0812" not in text
        assert "••••-0001" in text
        assert "Beri peran" not in text


def test_a_page_of_a_person_costs_at_most_twelve_statements(
    sign_in: Callable[[Any], Client], sql_count: Callable[[], Any], admin: Person, ros: Person
) -> None:
    desk = sign_in(admin)
    for path in (f"/petugas/orang/{ros.id}", "/petugas/orang", "/petugas/jejak"):
        with sql_count() as counted:
            assert desk.get(path).status_code == 200
        assert len(counted) <= 12, f"{path}: {len(counted)}"


# Roles


@pytest.mark.both
def test_an_admin_gives_and_takes_roles_and_it_is_on_record(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    desk, mine = sign_in(admin), sign_in(ros)
    assert mine.get("/petugas").status_code == 404
    for _twice in range(2):
        assert desk.post(f"/petugas/orang/{ros.id}/beri", data={"role": "officer"}).status_code == 303
    assert mine.get("/petugas").status_code == 200
    assert "Anda mendapat peran Petugas lapak." in mine.get("/kabar").get_data(as_text=True)
    assert desk.post(f"/petugas/orang/{ros.id}/lepas", data={"role": "officer"}).status_code == 303
    assert mine.get("/petugas").status_code == 404
    assert acts() == [
        ("role.given", admin.id, ros.id, {"role": "officer"}),
        ("role.taken", admin.id, ros.id, {"role": "officer"}),
    ]


def test_roles_that_can_not_be_given(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    desk = sign_in(admin)
    assert desk.post(f"/petugas/orang/{ros.id}/beri", data={"role": "raja"}).status_code == 404
    assert desk.post("/petugas/orang/999999/beri", data={"role": "officer"}).status_code == 404
    kept = desk.post(
        f"/petugas/orang/{admin.id}/lepas", data={"role": "admin"}, headers={"Referer": f"http://localhost/petugas/orang/{admin.id}"}
    )
    assert (kept.status_code, kept.location) == (303, f"/petugas/orang/{admin.id}")
    assert "minta pengelola lain" in desk.get(kept.location).get_data(as_text=True).lower()


@pytest.mark.both
@pytest.mark.parametrize("guarded", [True, False])
def test_two_admins_who_take_the_role_from_each_other_leave_one(
    app: Flask, race: Callable[..., Outcomes], admin: Person, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    with transaction() as session:
        other = a_person(session, name="Pengelola Dua", roles=[Role.ADMIN])
    pair = [Actor(admin.id, "Satu", frozenset({Role.ADMIN})), Actor(other.id, "Dua", frozenset({Role.ADMIN}))]
    if not guarded:
        monkeypatch.setattr(people_actions, "lock_admins", lambda _session: frozenset({admin.id, other.id}))
    outcomes = race(2, lambda i: people_actions.take_role(pair[i], pair[1 - i].person_id, Role.ADMIN))
    assert not [o for o in outcomes.others() if not isinstance(o, Refusal)]
    with reading() as session:
        left = session.scalars(select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN)).all()
    assert len(left) == (1 if guarded else 0)


# Suspending


@pytest.mark.both
def test_a_suspended_person_is_out_at_once_until_the_day_is_over_and_is_told_why(
    sign_in: Callable[[Any], Client], client: Client, moderator: Person, ros: Person
) -> None:
    desk, mine = sign_in(moderator), sign_in(ros)
    sent = desk.fill(
        f"/petugas/orang/{ros.id}",
        {"reason": "fraud", "until": in_days(7), "words": "Tiga pembeli belum menerima barang."},
        action=f"/petugas/orang/{ros.id}/hentikan",
    )
    assert (sent.status_code, sent.location) == (303, f"/petugas/orang/{ros.id}")
    assert mine.get("/akun").status_code == 303
    refused = client.post("/masuk", data={"phone": "0812-0000-00001", "password": "lontar biru tiga"})
    assert refused.status_code == 422
    said = refused.get_data(as_text=True)
    assert "dihentikan sementara" in said
    assert "menipu pembeli atau penjual" in said
    assert "menipu" not in client.post("/masuk", data={"phone": "0812-0000-00001", "password": "bukan ini juga"}).get_data(as_text=True)
    shown = desk.get(f"/petugas/orang/{ros.id}").get_data(as_text=True)
    assert "menipu pembeli atau penjual" in shown
    assert "Tiga pembeli belum menerima barang." in shown
    with reading() as session:
        until = session.scalar(select(Person.suspended_until).where(Person.id == ros.id))
    assert until is not None
    assert until.astimezone(clock.WITA).isoformat() == f"{in_days(8)}T00:00:00+08:00"
    assert ("person.suspended", moderator.id, ros.id) in [act[:3] for act in acts()]
    assert desk.post(f"/petugas/orang/{ros.id}/izinkan").status_code == 303
    assert client.post("/masuk", data={"phone": "0812-0000-00001", "password": "lontar biru tiga"}).status_code == 303


def test_bad_input_keeps_what_was_typed_and_says_what_to_do(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    desk = sign_in(admin)
    for typed, sentence in (
        ({"reason": "fraud", "until": in_days(-1)}, "Pilih tanggal dari hari ini"),
        ({"reason": "fraud", "until": in_days(400)}, "Pilih tanggal dari hari ini"),
        ({"reason": "fraud", "until": ""}, "Tulis tanggal terakhirnya."),
        ({"reason": "raja", "until": in_days(1)}, "Pilih salah satu"),
    ):
        answer = desk.post(f"/petugas/orang/{ros.id}/hentikan", data={**typed, "words": "Kata yang diketik."})
        assert answer.status_code == 422, typed
        assert sentence in answer.get_data(as_text=True)
        assert "Kata yang diketik." in answer.get_data(as_text=True)
    assert acts() == []


def test_staff_are_suspended_by_an_admin_only_and_nobody_suspends_herself(
    sign_in: Callable[[Any], Client], admin: Person, moderator: Person
) -> None:
    form = {"reason": "abuse", "until": in_days(3)}
    with transaction() as session:
        officer = a_person(session, name="Petugas Tiga", roles=[Role.OFFICER])
    assert sign_in(moderator).post(f"/petugas/orang/{officer.id}/hentikan", data=form).status_code == 422
    assert sign_in(moderator).post(f"/petugas/orang/{moderator.id}/hentikan", data=form).status_code == 422
    assert sign_in(admin).post(f"/petugas/orang/{admin.id}/hentikan", data=form).status_code == 422
    with reading() as session:
        assert session.scalars(select(Suspension)).all() == []
    assert sign_in(admin).post(f"/petugas/orang/{officer.id}/hentikan", data=form).status_code == 303


@pytest.mark.both
@pytest.mark.parametrize("guarded", [True, False])
def test_two_admins_who_suspend_each_other_leave_one(
    app: Flask, race: Callable[..., Outcomes], admin: Person, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    with transaction() as session:
        other = a_person(session, name="Pengelola Dua", roles=[Role.ADMIN])
    pair = [Actor(admin.id, "Satu", frozenset({Role.ADMIN})), Actor(other.id, "Dua", frozenset({Role.ADMIN}))]
    if not guarded:
        monkeypatch.setattr(actions, "_check", lambda *_: None)
    decision = actions.Decision(people_rules.SuspensionReason.ABUSE, clock.now() + timedelta(days=2), "")
    outcomes = race(2, lambda i: actions.suspend(pair[i], pair[1 - i].person_id, decision, f"a-key-of-its-own-{i}"))
    with reading() as session:
        out = session.scalars(select(Person.id).where(Person.suspended_until.is_not(None))).all()
    assert len(out) == (1 if guarded else 2)
    assert not outcomes.others(actions.NotYours)


@pytest.mark.both
def test_a_person_has_one_standing_suspension_however_many_moderators_decide_at_once(
    app: Flask, race: Callable[..., Outcomes], moderator: Person, ros: Person
) -> None:
    mods = Actor(moderator.id, "Dua", frozenset({Role.MODERATOR}))
    decision = actions.Decision(people_rules.SuspensionReason.ABUSE, clock.now() + timedelta(days=2), "")
    outcomes = race(12, lambda i: actions.suspend(mods, ros.id, decision, f"a-key-of-its-own-{i:02}"))
    assert len(outcomes.wins) == 12
    with reading() as session:
        rows = session.execute(select(Suspension.lifted_at).where(Suspension.person_id == ros.id)).all()
    assert len(rows) == 12
    assert [row.lifted_at is None for row in rows].count(True) == 1


@pytest.mark.both
def test_the_schema_itself_lets_one_suspension_stand(app: Flask, moderator: Person, ros: Person) -> None:
    """Whatever code forgets to lift the one before."""
    now = clock.now()
    row = {"person_id": ros.id, "reason": people_rules.SuspensionReason.ABUSE, "words": "", "from_at": now, "made_by_id": moderator.id}
    with transaction() as session:
        session.add(Suspension(**row, until_at=now + timedelta(days=1), lifted_at=now))
        session.add(Suspension(**row, until_at=now + timedelta(days=1)))
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Suspension(**row, until_at=now + timedelta(days=2)))
    with transaction() as session:  # the control: without the index a second one stands
        session.execute(text("DROP INDEX uq_suspension_standing"))
        session.add(Suspension(**row, until_at=now + timedelta(days=2)))


def test_a_form_sent_twice_suspends_once(sign_in: Callable[[Any], Client], admin: Person, ros: Person) -> None:
    desk = sign_in(admin)
    form = {"reason": "abuse", "until": in_days(3), "kunci": "the-same-form-sent-twice"}
    for _twice in range(2):
        assert desk.post(f"/petugas/orang/{ros.id}/hentikan", data=form).status_code == 303
    with reading() as session:
        assert len(session.scalars(select(Suspension)).all()) == 1


def test_staff_end_every_sign_in_of_a_person_at_once(
    sign_in: Callable[[Any], Client], client: Client, moderator: Person, admin: Person, ros: Person
) -> None:
    desk, phones = sign_in(moderator), [sign_in(ros), sign_in(ros)]
    assert desk.post(f"/petugas/orang/{ros.id}/keluarkan").status_code == 303
    assert [phone.get("/akun").status_code for phone in phones] == [303, 303]
    assert ("person.signed_out", moderator.id, ros.id, {"devices": 2}) in acts()
    assert client.post("/masuk", data={"phone": "0812-0000-00001", "password": "lontar biru tiga"}).status_code == 303
    boss = sign_in(admin)
    desk.post(f"/petugas/orang/{admin.id}/keluarkan")
    assert boss.get("/akun").status_code == 200


def test_an_admin_takes_away_a_lost_factor_after_seeing_the_id_and_the_password_is_still_asked_for(
    sign_in: Callable[[Any], Client], client: Client, admin: Person, ros: Person
) -> None:
    with transaction() as session:
        a_factor(session, ros.id)
        a_factor(session, admin.id)
    desk, mine, right = sign_in(admin), sign_in(ros), {"phone": "0812-0000-00001", "password": "lontar biru tiga"}
    assert client.post("/masuk", data=right).location.startswith("/masuk/kode")
    desk.post(f"/petugas/orang/{ros.id}/lepas-pengaman")  # nobody ticked that the ID was seen
    assert client.post("/masuk", data=right).location.startswith("/masuk/kode")
    assert desk.post(f"/petugas/orang/{ros.id}/lepas-pengaman", data={"ktp": "ya"}).status_code == 303
    assert ("factor.removed", admin.id, ros.id, {}) in acts()
    assert mine.get("/akun").status_code == 303
    assert client.post("/masuk", data={**right, "password": "bukan yang ini"}).status_code == 422
    assert not client.post("/masuk", data=right).location.startswith("/masuk/kode")
    desk.post(f"/petugas/orang/{admin.id}/lepas-pengaman", data={"ktp": "ya"})
    with reading() as session:
        assert session.get(SecondFactor, admin.id) is not None


# The trail


@pytest.fixture
def busy(app: Flask, admin: Person, moderator: Person, ros: Person) -> None:
    with transaction() as session:
        for number in range(120):
            session.add(
                AuditRow(
                    at=clock.now() - timedelta(days=number),
                    actor_id=(admin if number % 2 else moderator).id,
                    act="role.given" if number % 3 else "turn.assigned",
                    subject="person" if number % 3 else "turn",
                    subject_id=ros.id if number % 3 else number + 1,
                    codes={"number": number},
                )
            )


def test_the_trail_is_filtered_and_paged(sign_in: Callable[[Any], Client], busy: None, admin: Person, ros: Person) -> None:
    desk = sign_in(admin)

    def numbers(query: str) -> list[int]:
        found: list[int] = []
        address: str | None = f"/petugas/jejak.csv?{query}"
        table = desk.get(address).get_data(as_text=True).removeprefix("\ufeff")
        for row in csv.DictReader(io.StringIO(table)):
            if '"number"' in row["codes"]:
                found.append(int(row["codes"].split(":")[1].strip(" }")))
        return found

    assert len(numbers("")) == 120
    assert all(n % 2 for n in numbers(f"siapa={admin.id}"))
    assert len(numbers(f"siapa={admin.id}")) == 60
    assert all(n % 3 == 0 for n in numbers("tindakan=turn"))
    assert all(n % 3 for n in numbers(f"hal-apa=person&nomor={ros.id}"))
    assert len(numbers(f"dari={in_days(-3)}&sampai={in_days(-2)}")) == 2
    first = desk.get("/petugas/jejak").get_data(as_text=True)
    assert first.count("<tr>") == 51
    assert "number: 119<" in first  # the row written last
    assert "number: 0<" not in first
    for broken in ("siapa=abc", "dari=kemarin", "sampai=9999-99-99", "tindakan=%00", "nomor=-1", "sebelum=99999999999999999999"):
        assert desk.get(f"/petugas/jejak?{broken}").status_code == 200, broken


def test_taking_the_trail_along_is_on_record(sign_in: Callable[[Any], Client], busy: None, admin: Person) -> None:
    answer = sign_in(admin).get("/petugas/jejak.csv?tindakan=turn")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.mimetype == "text/csv"
    answer.get_data()
    assert acts()[-1] == ("audit.exported", admin.id, 0, {"rows": 40, "act": "turn", "by": 0})


def test_every_act_of_the_code_has_words_and_an_area() -> None:
    import re

    from app.accounts.oversight.rules import ACTS, AREAS
    from tests.house.reading import ROOT, listing

    written: set[str] = set()
    for path in (ROOT / "app").rglob("*.py"):
        written |= set(re.findall(r"audit\.write\([^\"]*?\"([a-z_]+\.[a-z_]+)\"", path.read_text(encoding="utf-8")))
    assert written, "No audit row is written anywhere?"
    missing = sorted(act for act in written if act not in ACTS or act.split(".")[0] not in AREAS)
    assert not missing, listing(missing, "Word these acts in app/accounts/oversight/rules.py (ACTS), and their first word in AREAS.")
