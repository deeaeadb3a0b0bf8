"""Who may look people up, suspend them, and read the trail."""

from __future__ import annotations

from app.core.access import STAFF, Actor, Role


def may_see_number(actor: Actor) -> bool:
    """A moderator needs no phone number: the end of it is enough to tell two Mamas apart."""
    return actor.has(Role.ADMIN)


def may_suspend(actor: Actor, person_id: int, roles: frozenset[Role]) -> bool:
    """Nobody suspends herself; whoever works for the site is suspended by an admin only."""
    if person_id == actor.person_id:
        return False
    return actor.has(Role.ADMIN) or (actor.has(Role.MODERATOR) and roles.isdisjoint(STAFF))
