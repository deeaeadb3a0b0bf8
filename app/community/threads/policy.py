"""Who may do what in the community. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.community.threads.models import Reach, State

if TYPE_CHECKING:
    from app.community.threads.queries import Author, OwnPost, RoomCard
    from app.core.access import Actor


def may_read(actor: Actor | None, room: RoomCard) -> bool:
    """Public rooms are everybody's, the others members'."""
    return room.reach is Reach.PUBLIC or actor is not None


def may_answer_as_staff(actor: Actor) -> bool:
    return actor.is_staff


def is_writer(actor: Actor, post: OwnPost, seal: str) -> bool:
    """Whether the actor wrote the post: by person, or in a pseudonym room by seal."""
    return post.author_id == actor.person_id if post.author_id is not None else post.author_seal == seal


def may_change(actor: Actor, post: OwnPost, seal: str) -> bool:
    """One's own text, while it and its thread stand."""
    return is_writer(actor, post, seal) and post.state is State.SHOWN and post.thread_state is State.SHOWN


def may_withdraw(actor: Actor, post: OwnPost, seal: str) -> bool:
    """One's own reply. The opening post stays: the answers of others hang on it."""
    return may_change(actor, post, seal) and post.position > 1


def may_see_author(actor: Actor, author: Author) -> bool:
    """A member's page is for those who met her by name; until she wrote anything it is hers alone. Whom she blocked sees it: a 404 would tell."""
    return author.has_written or author.person_id == actor.person_id


def may_block_author(actor: Actor, author: Author) -> bool:
    """Not oneself, and not who speaks as staff only: their answers are for everybody."""
    return author.has_own_voice and author.person_id != actor.person_id
