"""After a programme was opened: who asked for such news hears of it. May run twice."""

from __future__ import annotations

from app.accounts.benefits import contrib, queries
from app.accounts.notices.actions import tell
from app.accounts.people.queries import agreeing
from app.accounts.people.rules import PROGRAMME_NEWS
from app.core.db import reading, transaction

PEOPLE_A_STEP = 200  # told in one transaction: others wait for the write lock meanwhile


def tell_of_opening(programme_id: int) -> None:
    """Whoever agreed to news of programmes, and nobody else: it says nothing of whom the programme is for, or who they are."""
    with reading() as session:
        found = queries.programme(session, programme_id)
        people = agreeing(session, PROGRAMME_NEWS)
    if found is None:
        return
    for start in range(0, len(people), PEOPLE_A_STEP):
        with transaction() as session:
            for person_id in people[start : start + PEOPLE_A_STEP]:
                tell(
                    session,
                    person_id,
                    contrib.OPENED,
                    {"programme": programme_id, "office": found.office},
                    f"programme:{programme_id}:opened",
                )
