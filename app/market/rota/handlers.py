"""After commit: a turn that nobody answered ends."""

from __future__ import annotations

from app.market.rota import actions


def expire(turn_id: int) -> None:
    """Due when a turn's time to answer has passed."""
    actions.expire(turn_id)
