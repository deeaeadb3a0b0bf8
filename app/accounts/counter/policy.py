"""Whom the desk may help."""

from __future__ import annotations

from app.core.access import Actor, Role


def may_help(actor: Actor) -> bool:
    return actor.has(Role.DESK, Role.ADMIN)


def may_help_staff(actor: Actor) -> bool:
    """A desk officer who could reset an admin would be one."""
    return actor.has(Role.ADMIN)


def may_look_at_flags(actor: Actor) -> bool:
    return actor.has(Role.ADMIN)
