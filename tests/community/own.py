"""Whose things the community's addresses name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.community.threads import actions
from app.community.threads.models import Post, Room
from app.core import once
from app.core.access import Actor
from app.core.db import reading
from tests.community.factories import a_person, a_room
from tests.house.ownership import Own


def post(actor: Actor) -> dict[str, Any]:
    """The first post of a thread that this person began."""
    with reading() as session:
        is_there = session.scalar(select(Room.id).where(Room.slug == "usaha"))
    if is_there is None:
        a_room()
    thread_id = actions.start_thread(actor, "usaha", "Harga keripik", "Berapa harga keripik sebungkus di pasar?", once.new_key())
    with reading() as session:
        return {"post_id": session.scalars(select(Post.id).where(Post.thread_id == thread_id)).one()}


def answer(actor: Actor) -> dict[str, Any]:
    """This person's reply in somebody else's thread."""
    first = post(a_person("Mama yang bertanya"))["post_id"]
    with reading() as session:
        thread_id = session.get_one(Post, first).thread_id
    actions.reply(actor, thread_id, "Dua belas ribu.", once.new_key())
    with reading() as session:
        return {"post_id": session.scalars(select(Post.id).where(Post.thread_id == thread_id).order_by(Post.id.desc())).first()}


OWN: dict[str, Own] = {
    "threads.change_post": Own(post, 200),
    "threads.withdraw_post": Own(answer, 200),
}
NOBODYS: dict[str, str] = {
    "threads.room": "rooms belong to everybody; which ones a visitor may enter is tested in the area",
    "threads.author": "whom one met by name is read alike by every member; who has no page, and one's own before one wrote, is tested in the area",
    "threads.thread": "everybody in the room may read and answer",
    "threads.new_thread": "rooms belong to everybody",
    "threads.reply": "everybody in the room may read and answer",
}
