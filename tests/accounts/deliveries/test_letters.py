"""Letters to a real SMTP server on loopback: what they hold, what stops them, and what comes of a server that refuses."""

from __future__ import annotations

import html.parser
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from app.accounts.deliveries import handlers, rules
from app.accounts.deliveries.models import Delivery, Digest
from app.accounts.notices.actions import stop_mail
from app.accounts.notices.models import NoticePreference, NoticeSetting
from app.accounts.notices.rules import Group, MessageWish, Pace
from app.accounts.people.models import Person
from app.core import clock
from app.core.db import reading, transaction
from tests.accounts.deliveries.factories import NIGHT, NOON, at, choose, deliveries, offer, read, ready, somebody, told, work
from tests.core.test_mail import Mailbox, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Client

ROOT = Path(__file__).resolve().parents[3]
HOME = "https://katong.example"


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A server that takes letters, at noon in Kupang."""
    at(monkeypatch, NOON)
    box = Mailbox()
    with listening(box) as port:
        choose(app, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Katong <kabar@katong.example>", base_url=HOME)
        yield box


class Links(html.parser.HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def body(letter: object, kind: str) -> str:
    part = letter.get_body((kind,))  # type: ignore[attr-defined]
    return str(part.get_content())


@pytest.mark.both
def test_a_letter_holds_text_and_html_and_its_way_out(mailbox: Mailbox, client: Client) -> None:
    ros = somebody(email="ros@rumah.example", greeting="Mama", name="Ros <b>")
    ready(ros)
    work()
    (letter,) = mailbox.letters
    assert letter["To"] == "ros@rumah.example"
    assert letter["Subject"] == "Ada kabar tentang pesanan Anda."
    assert letter.get_content_type() == "multipart/alternative"
    text, page = body(letter, "plain"), body(letter, "html")
    for shown in (text, page):
        assert "Pesanan KTG-7 dari Dapur Ros siap diambil." in shown
        assert f"{HOME}/pesanan/KTG-7" in shown
    assert "Halo, Mama Ros <b>." in text
    assert "Halo, Mama Ros &lt;b&gt;." in page
    links = Links(page).found
    assert all(link.startswith(HOME) for link in links), links
    assert "<img" not in page
    assert "<script" not in page
    (way_out,) = [letter["List-Unsubscribe"].strip("<>")]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert way_out in links
    assert way_out in text
    assert deliveries() == [(1, "mail", "sent", None)]
    work()
    assert len(mailbox.letters) == 1


def test_the_preview_line_says_no_more_than_the_subject(mailbox: Mailbox) -> None:
    """Lock screens show the subject and the first words of a letter."""
    ready(somebody(email="ros@rumah.example"))
    work()
    shown = " ".join(body(mailbox.letters[0], "plain").split())
    assert shown.startswith("Ada kabar tentang pesanan Anda.")
    assert "KTG-7" not in shown[:150]
    assert "KTG-7" in shown


def test_a_private_kind_says_nothing_inside_the_letter_either(mailbox: Mailbox) -> None:
    ros = somebody(email="ros@rumah.example")
    with transaction() as session:
        session.add(NoticePreference(person_id=ros, kind_group=Group.TALK, pace=Pace.NOW, by_mail=True))
    told(ros, "talk.new", {}, "talk:1")
    work()
    (letter,) = mailbox.letters
    whole = letter["Subject"] + body(letter, "plain") + body(letter, "html")
    assert "Ada kabar baru di komunitas." in whole
    assert "/komunitas" not in whole
    assert f"{HOME}/kabar" in whole


def test_one_click_stops_these_letters_without_signing_in(mailbox: Mailbox, client: Client) -> None:
    """RFC 8058: a POST by the mail program, without session, Origin of ours or token of a form."""
    ros, ina = somebody(email="ros@rumah.example"), somebody(email="ina@rumah.example", name="Ina")
    ready(ros)
    work()
    way_out = urlsplit(mailbox.letters[0]["List-Unsubscribe"].strip("<>")).path
    looked = client.get(way_out)  # mail scanners open every link
    assert looked.status_code == 200
    assert "Pesanan dan jualan saya" in looked.get_data(as_text=True)
    assert "ros@rumah.example" not in looked.get_data(as_text=True)
    ready(ros, 2)
    work()
    assert len(mailbox.letters) == 2, "looking stopped nothing"
    elsewhere = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    for _time in range(2):
        assert client.post(way_out, data={"List-Unsubscribe": "One-Click"}, headers=elsewhere).status_code == 200
    ready(ros, 3)
    ready(ina, 4)
    told(ros, "role.given", {"role": "officer"}, "role:1")
    work()
    assert [(letter["To"], letter["Subject"]) for letter in mailbox.letters[2:]] == [
        ("ina@rumah.example", "Ada kabar tentang pesanan Anda."),
        ("ros@rumah.example", "Ada perubahan pada akun Anda."),
    ]


def test_the_button_of_the_page_stops_them_too(mailbox: Mailbox, client: Client) -> None:
    ready(somebody(email="ros@rumah.example"))
    work()
    way_out = urlsplit(mailbox.letters[0]["List-Unsubscribe"].strip("<>")).path
    done = client.fill(way_out, {})
    assert done.status_code == 200
    assert "tidak dikirim lagi" in done.get_data(as_text=True)
    with reading() as session:
        assert session.scalar(select(NoticePreference.by_mail).where(NoticePreference.kind_group == Group.SELLING)) is False


def test_a_link_is_good_for_its_person_and_group_alone(app: Flask, client: Client) -> None:
    ros = somebody(email="ros@rumah.example")
    ina = somebody(email="ina@rumah.example")
    good = handlers.stop_token(ros, "booth")
    assert client.get(f"/kabar/berhenti/{good}").status_code == 200
    mark = good.rsplit("-", 1)[1]
    for token in (
        f"{ina}-booth-{mark}",
        f"{ros}-talk-{mark}",
        f"{ros}-booth-{'0' * 20}",
        f"{ros}-account-{mark}",
        f"0{ros}-booth-{mark}",
        f"{ros}-booth-{mark.upper()}",
        "x" * 30,
    ):
        assert client.get(f"/kabar/berhenti/{token}").status_code == 404, token
        assert client.post(f"/kabar/berhenti/{token}").status_code == 404, token


def test_account_letters_offer_no_way_out_and_say_why(mailbox: Mailbox) -> None:
    told(somebody(email="ros@rumah.example"), "role.given", {"role": "officer"}, "role:1")
    work()
    (letter,) = mailbox.letters
    assert letter["List-Unsubscribe"] is None
    assert "selalu dikirim" in body(letter, "plain")
    assert "berhenti/" not in body(letter, "html")


def test_a_letter_speaks_the_chosen_language(mailbox: Mailbox) -> None:
    ros = somebody(email="ros@rumah.example")
    with transaction() as session:
        wish = MessageWish.URGENT
        session.add(NoticeSetting(person_id=ros, has_quiet=False, quiet_from=21, quiet_until=6, by_message=wish, language="en"))
    told(ros, "role.given", {"role": "officer"}, "role:1")
    work()
    (letter,) = mailbox.letters
    assert "Hello, Mama Ros." in body(letter, "plain")
    assert 'lang="en"' in body(letter, "html")


def test_without_base_url_links_lead_to_this_machine(app: Flask, mailbox: Mailbox) -> None:
    choose(app, base_url="", port=8123)
    ready(somebody(email="ros@rumah.example"))
    work()
    assert "http://127.0.0.1:8123/pesanan/KTG-7" in body(mailbox.letters[0], "plain")


# When


def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NIGHT)
    ros = somebody(email="ros@rumah.example")
    ready(ros)
    offer(ros)
    work()
    assert [letter["Subject"] for letter in mailbox.letters] == ["Ada kabar untuk Anda."]
    morning = clock.at(NIGHT.astimezone(clock.WITA).date() + timedelta(days=1), 6)
    at(monkeypatch, morning - timedelta(minutes=1))
    work()
    assert len(mailbox.letters) == 1
    at(monkeypatch, morning)
    work()
    assert [letter["Subject"] for letter in mailbox.letters][1:] == ["Ada kabar tentang pesanan Anda."]


def test_what_was_read_by_the_morning_is_not_sent(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NIGHT)
    notice = ready(somebody(email="ros@rumah.example"))
    work()
    read(notice)
    at(monkeypatch, NIGHT + timedelta(hours=9))
    work()
    assert mailbox.letters == []
    assert deliveries() == [(notice, "mail", "dropped", "read")]


def test_what_was_switched_off_by_the_morning_is_not_sent(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NIGHT)
    ros = somebody(email="ros@rumah.example")
    ready(ros)
    work()
    with transaction() as session:
        stop_mail(session, ros, [Group.SELLING])
    at(monkeypatch, NIGHT + timedelta(hours=9))
    work()
    assert mailbox.letters == []
    assert [row[2:] for row in deliveries()] == [("dropped", "unwanted")]


def reply(person_id: int, number: int) -> int:
    return told(person_id, "thread.reply", {"title": f"Harga keripik {number}", "thread_id": 4, "position": number}, f"reply:{number}")


@pytest.mark.both
def test_talk_comes_once_a_day_in_one_letter(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ros = somebody(email="ros@rumah.example")
    first = [reply(ros, number) for number in range(1, 4)]
    told(ros, "talk.new", {}, "talk:1")
    work()
    assert mailbox.letters == []
    read(first[0])
    at(monkeypatch, clock.at(clock.day_of(NOON) + timedelta(days=1), 7))
    for _again in range(3):
        work()
    (letter,) = mailbox.letters
    assert letter["Subject"] == "Ada 3 kabar baru untuk Anda."
    text = body(letter, "plain")
    assert "Harga keripik 2" in text
    assert "Harga keripik 3" in text
    assert "Harga keripik 1" not in text, "it was read meanwhile"
    assert "Ada kabar baru di komunitas." in text, "a private kind, in its neutral words"
    assert "digest" in letter["List-Unsubscribe"]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Digest)) == 1


def test_no_letter_when_all_was_read_and_none_when_nothing_is_new(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ros = somebody(email="ros@rumah.example")
    read(reply(ros, 1))
    notice = reply(ros, 2)
    work()
    read(notice)
    for days in (1, 2, 3):
        at(monkeypatch, clock.at(clock.day_of(NOON) + timedelta(days=days), 7))
        work()
    assert mailbox.letters == []
    assert deliveries() == []


def test_stopping_summaries_leaves_the_other_letters(mailbox: Mailbox, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ros = somebody(email="ros@rumah.example")
    client.post(f"/kabar/berhenti/{handlers.stop_token(ros, handlers.DIGEST)}")
    reply(ros, 1)
    ready(ros)
    work()
    at(monkeypatch, clock.at(clock.day_of(NOON) + timedelta(days=1), 7))
    work()
    assert [letter["Subject"] for letter in mailbox.letters] == ["Ada kabar tentang pesanan Anda."]


# Trouble


def test_a_server_that_says_later_is_asked_again_with_the_same_message_id(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.refuse_data = "451 later"
    notice = ready(somebody(email="ros@rumah.example"))
    work()
    assert deliveries() == [(notice, "mail", "waiting", "not-taken")]
    mailbox.refuse_data = ""
    at(monkeypatch, NOON + timedelta(minutes=1))
    work()
    assert len(mailbox.letters) == 1
    assert deliveries() == [(notice, "mail", "sent", None)]


def test_one_that_never_takes_it_is_stuck_and_shows(app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.refuse_data = "451 later"
    notice = ready(somebody(email="ros@rumah.example"))
    moment = NOON
    for _try in range(rules.MOST_TRIES + 2):
        at(monkeypatch, moment)
        work()
        moment += timedelta(hours=2)
    assert deliveries() == [(notice, "mail", "stuck", "not-taken")]


def test_a_mailbox_that_is_no_more_hands_an_urgent_notice_to_an_officer(mailbox: Mailbox) -> None:
    mailbox.refuse_recipient = "550 no such user"
    notice = offer(somebody(email="ros@rumah.example"))
    work()
    assert deliveries() == [(notice, "mail", "stuck", "refused"), (notice, "whatsapp", "waiting", None)]


def test_an_error_of_our_own_is_tried_again_and_shows_by_its_kind_alone(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> str:
        raise RuntimeError("quotes ros@rumah.example")

    monkeypatch.setattr(handlers, "render_letter", broken)
    notice = ready(somebody(email="ros@rumah.example"))
    work()
    assert deliveries() == [(notice, "mail", "waiting", "error:RuntimeError")]


def test_nobody_is_written_to_who_left(mailbox: Mailbox) -> None:
    ros = somebody(email="ros@rumah.example")
    ready(ros)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros).values(left_at=NOON))
    work()
    assert mailbox.letters == []
    assert deliveries() == []


def test_without_a_door_nothing_waits_for_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOON)
    ready(somebody(email="ros@rumah.example", proven=True))
    work()
    assert deliveries() == []


KILLED = """
import os, signal, sys
from app import create_app
from app.config import Settings
from app.accounts.deliveries import actions, handlers
app = create_app(Settings.from_env())
with app.app_context():
    actions.note_sent = lambda *_args: os.kill(os.getpid(), signal.SIGKILL)  # accepted by the server, not yet recorded
    handlers.send(int(sys.argv[1]))
