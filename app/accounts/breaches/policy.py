"""Who keeps the breach register. Pure."""

from __future__ import annotations

from app.core.access import Actor, Role


def may_keep(actor: Actor) -> bool:
    return actor.has(Role.ADMIN)
