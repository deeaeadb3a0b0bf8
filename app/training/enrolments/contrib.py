"""What enrolments offer to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import formats
from app.core.clock import day_of
from app.core.contrib import Farewell, LeaveBlocker, NoticeKind, PersonalData
from app.core.words import _, _l
from app.training.courses.queries import course_address
from app.training.enrolments import actions, queries

ENROLLED = "enrolment.made"
NEW_PARTICIPANT = "enrolment.trainer"
SEAT_FREED = "enrolment.left"
COHORT_CHANGED = "cohort.changed"
COHORT_CANCELLED = "cohort.cancelled"


def _day(params: Mapping[str, Any]) -> str:
    return formats.day(date.fromisoformat(params["starts_on"]))


def _enrolled(params: Mapping[str, Any]) -> str:
    return _("Anda terdaftar di kelas {title}. Mulai {day}, {schedule}, di {place}", **_told(params))


def _changed(params: Mapping[str, Any]) -> str:
    return _("Jadwal atau tempat kelas {title} berubah. Mulai {day}, {schedule}, di {place}", **_told(params))


def _told(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": params["title"], "day": _day(params), "schedule": params["schedule"], "place": params["place"]}


def _cancelled(params: Mapping[str, Any]) -> str:
    return _("Kelas {title} dibatalkan pelatihnya. Lihat kelas lain yang dibuka.", title=params["title"])


def _new_participant(params: Mapping[str, Any]) -> str:
    return _(
        "Ada peserta baru di kelas {title}: {taken} dari {quota} kursi terisi.",
        title=params["title"],
        taken=params["seats_taken"],
        quota=params["quota"],
    )


def _freed(params: Mapping[str, Any]) -> str:
    return _(
        "Ada peserta yang batal dari kelas {title}: {taken} dari {quota} kursi terisi.",
        title=params["title"],
        taken=params["seats_taken"],
        quota=params["quota"],
    )


def _course(params: Mapping[str, Any]) -> str:
    return course_address(params["slug"])


def _roster(params: Mapping[str, Any]) -> str:
    return f"/pelatih/angkatan/{params['cohort_id']}/peserta"


def _data(session: Session, person_id: int) -> Mapping[str, Any]:
    return {
        "enrolments": [
            {"course": seat.title, "cohort": seat.cohort.number, "state": seat.state.value, "starts_on": seat.cohort.starts_on}
            for seat in queries.seats_of(session, person_id, most=1000)
        ]
    }


def _blockers(session: Session, person_id: int, now: datetime) -> list[str]:
    return [
        _("Anda masih terdaftar di kelas “{title}”. Batalkan dulu, supaya kursinya bisa dipakai orang lain.", title=title)
        for title in queries.coming_for(session, person_id, day_of(now))
    ]


_NEUTRAL = _l("Ada kabar tentang pelatihan.")

CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind(ENROLLED, _enrolled, _NEUTRAL, _course),
    NoticeKind(NEW_PARTICIPANT, _new_participant, _NEUTRAL, _roster),
    NoticeKind(SEAT_FREED, _freed, _NEUTRAL, _roster),
    NoticeKind(COHORT_CHANGED, _changed, _NEUTRAL, _course, is_urgent=True),
    NoticeKind(COHORT_CANCELLED, _cancelled, _NEUTRAL, _course, is_urgent=True),
    PersonalData(
        "enrolments",
        _data,
        label=_l("Pelatihan yang Anda ikuti"),
        purpose=_l("Supaya kursi Anda tercatat. Pelatih kelas itu melihat nama dan nomor HP Anda, orang lain tidak."),
        kept=_l("Selama akun Anda ada, sebagai catatan pelatihan Anda."),
        tables=("enrolment",),
    ),
    LeaveBlocker(_blockers, address="/pelatihan/saya", label=_l("Buka pelatihan saya")),
    Farewell(
        "enrolments",
        actions.farewell,
        kept=_l("Kelas yang sudah selesai tetap menghitung satu peserta, tanpa nama dan nomor."),
        tables=("enrolment",),
    ),
)
