"""The breach register: the clock of 3×24 hours, the letters with the incident's facts, who was told when."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.breaches import actions, queries, rules
from app.accounts.breaches.actions import Draft
from app.accounts.breaches.models import BreachNotice
from app.accounts.breaches.rules import Audience, BreachState, Way
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.audit import AuditRow
from app.core.db import reading
from app.core.refusals import NotAllowed
from tests.community.factories import a_person
from tests.conftest import Client


def draft(noticed_at: datetime | None = None, **other: object) -> Draft:
    noticed_at = noticed_at or clock.now() - timedelta(hours=1)
    made = Draft(
        "Cadangan terbaca", "Berkas cadangan terbuka di server lama.", "antara 18 dan 20 November", "Nama dan nomor HP", 120,
        "Server ditutup, kata sandi diganti.", "Pengelola, 0380-000000", "id", noticed_at,
    )  # fmt: skip
    return dataclasses.replace(made, **other)  # type: ignore[arg-type]


def an_admin() -> Actor:
    return a_person("Pengelola", Role.ADMIN)


def entered(by: Actor, **other: object) -> int:
    return actions.enter(by, draft(**other), once.new_key())  # type: ignore[arg-type]


def entry(breach_id: int) -> queries.Entry:
    with reading() as session:
        found = queries.entry(session, breach_id)
    assert found is not None
    return found


def tell(by: Actor, breach_id: int, audience: Audience) -> None:
    actions.note_told(by, breach_id, audience, Way.LETTER, 120, clock.now(), once.new_key())


def test_the_clock_ends_seventy_two_hours_after_noticing() -> None:
    noticed = datetime(2026, 11, 20, 15, 30, tzinfo=timezone.utc)  # Friday 23.30 WITA
    assert rules.due_at(noticed).astimezone(clock.WITA).isoformat() == "2026-11-23T23:30:00+08:00"


@pytest.mark.both
def test_overdue_until_agency_and_people_are_told(app: Flask) -> None:
    admin = an_admin()
    breach_id = entered(admin, noticed_at=clock.now() - timedelta(hours=73))
    entered(admin)

    def overdue() -> int:
        with reading() as session:
            return queries.count_overdue(session, clock.now())

    assert (overdue(), entry(breach_id).is_overdue(clock.now())) == (1, True)
    tell(admin, breach_id, Audience.AGENCY)
    assert overdue() == 1
    tell(admin, breach_id, Audience.PEOPLE)
    assert (overdue(), entry(breach_id).is_told) == (0, True)


@pytest.mark.both
def test_it_closes_only_when_both_were_told_and_opens_again(app: Flask) -> None:
    admin = an_admin()
    breach_id = entered(admin)
    with pytest.raises(actions.NotToldYet):
        actions.close(admin, breach_id, 1)
    tell(admin, breach_id, Audience.AGENCY)
    tell(admin, breach_id, Audience.PEOPLE)
    actions.close(admin, breach_id, 1)
    assert entry(breach_id).state is BreachState.CLOSED
    actions.reopen(admin, breach_id, 2)
    assert (entry(breach_id).state, entry(breach_id).closed_at) == (BreachState.OPEN, None)
    with reading() as session:
        acts = session.scalars(select(AuditRow.act).where(AuditRow.subject == "breach").order_by(AuditRow.id)).all()
    assert acts == ["breach.entered", "breach.told", "breach.told", "breach.closed", "breach.reopened"]


@pytest.mark.both
def test_of_two_changes_at_once_the_second_is_refused(app: Flask) -> None:
    admin = an_admin()
    breach_id = entered(admin)
    actions.change(admin, breach_id, 1, draft(people_count=130))
    with pytest.raises(actions.ChangedMeanwhile):
        actions.change(admin, breach_id, 1, draft(people_count=90))
    assert entry(breach_id).people_count == 130


def test_moments_make_sense(app: Flask) -> None:
    admin = an_admin()
    with pytest.raises(actions.StillAhead):
        entered(admin, noticed_at=clock.now() + timedelta(hours=1))
    breach_id = entered(admin)
    with pytest.raises(actions.ToldBeforeNoticed):
        actions.note_told(admin, breach_id, Audience.AGENCY, Way.EMAIL, 0, clock.now() - timedelta(hours=2), once.new_key())


def test_only_admins_keep_it(app: Flask) -> None:
    with pytest.raises(NotAllowed):
        entered(a_person("Moderator", Role.MODERATOR))


def test_the_form_makes_an_entry_and_a_second_tap_none(app: Flask, sign_in: Callable[[int], Client]) -> None:
    desk = sign_in(an_admin().person_id)
    typed = {
        "title": "Cadangan terbaca", "noticed_on": "2026-11-20", "noticed_at": "08.15", "what": "Terbuka", "happened": "Kemarin", "data": "Nama",
        "people_count": "12", "measures": "Ditutup", "contact": "Pengelola", "kunci": once.new_key(),
    }  # fmt: skip
    first, second = (desk.fill("/petugas/insiden/baru", typed) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    made = entry(int(first.location.rsplit("/", 1)[1]))
    assert made.noticed_at == datetime(2026, 11, 20, 0, 15, tzinfo=timezone.utc)
    page = desk.get(first.location).get_data(as_text=True).replace("\xa0", " ")
    assert "08.15" in page
    assert "23 Nov 2026" in page  # three days on
    refused = desk.fill("/petugas/insiden/baru", {**typed, "noticed_on": "kemarin"})
    assert refused.status_code == 422
    assert "kemarin" in refused.get_data(as_text=True)


def test_the_page_notes_who_was_told(app: Flask, sign_in: Callable[[int], Client]) -> None:
    admin = an_admin()
    breach_id, desk = entered(admin), sign_in(admin.person_id)
    address = f"/petugas/insiden/{breach_id}"
    sent = desk.fill(address, {"audience": "agency", "way": "letter"}, action=address)
    assert sent.status_code == 303
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(BreachNotice)) == 1
    assert "Lembaga belum diberi tahu" not in desk.get(address).get_data(as_text=True)


@pytest.mark.parametrize("to", ["lembaga", "orang"])
def test_a_letter_says_what_the_law_asks_for(app: Flask, sign_in: Callable[[int], Client], to: str) -> None:
    admin = an_admin()
    breach_id = entered(admin)
    page = sign_in(admin.person_id).get(f"/petugas/insiden/{breach_id}/surat/{to}").get_data(as_text=True)
    for fact in ("Nama dan nomor HP", "antara 18 dan 20 November", "Berkas cadangan terbuka", "Server ditutup", "0380-000000", "pasal 46"):
        assert fact in page
    assert page.count("<h1") == 1


def test_a_letter_speaks_the_language_of_its_entry(app: Flask, sign_in: Callable[[int], Client]) -> None:
    admin = an_admin()
    breach_id = entered(admin, lang="en", what="A backup lay <open>.")
    page = sign_in(admin.person_id).get(f"/petugas/insiden/{breach_id}/surat/orang").get_data(as_text=True)
    assert '<article class="stack" lang="en">' in page
    assert "Yours faithfully" in page
    assert "Cetak dari menu browser" in page  # the page around it speaks the reader's
    assert "&lt;open&gt;" in page


def test_the_register_goes_out_as_csv_without_formulas_and_is_audited(app: Flask, sign_in: Callable[[int], Client]) -> None:
    admin = an_admin()
    entered(admin, title="=HYPERLINK(1)")
    answer = sign_in(admin.person_id).post("/petugas/insiden/unduh")
    assert answer.mimetype == "text/csv"
    assert "'=HYPERLINK(1)" in answer.get_data(as_text=True)
    with reading() as session:
        assert "breach.exported" in session.scalars(select(AuditRow.act)).all()


def test_without_a_fresh_proof_the_register_stays_shut(
    app: Flask, sign_in: Callable[[int], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = an_admin()
    desk = sign_in(admin.person_id)
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = desk.get("/petugas/insiden")
    assert answer.status_code == 303
    assert answer.location.startswith("/akun/pastikan")


def test_the_register_stays_within_its_statements(app: Flask, sign_in: Callable[[int], Client], sql_count: Callable[[], object]) -> None:
    admin = an_admin()
    desk, counts = sign_in(admin.person_id), []
    for _turn in range(2):
        for _one in range(3):
            entered(admin)
        with sql_count() as counted:  # type: ignore[attr-defined]
            assert desk.get("/petugas/insiden").status_code == 200
        counts.append(len(counted))
    assert counts[1] <= counts[0] <= 12
