"""How a person wants to be told: the page, its defaults, and browsers that take pushes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from app.accounts.deliveries import queries
from app.accounts.deliveries.models import PushSubscription
from app.accounts.notices.queries import wishes
from app.accounts.notices.rules import Group, MessageWish, Pace
from app.core import push
from app.core.db import reading
from tests.accounts.deliveries.factories import NOON, at, choose, deliveries, offer, reach_of, somebody, work
from tests.core.listeners import HttpListener, http_listener
from tests.core.test_push import RECEIVER, RECEIVER_POINT, SECRET, opened, private, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.conftest import Client

PAGE = "/kabar/pengaturan"


def chosen(person_id: int) -> Any:
    with reading() as session:
        return wishes(session, person_id)


@pytest.mark.both
def test_choices_are_kept_and_shown(sign_in: Callable[[Any], Client], sql_count: Callable[[], Any]) -> None:
    ros = somebody(email="ros@rumah.example")
    mine = sign_in(ros)
    with sql_count() as counted:
        assert mine.get(PAGE).status_code == 200
    assert len(counted) <= 6
    typed = {"booth": "daily", "talk": "none", "message": "always", "quiet_from": "20", "quiet_until": "7", "language": "en"}
    assert mine.fill(PAGE, typed).status_code == 303
    kept = chosen(ros)
    assert kept.pace(Group.BOOTH) is Pace.DAILY
    assert kept.pace(Group.TALK) is Pace.NONE
    assert kept.pace(Group.SELLING) is Pace.NOW
    assert kept.pace(Group.ACCOUNT) is Pace.NOW
    assert (kept.has_quiet, kept.quiet_from, kept.quiet_until) == (True, 20, 7)
    assert (kept.by_message, kept.language, kept.unmailed) == (MessageWish.ALWAYS, "en", frozenset())
    assert mine.fill(PAGE, {"quiet": None, "talk_mail": None}).status_code == 303
    kept = chosen(ros)
    assert kept.has_quiet is False
    assert kept.unmailed == {Group.TALK}
    assert kept.quiet_from == 20


def test_without_an_address_choices_about_letters_stay_as_they_were(sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    assert sign_in(ros).fill(PAGE, {"talk": "now"}).status_code == 303
    assert chosen(ros).unmailed == frozenset()


@pytest.mark.parametrize("typed", [{"booth": "sometimes"}, {"quiet_from": "24"}, {"language": "xx"}, {"message": ""}])
def test_what_no_choice_offers_is_refused(sign_in: Callable[[Any], Client], typed: dict[str, str]) -> None:
    ros = somebody()
    mine = sign_in(ros)
    assert mine.fill(PAGE, typed).status_code == 422
    assert chosen(ros).paces == {}


def test_account_notices_offer_no_switch_and_say_why(sign_in: Callable[[Any], Client]) -> None:
    shown = sign_in(somebody()).get(PAGE).get_data(as_text=True)
    assert "tidak bisa dimatikan" in shown
    assert 'name="account"' not in shown


# Pushes


@pytest.fixture
def service(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpListener]:
    """A push service on loopback, at noon."""
    at(monkeypatch, NOON)
    with http_listener() as listener:
        choose(
            app, push_hosts=(f"127.0.0.1:{listener.port}",), mail_from="Katong <kabar@katong.example>", base_url="https://katong.example"
        )
        yield listener


def browser(service: HttpListener, number: int = 1) -> dict[str, str]:
    return {"endpoint": f"{service.url}/push/{number}", "p256dh": RECEIVER_POINT, "auth": SECRET}


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(PushSubscription)) or 0


@pytest.mark.both
def test_a_push_says_that_there_is_a_notice_and_nothing_else(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    phone = sign_in(ros)
    assert phone.post("/kabar/hp", data=browser(service)).status_code == 204
    assert phone.post("/kabar/hp", data=browser(service)).status_code == 204
    assert count() == 1
    offer(ros)
    work()
    work()
    (call,) = service.calls
    assert json.loads(opened(call.body, private(RECEIVER), raw(SECRET))) == {"body": "Ada kabar untuk Anda.", "url": "/kabar"}
    assert call.headers["urgency"] == "high"
    assert [row[1:3] for row in deliveries()] == [("push", "sent")]


def test_one_browser_that_took_it_is_enough(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    sign_in(ros).post("/kabar/hp", data=browser(service, 1))
    sign_in(ros).post("/kabar/hp", data=browser(service, 2))
    service.answers += [500, 201]
    offer(ros)
    work()
    work()
    assert len(service.calls) == 2
    assert [row[1:3] for row in deliveries()] == [("push", "sent")]


def test_a_browser_that_is_gone_is_forgotten_and_an_officer_steps_in(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    sign_in(ros).post("/kabar/hp", data=browser(service))
    service.answers.append(410)
    offer(ros)
    work()
    assert count() == 0
    assert [row[1:3] for row in deliveries()] == [("push", "stuck"), ("whatsapp", "waiting")]


def test_signing_out_ends_the_pushes_of_that_device(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    phone = sign_in(ros)
    phone.post("/kabar/hp", data=browser(service))
    assert reach_of(ros).has_push
    phone.post("/keluar")
    assert not reach_of(ros).has_push
    offer(ros)
    work()
    assert service.calls == []
    assert [row[1] for row in deliveries()] == ["whatsapp"]


def test_a_browser_that_changes_hands_tells_the_first_person_nothing_more(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros, ina = somebody(), somebody(name="Ina")
    sign_in(ros).post("/kabar/hp", data=browser(service))
    sign_in(ina).post("/kabar/hp", data=browser(service))
    assert not reach_of(ros).has_push
    assert reach_of(ina).has_push


def test_one_switches_off_ones_own_browsers_only(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    mine, theirs = sign_in(ros), sign_in(somebody(name="Ina"))
    mine.post("/kabar/hp", data=browser(service))
    assert theirs.post("/kabar/hp/1/matikan").status_code == 404
    assert "Chrome di Android" in mine.get(PAGE).get_data(as_text=True)
    assert mine.post("/kabar/hp/1/matikan").status_code == 303
    assert count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://evil.example/push"},
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": "x" * 5000},
    ],
)
def test_addresses_and_keys_that_are_none_are_not_kept(
    service: HttpListener, sign_in: Callable[[Any], Client], changes: dict[str, str]
) -> None:
    assert sign_in(somebody()).post("/kabar/hp", data={**browser(service), **changes}).status_code == 422
    assert count() == 0


def test_a_subscription_needs_a_form_of_ours(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(somebody())
    assert mine.post("/kabar/hp", data={**browser(service), "csrf": "x.y"}).status_code == 400
    assert mine.post("/kabar/hp", data=browser(service), headers={"Origin": "https://evil.example"}).status_code == 403
    assert count() == 0


def test_the_page_offers_pushes_where_they_can_be_sent(app: Flask, sign_in: Callable[[Any], Client]) -> None:
    mine = sign_in(somebody())
    assert "data-push" not in mine.get(PAGE).get_data(as_text=True)
    choose(app, base_url="https://katong.example")
    shown = mine.get(PAGE).get_data(as_text=True)
    assert f'data-push="{push.public_key()}"' in shown


def test_the_service_worker_stands_at_the_root(client: Client) -> None:
    with client.get("/sw.js") as worker:
        assert worker.status_code == 200
        assert worker.mimetype in ("text/javascript", "application/javascript")
        assert "notificationclick" in worker.get_data(as_text=True)


@pytest.mark.both
def test_my_data_tells_what_is_kept(service: HttpListener, sign_in: Callable[[Any], Client]) -> None:
    ros = somebody()
    mine = sign_in(ros)
    mine.fill(PAGE, {"talk": "none"})
    mine.post("/kabar/hp", data=browser(service))
    offer(ros)
    work()
    with reading() as session:
        told = json.loads(json.dumps(queries.mine(session, ros)))
        inbox = json.loads(json.dumps(queries.inbox_of_person(session, ros), default=str))
    assert {"kelompok": "talk", "kapan": "none", "surel": True} in told["pilihan"]
    assert told["pemberitahuan_di"][0]["perangkat"] == "Chrome di Android"
    assert told["terkirim"][0] | {"dibuat": "", "dikirim": ""} == {
        "lewat": "push", "jenis": "turn.offered", "keadaan": "sent", "dibuat": "", "dikirim": "",
    }  # fmt: skip
    assert inbox["notices"][0]["kind"] == "turn.offered"
