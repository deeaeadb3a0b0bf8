"""Blocking: folded posts, no notices, nobody told, and no pseudonym lifted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts.blocks import actions, contrib, queries
from app.accounts.blocks.models import Block
from app.accounts.notices.models import Notice
from app.community.threads import actions as threads
from app.community.threads.models import Post
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from tests.community.factories import a_calm_room, a_person, a_room
from tests.conftest import Client

FOLDED = "Tulisan dari orang yang Anda blokir"


def a_talk(asker: Actor, replier: Actor, room: str = "usaha", *, as_staff: bool = False) -> tuple[int, int]:
    """A thread and a reply in it: both ids."""
    thread_id = threads.start_thread(asker, room, "Harga", "Berapa harga keripik?", once.new_key())
    return thread_id, threads.reply(replier, thread_id, "Dua belas ribu.", once.new_key(), as_staff=as_staff)


def notices_of(person: Actor) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Notice).where(Notice.person_id == person.person_id)) or 0


@pytest.mark.both
def test_a_blocked_persons_posts_are_folded_for_one_reader_only(app: Flask, sign_in: Callable[[int], Client]) -> None:
    asker, replier, other = a_person("Penanya"), a_person("Penjawab"), a_person("Orang lain")
    a_room()
    thread_id, reply_id = a_talk(asker, replier)
    actions.block(asker, "tulisan", reply_id)
    actions.block(asker, "tulisan", reply_id)
    address = f"/komunitas/t/{thread_id}-harga"
    mine = sign_in(asker.person_id).get(address).get_data(as_text=True)
    assert FOLDED in mine
    assert "Dua belas ribu." in mine  # behind the fold, not gone
    for reader in (replier, other):
        assert FOLDED not in sign_in(reader.person_id).get(address).get_data(as_text=True)
    actions.unblock(asker, replier.person_id)
    assert FOLDED not in sign_in(asker.person_id).get(address).get_data(as_text=True)


@pytest.mark.both
def test_a_blocked_persons_reply_is_no_notice_and_the_blocked_hears_nothing(app: Flask, run_outbox: Callable[[], int]) -> None:
    asker, replier = a_person("Penanya"), a_person("Penjawab")
    a_room()
    thread_id, reply_id = a_talk(asker, replier)
    run_outbox()
    assert notices_of(asker) == 1
    actions.block(asker, "tulisan", reply_id)
    threads.reply(replier, thread_id, "Masih ada.", once.new_key())
    run_outbox()
    assert notices_of(asker) == 1
    assert notices_of(replier) == 0
    actions.unblock(asker, replier.person_id)
    threads.reply(replier, thread_id, "Masih ada.", once.new_key())
    run_outbox()
    assert notices_of(asker) == 2


def test_in_a_room_of_pseudonyms_nobody_can_be_blocked_or_folded(app: Flask, sign_in: Callable[[int], Client]) -> None:
    """A fold there would tell the reader who is behind the pseudonym."""
    asker, replier = a_person("Penanya"), a_person("Penjawab")
    a_room()
    a_calm_room()
    _named, named_reply = a_talk(asker, replier)
    actions.block(asker, "tulisan", named_reply)
    thread_id, sealed_reply = a_talk(asker, replier, "hati-tenang")
    page = sign_in(asker.person_id).get(f"/komunitas/t/{thread_id}", follow_redirects=True).get_data(as_text=True)
    assert FOLDED not in page
    assert "/akun/blokir/" not in page
    with pytest.raises(NotThere):
        actions.block(asker, "tulisan", sealed_reply)


def test_what_staff_answer_is_for_everybody(app: Flask, sign_in: Callable[[int], Client]) -> None:
    asker, officer = a_person("Penanya"), a_person("Petugas", Role.OFFICER)
    a_room()
    _thread, own_reply = a_talk(asker, officer)
    actions.block(asker, "tulisan", own_reply)
    thread_id, answer = a_talk(asker, officer, as_staff=True)
    with pytest.raises(NotThere):
        actions.block(asker, "tulisan", answer)
    assert FOLDED not in sign_in(asker.person_id).get(f"/komunitas/t/{thread_id}-harga").get_data(as_text=True)


@pytest.mark.both
def test_nobody_blocks_herself(app: Flask) -> None:
    asker, replier = a_person("Penanya"), a_person("Penjawab")
    a_room()
    _thread, reply_id = a_talk(asker, replier)
    with pytest.raises(NotThere):
        actions.block(replier, "tulisan", reply_id)
    row = Block(blocker_id=replier.person_id, blocked_id=replier.person_id, made_at=clock.now())
    with transaction() as session, pytest.raises(IntegrityError), session.begin_nested():  # and the schema says so too
        session.add(row)


def test_the_page_asks_once_and_the_list_lets_go(app: Flask, sign_in: Callable[[int], Client]) -> None:
    asker, replier = a_person("Penanya"), a_person("Penjawab")
    a_room()
    thread_id, reply_id = a_talk(asker, replier)
    browser = sign_in(asker.person_id)
    sent = browser.fill(f"/akun/blokir/tulisan/{reply_id}", {}, action=f"/akun/blokir/tulisan/{reply_id}")
    assert (sent.status_code, sent.location.split("#")[0]) == (303, f"/komunitas/t/{thread_id}-harga")
    assert "Penjawab" in browser.get("/akun/blokir").get_data(as_text=True)
    browser.fill("/akun/blokir", {}, action=f"/akun/blokir/{replier.person_id}/buka")
    assert "Belum ada yang diblokir" in browser.get("/akun/blokir").get_data(as_text=True)


@pytest.mark.both
def test_whoever_leaves_is_in_no_list_of_blocks(app: Flask) -> None:
    asker, replier, third = a_person("Penanya"), a_person("Penjawab"), a_person("Orang lain")
    a_room()
    thread_id, reply_id = a_talk(asker, replier)
    other_reply = threads.reply(third, thread_id, "Sepuluh ribu.", once.new_key())
    actions.block(asker, "tulisan", reply_id)
    actions.block(asker, "tulisan", other_reply)
    actions.block(replier, "tulisan", other_reply)
    with reading() as session:
        assert [row["name"] for row in contrib._mine(session, asker.person_id)["blocked"]] == ["Orang lain", "Penjawab"]
    with transaction() as session:
        contrib._leave(session, replier.person_id, clock.now())
    with reading() as session:
        assert [one.name for one in queries.list_of(session, asker.person_id)] == ["Orang lain"]
        assert queries.list_of(session, replier.person_id) == []


def test_a_long_list_of_blocks_costs_one_statement(app: Flask, sign_in: Callable[[int], Client], sql_count: Callable[[], object]) -> None:
    asker = a_person("Penanya")
    a_room()
    thread_id = threads.start_thread(asker, "usaha", "Harga", "Berapa harga keripik?", once.new_key())
    browser, counts = sign_in(asker.person_id), []
    for turn in range(2):
        for number in range(5):
            replier = a_person(f"Penjawab {turn} {number}")
            threads.reply(replier, thread_id, "Dua belas ribu.", once.new_key())
            with reading() as session:
                newest = session.scalar(select(func.max(Post.id)))
            actions.block(asker, "tulisan", newest or 0)
        with sql_count() as counted:  # type: ignore[attr-defined]
            assert browser.get(f"/komunitas/t/{thread_id}-harga").get_data(as_text=True).count(FOLDED) == 5 * (turn + 1)
        counts.append(len(counted))
    assert counts[1] <= counts[0] <= 12
