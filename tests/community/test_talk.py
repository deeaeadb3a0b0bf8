"""Starting, replying, changing and withdrawing; what each leaves in the tables and on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from app.accounts.notices.models import Notice
from app.community.threads import actions, queries, rules
from app.community.threads.models import Post, Reach, Room, State, Thread
from app.core import clock, once, outbox
from app.core.access import Actor, Role
from app.core.db import db, reading, transaction
from app.core.refusals import NotThere
from tests.community.factories import a_calm_room, a_person, a_room, signed_in
from tests.conftest import Client, Outcomes

BODY = "Pisang satu tandan jadi 14 bungkus. Apa yang beta lupa hitung?"
TITLE = "Cara menghitung harga keripik"


def a_thread(asker: Actor, room: str = "usaha", title: str = TITLE) -> int:
    return actions.start_thread(asker, room, title, BODY, once.new_key())


def a_reply(who: Actor, thread_id: int, body: str = "Gas dan tenaga sendiri, Mama.", **more: Any) -> int:
    return actions.reply(who, thread_id, body, once.new_key(), **more)


def test_a_visitor_reads_a_thread_and_its_room(app: Flask, client: Client, sql_count: Callable[[], Any]) -> None:
    a_room()
    asker, other = a_person(), a_person("Kaka Tenun")
    thread_id = a_thread(asker)
    a_reply(other, thread_id)
    with sql_count() as counted:
        page = client.get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik")
    assert page.status_code == 200
    assert len(counted) <= 3
    shown = page.get_data(as_text=True)
    assert "Penanya" in shown
    assert "Kaka Tenun" in shown
    assert 'id="p2"' in shown
    assert "/masuk?next=" in shown
    with sql_count() as counted:
        room = client.get("/komunitas/usaha").get_data(as_text=True)
    assert len(counted) <= 3
    assert "1 balasan" in room
    with sql_count() as counted:
        rooms = client.get("/komunitas").get_data(as_text=True)
    assert len(counted) <= 3
    assert "1 obrolan" in rooms
    assert TITLE in rooms


def test_a_wrong_slug_leads_to_the_right_one(app: Flask, client: Client) -> None:
    a_room()
    thread_id = a_thread(a_person())
    for path in (f"/komunitas/t/{thread_id}", f"/komunitas/t/{thread_id}-salah"):
        answer = client.get(path + "?hal=1")
        assert (answer.status_code, answer.location) == (301, f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik")


def test_people_start_and_answer_through_the_forms(app: Flask) -> None:
    a_room()
    asker = signed_in(app, a_person())
    started = asker.fill("/komunitas/usaha/baru", {"title": TITLE, "body": BODY})
    assert started.status_code == 303
    assert started.location.endswith("-cara-menghitung-harga-keripik")
    other = signed_in(app, a_person("Nona Liliba"))
    answered = other.fill(started.location, {"body": "Terima kasih **banyak**."})
    assert (answered.status_code, answered.location) == (303, started.location + "#p2")
    shown = other.get(answered.location).get_data(as_text=True)
    assert "<strong>banyak</strong>" in shown
    assert "/ubah" in shown
    assert "/ubah" in asker.get(started.location).get_data(as_text=True)


def test_a_double_tap_on_send_writes_one_reply(app: Flask) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    browser = signed_in(app, asker)
    form = {"body": "Sekali saja.", "kunci": once.new_key()}
    first = browser.post(f"/komunitas/t/{thread_id}/balas", data=form)
    second = browser.post(f"/komunitas/t/{thread_id}/balas", data=form)
    assert first.location == second.location
    with reading() as session:
        assert session.scalar(select(Thread.reply_count)) == 1
        assert session.scalar(select(func.count()).select_from(Post)) == 2


def test_a_double_tap_on_a_new_thread_starts_one(app: Flask) -> None:
    for room in (a_room(), a_calm_room()):
        browser = signed_in(app, a_person())
        form = {"title": TITLE, "body": BODY, "kunci": once.new_key()}
        assert browser.post(f"/komunitas/{room}/baru", data=form).location == browser.post(f"/komunitas/{room}/baru", data=form).location
        with reading() as session:
            assert session.scalar(select(Room.thread_count).where(Room.slug == room)) == 1


BAD = [
    ("", "masih kosong"),
    ("   \n ", "masih kosong"),
    ("x" * 10_001, "Terlalu panjang"),
    ("ada\x00nol", "tanda yang tidak terlihat"),
    ("ganti \u202egnipmas\u202c arah", "tanda yang tidak terlihat"),
    ("[x]: http://contoh.id", "tidak ada kata"),
]


@pytest.mark.parametrize(("typed", "sentence"), BAD)
def test_a_bad_reply_gets_a_sentence_and_keeps_the_text(app: Flask, typed: str, sentence: str) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    answer = signed_in(app, asker).post(f"/komunitas/t/{thread_id}/balas", data={"body": typed})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in shown
    kept = typed.replace("\x00", "").replace("\u202e", "").replace("\u202c", "").strip()
    assert f">\n{kept}</textarea>" in shown or f">\r\n{kept}</textarea>" in shown
    assert BODY in shown


@pytest.mark.parametrize("title", ["", "ya", "x" * 151, "judul\x00"])
def test_a_bad_title_gets_a_sentence_and_keeps_the_text(app: Flask, title: str) -> None:
    a_room()
    answer = signed_in(app, a_person()).post("/komunitas/usaha/baru", data={"title": title, "body": BODY})
    assert answer.status_code == 422
    assert BODY in answer.get_data(as_text=True)


def test_emoji_and_other_scripts_are_welcome_and_html_is_only_text(app: Flask, client: Client) -> None:
    a_room()
    thread_id = a_thread(a_person(), title="Kue 🍰 & مرحبا <b>untuk</b> Mama")
    a_reply(a_person("👩🏽‍🌾 Ina"), thread_id, "👍🏽 <script>alert(1)</script> 你好")
    shown = client.get(f"/komunitas/t/{thread_id}-kue-b-untuk-b-mama").get_data(as_text=True)
    assert "Kue 🍰 &amp; مرحبا &lt;b&gt;untuk" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_a_thread_of_only_signs_still_has_an_address(app: Flask, client: Client) -> None:
    a_room()
    thread_id = a_thread(a_person(), title="🍌🍌🍌🍌🍌")
    assert client.get(f"/komunitas/t/{thread_id}-x").status_code == 200


def test_an_asker_hears_of_a_reply_but_not_of_their_own(app: Flask, run_outbox: Callable[[], int]) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    a_reply(asker, thread_id)
    post_id = a_reply(a_person("Kaka Tenun"), thread_id)
    run_outbox()
    run_outbox()
    with reading() as session:
        told = session.execute(select(Notice.person_id, Notice.kind, Notice.event)).all()
    assert [tuple(t) for t in told] == [(asker.person_id, "thread.reply", f"reply:{post_id}")]


def test_a_writer_changes_their_own_text_and_nobody_else_can(app: Flask) -> None:
    a_room()
    asker, other = a_person(), a_person("Kaka Tenun")
    thread_id = a_thread(asker)
    post_id = a_reply(other, thread_id)
    writer = signed_in(app, other)
    assert signed_in(app, asker).get(f"/komunitas/p/{post_id}/ubah").status_code == 404
    assert signed_in(app, asker).post(f"/komunitas/p/{post_id}/ubah", data={"body": "curang"}).status_code == 404
    assert "Gas dan tenaga" in writer.get(f"/komunitas/p/{post_id}/ubah").get_data(as_text=True)
    assert writer.post(f"/komunitas/p/{post_id}/ubah", data={"body": ""}).status_code == 422
    changed = writer.fill(f"/komunitas/p/{post_id}/ubah", {"body": "Gas *juga*."})
    assert changed.status_code == 303
    shown = writer.get(changed.location).get_data(as_text=True)
    assert "<em>juga</em>" in shown
    assert "diubah" in shown


def test_a_new_title_moves_the_address(app: Flask, client: Client) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    with reading() as session:
        first = session.scalar(select(Post.id))
    signed_in(app, asker).fill(f"/komunitas/p/{first}/ubah", {"title": "Harga keripik pisang", "body": BODY})
    answer = client.get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik")
    assert (answer.status_code, answer.location) == (301, f"/komunitas/t/{thread_id}-harga-keripik-pisang")


def test_a_withdrawn_reply_leaves_its_place_and_no_text(app: Flask, client: Client) -> None:
    a_room()
    asker, other = a_person(), a_person("Kaka Tenun")
    thread_id = a_thread(asker)
    post_id = a_reply(other, thread_id, "Rahasia dapur")
    a_reply(asker, thread_id)
    writer = signed_in(app, other)
    assert signed_in(app, asker).post(f"/komunitas/p/{post_id}/hapus").status_code == 404
    assert "Ya, hapus" in writer.get(f"/komunitas/p/{post_id}/hapus").get_data(as_text=True)
    assert writer.post(f"/komunitas/p/{post_id}/hapus").status_code == 303
    assert writer.post(f"/komunitas/p/{post_id}/hapus").status_code == 303
    shown = client.get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik").get_data(as_text=True)
    assert "dihapus penulisnya" in shown
    assert "Rahasia" not in shown
    assert "Kaka Tenun" not in shown
    assert 'id="p3"' in shown
    with reading() as session:
        assert session.execute(select(Post.body, Post.body_html).where(Post.id == post_id)).one() == ("", "")


def test_the_opening_post_cannot_be_withdrawn(app: Flask) -> None:
    a_room()
    asker = a_person()
    a_thread(asker)
    with reading() as session:
        first = session.scalar(select(Post.id))
    assert signed_in(app, asker).post(f"/komunitas/p/{first}/hapus").status_code == 404


def test_held_and_removed_are_hidden(app: Flask, client: Client) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    post_id = a_reply(asker, thread_id, "Tahanan kata")
    address = f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik"
    for state in (State.HELD, State.REMOVED):
        with transaction() as session:
            session.execute(update(Post).where(Post.id == post_id).values(state=state))
        assert "Tahanan" not in client.get(address).get_data(as_text=True)
        with transaction() as session:
            session.execute(update(Thread).values(state=state))
        assert client.get(address).status_code == 404
        assert signed_in(app, asker).post(f"/komunitas/t/{thread_id}/balas", data={"body": "Halo"}).status_code == 404
        assert TITLE not in client.get("/komunitas/usaha").get_data(as_text=True)
        assert TITLE not in client.get("/komunitas").get_data(as_text=True)
        with transaction() as session:
            session.execute(update(Thread).values(state=State.SHOWN))


def test_a_closed_thread_takes_no_reply_and_keeps_the_text(app: Flask) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    with transaction() as session:
        session.execute(update(Thread).values(is_closed=True))
    answer = signed_in(app, asker).post(f"/komunitas/t/{thread_id}/balas", data={"body": "Masih mau bicara"})
    assert answer.status_code == 422
    assert "sudah ditutup" in answer.get_data(as_text=True)
    assert "Masih mau bicara" in answer.get_data(as_text=True)


def test_only_staff_can_answer_as_staff(app: Flask, client: Client) -> None:
    a_room()
    asker, officer = a_person(), a_person("Petugas Usaha", Role.OFFICER)
    thread_id = a_thread(asker)
    a_reply(officer, thread_id, as_staff=True)
    a_reply(officer, thread_id, as_staff=False)
    a_reply(asker, thread_id, as_staff=True)
    a_reply(a_person("Pelatih", Role.TRAINER), thread_id, as_staff=True)
    shown = client.get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik").get_data(as_text=True)
    assert shown.count("post--staff") == 1
    assert "as_staff" not in signed_in(app, asker).get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik").get_data(as_text=True)
    assert "as_staff" in signed_in(app, officer).get(f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik").get_data(as_text=True)


# Rooms for members, rooms of pseudonyms


def test_a_visitor_is_sent_to_sign_in_from_a_members_room(app: Flask, client: Client) -> None:
    a_room("anggota", "Anggota", reach=Reach.MEMBERS)
    thread_id = a_thread(a_person(), "anggota", "Judul yang rahasia")
    for path in (
        "/komunitas/anggota",
        f"/komunitas/t/{thread_id}",
        f"/komunitas/t/{thread_id}-x",
        f"/komunitas/t/{thread_id}-judul-yang-rahasia",
    ):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/masuk")
        assert "rahasia" not in answer.location or "rahasia" in path
    assert "rahasia" not in client.get("/komunitas").get_data(as_text=True)
    member = signed_in(app, a_person("Om Daud"))
    assert 'name="robots" content="noindex"' in member.get("/komunitas/anggota").get_data(as_text=True)


def test_a_pseudonym_room_names_nobody_in_any_row(app: Flask) -> None:
    room = a_calm_room()
    asker, other = a_person("Mama Ros"), a_person("Om Daud")
    thread_id = a_thread(asker, room, "Susah tidur")
    a_reply(other, thread_id)
    a_reply(asker, thread_id)
    a_reply(other, thread_id)
    a_reply(a_person("Konselor Ina", Role.COUNSELLOR), thread_id, as_staff=True)
    with reading() as session:
        assert session.execute(select(Thread.author_id)).scalar_one() is None
        posts = session.execute(select(Post.author_id, Post.author_mark, Post.author_seal).order_by(Post.position)).all()
        owners = set(session.scalars(select(once.OnceKey.owner)))
        told = session.scalar(select(func.count()).select_from(Notice))
    assert [p.author_id is None for p in posts] == [True, True, True, True, False]
    assert posts[0].author_mark == posts[2].author_mark
    assert posts[1].author_mark == posts[3].author_mark
    assert posts[0].author_mark != posts[1].author_mark
    assert owners == {"v"}
    assert told == 0
    shown = signed_in(app, other).get(f"/komunitas/t/{thread_id}").location
    page = signed_in(app, other).get(shown).get_data(as_text=True)
    assert "Mama Ros" not in page
    assert "Konselor Ina" in page
    assert "<title>Katong</title>" in page
    assert "/keluar-cepat" in page
    assert 'content="noindex"' in page
    assert "susah" not in shown
    assert page.count("/hapus") == 2


def test_a_sealed_writer_changes_their_own_posts_only(app: Flask) -> None:
    room = a_calm_room()
    asker, other = a_person("Mama Ros"), a_person("Om Daud")
    thread_id = a_thread(asker, room)
    post_id = a_reply(other, thread_id)
    assert signed_in(app, asker).get(f"/komunitas/p/{post_id}/ubah").status_code == 404
    assert signed_in(app, other).fill(f"/komunitas/p/{post_id}/ubah", {"body": "Saya coba dulu."}).status_code == 303
    second = a_thread(other, room, "Lain lagi")
    with reading() as session:
        seals = session.execute(select(Post.thread_id, Post.author_seal).where(Post.id.in_([post_id])))
        first_seal = seals.one().author_seal
        assert session.scalar(select(Thread.author_seal).where(Thread.id == second)) != first_seal


def test_the_asker_of_a_sealed_thread_hears_the_next_morning_without_a_trace(app: Flask) -> None:
    room = a_calm_room()
    asker, other = a_person("Mama Ros"), a_person("Om Daud")
    thread_id = a_thread(asker, room, "Susah tidur")
    a_reply(other, thread_id)
    a_reply(other, thread_id)
    now = clock.now()
    outbox.run_due(now)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0
    outbox.run_due(now + timedelta(days=1, hours=8))
    with reading() as session:
        told = session.execute(select(Notice.person_id, Notice.kind, Notice.params, Notice.event)).all()
    assert [(t.person_id, t.kind, t.params) for t in told] == [(asker.person_id, "talk.new", {})]
    assert str(thread_id) not in told[0].event.split(":")[0]


def test_pseudonyms_differ_within_a_thread() -> None:
    taken: set[str] = set()
    for number in range(500):
        name = rules.pseudonym(f"{number * 7:032x}", taken)
        assert name not in taken
        taken.add(name)


# Paging


def _many_threads(most: int) -> None:
    """Threads in pairs of the same instant, so that the id has to decide."""
    with transaction() as session:
        room_id = session.scalar(select(Room.id))
        start = clock.now() - timedelta(days=30)
        for number in range(most):
            at = start + timedelta(minutes=number // 2)
            session.add(Thread(room_id=room_id, title=f"Utas nomor {number:03d}", author_mark="Contoh", made_at=at, last_post_at=at))


def _titles(page: str) -> list[str]:
    return [part[:14] for part in page.split(">Utas")[1:]]


@pytest.mark.both
def test_pages_of_a_room_hold_every_thread_once_both_ways(app: Flask) -> None:
    a_room()
    _many_threads(100)
    with reading() as session:
        room = queries.room_by_slug(session, "usaha")
        assert room
        forward, cursor = [], ""
        while True:
            listed = queries.threads_of(session, room, None, older=cursor)
            forward.append([t.id for t in listed.threads])
            if listed.older is None:
                break
            cursor = listed.older
        backward = [forward[-1]]
        while listed.newer is not None:
            listed = queries.threads_of(session, room, None, newer=listed.newer)
            backward.append([t.id for t in listed.threads])
    flat = [i for p in forward for i in p]
    assert flat == sorted(flat, reverse=True)
    assert len(flat) == len(set(flat)) == 100
    assert backward[0] == forward[-1]
    assert backward[-1] == forward[0]


@pytest.mark.parametrize("cursor", ["", "x", "-", "1-0", "99999999999999999-1", "1-1", "1'; drop table thread", "٣-٣"])
def test_a_broken_cursor_is_the_first_or_an_empty_page(app: Flask, client: Client, cursor: str) -> None:
    a_room()
    a_thread(a_person())
    for name in ("sebelum", "sesudah"):
        assert client.get("/komunitas/usaha", query_string={name: cursor}).status_code == 200


def test_every_page_of_a_room_and_of_a_thread_is_an_index_range(app: Flask) -> None:
    at = {"room_id": 1, "at": clock.now(), "id": 5}
    plans = {}
    with db.engines[None].connect() as connection:
        for name, statement, params in (
            ("first", queries.NEWEST.statement, {"room_id": 1}),
            ("older", queries.OLDER.statement, at),
            ("newer", queries.NEWER.statement, at),
            ("posts", queries.POSTS.statement, {"thread_id": 1, "first": 99981, "last": 100000}),
        ):
            rows = connection.execute(text("EXPLAIN QUERY PLAN " + _literal(statement, params)))
            plans[name] = " | ".join(row[3] for row in rows)
    for name in ("first", "older", "newer"):
        assert "SEARCH thread USING INDEX ix_thread_room_page (room_id=? AND state=?" in plans[name], plans[name]
        assert "TEMP B-TREE" not in plans[name]
        assert "SCAN thread" not in plans[name]
    # SQLite compares the pair, and seeks by its first half: the id of a rowid table is no column of the index to it.
    assert "AND last_post_at<?" in plans["older"]
    assert "AND last_post_at>?" in plans["newer"]
    assert "(thread_id=? AND position>? AND position<?)" in plans["posts"], plans["posts"]
    assert "TEMP B-TREE" not in plans["posts"]


def test_the_deepest_page_costs_what_the_first_does(app: Flask) -> None:
    """Counted in steps of SQLite's machine, which no other work on this computer can blur."""
    a_room()
    _many_threads(3000)
    with reading() as session:
        third = session.execute(select(Thread.last_post_at, Thread.id).order_by(Thread.last_post_at, Thread.id).offset(60).limit(1)).one()
    costs = []
    with db.engines[None].connect() as connection:
        for statement, params in ((queries.NEWEST.statement, {}), (queries.OLDER.statement, {"at": third.last_post_at, "id": third.id})):
            steps = [0]

            def count(steps: list[int] = steps) -> int:
                steps[0] += 1
                return 0

            connection.connection.driver_connection.set_progress_handler(count, 1)  # type: ignore[union-attr]
            assert len(connection.execute(statement, {"room_id": 1, **params}).all()) == 31
            connection.connection.driver_connection.set_progress_handler(None, 0)  # type: ignore[union-attr]
            costs.append(steps[0])
    first, deep = costs
    assert first > 300
    assert deep < first * 1.2


