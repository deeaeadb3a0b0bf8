"""The officer's WhatsApp list: who stands there, what goes out, and that nobody is written to twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select, update

from app.accounts.deliveries import actions
from app.accounts.deliveries.models import Delivery, Digest, PushSubscription
from app.accounts.notices.models import Notice, NoticePreference, NoticeSetting
from app.accounts.notices.rules import MessageWish
from app.accounts.people.models import Person
from app.core import audit, clock
from app.core.access import Role
from app.core.db import reading, transaction
from tests.accounts.deliveries.factories import NOON, at, choose, deliveries, offer, read, somebody, told, work
from tests.core.listeners import http_listener
from tests.core.test_push import RECEIVER_POINT, SECRET
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

PHONE = "+6281239990001"


@pytest.fixture(autouse=True)
def noon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOON)
    choose(app, base_url="https://katong.example")


def staff(role: Role, name: str) -> int:
    with transaction() as session:
        return a_person(session, name=name, roles=[role]).id


def page(client: Client) -> str:
    shown = client.get("/petugas/wa")
    assert shown.status_code == 200
    return shown.get_data(as_text=True)


def waiting(name: str = "Mama Ros") -> int:
    """An offer that no gateway carries; its person's id."""
    ros = somebody(phone=PHONE, name=name)
    offer(ros)
    work()
    return ros


@pytest.mark.both
def test_one_tap_opens_whatsapp_with_neutral_words_only(sign_in: Callable[[Any], Client], sql_count: Callable[[], Any]) -> None:
    waiting()
    officer = sign_in(staff(Role.OFFICER, "Pak Liliba"))
    with sql_count() as counted:
        shown = page(officer)
    assert len(counted) <= 4
    assert "Mama Ros" in shown
    assert "9990001" not in shown, "the number stays inside"
    assert "K-07" not in shown
    gone = officer.post("/petugas/wa/1")
    assert gone.status_code == 303
    parts = urlsplit(gone.location)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "wa.me", "/6281239990001")
    assert parse_qs(parts.query) == {"text": ["Ada kabar untuk Anda. https://katong.example/kabar"]}
    assert deliveries() == [(1, "whatsapp", "sent", None)]
    with reading() as session:
        row = session.scalars(select(audit.AuditRow).where(audit.AuditRow.act == "delivery.handed")).one()
        assert (row.subject_id, row.codes) == (1, {"kind": "turn.offered"})
    shown = page(officer)
    assert "Baru saja dibuka" in shown
    assert "Belum terkirim, kembalikan" in shown


def test_the_words_are_in_the_language_of_the_person(sign_in: Callable[[Any], Client]) -> None:
    ros = somebody(phone=PHONE)
    with transaction() as session:
        wish = MessageWish.URGENT
        session.add(NoticeSetting(person_id=ros, has_quiet=True, quiet_from=21, quiet_until=6, by_message=wish, language="en"))
    offer(ros)
    work()
    gone = sign_in(staff(Role.OFFICER, "Pak Liliba")).post("/petugas/wa/1")
    assert "There%20is%20a%20notice" in gone.location


def test_a_second_officer_hears_who_sent_it(sign_in: Callable[[Any], Client]) -> None:
    waiting()
    first, second = sign_in(staff(Role.OFFICER, "Pak Liliba")), sign_in(staff(Role.OFFICER, "Ibu Sikumana"))
    first.post("/petugas/wa/1")
    late = second.post("/petugas/wa/1")
    assert late.location == "/petugas/wa"
    shown = page(second)
    assert "sudah dikirim oleh Pak Liliba" in shown
    assert "kembalikan</button>" not in shown, "only who opened it knows whether it went out"


