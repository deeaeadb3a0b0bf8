"""Every kind of notice: it belongs to a group people can choose, and what leaves the site on a lock screen says nothing of its topic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from app.accounts.deliveries import handlers, queries, rules
from app.accounts.deliveries.actions import Taken
from app.accounts.deliveries.handlers import Parcel
from app.accounts.deliveries.queries import Told
from app.accounts.deliveries.routes import RESPONSIBLE
from app.accounts.deliveries.rules import Channel, Reach
from app.accounts.notices.contrib import kinds
from app.accounts.notices.rules import GROUP_OF, Wishes
from app.core import push
from app.core.access import Role
from app.core.words import LANGUAGES, spoken
from tests.factories import FRIDAY
from tests.house.reading import listing

if TYPE_CHECKING:
    from flask import Flask

    from app.core.contrib import NoticeKind

SECRET = "Rahasia-Tandasan"
LONG_ENOUGH = 140  # characters of a letter that a phone shows under the subject
# What a room of pseudonyms, the help desk and a private fact are about; no lock screen may say it, in either language.
TOPICS = re.compile(
    r"pendampingan|konsel|hati tenang|samaran|purna|migran|PMI|TKI|kekerasan|utang|hukum|korban|counsel|pseudonym|returne|help desk|survivor",
    re.IGNORECASE,
)


class Planted(Mapping[str, Any]):
    """Parameters of any kind: words of a secret, but a day, a number or a code where a kind reads one."""

    def __getitem__(self, name: str) -> Any:
        if name in ("day", "last_day", "starts_on", "first_month", "ends_on", "first_day"):
            return "2026-11-22"
        if name in ("answer_by", "until", "at"):
            return "2026-11-22T08:00:00+00:00"
        if name in ("rupiah", "months", "seats_taken", "quota", "cohort_id", "thread_id", "position", "left", "count", "n", "year"):
            return 7
        return {"role": "officer", "slug": "kelas", "way": "cash", "reason": ""}.get(name, SECRET)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 1


def parcel(kind: NoticeKind, language: str) -> Parcel:
    told = Told(1, 1, kind.code, Planted(), FRIDAY, False)
    reach = Reach(name="Ros", email="ros@rumah.example", wishes=Wishes(language=language))
    return Parcel(reach, [told], kind, kinds())


TAKEN = Taken(1, 1, 1, None, Channel.MAIL, 1, FRIDAY + timedelta(days=1), FRIDAY)


def outside(kind: NoticeKind, language: str) -> dict[str, str]:
    """Everything that may be seen without unlocking a phone, by where it is seen."""
    one = parcel(kind, language)
    with spoken(language):
        letter = handlers.letter(TAKEN, one)
        text = handlers.short_text(handlers.neutral_words(one))
        pushed: list[bytes] = []
        _push(one, pushed)
    return {
        "subject": letter.subject,
        "preview": " ".join(letter.text.split())[:LONG_ENOUGH],
        "preview of the HTML": " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", letter.html, flags=re.DOTALL).split())[:LONG_ENOUGH],
        "text message": text,
        "WhatsApp": unquote(rules.whatsapp_address("+62812", text)),
        "push": pushed[0].decode(),
    }


def _push(one: Parcel, pushed: list[bytes]) -> None:
    """The push's payload, as the door would get it."""
    with pytest.MonkeyPatch.context() as patch:
        browser = type("Row", (), {"id": 1, "endpoint": "https://x", "p256dh": "", "auth": ""})
        patch.setattr(queries, "subscriptions", lambda *_args: [browser])
        patch.setattr(push, "send", lambda _subscription, payload, **_how: pushed.append(payload))
        handlers._by_push(TAKEN, one)


def leaks(found: Mapping[str, NoticeKind]) -> list[str]:
    return [
        f"{kind.code}, {where} ({language}): {words!r}"
        for kind in found.values()
        for language in LANGUAGES
        for where, words in outside(kind, language).items()
        if SECRET in words or TOPICS.search(words)
    ]


def test_no_lock_screen_shows_what_a_notice_is_about(app: Flask) -> None:
    found = leaks(kinds())
    assert not found, listing(
        found, "Word NoticeKind.neutral so that a stranger who sees it learns nothing; never format parameters into it."
    )


