"""After a course changed: the search learns it, and who asked for news of courses hears of a new one. Each may run twice."""

from __future__ import annotations

from app.accounts.notices.actions import tell
from app.accounts.people.queries import agreeing
from app.accounts.people.rules import COURSE_NEWS
from app.core import clock, search
from app.core.db import reading, transaction
from app.training.courses import contrib, queries


def index_course(course_id: int) -> None:
    """Tell the search of a course, or that it must forget it."""
    with reading() as session:
        document = contrib.document(session, course_id)
    if document is None:
        search.drop(contrib.KIND, course_id)
    else:
        search.index([document])


def index_courses_of(organisation_id: int) -> None:
    """An organisation changed: its courses are found under its name of today."""
    with reading() as session:
        course_ids = queries.course_ids_of(session, organisation_id)
    for course_id in course_ids:
        index_course(course_id)


PEOPLE_A_STEP = 200  # told in one transaction: others wait for the write lock meanwhile


def tell_of_opening(course_id: int) -> None:
    """Whoever agreed to news of courses, and nobody else, hears of a class that takes people; its trainer knows already."""
    with reading() as session:
        course = queries.course_by_id(session, course_id)
        opened = queries.newest_open(session, course_id, clock.now())
        people = agreeing(session, COURSE_NEWS) if course is not None and opened is not None else []
    if course is None or opened is None:
        return
    params = {"title": course.title, "slug": course.slug, "starts_on": opened.starts_on.isoformat()}
    for start in range(0, len(people), PEOPLE_A_STEP):
        with transaction() as session:
            for person_id in people[start : start + PEOPLE_A_STEP]:
                if person_id != course.trainer_id:
                    tell(session, person_id, contrib.OPENED, params, f"cohort:{opened.id}:opened")