def _literal(statement: Any, params: dict[str, Any]) -> str:
    """The statement with plain values in place, as SQLite's EXPLAIN wants it."""
    with db.engines[None].connect() as connection:
        compiled = statement.compile(connection)
        words = str(compiled)
        for name in compiled.positiontup or []:
            value = params.get(name, compiled.params.get(name))
            shown = str(int(value)) if isinstance(value, (int, bool)) else f"'{getattr(value, 'value', value)}'"
            words = words.replace("?", shown, 1)
    return words.replace(":", "\\:")


def test_a_long_thread_is_cut_into_pages_by_position(app: Flask, client: Client) -> None:
    a_room()
    asker = a_person()
    thread_id = a_thread(asker)
    for number in range(2, 46):
        a_reply(asker, thread_id, f"Balasan ke {number}")
    address = f"/komunitas/t/{thread_id}-cara-menghitung-harga-keripik"
    second = client.get(address + "?hal=2").get_data(as_text=True)
    assert 'id="p21"' in second
    assert 'id="p40"' in second
    assert 'id="p20"' not in second
    assert 'id="p41"' not in second
    assert "?hal=3" in second
    assert client.get(address + "?hal=3").status_code == 200
    assert client.get(address + "?hal=4").status_code == 404
    for odd in ("0", "-1", "abc", "1e9", "９", "99999999999999999999"):
        assert client.get(address, query_string={"hal": odd}).status_code in (200, 404)
    answered = signed_in(app, asker).post(f"/komunitas/t/{thread_id}/balas", data={"body": "Yang ke-46"})
    assert answered.location == address + "?hal=3#p46"


