"""A member's page: for members who met her by name, and for nobody else; it never lifts a pseudonym."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.blocks import actions as blocks
from app.accounts.blocks import queries as block_queries
from app.accounts.notices.models import Notice
from app.accounts.people.models import Person
from app.accounts.privacy import actions as privacy
from app.accounts.reports import actions as reports
from app.accounts.reports import queries as report_queries
from app.accounts.reports.rules import Decision, Reason
from app.community.threads import actions, rules
from app.community.threads.models import Post, Reach, Room, State, Thread, Voice
from app.core import clock, once
from app.core.access import Actor, Role
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from tests.community.factories import a_calm_room, a_person, a_room, signed_in
from tests.conftest import Client

ABOUT = "Kue cucur tiap Sabtu.\nBisa pesan <b>sehari</b> sebelumnya."


def a_thread(who: Actor, room: str = "usaha", title: str = "Harga keripik", **more: Any) -> int:
    return actions.start_thread(who, room, title, "Berapa harga keripik sebungkus?", once.new_key(), **more)


def a_reply(who: Actor, thread_id: int, body: str = "Dua belas ribu.", **more: Any) -> int:
    return actions.reply(who, thread_id, body, once.new_key(), **more)


def a_writer(name: str = "Nona Liliba", about: str = ABOUT) -> Actor:
    """Somebody who began a thread in the room of names."""
    writer = a_person(name)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == writer.person_id).values(about=about))
    a_thread(writer)
    return writer


def status(reader: Client, who: Actor) -> int:
    return reader.get(f"/komunitas/orang/{who.person_id}").status_code


def seen(reader: Client, who: Actor) -> str:
    answer = reader.get(f"/komunitas/orang/{who.person_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def change(table: type[Any], **values: Any) -> None:
    with transaction() as session:
        session.execute(update(table).values(**values))


@pytest.fixture
def reader(app: Flask) -> Client:
    """A member who wrote nothing."""
    a_room()
    return signed_in(app, a_person("Om Daud"))


def test_a_member_reads_what_she_shows_of_herself(reader: Client, sql_count: Callable[[], Any]) -> None:
    writer = a_writer()
    a_reply(writer, a_thread(a_person("Penanya"), title="Cari kotak kue"), "Di **Oeba** ada.")
    seen(reader, writer)
    with sql_count() as counted:
        page = seen(reader, writer)
    assert len(counted) <= 4
    assert "Nona Liliba" in page
    assert "Kue cucur tiap Sabtu.\nBisa pesan &lt;b&gt;sehari&lt;/b&gt;" in page
    assert "Di Oeba ada." in page
    assert page.index("Cari kotak kue") < page.index("Harga keripik")
    assert '<meta name="robots" content="noindex">' in page
    assert f"/lapor/person/{writer.person_id}" in page
    assert f"/akun/blokir/orang/{writer.person_id}" in page


def test_it_says_nothing_else_about_her(app: Flask, reader: Client) -> None:
    """Neither number nor place, greeting, role or day of joining: the page is the same whatever they are."""
    writer = a_writer()
    before = strip(seen(reader, writer))
    with transaction() as session:
        person = session.get_one(Person, writer.person_id)
        person.phone, person.greeting, person.place_code, person.email = "+6281299998888", "Mama", "5371011001", "liliba@contoh.id"
        person.made_at -= timedelta(days=500)
    assert strip(seen(reader, writer)) == before
    with transaction() as session:
        session.get_one(Person, writer.person_id).about = "Lain lagi."
    assert strip(seen(reader, writer)) != before  # the control: what she does show differs


def strip(page: str) -> str:
    return re.sub(r'name="(?:csrf|kunci)" value="[^"]*"', "", page)


def test_a_visitor_signs_in_first_whoever_is_asked_for(client: Client) -> None:
    a_room()
    writer = a_writer()
    answers = [client.get(f"/komunitas/orang/{number}") for number in (writer.person_id, 987654)]
    assert [answer.status_code for answer in answers] == [303, 303]
    thread = client.get("/komunitas/t/1", follow_redirects=True).get_data(as_text=True)
    assert "Nona Liliba" in thread
    assert "/komunitas/orang/" not in thread


def test_a_name_in_a_thread_leads_there(app: Flask, reader: Client, sql_count: Callable[[], Any]) -> None:
    writer = a_writer()
    with reading() as session:
        address = f"/komunitas/t/{session.scalar(select(Thread.id))}-harga-keripik"
    reader.get(address)
    with sql_count() as counted:
        page = reader.get(address).get_data(as_text=True)
    assert len(counted) <= 4
    assert f'<a href="/komunitas/orang/{writer.person_id}">Nona Liliba</a>' in page


# Everybody else is nobody


def test_who_never_wrote_is_as_unknown_as_a_number_nobody_has(reader: Client) -> None:
    quiet = a_person("Nona Diam")
    answers = [reader.get(f"/komunitas/orang/{number}") for number in (quiet.person_id, 987654)]
    assert [answer.status_code for answer in answers] == [404, 404]
    codes = [re.sub(r"\d+|<code>.*?</code>", "", strip(answer.get_data(as_text=True))) for answer in answers]
    assert codes[0] == codes[1]
    assert "Nona Diam" not in codes[0]


@pytest.mark.both
def test_who_wrote_under_a_pseudonym_only_has_no_page(app: Flask, reader: Client) -> None:
    calm, asker, answerer = a_calm_room(), a_person("Mama Ros"), a_person("Nona Liliba")
    a_reply(answerer, a_thread(asker, calm, "Susah tidur"))
    assert (status(reader, asker), status(reader, answerer)) == (404, 404)
    # The control: the same posts in a room of names open it.
    change(Room, voice=Voice.NAMED, is_calm=False)
    change(Post, author_id=asker.person_id, author_mark=None, author_seal=None)
    assert status(reader, asker) == 200


def test_what_was_written_under_a_pseudonym_is_not_on_the_page(reader: Client) -> None:
    writer, calm = a_writer(), a_calm_room()
    a_reply(writer, a_thread(writer, calm, "Susah tidur"), "Rahasia hati")
    page = seen(reader, writer)
    assert "Susah tidur" not in page
    assert "Rahasia" not in page
    assert "Hati Tenang" not in page
    a_thread(writer, "usaha", "Susah laku")
    assert "Susah laku" in seen(reader, writer)  # the control


def test_a_room_of_pseudonyms_leads_to_nobody_not_even_to_staff(app: Flask, reader: Client) -> None:
    counsellor, calm = a_person("Konselor Ina", Role.COUNSELLOR), a_calm_room()
    thread_id = a_thread(a_person("Mama Ros"), calm, "Susah tidur")
    a_reply(counsellor, thread_id, as_staff=True)
    page = reader.get(f"/komunitas/t/{thread_id}", follow_redirects=True).get_data(as_text=True)
    assert "Konselor Ina" in page
    assert "/komunitas/orang/" not in page
    assert status(reader, counsellor) == 404
    # A calm room leads to nobody either, whatever the voice; a room of names does.
    change(Room, voice=Voice.NAMED)
    assert "/komunitas/orang/" not in reader.get(f"/komunitas/t/{thread_id}", follow_redirects=True).get_data(as_text=True)
    assert status(reader, counsellor) == 404
    change(Room, is_calm=False)
    assert "/komunitas/orang/" in reader.get(f"/komunitas/t/{thread_id}", follow_redirects=True).get_data(as_text=True)
    assert status(reader, counsellor) == 200


@pytest.mark.both
@pytest.mark.parametrize("state", [State.HELD, State.REMOVED, State.WITHDRAWN])
def test_what_does_not_stand_opens_no_page(reader: Client, state: State) -> None:
    writer = a_writer()
    for table in (Post, Thread):
        change(table, state=state)
        assert status(reader, writer) == 404
        change(table, state=State.SHOWN)
        assert status(reader, writer) == 200


@pytest.mark.both
def test_who_is_suspended_has_no_page_and_no_link_until_it_ends(reader: Client) -> None:
    writer = a_writer()
    with reading() as session:
        address = f"/komunitas/t/{session.scalar(select(Thread.id))}-harga-keripik"
    for until, answer in ((clock.now() + timedelta(days=3), 404), (clock.now() - timedelta(seconds=1), 200)):
        with transaction() as session:
            session.execute(update(Person).where(Person.id == writer.person_id).values(suspended_until=until))
        assert status(reader, writer) == answer
        assert ("/komunitas/orang/" in reader.get(address).get_data(as_text=True)) is (answer == 200)


@pytest.mark.both
def test_who_has_left_has_no_page_and_no_link(reader: Client) -> None:
    writer = a_writer()
    assert status(reader, writer) == 200
    privacy.leave(writer)
    assert status(reader, writer) == 404
    page = reader.get("/komunitas/t/1", follow_redirects=True).get_data(as_text=True)
    assert "Anggota yang telah pergi" in page
    assert "/komunitas/orang/" not in page


def test_a_members_room_counts_and_shows(app: Flask, reader: Client) -> None:
    writer = a_person("Nona Liliba")
    a_thread(writer, a_room("anggota", "Anggota saja", reach=Reach.MEMBERS), "Arisan pasar")
    assert "Arisan pasar" in seen(reader, writer)


def test_a_long_history_is_ten_posts(reader: Client, sql_count: Callable[[], Any]) -> None:
    writer = a_writer()
    for number in range(rules.SAID_SHOWN + 5):
        a_thread(writer, title=f"Obrolan ke-{number:02}")
    seen(reader, writer)
    with sql_count() as counted:
        page = seen(reader, writer)
    assert len(counted) <= 4
    assert page.count(">Obrolan ke-") == rules.SAID_SHOWN
    assert "Harga keripik" not in page


# Oneself, staff, blocks, reports


def test_ones_own_page_is_there_before_one_wrote_for_oneself_only(app: Flask, reader: Client) -> None:
    quiet = a_person("Nona Diam")
    mine = signed_in(app, quiet)
    for page in ("/akun", "/akun/profil"):
        assert f'href="/komunitas/orang/{quiet.person_id}"' in mine.get(page).get_data(as_text=True)
    page = seen(mine, quiet)
    assert "Begini orang lain melihat Anda" in page
    assert "baru Anda yang bisa membukanya" in page
    assert "/lapor/" not in page
    assert "/akun/blokir/" not in page
    assert status(reader, quiet) == 404
    a_thread(quiet)
    assert "baru Anda yang bisa membukanya" not in seen(mine, quiet)
    assert "Begini orang lain" not in seen(reader, quiet)


def test_staff_wear_the_badge_where_they_answered_as_staff_and_cannot_be_blocked_for_it(reader: Client) -> None:
    officer, thread_id = a_person("Petugas Usaha", Role.OFFICER), a_thread(a_person("Penanya"))
    a_reply(officer, thread_id, as_staff=True)
    page = seen(reader, officer)
    assert ">Petugas<" in re.sub(r"<svg.*?</svg>", "", page)
    assert "Blokir" not in page
    assert reader.get(f"/akun/blokir/orang/{officer.person_id}").status_code == 404
    assert "Petugas lapak" not in page
    # Who writes as herself only wears none, though she is staff; what she says as herself can be folded.
    moderator = a_person("Kaka Tenun", Role.MODERATOR)
    a_reply(moderator, thread_id)
    page = seen(reader, moderator)
    assert "Petugas" not in re.sub(r"<svg.*?</svg>", "", page.split("<main", 1)[1].split("</main", 1)[0])
    assert "Moderator" not in page
    assert reader.get(f"/akun/blokir/orang/{moderator.person_id}").status_code == 200


@pytest.mark.both
def test_blocking_and_letting_through_again_from_her_page(app: Flask, reader: Client) -> None:
    writer, me = a_writer(), a_person("Mama Ros")
    mine = signed_in(app, me)
    address = f"/komunitas/orang/{writer.person_id}"
    blocked = mine.fill(f"/akun/blokir/orang/{writer.person_id}", {})
    assert (blocked.status_code, blocked.location) == (303, address)
    page = seen(mine, writer)
    assert "Anda memblokir orang ini" in page
    assert "Kue cucur" not in page
    assert "Kue cucur" in seen(reader, writer)
    opened = mine.post(f"/akun/blokir/{writer.person_id}/buka", data={"next": address})
    assert (opened.status_code, opened.location) == (303, address)
    assert "Kue cucur" in seen(mine, writer)
    away = mine.post(f"/akun/blokir/{writer.person_id}/buka", data={"next": "//jahat.example"})
    assert away.location == "/akun/blokir"


def test_nobody_blocks_or_reports_whom_she_never_met_there(app: Flask) -> None:
    a_room()
    me, quiet = a_person("Mama Ros"), a_person("Nona Diam")
    a_thread(me)
    for who in (quiet, me):
        with pytest.raises(NotThere):
            blocks.block(me, "orang", who.person_id)
    with pytest.raises(NotThere):
        reports.report(me, "person", quiet.person_id, Reason.FRAUD, "")
    with pytest.raises(reports.YourOwn):
        reports.report(me, "person", me.person_id, Reason.FRAUD, "")
    with reading() as session:
        assert not block_queries.list_of(session, me.person_id)


def test_whom_she_blocked_still_sees_her_page_and_learns_nothing(app: Flask) -> None:
    a_room()
    writer, other = a_writer(), a_writer("Om Daud")
    browser = signed_in(app, other)
    before = strip(seen(browser, writer))
    blocks.block(writer, "orang", other.person_id)
    assert strip(seen(browser, writer)) == before


@pytest.mark.both
def test_a_report_about_a_person_is_read_decided_and_told(app: Flask, reader: Client, run_outbox: Callable[[], int]) -> None:
    writer = a_writer(about="Uang muka dulu, barang menyusul.")
    assert (
        reader.fill(f"/lapor/person/{writer.person_id}", {"reason": "fraud"}, action=f"/lapor/person/{writer.person_id}").location
        == f"/komunitas/orang/{writer.person_id}"
    )
    moderator = a_person("Moderator Satu", Role.MODERATOR)
    with reading() as session:
        case_id = report_queries.open_case_of(session, "person", writer.person_id) or 0
    page = signed_in(app, moderator).get(f"/petugas/laporan/{case_id}").get_data(as_text=True)
    assert "Uang muka dulu" in page
    assert f"/petugas/orang/{writer.person_id}" in page
    assert "taken_down" not in page
    with pytest.raises(reports.NotOffered):
        reports.decide(moderator, case_id, 1, Decision.TAKEN_DOWN)
    reports.decide(moderator, case_id, 1, Decision.WARNED)
    run_outbox()
    with reading() as session:
        told = list(session.scalars(select(Notice.kind).where(Notice.person_id == writer.person_id)))
    assert "report.decided" in told
    assert signed_in(app, writer).get(f"/lapor/banding/{case_id}").status_code == 200
    privacy.leave(writer)
    assert signed_in(app, moderator).get(f"/petugas/laporan/{case_id}").status_code == 200