def test_control_a_kind_whose_neutral_words_tell_is_found(app: Flask) -> None:
    from app.core.words import Lazy

    telling = replace(kinds()["talk.new"], neutral=Lazy("Ada balasan di Ruang Hati Tenang."))
    leaky = replace(kinds()["thread.reply"], neutral=Lazy("Balasan: {title}", {"title": SECRET}))
    assert len(leaks({"a": telling, "b": leaky})) >= 2 * 5 * len(LANGUAGES)


def test_a_letter_of_a_private_kind_says_nothing_inside_either(app: Flask) -> None:
    private = [kind for kind in kinds().values() if kind.is_private]
    assert private, "The room of pseudonyms has a kind of its own."
    for kind in private:
        said = _inside(replace(kind, words=lambda _params: SECRET, address=lambda _params: f"/{SECRET}"))
        assert SECRET not in said, kind.code


def _inside(kind: NoticeKind) -> str:
    one = parcel(kind, "id")
    letter = handlers.letter(TAKEN, replace(one, named={**one.named, kind.code: kind}))
    return letter.text + letter.html


def test_control_letters_of_other_kinds_hold_their_words(app: Flask) -> None:
    plain = [kind for kind in kinds().values() if not kind.is_private]
    assert sum(SECRET in _inside(kind) for kind in plain) >= 10, "The planted words reach the letters: else the tests above prove nothing."


def test_a_private_kind_is_not_told_apart_by_its_neutral_words(app: Flask) -> None:
    ordinary = {kind.neutral.text for kind in kinds().values() if not kind.is_private}
    found = [kind.code for kind in kinds().values() if kind.is_private and kind.neutral.text not in ordinary]
    assert not found, listing(found, "Give it the neutral words of an ordinary kind: words of its own would be its name.")


def test_every_kind_belongs_to_a_group(app: Flask) -> None:
    found = [code for code in kinds() if code.partition(".")[0] not in GROUP_OF]
    assert not found, listing(found, "Add the part before the dot to GROUP_OF in app/accounts/notices/rules.py: people choose by groups.")


def test_kinds_have_codes_of_their_own(app: Flask) -> None:
    from app.core.contrib import NoticeKind, offered

    codes = [kind.code for kind in offered(NoticeKind)]
    assert len(codes) == len(set(codes))
    assert all(len(code) <= 48 for code in codes), "the column's width"


# Money, a place or a seat that is lost by morning, and the safety of an account; small talk never.
URGENT = {"turn.offered", "turn.cancelled", "edition.cancelled", "order.cancelled", "cohort.changed", "cohort.cancelled", "factor.set", "factor.removed"}  # fmt: skip
CALM = {"thread.reply", "talk.new", "turn.expired", "order.made", "order.ready", "enrolment.made", "role.given"}


def test_what_runs_out_is_urgent_and_small_talk_is_not(app: Flask) -> None:
    named = kinds()
    assert {code for code in URGENT if not named[code].is_urgent} == set()
    assert {code for code in CALM if named[code].is_urgent} == set()


def test_who_hands_over_may_open_the_list_and_only_what_is_urgent_stands_there(app: Flask) -> None:
    found = [
        kind.code for kind in kinds().values() if kind.responsible not in (None, *RESPONSIBLE) or (kind.responsible and not kind.is_urgent)
    ]  # fmt: skip
    assert not found, listing(
        found, "The WhatsApp list opens to RESPONSIBLE (app/accounts/deliveries/routes.py), and takes urgent kinds only."
    )


def test_no_officer_is_asked_to_pass_on_every_sign_in_of_everybody(app: Flask) -> None:
    named = kinds()
    assert rules.hands(named["account.new_device"]) is None
    assert rules.hands(named["account.password_changed"]) is Role.DESK


def test_an_offer_is_of_no_use_once_it_is_over(app: Flask) -> None:
    kind = kinds()["turn.offered"]
    assert kind.until is not None
    assert kind.until(Planted()) == datetime.fromisoformat("2026-11-22T08:00:00+00:00")
