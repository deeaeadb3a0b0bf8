"""After a course changed: the search learns it. May run twice."""

from __future__ import annotations

from app.core import search
from app.core.db import reading
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
