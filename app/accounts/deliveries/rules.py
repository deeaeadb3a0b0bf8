"""Which way a notice goes out, when, and until when. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.accounts.notices.rules import FIXED, Group, MessageWish, Pace, Wishes, after_quiet, group_of
from app.core.access import Role
from app.core.words import Lazy, _l

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.contrib import NoticeKind


class Channel(StrEnum):
    MAIL = "mail"
    MESSAGE = "message"
    PUSH = "push"
    WHATSAPP = "whatsapp"  # by the hand of an officer


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"  # of no use any more: read meanwhile, too old, not wanted
    STUCK = "stuck"


CHANNEL_WORDS: dict[Channel, Lazy] = {
    Channel.MAIL: _l("E-mail"),
    Channel.MESSAGE: _l("SMS"),
    Channel.PUSH: _l("Pemberitahuan di HP"),
    Channel.WHATSAPP: _l("WhatsApp oleh petugas"),
}
TROUBLE_WORDS: dict[str, Lazy] = {
    "refused": _l("ditolak penerima, mencoba lagi biasanya percuma"),
    "not-taken": _l("tidak diterima setelah banyak percobaan"),
}
# What an officer learns of a message that waits to be handed over: the field of work, no more.
HANDED_WORDS: dict[Group, Lazy] = {Group.BOOTH: _l("Lapak"), Group.ACCOUNT: _l("Akun")}

HOLDS = timedelta(hours=48)  # what is older is news no more
TAKEN_FOR = timedelta(seconds=100)  # a little less than the outbox leases a row: then the worker that took it is dead
MOST_TRIES = 10  # with the outbox's back-off: about three hours
UNDO = timedelta(minutes=15)  # an officer sees at once whether WhatsApp really sent it
KEPT = timedelta(days=90)
DIGEST_SLACK = timedelta(days=2)  # a summary stays a little longer than the deliveries that name it


@dataclass(frozen=True)
class Reach:
    """What may be used to reach a person: only what the person has proven, but for an officer's WhatsApp."""

    name: str = ""
    greeting: str = ""
    email: str | None = None
    message_phone: str | None = None  # proven and not lost
    whatsapp_phone: str | None = None  # named by the person, not lost, proven by nobody else
    has_push: bool = False
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True)
class Plan:
    """What becomes of a notice: channels and when; or a place in the next summary."""

    channels: tuple[Channel, ...]
    due_at: datetime
    is_daily: bool = False


def expires_at(kind: NoticeKind, params: Mapping[str, Any], made_at: datetime) -> datetime:
    """When telling it is of no use any more: after the instant its kind names, and never after two days."""
    latest = made_at + HOLDS
    try:
        until = kind.until(params) if kind.until else None
    except (KeyError, TypeError, ValueError):  # parameters of an older shape
        until = None
    return min(latest, until) if until else latest


def ways(kind: NoticeKind, reach: Reach, doors: frozenset[Channel]) -> tuple[Channel, ...]:
    """By which channels this kind may go to this person at once. `doors` are those that can send at all."""
    wishes, group = reach.wishes, group_of(kind.code)
    pace = wishes.pace(group)
    if pace is Pace.NONE:
        return ()
    found = []
    if Channel.MAIL in doors and reach.email and wishes.takes_mail(group):
        found.append(Channel.MAIL)
    if Channel.MESSAGE in doors and reach.message_phone and _takes_message(kind, wishes, pace):
        found.append(Channel.MESSAGE)
    if Channel.PUSH in doors and reach.has_push:
        found.append(Channel.PUSH)
    if not found and hands(kind) and reach.whatsapp_phone:
        found.append(Channel.WHATSAPP)
    return tuple(found)


def hands(kind: NoticeKind) -> Role | None:
    """Who passes an urgent kind on by WhatsApp where no gateway reaches the person: whom it names, the desk for what befell an account."""
    if not kind.is_urgent or not kind.is_handed:
        return None
    return kind.responsible or (Role.DESK if group_of(kind.code) is Group.ACCOUNT else None)


def _takes_message(kind: NoticeKind, wishes: Wishes, pace: Pace) -> bool:
    """A text message costs: urgent kinds only, unless the person asked for more or for less."""
    if kind.is_urgent:
        return wishes.by_message is not MessageWish.NEVER or group_of(kind.code) in FIXED
    return wishes.by_message is MessageWish.ALWAYS and pace is Pace.NOW


def digest_ways(reach: Reach, doors: frozenset[Channel], takes_mail: bool) -> tuple[Channel, ...]:
    """One way for a summary: a letter, else a push; it is worth no text message."""
    if Channel.MAIL in doors and reach.email and takes_mail:
        return (Channel.MAIL,)
    return (Channel.PUSH,) if Channel.PUSH in doors and reach.has_push else ()


def plan(kind: NoticeKind, reach: Reach, doors: frozenset[Channel], now: datetime) -> Plan:
    """Urgent kinds go at once; others wait for the end of the quiet hours, or for the morning's summary."""
    if kind.is_urgent:
        return Plan(ways(kind, reach, doors), now)
    if reach.wishes.pace(group_of(kind.code)) is Pace.DAILY:
        return Plan((), now, is_daily=True)
    return Plan(ways(kind, reach, doors), after_quiet(now, reach.wishes))


def whatsapp_address(phone: str, text: str) -> str:
    """The address that opens WhatsApp with the text written already; `phone` is E.164."""
    return f"https://wa.me/{phone.lstrip('+')}?text={quote(text, safe='')}"
