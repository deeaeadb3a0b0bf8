"""Who may do what with people."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.people import rules
from app.core.access import STAFF, Actor, Role


def held_back(roles: frozenset[Role], *, has_passed_factor: bool) -> frozenset[Role]:
    """The roles that rest on a device where only the password was given: all of staff. A trainer may do without a second factor."""
    return frozenset() if has_passed_factor else roles & STAFF


def is_idle(roles: frozenset[Role], *, is_remembered: bool, idle: timedelta) -> bool:
    """Whether a sign-in lay idle for too long: a member's ends by its absolute end alone, one that opens staff pages also by this."""
    if roles.isdisjoint(STAFF):
        return False
    return idle > (rules.STAFF_IDLE_REMEMBERED if is_remembered else rules.STAFF_IDLE)


def may_give_roles(actor: Actor) -> bool:
    return actor.has(Role.ADMIN)


def may_take_role(actor: Actor, person_id: int, role: Role) -> bool:
    """An admin can't take the admin role from herself, so somebody always has it."""
    return may_give_roles(actor) and not (role is Role.ADMIN and person_id == actor.person_id)
