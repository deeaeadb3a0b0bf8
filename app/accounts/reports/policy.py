"""Who may judge what. Pure."""

from __future__ import annotations

from app.core.access import Actor, Role


def may_judge(actor: Actor, *, is_own: bool, has_reported: bool, is_for_admin: bool) -> bool:
    """Nobody judges what is her own or what she reported; what was passed on is for admins."""
    if is_own or has_reported:
        return False
    return actor.has(Role.ADMIN) if is_for_admin else actor.has(Role.MODERATOR, Role.ADMIN)


def may_judge_appeal(actor: Actor, *, first_id: int | None, is_own: bool, has_reported: bool, other_moderators: int) -> bool:
    """Another moderator than the first looks again; an admin where there is no other moderator."""
    if is_own or has_reported or actor.person_id == first_id:
        return False
    return actor.has(Role.MODERATOR) or (actor.has(Role.ADMIN) and other_moderators == 0)
