"""When and by which way a notice goes out: pure rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.accounts.deliveries import rules
from app.accounts.deliveries.rules import Channel, Reach
from app.accounts.notices.rules import Group, MessageWish, Pace, Wishes, after_quiet, group_of, next_digest
from app.core import clock
from app.core.access import Role
from app.core.contrib import NoticeKind
from app.core.words import _l

DAY = date(2026, 11, 20)
EVERY_DOOR = frozenset({Channel.MAIL, Channel.MESSAGE, Channel.PUSH})
EVERYWHERE = Reach(email="ros@rumah.example", message_phone="+62812", whatsapp_phone="+62812", has_push=True)


def kind(code: str = "order.ready", **more: Any) -> NoticeKind:
    return NoticeKind(code, lambda _params: "", _l("Ada kabar untuk Anda."), lambda _params: "/", **more)


URGENT = kind("turn.offered", is_urgent=True, responsible=Role.OFFICER)


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return clock.at(DAY + timedelta(days=days), hour, minute)


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (at(20, 59), at(20, 59)),
        (at(21), at(6, days=1)),
        (at(23, 59), at(6, days=1)),
        (at(0), at(6)),
        (at(5, 59), at(6)),
        (at(6), at(6)),
        (at(12), at(12)),
    ],
)
def test_quiet_hours_end_in_the_morning(moment: datetime, goes: datetime) -> None:
    assert after_quiet(moment, Wishes()) == goes
    assert after_quiet(moment, Wishes(has_quiet=False)) == moment
    assert after_quiet(moment, Wishes(quiet_from=6, quiet_until=6)) == moment, "from and until the same: none"


def test_quiet_hours_may_lie_within_one_day() -> None:
    siesta = Wishes(quiet_from=12, quiet_until=15)
    assert after_quiet(at(11, 59), siesta) == at(11, 59)
    assert after_quiet(at(14), siesta) == at(15)
    assert after_quiet(at(15), siesta) == at(15)


def test_a_summary_comes_at_seven_and_never_in_the_quiet_hours() -> None:
    assert next_digest(at(6, 59), Wishes()) == at(7)
    assert next_digest(at(7), Wishes()) == at(7, days=1)
    assert next_digest(at(23), Wishes()) == at(7, days=1)
    assert next_digest(at(23), Wishes(quiet_until=9)) == at(9, days=1)


def test_urgent_kinds_wait_for_nothing() -> None:
    daily = Reach(email="a@b.example", wishes=Wishes(paces={Group.BOOTH: Pace.DAILY}))
    assert rules.plan(URGENT, daily, EVERY_DOOR, at(23)) == rules.Plan((Channel.MAIL,), at(23))
    assert rules.plan(kind("turn.expired"), daily, EVERY_DOOR, at(23)).is_daily
    assert rules.plan(kind(), EVERYWHERE, EVERY_DOOR, at(23)).due_at == at(6, days=1)


def test_what_is_switched_off_stays_in_the_inbox() -> None:
    off = Reach(email="a@b.example", whatsapp_phone="+62812", wishes=Wishes(paces={Group.BOOTH: Pace.NONE}))
    assert rules.ways(URGENT, off, EVERY_DOOR) == ()


def test_account_kinds_cannot_be_switched_off() -> None:
    everything_off = Wishes(
        paces=dict.fromkeys(Group, Pace.NONE), unmailed=frozenset(Group), by_message=MessageWish.NEVER
    )  # fmt: skip
    reach = Reach(email="a@b.example", message_phone="+62812", wishes=everything_off)
    account = kind("password.changed", is_urgent=True, responsible=Role.DESK)
    assert rules.ways(account, reach, EVERY_DOOR) == (Channel.MAIL, Channel.MESSAGE)


@pytest.mark.parametrize(
    ("wish", "plain", "urgent"),
    [(MessageWish.URGENT, False, True), (MessageWish.ALWAYS, True, True), (MessageWish.NEVER, False, False)],
)
def test_a_text_message_costs(wish: MessageWish, plain: bool, urgent: bool) -> None:
    reach = Reach(message_phone="+62812", wishes=Wishes(by_message=wish))
    assert (Channel.MESSAGE in rules.ways(kind(), reach, EVERY_DOOR)) is plain
    assert (Channel.MESSAGE in rules.ways(URGENT, reach, EVERY_DOOR)) is urgent


def test_whatsapp_is_for_urgent_kinds_that_nothing_else_carries() -> None:
    assert rules.ways(URGENT, EVERYWHERE, EVERY_DOOR) == (Channel.MAIL, Channel.MESSAGE, Channel.PUSH)
    assert rules.ways(URGENT, EVERYWHERE, frozenset()) == (Channel.WHATSAPP,), "no door is open"
    assert rules.ways(URGENT, Reach(whatsapp_phone="+62812"), EVERY_DOOR) == (Channel.WHATSAPP,)
    assert rules.ways(URGENT, Reach(), EVERY_DOOR) == ()
    assert rules.ways(kind(), Reach(whatsapp_phone="+62812"), EVERY_DOOR) == (), "it can wait in the inbox"
    assert rules.ways(kind(is_urgent=True), Reach(whatsapp_phone="+62812"), EVERY_DOOR) == (), "nobody is responsible"


def test_it_is_of_use_until_its_kind_says_and_for_two_days_at_most() -> None:
    ending = kind(until=lambda params: datetime.fromisoformat(params["answer_by"]))
    assert rules.expires_at(ending, {"answer_by": at(18).isoformat()}, at(12)) == at(18)
    assert rules.expires_at(ending, {"answer_by": at(18, days=9).isoformat()}, at(12)) == at(12, days=2)
    assert rules.expires_at(ending, {"answer_by": None}, at(12)) == at(12, days=2)
    assert rules.expires_at(kind(), {}, at(12)) == at(12, days=2)


def test_an_unknown_kind_counts_as_account() -> None:
    assert group_of("nobody.sorted.this") is Group.ACCOUNT


def test_the_whatsapp_address_holds_number_and_words() -> None:
    assert rules.whatsapp_address("+6281234", "Ada kabar? & http://x/kabar") == (
        "https://wa.me/6281234?text=Ada%20kabar%3F%20%26%20http%3A%2F%2Fx%2Fkabar"
    )
