"""After talk: the asker hears of it, the search learns it. Each may run twice."""

from __future__ import annotations

from app.accounts.blocks.queries import has_blocked
from app.accounts.notices.actions import tell
from app.community.threads import contrib, queries
from app.core import clock, search
from app.core.db import reading, transaction
from app.core.sealing import keyed_mark


def index_thread(thread_id: int) -> None:
    """Tell the search of a thread, or that it must forget it."""
    with reading() as session:
        document = contrib.document(session, thread_id)
    if document is None:
        search.drop(contrib.KIND, thread_id)
    else:
        search.index([document])


def index_thread_of(post_id: int) -> None:
    """Tell the search of the thread a post stands in."""
    with reading() as session:
        found = queries.asked(session, post_id)
    if found is not None:
        index_thread(found.thread_id)


def tell_asker(post_id: int) -> None:
    """The asker hears of a reply, unless it is the asker's own, or by somebody the asker blocked."""
    with transaction() as session:
        found = queries.asked(session, post_id)
        if found is None or not found.is_shown or found.asker_id is None or found.asker_id == found.replier_id:
            return
        if found.replier_id is not None and not found.is_staff_answer and has_blocked(session, found.asker_id, found.replier_id):
            return
        params = {"thread_id": found.thread_id, "title": found.title, "position": found.position}
        tell(session, found.asker_id, contrib.REPLY, params, f"reply:{post_id}")


def tell_sealed_asker(post_id: int) -> None:
    """The asker of a pseudonym room hears that something is new, once a day, and the notice says neither what nor where.

    No row ties the asker to the thread: the person is found by the key, the notice's event is a keyed mark of the day,
    and it runs the morning after, so that its time says nothing either.
    """
    with reading() as session:
        found = queries.asked(session, post_id)
        if found is None or not found.is_shown or found.asker_seal is None or found.asker_seal == found.replier_seal:
            return
        person_id = queries.person_of_seal(session, found.thread_id, found.asker_seal)
    if person_id is None:
        return
    with transaction() as session:
        tell(session, person_id, contrib.QUIET, {}, f"talk:{keyed_mark('quiet notice', person_id, clock.today().isoformat())}")
