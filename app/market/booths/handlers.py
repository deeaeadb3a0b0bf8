"""After commit: an edition that is over is finished."""

from __future__ import annotations

from app.market.booths import actions


def finish(edition_id: int) -> None:
    """Due when the last day of an edition closes."""
    actions.finish_edition(edition_id)
