"""After a course changed: the search learns it. May run twice."""

from __future__ import annotations

from app.core import search
from app.core.db import reading
from app.training.courses import contrib


def index_course(course_id: int) -> None:
    """Tell the search of a course, or that it must forget it."""
    with reading() as session:
        document = contrib.document(session, course_id)
    if document is None:
        search.drop(contrib.KIND, course_id)
    else:
        search.index([document])
