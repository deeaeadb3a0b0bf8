"""Every row of training's matrix, asked for real: GET where there is a page, POST where there is only an act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import once
from app.training.enrolments import actions
from tests.community.factories import a_person, signed_in
from tests.training.access import ROWS
from tests.training.factories import a_course, a_trainer, an_organisation

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Client


def test_the_matrix_of_training_holds(app: Flask, client: Client) -> None:
    owner, other, participant = a_trainer("Pemilik"), a_trainer("Pelatih Lain"), a_person("Peserta")
    a_course(owner, an_organisation(owner), quota=16)
    an_organisation(other, "LPK Lain")
    actions.enrol(participant, 1, once.new_key())
    paths = {
        "courses.courses": "/pelatihan",
        "courses.course": "/pelatihan/menjahit-pakaian-dengan-mesin",
        "courses.desk": "/pelatih",
        "courses.new_course": "/pelatih/kursus/baru",
        "courses.my_course": "/pelatih/kursus/1",
        "courses.change_course": "/pelatih/kursus/1/ubah",
        "courses.publish_course": "/pelatih/kursus/1/terbit",
        "courses.new_cohort": "/pelatih/kursus/1/angkatan-baru",
        "courses.change_cohort": "/pelatih/angkatan/1/ubah",
        "courses.close_cohort": "/pelatih/angkatan/1/tutup",
        "courses.reopen_cohort": "/pelatih/angkatan/1/buka",
        "courses.cancel_cohort": "/pelatih/angkatan/1/batal",
        "enrolments.enrol": "/pelatihan/angkatan/1/daftar",
        "enrolments.leave": "/pelatihan/angkatan/1/batal",
        "enrolments.mine": "/pelatihan/saya",
        "enrolments.roster": "/pelatih/angkatan/1/peserta",
    }
    people = {
        "visitor": client,
        "member": signed_in(app, a_person("Anggota")),
        "trainer": signed_in(app, other),
        "owner": signed_in(app, owner),
        "participant": signed_in(app, participant),
    }
    only_post = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" not in (rule.methods or set())}
    asked = {}
    # Leaving is asked before enrolling: a member without a seat finds no page to leave from.
    for endpoint, answers in sorted(ROWS, key=lambda row: row[0] == "enrolments.enrol"):
        for who in answers:
            send = people[who].post if endpoint in only_post else people[who].get
            asked[endpoint, who] = send(paths[endpoint]).status_code
    assert asked == {(endpoint, who): answer for endpoint, answers in ROWS for who, answer in answers.items()}
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith(("courses.", "enrolments."))}
    assert {endpoint for endpoint, _answers in ROWS} == ours