"""


@pytest.mark.both
def test_killed_between_acceptance_and_record_the_same_letter_goes_again(
    app: Flask, mailbox: Mailbox, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", REAL_NOW)
    ros = somebody(email="ros@rumah.example")
    with transaction() as session:
        wish = MessageWish.URGENT
        session.add(NoticeSetting(person_id=ros, has_quiet=False, quiet_from=21, quiet_until=6, by_message=wish, language="id"))
    notice = ready(ros)
    handlers.decide(notice)
    settings = app.extensions["settings"]
    environment = {**os.environ, "DATABASE_URL": database_url, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environment |= {"SMTP_URL": settings.smtp_url, "MAIL_FROM": settings.mail_from, "BASE_URL": HOME}
    done = subprocess.run([sys.executable, "-c", KILLED, "1"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert deliveries() == [(notice, "mail", "sending", None)]
    handlers.send(1)
    assert len(mailbox.letters) == 1, "the dead worker's time is not over yet"
    later = REAL_NOW() + rules.TAKEN_FOR + timedelta(seconds=1)
    at(monkeypatch, later)
    handlers.send(1)
    handlers.send(1)
    assert deliveries() == [(notice, "mail", "sent", None)]
    first, second = mailbox.letters
    assert first["Message-ID"] == second["Message-ID"]


REAL_NOW = clock.now


@pytest.mark.both
def test_deliveries_are_forgotten_after_ninety_days(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.accounts.deliveries import actions

    ros = somebody(email="ros@rumah.example")
    ready(ros)
    reply(ros, 1)
    work()
    at(monkeypatch, NOON + timedelta(days=89))
    work()
    actions.forget(clock.now())
    assert len(deliveries()) == 2
    at(monkeypatch, NOON + timedelta(days=200))
    actions.forget(clock.now())
    assert deliveries() == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Digest)) == 0
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
