"""Who may do what with people."""

from __future__ import annotations

from app.core.access import STAFF, Actor, Role


def held_back(roles: frozenset[Role], *, has_passed_factor: bool) -> frozenset[Role]:
    """The roles that rest on a device where only the password was given: all of staff. A trainer may do without a second factor."""
    return frozenset() if has_passed_factor else roles & STAFF


def may_give_roles(actor: Actor) -> bool:
    return actor.has(Role.ADMIN)


def may_take_role(actor: Actor, person_id: int, role: Role) -> bool:
    """An admin can't take the admin role from herself, so somebody always has it."""
    return may_give_roles(actor) and not (role is Role.ADMIN and person_id == actor.person_id)
