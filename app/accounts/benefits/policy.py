"""Who may do what with programmes and with what people told about themselves. Pure."""

from __future__ import annotations

from collections.abc import Collection

from app.core.access import Actor, Role


def may_open_programme(actor: Actor) -> bool:
    return actor.has(Role.OFFICER, Role.ADMIN)


def is_officer_of(actor: Actor, officer_ids: Collection[int]) -> bool:
    """Only the officers of a programme see who asked for it: an admin who is none of them does not."""
    return may_open_programme(actor) and actor.person_id in officer_ids


def may_run(actor: Actor, officer_ids: Collection[int]) -> bool:
    """Closing a programme and naming its officers: one of them, or an admin when they are gone."""
    return is_officer_of(actor, officer_ids) or actor.has(Role.ADMIN)


def may_check(actor: Actor, officer_ids: Collection[int], asker_id: int) -> bool:
    """Nobody checks her own paper."""
    return is_officer_of(actor, officer_ids) and actor.person_id != asker_id
