"""After commit: a turn that nobody answered ends; who kept her turn to the end of the market has it noted."""

from __future__ import annotations

from app.accounts.merits.actions import earn, take_back
from app.core import clock
from app.core.db import transaction
from app.market.rota import actions, contrib, queries


def expire(turn_id: int) -> None:
    """Due when a turn's time to answer has passed."""
    actions.expire(turn_id)


def note_kept_turns(edition_id: int) -> None:
    """An edition is finished: whoever confirmed a booth and neither gave it back nor lost it earns a merit; for other turns it is taken back.

    It says that the booth was kept, not that somebody was seen there. It follows the turns as they stand, whenever it runs.
    """
    now = clock.now()
    with transaction() as session:
        for turn in queries.turns_of_edition(session, edition_id):
            if turn.state not in queries.STANDING:
                take_back(session, turn.person_id, contrib.KEPT, contrib.TURN, turn.turn_id, now)
            elif turn.closes_at <= now:
                earn(session, turn.person_id, contrib.KEPT, contrib.TURN, turn.turn_id, turn.closes_at)
