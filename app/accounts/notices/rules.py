"""Groups of notices, how each goes out, and the quiet hours. No database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.core import clock
from app.core.words import Lazy, _l


class Group(StrEnum):
    """What a person decides about at once: kinds that people think of as one thing."""

    SELLING = "selling"
    BOOTH = "booth"
    TRAINING = "training"
    TALK = "talk"
    ACCOUNT = "account"


class Pace(StrEnum):
    """When a notice leaves the site; the inbox has it in any case."""

    NOW = "now"
    DAILY = "daily"  # in one summary in the morning
    NONE = "none"


class MessageWish(StrEnum):
    """What may come as a text message, which costs."""

    URGENT = "urgent"
    ALWAYS = "always"  # whatever goes out at once
    NEVER = "never"


# The part of a kind's code before its first dot -> its group. A new area adds its word here; a house test asks for it.
GROUP_OF: dict[str, Group] = {
    **dict.fromkeys(("order", "shop", "product", "refund", "statement"), Group.SELLING),
    **dict.fromkeys(("turn", "edition", "application", "lease"), Group.BOOTH),
    **dict.fromkeys(("enrolment", "cohort", "course", "certificate"), Group.TRAINING),
    **dict.fromkeys(("thread", "talk", "group", "meetup"), Group.TALK),
    **dict.fromkeys(
        ("role", "factor", "passkey", "password", "person", "phone", "email", "contact", "device", "recovery", "desk", "counter", "assisted",
         "account", "privacy", "data", "data_request", "picture", "consent", "benefit", "breach", "report", "appeal", "organisation", "member", "suspension"),
        Group.ACCOUNT,
    ),
}  # fmt: skip

GROUP_WORDS: dict[Group, Lazy] = {
    Group.SELLING: _l("Pesanan dan jualan saya"),
    Group.BOOTH: _l("Lapak dan giliran saya"),
    Group.TRAINING: _l("Pelatihan"),
    Group.TALK: _l("Obrolan di komunitas"),
    Group.ACCOUNT: _l("Akun saya"),
}
PACE_WORDS: dict[Pace, Lazy] = {
    Pace.NOW: _l("Segera"),
    Pace.DAILY: _l("Sekali sehari, dalam satu ringkasan jam 07.00"),
    Pace.NONE: _l("Tidak dikirim, cukup di Kabar"),
}
MESSAGE_WORDS: dict[MessageWish, Lazy] = {
    MessageWish.URGENT: _l("Hanya yang mendesak"),
    MessageWish.ALWAYS: _l("Semua yang dikirim segera"),
    MessageWish.NEVER: _l("Jangan kirim SMS"),
}

# Talk can wait for the morning; what has to do with money, a place or a seat can't.
DEFAULT_PACE: dict[Group, Pace] = {**dict.fromkeys(Group, Pace.NOW), Group.TALK: Pace.DAILY}
FIXED = frozenset({Group.ACCOUNT})  # who takes over an account would switch these off first
CHOSEN = tuple(group for group in Group if group not in FIXED)
DIGEST_HOUR = 7
QUIET_FROM, QUIET_UNTIL = 21, 6


def group_of(code: str) -> Group:
    """The group of a kind. One nobody sorted in counts as account: rather told once too often than never."""
    return GROUP_OF.get(code.partition(".")[0], Group.ACCOUNT)


@dataclass(frozen=True)
class Wishes:
    """How a person wants to be told outside the inbox."""

    paces: Mapping[Group, Pace] = field(default_factory=dict)
    unmailed: frozenset[Group] = frozenset()  # groups whose letters the person stopped
    has_quiet: bool = True
    quiet_from: int = QUIET_FROM
    quiet_until: int = QUIET_UNTIL
    by_message: MessageWish = MessageWish.URGENT
    language: str = "id"

    def pace(self, group: Group) -> Pace:
        return Pace.NOW if group in FIXED else self.paces.get(group, DEFAULT_PACE[group])

    def takes_mail(self, group: Group) -> bool:
        return group in FIXED or group not in self.unmailed

    @property
    def daily(self) -> frozenset[Group]:
        return frozenset(group for group in Group if self.pace(group) is Pace.DAILY)


def after_quiet(instant: datetime, wishes: Wishes) -> datetime:
    """The instant itself, or the end of the quiet hours it falls into."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if not wishes.has_quiet or start == end:
        return instant
    local = instant.astimezone(clock.WITA)
    if not (start <= local.hour < end if start < end else local.hour >= start or local.hour < end):
        return instant
    day = local.date() if local.hour < end else local.date() + timedelta(days=1)
    return clock.at(day, end)


def next_digest(instant: datetime, wishes: Wishes) -> datetime:
    """The morning whose summary takes what happens at this instant; never inside the quiet hours."""
    day = clock.day_of(instant)
    if instant >= clock.at(day, DIGEST_HOUR):
        day += timedelta(days=1)
    return after_quiet(clock.at(day, DIGEST_HOUR), wishes)
