"""After a notice was told: decide, word it, hand it over. Each is safe to run twice."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from app.accounts.deliveries import actions, queries, rules
from app.accounts.deliveries.actions import Taken
from app.accounts.deliveries.queries import Told
from app.accounts.deliveries.rules import Channel, Reach
from app.accounts.notices.contrib import INBOX, address_of, kinds, words_of
from app.accounts.notices.rules import FIXED, GROUP_WORDS, Group, group_of
from app.core import clock, mail, messages, push, sealing
from app.core.contrib import NoticeKind
from app.core.db import reading, transaction
from app.core.letters import message_id
from app.core.templating import render_letter
from app.core.web import home_address
from app.core.words import Lazy, _, _n, spoken

log = logging.getLogger("katong.deliveries")

SETTINGS = "/kabar/pengaturan"
STOP = "/kabar/berhenti/"
DIGEST = "digest"  # in place of a group, in the link that stops summaries
MARK_LETTERS = 20  # 80 bits
_TOKEN = re.compile(r"([1-9][0-9]{0,11})-([a-z]{1,8})-([0-9a-f]{20})")


class NotTaken(Exception):
    """The other side did not take it."""

    def __init__(self, is_lasting: bool) -> None:
        super().__init__("refused for good" if is_lasting else "not taken now")
        self.is_lasting = is_lasting


def doors() -> frozenset[Channel]:
    """The channels that can send at all, by the settings."""
    on = {Channel.MAIL: mail.is_on, Channel.MESSAGE: messages.is_on, Channel.PUSH: push.is_on}
    return frozenset(channel for channel, is_on in on.items() if is_on())


# Deciding


def decide(notice_id: int) -> None:
    """A notice was told: which ways it leaves the site, and when."""
    with transaction() as session:
        actions.plan(session, notice_id, kinds(), doors(), clock.now())


def gather(digest_id: int) -> None:
    """The morning of a summary has come."""
    with transaction() as session:
        actions.gather(session, digest_id, doors(), clock.now())


# Sending


@dataclass(frozen=True)
class Parcel:
    """What one delivery carries: one notice, or a summary's."""

    reach: Reach
    lines: list[Told]
    kind: NoticeKind | None  # of the one notice; None for a summary
    named: dict[str, NoticeKind]

    @property
    def is_urgent(self) -> bool:
        return self.kind is not None and self.kind.is_urgent


def send(delivery_id: int) -> None:
    """Hand one delivery over: taken first, recorded after the other side accepted it."""
    taken = actions.take(delivery_id, clock.now())
    if taken is None:
        return
    kind: NoticeKind | None = None
    try:
        parcel, reason = _parcel(taken, clock.now())
        if parcel is None:
            actions.note_dropped(taken, reason)
            return
        kind = parcel.kind
        with spoken(parcel.reach.wishes.language):
            _WAYS[taken.channel](taken, parcel)
    except NotTaken as no:
        actions.note_trouble(taken, "refused" if no.is_lasting else "not-taken", kind, clock.now(), is_lasting=no.is_lasting)
    except Exception as error:  # noqa: BLE001 - whatever it is, the delivery is tried again and shows when it goes on
        name = type(error).__name__[:40]
        log.warning("delivery %s by %s failed: %s", taken.delivery_id, taken.channel, name)
        actions.note_trouble(taken, f"error:{name}", kind, clock.now(), is_lasting=False)
    else:
        actions.note_sent(taken, clock.now())


def _parcel(taken: Taken, now: datetime) -> tuple[Parcel | None, str]:
    """What is to go out now; None and the reason when nobody is served by it any more: wishes and numbers may have changed since."""
    named = kinds()
    with reading() as session:
        reach = queries.reach(session, taken.person_id, now)
        if reach is None:
            return None, "left"
        if now > taken.expires_at:
            return None, "too-old"
        if taken.notice_id is not None:
            told = queries.told(session, taken.notice_id)
            kind = named.get(told.kind) if told else None
            if told is None or kind is None:
                return None, "unknown"
            if told.is_read:
                return None, "read"
            if taken.channel not in rules.ways(kind, reach, frozenset(Channel)):
                return None, "unwanted"
            return Parcel(reach, [told], kind, named), ""
        lines = actions.wanted(queries.digest_lines(session, taken.digest_id or 0), reach)
    if not lines:
        return None, "read"
    if taken.channel not in rules.digest_ways(reach, frozenset(Channel), actions.mailed(lines, reach)):
        return None, "unwanted"
    return Parcel(reach, lines, None, named), ""


def neutral_words(parcel: Parcel) -> str:
    """All that a lock screen, a subject line or a text message may show."""
    if parcel.kind is not None:
        return str(parcel.kind.neutral)
    shown = min(len(parcel.lines), queries.MOST_IN_DIGEST)
    return _n("Ada {n} kabar baru untuk Anda.", "Ada {n} kabar baru untuk Anda.", shown)