@pytest.mark.both
def test_what_whatsapp_did_not_send_is_put_back_for_a_quarter_of_an_hour(
    sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting()
    first, second = sign_in(staff(Role.OFFICER, "Pak Liliba")), sign_in(staff(Role.OFFICER, "Ibu Sikumana"))
    first.post("/petugas/wa/1")
    second.post("/petugas/wa/1/kembalikan")
    assert deliveries() == [(1, "whatsapp", "sent", None)], "it was not hers"
    first.post("/petugas/wa/1/kembalikan")
    assert deliveries() == [(1, "whatsapp", "waiting", None)]
    assert second.post("/petugas/wa/1").location.startswith("https://wa.me/")
    at(monkeypatch, NOON + timedelta(minutes=16))
    second.post("/petugas/wa/1/kembalikan")
    assert deliveries() == [(1, "whatsapp", "sent", None)]
    assert "Baru saja dibuka" not in page(second)


def test_each_role_sees_what_it_is_responsible_for(sign_in: Callable[[Any], Client]) -> None:
    waiting()
    told(somebody(phone="+6281239990002", name="Bapa Tom"), "factor.set", {}, "factor:1")
    work()
    officer, desk = sign_in(staff(Role.OFFICER, "Pak Liliba")), sign_in(staff(Role.DESK, "Ibu Naikoten"))
    assert "Mama Ros" in page(officer)
    assert "Bapa Tom" not in page(officer)
    assert "Bapa Tom" in page(desk)
    assert "Mama Ros" not in page(desk)
    assert desk.post("/petugas/wa/1").status_code == 404
    assert officer.post("/petugas/wa/2").status_code == 404
    admin = page(sign_in(staff(Role.ADMIN, "Ibu Kelola")))  # passes on what the desk did, nothing of these
    assert "Mama Ros" not in admin
    assert "Bapa Tom" not in admin
    for role in (Role.MODERATOR, Role.COUNSELLOR, Role.TRAINER):
        assert sign_in(staff(role, "Lain")).get("/petugas/wa").status_code == 404
    assert "1 menunggu" in officer.get("/petugas").get_data(as_text=True)


def lose(ros: int) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros).values(phone_lost_at=NOON))


def prove_elsewhere(_ros: int) -> None:
    with transaction() as session:
        other = a_person(session, name="Ina", phone="+6281239990009")
        session.execute(update(Person).where(Person.id == other.id).values(phone=PHONE, phone_slot=1, phone_proven_at=NOON))


def leave(ros: int) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == ros).values(left_at=NOON))


@pytest.mark.both
@pytest.mark.parametrize("what", [lose, prove_elsewhere, leave, lambda _ros: read(1)], ids=["lost", "proven elsewhere", "left", "read"])
def test_never_to_a_number_that_is_anothers_now_and_not_to_who_read_it(
    sign_in: Callable[[Any], Client], what: Callable[[int], None]
) -> None:
    ros = waiting()
    officer = sign_in(staff(Role.OFFICER, "Pak Liliba"))
    assert "Mama Ros" in page(officer)
    what(ros)
    assert "Mama Ros" not in page(officer)
    late = officer.post("/petugas/wa/1")
    assert late.location == "/petugas/wa"
    assert "tidak perlu dikirim lagi" in page(officer)
    assert deliveries() == [(1, "whatsapp", "waiting", None)]


def test_nobody_stands_in_the_list_whose_number_was_lost_before(app: Flask) -> None:
    ros = somebody(phone=PHONE)
    lose(ros)
    offer(ros)
    work()
    assert deliveries() == []


