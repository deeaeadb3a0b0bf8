"""Every row of the community's matrix, asked for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.community.threads import actions
from app.community.threads.models import Post
from app.core import once
from app.core.access import Role
from app.core.db import reading
from tests.community.access import ROWS
from tests.community.factories import a_person, a_room, signed_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Client


def test_the_matrix_of_the_community_holds(app: Flask, client: Client) -> None:
    a_room()
    writer = a_person("Penulis")
    thread_id = actions.start_thread(writer, "usaha", "Harga keripik", "Isi", once.new_key())
    post_id = actions.reply(writer, thread_id, "Balasan", once.new_key())
    with reading() as session:
        assert session.scalar(select(Post.position).where(Post.id == post_id)) == 2
    paths = {
        "threads.rooms": "/komunitas",
        "threads.room": "/komunitas/usaha",
        "threads.thread": f"/komunitas/t/{thread_id}-harga-keripik",
        "threads.author": f"/komunitas/orang/{writer.person_id}",
        "threads.new_thread": "/komunitas/usaha/baru",
        "threads.reply": f"/komunitas/t/{thread_id}/balas",
        "threads.change_post": f"/komunitas/p/{post_id}/ubah",
        "threads.withdraw_post": f"/komunitas/p/{post_id}/hapus",
    }
    people = {
        "visitor": client,
        "member": signed_in(app, a_person("Anggota")),
        "trainer": signed_in(app, a_person("Pelatih", Role.TRAINER)),
        "moderator": signed_in(app, a_person("Moderator", Role.MODERATOR)),
        "writer": signed_in(app, writer),
    }
    asked = {(endpoint, who): people[who].get(paths[endpoint]).status_code for endpoint, answers in ROWS for who in answers}
    assert asked == {(endpoint, who): answer for endpoint, answers in ROWS for who, answer in answers.items()}
    assert {endpoint for endpoint, _answers in ROWS} == {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("threads.")
    }