def short_text(neutral: Lazy | str) -> str:
    """A text message: the neutral words and the way to the inbox, nothing else."""
    return f"{neutral} {home_address()}{INBOX}"


@dataclass(frozen=True)
class Line:
    """One notice inside a letter."""

    words: str
    href: str


def letter(taken: Taken, parcel: Parcel) -> mail.Letter:
    """The letter of a delivery, the same Message-ID at every try."""
    home = home_address()
    stop = _stop_token(taken, parcel)
    context = {
        "lines": [_line(told, parcel.named.get(told.kind), home) for told in parcel.lines[: queries.MOST_IN_DIGEST]],
        "is_cut": len(parcel.lines) > queries.MOST_IN_DIGEST,
        "neutral": neutral_words(parcel),
        "name": parcel.reach.name,
        "greeting": parcel.reach.greeting,
        "about": str(GROUP_WORDS[group_of(parcel.kind.code)]) if parcel.kind else _("Ringkasan harian"),
        "inbox": home + INBOX,
        "settings": home + SETTINGS,
        "stop": f"{home}{STOP}{stop}" if stop else None,
        "home": home,
        "lang": parcel.reach.wishes.language,
    }
    headers = {"Auto-Submitted": "auto-generated"}
    if stop:
        headers |= {"List-Unsubscribe": f"<{home}{STOP}{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return mail.Letter(
        to=parcel.reach.email or "",
        subject=neutral_words(parcel),
        text=render_letter("email/notice.txt", **context),
        html=render_letter("email/notice.html", **context),
        message_id=message_id("letter", taken.delivery_id),
        headers=headers,
    )


def _line(told: Told, kind: NoticeKind | None, home: str) -> Line:
    """The words inside a letter; a private kind says nothing there either, and leads to the inbox."""
    if kind is None or kind.is_private:
        return Line(str(kind.neutral) if kind else _("Ada kabar untuk Anda."), home + INBOX)
    return Line(words_of(kind, told.params), home + address_of(kind, told.params))


def _by_mail(taken: Taken, parcel: Parcel) -> None:
    try:
        mail.send(letter(taken, parcel))
    except mail.MailRefused as no:
        raise NotTaken(no.is_lasting) from None


def _by_message(taken: Taken, parcel: Parcel) -> None:
    try:
        messages.send(parcel.reach.message_phone or "", short_text(neutral_words(parcel)), sealing.keyed_mark("message", taken.delivery_id))
    except messages.MessageNotTaken as no:
        raise NotTaken(no.is_lasting) from None


def _by_push(taken: Taken, parcel: Parcel) -> None:
    """To each of the person's browsers. One that took it is enough: the others are not asked again, so that none hears it twice."""
    now = clock.now()
    with reading() as session:
        browsers = queries.subscriptions(session, taken.person_id, now)
    payload = json.dumps({"body": neutral_words(parcel), "url": INBOX}, ensure_ascii=False).encode()
    lasts = max(int((taken.expires_at - now).total_seconds()), 60)
    took, is_lasting = 0, True
    for browser in browsers:
        try:
            push.send(
                push.Subscription(browser.endpoint, browser.p256dh, browser.auth),
                payload,
                ttl_seconds=lasts,
                is_urgent=parcel.is_urgent,
            )
            took += 1
        except push.SubscriptionGone:
            actions.forget_subscription(browser.id)
        except push.PushNotTaken as no:
            is_lasting = is_lasting and no.is_lasting
    if not took:
        raise NotTaken(is_lasting)


_WAYS = {Channel.MAIL: _by_mail, Channel.MESSAGE: _by_message, Channel.PUSH: _by_push}


# The link that stops letters


def _stop_token(taken: Taken, parcel: Parcel) -> str | None:
    """For the link in a letter; None where letters can't be stopped."""
    if parcel.kind is None:
        return stop_token(taken.person_id, DIGEST)
    group = group_of(parcel.kind.code)
    return None if group in FIXED else stop_token(taken.person_id, group.value)


def stop_token(person_id: int, what: str) -> str:
    """Whoever holds it may stop these letters of this person, and nothing else. Not to be guessed: 80 bits by a key of this machine."""
    return f"{person_id}-{what}-{sealing.keyed_mark('stop letters', person_id, what)[:MARK_LETTERS]}"


def read_stop_token(token: str) -> tuple[int, str] | None:
    """Whose letters, and which (a group's code, or DIGEST); None for a token that is not ours."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    person_id, what = int(found[1]), found[2]
    if not compare_digest(found[3], sealing.keyed_mark("stop letters", person_id, what)[:MARK_LETTERS]):
        return None
    return (person_id, what) if what == DIGEST or what in {group.value for group in Group} else None
