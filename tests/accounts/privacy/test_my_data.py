"""My data: the page, the copy, agreeing and taking back, requests and their clock."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.accounts.notices.models import Notice
from app.accounts.people import queries as people
from app.accounts.people.models import Consent, DeviceSession, Person
from app.accounts.people.rules import COURSE_NEWS
from app.accounts.privacy import actions, queries, rules
from app.accounts.privacy.models import DataRequest
from app.accounts.privacy.rules import RequestKind, RequestState
from app.core import clock, once
from app.core.access import Role
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from tests.accounts.privacy import life
from tests.accounts.privacy.life import agreed, lived
from tests.community.factories import a_person
from tests.training.factories import a_course, a_trainer, an_organisation

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Client


def unzipped(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.status_code
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# The copy


@pytest.mark.both
def test_the_copy_holds_what_every_area_holds_and_nothing_of_others(
    app: Flask, sign_in: Callable[..., Client], run_outbox: Callable[[], int]
) -> None:
    her = lived()
    run_outbox()
    files = unzipped(sign_in(her.actor.person_id).post("/akun/data/unduh"))
    told = json.loads(files["data.json"])
    assert told["format"] == rules.COPY_FORMAT
    areas = {area["name"]: area for area in told["areas"]}
    assert {"people", "community", "orders", "shops", "rota", "applications", "leases", "enrolments", "courses", "privacy"} <= set(areas)
    profile = areas["people"]["data"]["profile"]
    assert (profile["name"], profile["phone"], profile["email"]) == (life.NAME, life.PHONE, life.EMAIL)
    assert profile["made_at"].endswith("+00:00")
    assert [post["text"] for post in areas["community"]["data"]["posts"]] == ["Di mana beli plastik tebal?", "Betul."]
    assert areas["privacy"]["data"]["requests"][0]["words"] == "Nama zxq saya salah tulis"
    assert areas["orders"]["data"]["orders"][0]["note"] == "Titip zxq di meja"
    whole = files["data.json"].decode()
    with reading() as session:
        phone = session.scalars(select(Person.phone).where(Person.id == her.neighbour.actor.person_id)).one()
    assert phone is not None
    assert phone not in whole
    assert "Saya juga." not in whole  # what the neighbour wrote
    assert {name for name in files if name.startswith("gambar/")} == {f"gambar/{key}.jpg" for key in her.picture_keys}


def test_the_copy_holds_no_secret(app: Flask, sign_in: Callable[..., Client]) -> None:
    her = lived()
    phone = sign_in(her.actor.person_id)
    files = unzipped(phone.post("/akun/data/unduh", data={"secret": "y"}))
    whole = (files["data.json"] + files["data.html"]).decode()
    with reading() as session:
        row = session.scalars(select(Person).where(Person.id == her.actor.person_id)).one()
        tokens = list(session.scalars(select(DeviceSession.token_hash)))
        seals = [seal for _mark, seal, _author in life.voices(session, her.calm_thread) if seal]
    assert row.password_hash
    for secret in (row.password_hash, phone.token, *tokens, *seals, "0" * 32):
        assert secret not in whole
    for word in ("password_hash", "token_hash", "code_mark", "author_seal", "public_key", "secret"):
        assert word not in whole


def test_what_she_wrote_under_a_pseudonym_is_in_it_only_when_she_asks(app: Flask, sign_in: Callable[..., Client]) -> None:
    her = lived()
    phone = sign_in(her.actor.person_id)
    without = unzipped(phone.post("/akun/data/unduh"))
    assert not any(b"Tiap malam terbangun." in content for content in without.values())
    with_it = unzipped(phone.post("/akun/data/unduh", data={"secret": "y"}))
    assert all(b"Tiap malam terbangun." in with_it[name] for name in ("data.json", "data.html"))
    with reading() as session:
        records = session.scalars(select(AuditRow).where(AuditRow.act == "data.exported")).all()
    assert [row.codes for row in records] == [{}, {}]  # the trail does not say which was ticked


class Page(HTMLParser):
    """Addresses in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]


