"""A trainer writes, publishes, changes, closes and cancels; bad input gets a sentence; nobody else gets in."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update

from app.accounts.notices.models import Notice
from app.core import clock, once
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.training.courses import actions, rules
from app.training.courses.models import Cohort, CohortState, Course, CourseState
from app.training.enrolments import actions as enrolments
from tests.community.factories import a_person, signed_in
from tests.conftest import Client
from tests.training.factories import a_cohort_draft, a_course, a_trainer, an_organisation

TODAY = clock.today()


def typed(**more: Any) -> dict[str, Any]:
    words: dict[str, Any] = {
        "title": "Barista kopi NTT",
        "vocation": "coffee",
        "summary": "Menyeduh dan menjual kopi Timor dan Flores.",
        "body": "",
        "lesson_hours": "80",
        "requirements": "",
        "provided": "",
        "cost_rupiah": "0",
        "certificate": "attendance",
        "starts_on": (TODAY + timedelta(days=20)).isoformat(),
        "ends_on": (TODAY + timedelta(days=30)).isoformat(),
        "closes_on": (TODAY + timedelta(days=15)).isoformat(),
        "schedule": "Senin–Jumat, 08.00–14.00 WITA",
        "place": "BLK Contoh, dapur kopi",
        "quota": "16",
        "least_people": "12",
        "tindakan": "terbit",
    }
    return words | more


@pytest.fixture
def trainer(app: Flask) -> Any:
    who = a_trainer()
    an_organisation(who)
    return who


def send(app: Flask, trainer: Any, **more: Any) -> Any:
    with reading() as session:
        from app.training.courses.queries import organisations_of

        organisation_id = organisations_of(session, trainer.person_id)[0].organisation_id
    return signed_in(app, trainer).post("/pelatih/kursus/baru", data=typed(organisation=str(organisation_id), **more))


def test_a_trainer_publishes_and_everybody_reads(app: Flask, client: Client, trainer: Any, sql_count: Callable[[], Any]) -> None:
    answer = send(app, trainer)
    assert answer.status_code == 303
    assert answer.location == "/pelatih/kursus/1"
    with sql_count() as counted:
        listed = client.get("/pelatihan").get_data(as_text=True)
    assert len(counted) <= 3
    assert "Barista kopi NTT" in listed
    assert "Sisa <b>16 kursi</b> dari 16" in listed
    with sql_count() as counted:
        shown = client.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)
    assert len(counted) <= 3
    for words in (
        "Pendaftaran dibuka",
        "0 dari 16 kursi",
        "Diperiksa petugas",
        "bukan sertifikat kompetensi",
        "80 JP",
        "/masuk?next=/pelatihan/barista",
    ):
        assert words in shown
    with reading() as session:
        assert session.scalar(select(AuditRow.act)) == "course.published"


def test_a_draft_is_nobodys_business_until_it_is_published(app: Flask, client: Client, trainer: Any) -> None:
    assert send(app, trainer, tindakan="konsep").status_code == 303
    assert client.get("/pelatihan/barista-kopi-ntt").status_code == 404
    assert "Barista" not in client.get("/pelatihan").get_data(as_text=True)
    with pytest.raises(NotThere):
        enrolments.enrol(a_person(), 1, once.new_key())
    desk = signed_in(app, trainer)
    assert "masih konsep" in desk.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)
    assert desk.post("/pelatih/kursus/1/terbit").status_code == 303
    assert desk.post("/pelatih/kursus/1/terbit").status_code == 303
    assert client.get("/pelatihan/barista-kopi-ntt").status_code == 200
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 1


def test_an_unchecked_organisation_keeps_drafts_only(app: Flask) -> None:
    who = a_trainer()
    an_organisation(who, is_verified=False)
    refused = send(app, who)
    assert refused.status_code == 422
    assert "belum diperiksa" in refused.get_data(as_text=True)
    assert "Barista kopi NTT" in refused.get_data(as_text=True)
    assert send(app, who, tindakan="konsep").status_code == 303
    desk = signed_in(app, who)
    assert desk.post("/pelatih/kursus/1/terbit").location == "/pelatih/kursus/1"
    with reading() as session:
        assert session.scalar(select(Course.state)) is CourseState.DRAFT


def test_one_cannot_publish_for_somebody_elses_organisation(app: Flask, trainer: Any) -> None:
    other = a_trainer("Pelatih Lain")
    an_organisation(other, "LPK Lain")
    assert signed_in(app, trainer).post("/pelatih/kursus/baru", data=typed(organisation="2")).status_code == 422
    with pytest.raises(actions.NotTheirTrainer):
        a_course(trainer, 2)


BAD = [
    ("title", "", "Tulis nama kelasnya"),
    ("title", "abc", "Terlalu pendek"),
    ("title", "x" * 121, "Terlalu panjang"),
    ("title", "Kop\x00i Timor", "tanda yang tidak terlihat"),
    ("title", "Kopi \u202eromiT", "tanda yang tidak terlihat"),
    ("summary", "", "Tulis satu kalimat"),
    ("body", "x" * 8_001, "Terlalu panjang"),
    ("vocation", "sihir", "Pilih salah satu dari daftar"),
    ("lesson_hours", "-5", "Tulis angka dari 1"),
    ("lesson_hours", "999999999", "Tulis angka dari 1"),
    ("lesson_hours", "banyak", "Tulis angka saja"),
    ("lesson_hours", "٢٤", "Tulis angka saja"),
    ("cost_rupiah", "-1", "Tulis harga dari"),
    ("cost_rupiah", "9" * 30, "Tulis angka saja"),
    ("quota", "0", "Tulis angka dari 1"),
    ("quota", "1e9", "Tulis angka saja"),
    ("least_people", "17", "Lebih banyak dari jumlah kursi"),
    ("starts_on", "2019-01-01", "sudah lewat"),
    ("starts_on", "besok", "Tulis tanggal"),
    ("starts_on", "2099-01-01", "terlalu jauh"),
    ("ends_on", TODAY.isoformat(), "lebih awal dari hari mulai"),
    ("closes_on", "2098-01-01", "paling lambat pada hari mulai"),
    ("schedule", "", "Tulis hari dan jamnya"),
    ("place", "x" * 161, "Terlalu panjang"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), BAD)
def test_bad_input_gets_a_sentence_and_keeps_the_rest(app: Flask, trainer: Any, field: str, value: str, sentence: str) -> None:
    answer = send(app, trainer, **{field: value})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in shown
    assert "dapur kopi" in shown or field == "place"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Course)) == 0


def test_emoji_and_other_scripts_are_welcome_in_a_title(app: Flask, client: Client, trainer: Any) -> None:
    assert send(app, trainer, title="Kopi ☕ قهوة 咖啡 <b>").status_code == 303
    shown = client.get("/pelatihan/kopi-b").get_data(as_text=True)
    assert "Kopi ☕ قهوة 咖啡 &lt;b&gt;" in shown


def test_a_text_file_as_photo_is_refused_with_a_sentence_and_a_real_one_is_kept(app: Flask, client: Client, trainer: Any) -> None:
    refused = send(app, trainer, photo=(io.BytesIO(b"bukan foto sama sekali"), "foto.jpg"))
    assert refused.status_code == 422
    assert "bukan foto" in refused.get_data(as_text=True)
    assert "dapur kopi" in refused.get_data(as_text=True)
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 60, 30)).save(picture, "JPEG")
    picture.seek(0)
    assert send(app, trainer, photo=(picture, "foto.jpg"), photo_alt="Cangkir kopi").status_code == 303
    assert 'alt="Cangkir kopi"' in client.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)


def test_a_double_tap_publishes_one_course(app: Flask, trainer: Any) -> None:
    key = once.new_key()
    assert send(app, trainer, kunci=key).location == send(app, trainer, kunci=key).location
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Course)) == 1
        assert session.scalar(select(func.count()).select_from(Cohort)) == 1


def test_courses_of_one_name_have_addresses_of_their_own_and_saya_is_taken(app: Flask, client: Client, trainer: Any) -> None:
    for _turn in range(3):
        send(app, trainer)
    send(app, trainer, title="Saya")
    with reading() as session:
        assert list(session.scalars(select(Course.slug).order_by(Course.id))) == [
            "barista-kopi-ntt",
            "barista-kopi-ntt-2",
            "barista-kopi-ntt-3",
            "saya-2",
        ]


def test_a_trainer_changes_a_course_and_its_address_stays(app: Flask, client: Client, trainer: Any) -> None:
    send(app, trainer)
    desk = signed_in(app, trainer)
    assert desk.fill("/pelatih/kursus/1/ubah", {"title": "Kopi NTT untuk pemula", "body": "Baru *sekali*."}).status_code == 303
    shown = client.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)
    assert "Kopi NTT untuk pemula" in shown
    assert "<em>sekali</em>" in shown
    assert desk.fill("/pelatih/kursus/1/ubah", {"title": ""}).status_code == 422


def test_the_quota_cannot_fall_below_the_seats_taken(app: Flask, trainer: Any) -> None:
    send(app, trainer)
    for number in range(3):
        enrolments.enrol(a_person(f"Peserta {number}"), 1, once.new_key())
    desk = signed_in(app, trainer)
    refused = desk.fill("/pelatih/angkatan/1/ubah", {"quota": "2", "least_people": "1"})
    assert refused.status_code == 422
    assert "lebih banyak peserta" in refused.get_data(as_text=True)
    assert desk.fill("/pelatih/angkatan/1/ubah", {"quota": "3", "least_people": "1"}).status_code == 303


def test_participants_hear_of_new_days_and_of_cancelling_once(app: Flask, trainer: Any, run_outbox: Callable[[], int]) -> None:
    send(app, trainer)
    person = a_person()
    enrolments.enrol(person, 1, once.new_key())
    desk = signed_in(app, trainer)
    desk.fill("/pelatih/angkatan/1/ubah", {"place": "Pindah ke LLBK"})
    desk.fill("/pelatih/angkatan/1/ubah", {"quota": "20"})
    assert "Ini tidak bisa dikembalikan" in desk.get("/pelatih/angkatan/1/batal").get_data(as_text=True)
    desk.post("/pelatih/angkatan/1/batal")
    desk.post("/pelatih/angkatan/1/batal")
    run_outbox()
    with reading() as session:
        kinds = list(session.scalars(select(Notice.kind).where(Notice.person_id == person.person_id).order_by(Notice.id)))
    assert sorted(kinds) == ["cohort.cancelled", "cohort.changed", "enrolment.made"]


def test_closing_and_reopening(app: Flask, client: Client, trainer: Any) -> None:
    send(app, trainer)
    desk = signed_in(app, trainer)
    desk.post("/pelatih/angkatan/1/tutup")
    shown = client.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)
    assert "Pendaftaran angkatan ini sudah ditutup" in shown
    assert "Belum dibuka lagi" in client.get("/pelatihan").get_data(as_text=True)
    with pytest.raises(enrolments.CohortClosed):
        enrolments.enrol(a_person(), 1, once.new_key())
    desk.post("/pelatih/angkatan/1/buka")
    enrolments.enrol(a_person(), 1, once.new_key())
    with transaction() as session:
        session.execute(update(Cohort).values(state=CohortState.CLOSED, closes_at=clock.now() - timedelta(hours=1)))
    assert desk.post("/pelatih/angkatan/1/buka").location == "/pelatih/angkatan/1/ubah"


def test_a_new_cohort_takes_over_what_the_old_one_said(app: Flask, client: Client, trainer: Any) -> None:
    send(app, trainer)
    desk = signed_in(app, trainer)
    assert "dapur kopi" in desk.get("/pelatih/kursus/1/angkatan-baru").get_data(as_text=True)
    days = {name: (TODAY + timedelta(days=add)).isoformat() for name, add in (("starts_on", 90), ("ends_on", 99), ("closes_on", 80))}
    assert desk.fill("/pelatih/kursus/1/angkatan-baru", days).status_code == 303
    shown = client.get("/pelatihan/barista-kopi-ntt").get_data(as_text=True)
    assert "Angkatan 1" in shown
    assert "Angkatan 2" in shown
    assert desk.post("/pelatih/kursus/1/angkatan-baru", data=typed(starts_on="")).status_code == 422


def test_other_trainers_and_members_find_nothing(app: Flask, client: Client, trainer: Any) -> None:
    send(app, trainer)
    other = a_trainer("Pelatih Lain")
    an_organisation(other, "LPK Lain")
    stranger, member = signed_in(app, other), signed_in(app, a_person())
    gets = ["kursus/1", "kursus/1/ubah", "kursus/1/angkatan-baru", "angkatan/1/ubah", "angkatan/1/batal", "angkatan/1/peserta"]
    posts = ["kursus/1/terbit", "kursus/1/ubah", "angkatan/1/tutup", "angkatan/1/buka", "angkatan/1/batal", "angkatan/1/ubah"]
    for path in gets:
        assert stranger.get(f"/pelatih/{path}").status_code == 404, path
        assert member.get(f"/pelatih/{path}").status_code == 404, path
        assert client.get(f"/pelatih/{path}").location.startswith("/masuk"), path
    for path in posts:
        assert stranger.post(f"/pelatih/{path}", data=typed()).status_code == 404, path
    assert member.get("/pelatih").status_code == 404
    assert "Barista" not in stranger.get("/pelatih").get_data(as_text=True)
    with reading() as session:
        assert session.execute(select(Cohort.state, Course.title).join(Course)).one() == (CohortState.OPEN, "Barista kopi NTT")


def test_the_list_is_paged_and_filtered(app: Flask, client: Client, trainer: Any) -> None:
    for number in range(rules.COHORTS_A_PAGE + 5):
        a_course(trainer, 1, title=f"Kelas nomor {number:02d}")
    first = client.get("/pelatihan").get_data(as_text=True)
    assert first.count("Kelas nomor") == rules.COHORTS_A_PAGE
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(address).get_data(as_text=True)
    assert second.count("Kelas nomor") == 5
    assert client.get("/pelatihan?kejuruan=sewing").get_data(as_text=True).count("Kelas nomor") == rules.COHORTS_A_PAGE
    assert "Belum ada kelas yang dibuka" in client.get("/pelatihan?kejuruan=coffee").get_data(as_text=True)
    for odd in ("x", "2026-13-01-1", "2026-01-01-x", "-1", "9" * 40, "2026-01-01-" + "9" * 18):
        assert client.get("/pelatihan", query_string={"sesudah": odd, "kejuruan": odd}).status_code == 200


def test_a_draft_of_days_closes_at_the_end_of_its_day() -> None:
    closes = a_cohort_draft().columns()["closes_at"]
    assert closes.astimezone(clock.WITA).strftime("%H.%M") == "23.59"  # type: ignore[attr-defined]
