"""Who may do what with courses. Pure."""

from __future__ import annotations

from app.core.access import Actor


def may_manage(actor: Actor, trainer_id: int) -> bool:
    """Only the course's own trainer; for other trainers it does not exist."""
    return actor.person_id == trainer_id