def test_an_offer_that_is_over_leaves_the_list(sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    offer(somebody(phone=PHONE), until=NOON + timedelta(hours=1))
    work()
    officer = sign_in(staff(Role.OFFICER, "Pak Liliba"))
    assert "Mama Ros" in page(officer)
    at(monkeypatch, NOON + timedelta(hours=1))
    assert "Mama Ros" not in page(officer)
    officer.post("/petugas/wa/1")
    assert [row[2] for row in deliveries()] == ["waiting"]


def test_who_is_reached_otherwise_does_not_stand_there(app: Flask) -> None:
    choose(app, sms_gateway="file")
    offer(somebody(phone=PHONE, proven=True))
    work()
    assert [row[1] for row in deliveries()] == ["message"]


def test_a_text_message_holds_neutral_words_and_the_way_in(app: Flask) -> None:
    choose(app, sms_gateway="file")
    offer(somebody(phone=PHONE, proven=True))
    offer(somebody(phone="+6281239990002"), 2)
    work()
    work()
    sent = (app.extensions["settings"].data_dir / "pesan-keluar.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(sent) == 1, "an unproven number gets none"
    assert '"Ada kabar untuk Anda. https://katong.example/kabar"' in sent[0]
    assert PHONE in sent[0]


# What is stuck


@pytest.mark.both
def test_the_admin_sees_heaps_without_a_name_and_tries_again(
    app: Flask, sign_in: Callable[[Any], Client], sql_count: Callable[[], Any]
) -> None:
    choose(app, sms_gateway="http", sms_gateway_url="http://127.0.0.1:9/", sms_gateway_token="t")  # nobody listens there
    for number in range(3):
        offer(somebody(phone=f"+62812399901{number:02d}", proven=True, name=f"Rahasia {number}"), number)
    work()
    with transaction() as session:
        session.execute(update(Delivery).values(state="stuck"))
    admin = sign_in(staff(Role.ADMIN, "Ibu Kelola"))
    with sql_count() as counted:
        shown = admin.get("/petugas/pengiriman").get_data(as_text=True)
    assert len(counted) <= 3
    assert "Rahasia" not in shown
    assert "turn.offered" in shown
    assert "3 menunggu" in admin.get("/petugas").get_data(as_text=True)
    choose(app, sms_gateway="file")
    assert admin.fill("/petugas/pengiriman", {}, action="/petugas/pengiriman").status_code == 303
    work()
    assert {row[2] for row in deliveries()} == {"sent"}
    assert "Semua terkirim" in admin.get("/petugas/pengiriman").get_data(as_text=True)
    with reading() as session:
        row = session.scalars(select(audit.AuditRow).where(audit.AuditRow.act == "delivery.again")).one()
        assert row.codes == {"channel": "message", "kind": "turn.offered", "trouble": "not-taken", "count": 3}


@pytest.mark.both
def test_leaving_takes_everything_along(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    ros, ina = waiting(), somebody(phone="+6281239990002", name="Ina")
    for person_id in (ros, ina):
        sign_in(person_id).fill("/kabar/pengaturan", {"booth": "none"})
        told(person_id, "thread.reply", {"title": "Harga", "thread_id": 4, "position": 1}, "reply:1")
        subscription = {"endpoint": f"https://fcm.googleapis.com/{person_id}", "p256dh": RECEIVER_POINT, "auth": SECRET}
        assert sign_in(person_id).post("/kabar/hp", data=subscription).status_code == 204
    work()
    before = held()
    with transaction() as session:
        actions.leave(session, ros, clock.now())
    assert held() == {table: (0, hers) for table, (_his, hers) in before.items()}
    assert all(his and (hers or table == "delivery") for table, (his, hers) in before.items()), before


def held() -> dict[str, tuple[int, int]]:
    """Rows of the first and the second person, by table."""
    tables = (Delivery, Digest, Notice, NoticePreference, NoticeSetting, PushSubscription)
    with reading() as session:

        def rows(table: Any, person_id: int) -> int:
            return session.scalar(select(func.count()).select_from(table).where(table.person_id == person_id)) or 0

        return {table.__tablename__: (rows(table, 1), rows(table, 2)) for table in tables}


def test_a_gateway_that_was_away_gets_the_same_key_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_listener() as gateway:
        choose(app, sms_gateway="http", sms_gateway_url=gateway.url, sms_gateway_token="t")
        gateway.answers += [503, 200]
        offer(somebody(phone=PHONE, proven=True))
        offer(somebody(phone="+6281239990002", proven=True), 2)
        work()
        at(monkeypatch, NOON + timedelta(minutes=1))
        work()
        work()
    keys = [call.headers["idempotency-key"] for call in gateway.calls]
    assert len(keys) == 3
    assert len(set(keys)) == 2
    assert keys[0] == keys[2]
    assert {row[2] for row in deliveries()} == {"sent"}