def test_the_readable_copy_stands_alone_and_shows_typed_words_as_words(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("<img src=x onerror=alert(1)>")
    html = unzipped(sign_in(actor.person_id).post("/akun/data/unduh"))["data.html"].decode()
    assert '<html lang="id">' in html
    assert "Data saya di" in html
    assert Page(html).addresses == []
    assert "<img" not in html
    assert "WITA" in html


def test_a_sixth_copy_a_day_is_refused_and_each_is_told(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("Mama Ros")
    phone = sign_in(actor.person_id)
    answers = [phone.post("/akun/data/unduh").status_code for _copy in range(6)]
    assert answers == [200] * 5 + [429]
    with reading() as session:
        told = session.scalars(select(Notice.kind).where(Notice.person_id == actor.person_id)).all()
    assert told == ["data.exported"] * 5


@pytest.mark.parametrize("path", ["/akun/data/unduh", "/akun/data/pergi"])
def test_dangerous_acts_ask_for_a_fresh_proof(app: Flask, sign_in: Callable[..., Client], path: str) -> None:
    actor = a_person("Mama Ros")
    phone = sign_in(actor.person_id)
    with transaction() as session:
        session.execute(update(DeviceSession).values(proved_at=clock.now() - timedelta(hours=1)))
    for answer in (phone.get(path), phone.post(path, data={"sure": "y"})):
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/akun/pastikan")


def test_the_page_of_my_data_is_within_its_statements(app: Flask, sign_in: Callable[..., Client], sql_count: Callable[[], Any]) -> None:
    phone = sign_in(lived().actor.person_id)
    for path in ("/akun/data", "/akun/data/persetujuan", "/akun/data/permintaan", "/akun/data/unduh"):
        with sql_count() as counted:
            assert phone.get(path).status_code == 200
        assert len(counted) <= 4, (path, counted.statements)
    with sql_count() as counted:
        assert phone.get("/akun/data/pergi").status_code == 200
    assert len(counted) <= 12, counted.statements


# Consents


@pytest.mark.both
def test_agreeing_and_taking_back_leave_a_log(app: Flask) -> None:
    actor = a_person("Mama Ros")
    agreed(actor.person_id)
    for step in (actions.agree, actions.agree, actions.withdraw, actions.withdraw, actions.agree):
        step(actor, COURSE_NEWS)
    with reading() as session:
        log = [row for row in queries.consent_log(session, actor.person_id) if row.purpose == COURSE_NEWS]
        assert people.agrees(session, actor.person_id, COURSE_NEWS)
    assert [row.withdrawn_at is None for row in log] == [True, False]


def test_taking_back_is_one_tap_like_giving(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("Mama Ros")
    phone = sign_in(actor.person_id)
    for word, stands in (("beri", True), ("tarik", False), ("beri", True)):
        answer = phone.fill("/akun/data/persetujuan", {}, action=f"/akun/data/persetujuan/courses/{word}")
        assert answer.status_code == 303
        with reading() as session:
            assert people.agrees(session, actor.person_id, COURSE_NEWS) is stands


def test_what_the_account_stands_on_leads_to_leaving(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor = a_person("Mama Ros")
    agreed(actor.person_id)
    phone = sign_in(actor.person_id)
    answer = phone.fill("/akun/data/persetujuan", {}, action="/akun/data/persetujuan/adult/tarik")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/akun/data/pergi")
    assert "Tanpa persetujuan ini akun tidak bisa berjalan" in phone.get("/akun/data/pergi").get_data(as_text=True)
    with reading() as session:
        assert people.agrees(session, actor.person_id, "adult")


def test_a_new_text_is_shown_on_the_account_and_forces_nobody(
    app: Flask, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = a_person("Mama Ros")
    agreed(actor.person_id)
    phone = sign_in(actor.person_id)
    assert "Baca teks baru" not in phone.get("/akun").get_data(as_text=True)
    with transaction() as session:
        session.execute(update(Consent).where(Consent.purpose == "data").values(text_version="2025-01-01"))
    assert "Baca teks baru" in phone.get("/akun").get_data(as_text=True)
    assert phone.get("/pesanan").status_code == 200
    assert phone.fill("/akun/data/persetujuan", {}, action="/akun/data/persetujuan/teks-baru").status_code == 303
    assert "Baca teks baru" not in phone.get("/akun").get_data(as_text=True)
    with reading() as session:
        log = [row.text_version for row in queries.consent_log(session, actor.person_id) if row.purpose == "data"]
    assert log == [rules.PURPOSES["data"].version, "2025-01-01"]  # what was agreed to before stays in the log


def test_news_of_courses_reaches_who_agreed_and_nobody_else(app: Flask, run_outbox: Callable[[], int]) -> None:
    """Take the question for the agreement away, and all three would hear."""
    yes, no, once_yes = a_person("Ya"), a_person("Tidak"), a_person("Dulu ya")
    actions.agree(yes, COURSE_NEWS)
    actions.agree(once_yes, COURSE_NEWS)
    actions.withdraw(once_yes, COURSE_NEWS)
    trainer = a_trainer()
    actions.agree(trainer, COURSE_NEWS)
    a_course(trainer, an_organisation(trainer))
    run_outbox()
    with reading() as session:
        told = session.scalars(select(Notice.person_id).where(Notice.kind == "course.opened")).all()
    assert told == [yes.person_id]
    assert no.person_id not in told


# Requests


def asked(actor: Any, kind: RequestKind = RequestKind.CORRECTION) -> int:
    return actions.ask(actor, kind, "Nama saya salah tulis", once.new_key())


def test_a_request_shows_its_clock_and_its_answer(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor, admin = a_person("Mama Ros"), a_person("Pengelola", Role.ADMIN)
    phone, desk = sign_in(actor.person_id), sign_in(admin.person_id)
    sent = phone.fill("/akun/data/permintaan", {"kind": "correction", "words": "Nama saya salah tulis"}, action="/akun/data/permintaan")
    assert sent.status_code == 303
    with reading() as session:
        request_id, opened, due = session.execute(select(DataRequest.id, DataRequest.opened_at, DataRequest.due_at)).one()
    assert due - opened == timedelta(hours=72)
    from app.core.formats import instant

    assert instant(due) in phone.get("/akun/data/permintaan").get_data(as_text=True)
    page = f"/petugas/permintaan-data/{request_id}"
    assert "Nama saya salah tulis" in desk.get(page).get_data(as_text=True)
    answered = desk.fill(page, {"outcome": "done", "answer": "Sudah kami betulkan."}, action=page)
    assert answered.status_code == 303
    assert "Sudah kami betulkan." in phone.get("/akun/data/permintaan").get_data(as_text=True)
    with reading() as session:
        assert session.scalars(select(Notice.kind).where(Notice.person_id == actor.person_id)).all() == ["data_request.answered"]
        row = session.scalars(select(AuditRow).where(AuditRow.act == "data_request.answered")).one()
    assert row.codes == {"outcome": "done"}


@pytest.mark.both
def test_what_is_asked_lies_sealed(app: Flask) -> None:
    actor, admin = a_person("Mama Ros"), a_person("Pengelola", Role.ADMIN)
    request_id = asked(actor)
    actions.answer(admin, request_id, RequestState.DONE, "Sudah kami betulkan.")
    with reading() as session:
        row = session.scalars(select(DataRequest)).one()
        assert b"salah" not in (row.words or b"")
        assert b"betulkan" not in (row.answer or b"")
        assert queries.requests_of(session, actor.person_id)[0].words == "Nama saya salah tulis"


@pytest.mark.both
def test_one_of_a_kind_waits_at_a_time(app: Flask) -> None:
    actor = a_person("Mama Ros")
    first = asked(actor)
    with pytest.raises(actions.AskedAlready):
        asked(actor)
    asked(actor, RequestKind.ERASURE)
    actions.take_back(actor, first)
    actions.take_back(actor, first)
    assert asked(actor) > first


def test_a_request_that_is_closed_is_not_answered_again(app: Flask) -> None:
    actor, admin = a_person("Mama Ros"), a_person("Pengelola", Role.ADMIN)
    request_id = asked(actor)
    actions.answer(admin, request_id, RequestState.DONE, "Sudah.")
    with pytest.raises(actions.AnsweredAlready):
        actions.answer(admin, request_id, RequestState.DECLINED, "Belum bisa.")
    with pytest.raises(actions.AnsweredAlready):
        actions.take_back(actor, request_id)


def test_overdue_requests_stand_first_and_are_counted(app: Flask, sign_in: Callable[..., Client]) -> None:
    late, fresh, admin = a_person("Telat"), a_person("Baru"), a_person("Pengelola", Role.ADMIN)
    asked(fresh)
    late_id = asked(late)
    with transaction() as session:
        session.execute(update(DataRequest).where(DataRequest.id == late_id).values(due_at=clock.now() - timedelta(hours=1)))
    with reading() as session:
        assert queries.overdue_count(session, clock.now()) == 1
        assert [row.name for row in queries.desk_list(session)[0]] == ["Telat", "Baru"]
    assert "Lewat waktu" in sign_in(admin.person_id).get("/petugas/permintaan-data").get_data(as_text=True)


def test_another_member_neither_sees_nor_withdraws_a_request(app: Flask, sign_in: Callable[..., Client]) -> None:
    actor, other = a_person("Mama Ros"), a_person("Orang lain")
    request_id = asked(actor)
    phone = sign_in(other.person_id)
    assert "salah tulis" not in phone.get("/akun/data/permintaan").get_data(as_text=True)
    assert phone.post(f"/akun/data/permintaan/{request_id}/tarik").status_code == 404
    assert phone.get(f"/petugas/permintaan-data/{request_id}").status_code == 404


def test_after_two_years_only_the_days_are_known(app: Flask) -> None:
    actor = a_person("Mama Ros")
    request_id = asked(actor)
    actions.take_back(actor, request_id)
    actions.forget(clock.now() + rules.TEXTS_KEPT + timedelta(days=1))
    with reading() as session:
        row = queries.requests_of(session, actor.person_id)[0]
    assert (row.words, row.answer) == ("", "")
