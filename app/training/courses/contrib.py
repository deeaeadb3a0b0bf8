"""What courses offer to shared pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import formats
from app.core.access import Actor, Role
from app.core.clock import day_of
from app.core.contrib import (
    DeskCard,
    Farewell,
    HomeCard,
    LeaveBlocker,
    NoticeKind,
    PersonalData,
    ReportSubject,
    SearchSource,
    SitemapSource,
)
from app.core.search import Document
from app.core.words import _, _l
from app.training.courses import actions, queries

KIND = "course"
OPENED = "course.opened"
COURSES_ON_HOME = 3


def document(session: Session, course_id: int) -> Document | None:
    """One course for the search; None when it must not be found."""
    found = queries.findable(session, course_id)
    return _document(found) if found else None


def _document(found: queries.Findable) -> Document:
    facts = {"organisation": found.organisation, "lesson_hours": found.lesson_hours, "photo_key": found.photo_key}
    return Document(KIND, found.id, found.title, found.text, queries.course_address(found.slug), facts, found.published_at)


def _every(session: Session) -> Iterable[Document]:
    return map(_document, queries.all_findable(session))


def _home(session: Session, _actor: Actor | None, now: datetime) -> list[queries.CohortCard] | None:
    return queries.open_cohorts(session, now, most=COURSES_ON_HOME).cohorts or None


def _sitemap(session: Session) -> Iterable[tuple[str, datetime | date | None]]:
    yield "/pelatihan", None
    yield from queries.sitemap(session)


def _blockers(session: Session, person_id: int, now: datetime) -> list[str]:
    return [
        _("Kelas Anda “{title}” masih punya peserta. Selesaikan atau batalkan dulu angkatannya.", title=title)
        for title in queries.running_for(session, person_id, day_of(now))
    ]


def _report_address(session: Session, course_id: int) -> str | None:
    found = queries.findable(session, course_id)
    return queries.course_address(found.slug) if found else None


def _report_words(session: Session, course_id: int) -> str | None:
    found = queries.course_by_id(session, course_id)
    return f"{found.title}\n{found.summary}" if found else None


def _report_owner(session: Session, course_id: int) -> int | None:
    found = queries.course_by_id(session, course_id)
    return found.trainer_id if found else None


def _opened(params: Mapping[str, Any]) -> str:
    return _("Kelas baru dibuka: {title}. Mulai {day}.", title=params["title"], day=formats.day(date.fromisoformat(params["starts_on"])))


CONTRIBUTIONS: tuple[object, ...] = (
    ReportSubject("course", _l("Pelatihan"), _report_address, _report_words, _report_owner),
    HomeCard("courses", "training/home_courses.html", _home),
    SearchSource(KIND, _l("Pelatihan"), document, _every),
    SitemapSource(_sitemap),
    DeskCard("pelatih", frozenset({Role.TRAINER}), _l("Kelas saya"), "belajar", "courses.desk"),
    NoticeKind(OPENED, _opened, _l("Ada kabar tentang pelatihan."), lambda params: queries.course_address(params["slug"])),
    PersonalData(
        "courses",
        lambda session, person_id: {"courses": queries.taught_data(session, person_id)},
        label=_l("Kelas yang Anda ajar"),
        purpose=_l("Supaya orang bisa mendaftar. Isi kelas dan nama Anda sebagai pelatih terlihat semua orang."),
        kept=_l("Selama kelasnya diterbitkan oleh lembaga Anda."),
        tables=("course",),
    ),
    LeaveBlocker(_blockers, address="/pelatih", label=_l("Buka meja pelatih"), hold=actions.hold),
    Farewell(
        "courses",
        actions.leave,
        kept=_l("Kelas yang Anda ajar masuk arsip lembaganya, pelatihnya “Anggota yang telah pergi”."),
        tables=("course",),
    ),
)