# Races


@pytest.mark.both
def test_replies_at_once_get_positions_without_gap_or_double(app: Flask, race: Callable[..., Outcomes]) -> None:
    a_room()
    people = [a_person(f"Orang {n}") for n in range(8)]
    thread_id = a_thread(people[0])
    outcome = race(40, lambda i: a_reply(people[i % 8], thread_id, f"Balasan {i}"))
    assert not outcome.others()
    with reading() as session:
        positions = list(session.scalars(select(Post.position).where(Post.thread_id == thread_id).order_by(Post.position)))
        assert positions == list(range(1, 42))
        assert session.scalar(select(Thread.reply_count)) == 40


@pytest.mark.both
def test_control_positions_by_reading_first_collide(app: Flask, race: Callable[..., Outcomes]) -> None:
    """The control of the race above: count, then write, without the row's lock, and the last guard has to speak."""
    import threading

    from sqlalchemy.orm import Session

    a_room()
    thread_id = a_thread(a_person())
    both_read = threading.Barrier(2)

    def naive(number: int) -> None:
        with reading() as session:
            position = (session.scalar(select(func.max(Post.position)).where(Post.thread_id == thread_id)) or 0) + 1
        both_read.wait(30)
        with Session(db.engine) as session, session.begin():
            session.add(Post(thread_id=thread_id, position=position, body=f"{number}", body_html="", made_at=clock.now()))

    outcome = race(2, naive)
    assert len(outcome.others()) == 1
    assert "IntegrityError" in type(outcome.others()[0]).__name__


def test_a_thread_that_is_gone_takes_no_reply(app: Flask) -> None:
    with pytest.raises(NotThere):
        a_reply(a_person(), 12345)
