"""Reads of what goes out, and of who can be reached how."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.accounts.deliveries.models import Delivery, Digest, DigestNotice, PushSubscription
from app.accounts.deliveries.rules import UNDO, Channel, DeliveryState, Reach
from app.accounts.notices.models import Notice, NoticePreference, NoticeSetting
from app.accounts.notices.queries import wishes
from app.accounts.people.models import DeviceSession, Person

MOST_LINES = 60  # of an officer's list; the most pressing ones
MOST_IN_DIGEST = 20

_other = aliased(Person)


def may_be_handed() -> ColumnElement[bool]:
    """Beside columns of Person: an officer may write to the number it names. Never to one that is lost or proven by somebody else."""
    proven_elsewhere = exists().where(_other.phone == Person.phone, _other.id != Person.id, _other.phone_proven_at.is_not(None))
    return and_(Person.phone.is_not(None), Person.phone_lost_at.is_(None), Person.left_at.is_(None), ~proven_elsewhere.correlate(Person))


def _lives(now: datetime) -> ColumnElement[bool]:
    """Beside columns of PushSubscription: the sign-in it was made in has not ended."""
    return exists().where(
        DeviceSession.id == PushSubscription.session_id, DeviceSession.ended_at.is_(None), DeviceSession.ends_at > now
    ).correlate(PushSubscription)  # fmt: skip


def reach(session: Session, person_id: int, now: datetime) -> Reach | None:
    """How a person can be reached and wants to be; None for one who left. Three statements."""
    row = session.execute(
        select(
            Person.name,
            Person.greeting,
            Person.email,
            Person.phone,
            Person.phone_proven_at,
            Person.phone_lost_at,
            may_be_handed().label("may_be_handed"),
            exists().where(PushSubscription.person_id == Person.id, _lives(now)).correlate(Person).label("has_push"),
        ).where(Person.id == person_id, Person.left_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    is_proven = row.phone_proven_at is not None and row.phone_lost_at is None
    return Reach(
        name=row.name,
        greeting=row.greeting,
        email=row.email,
        message_phone=row.phone if is_proven else None,
        whatsapp_phone=row.phone if row.may_be_handed else None,
        has_push=bool(row.has_push),
        wishes=wishes(session, person_id),
    )


@dataclass(frozen=True)
class Told:
    """A notice as it stands in the inbox."""

    notice_id: int
    person_id: int
    kind: str
    params: Mapping[str, Any]
    made_at: datetime
    is_read: bool


_TOLD = (Notice.id, Notice.person_id, Notice.kind, Notice.params, Notice.made_at, Notice.read_at.is_not(None))


def told(session: Session, notice_id: int) -> Told | None:
    row = session.execute(select(*_TOLD).where(Notice.id == notice_id)).one_or_none()
    return Told(*row) if row else None


def digest_lines(session: Session, digest_id: int) -> list[Told]:
    """What the person has not read of a summary's notices, oldest first; one more than is shown tells that there is more."""
    rows = (
        select(*_TOLD)
        .join(DigestNotice, DigestNotice.notice_id == Notice.id)
        .where(DigestNotice.digest_id == digest_id, Notice.read_at.is_(None))
        .order_by(Notice.id)
    )
    return [Told(*row) for row in session.execute(rows.limit(MOST_IN_DIGEST + 1))]


def digest(session: Session, digest_id: int) -> Any:
    """person_id and day of a summary, or None."""
    return session.execute(select(Digest.person_id, Digest.day).where(Digest.id == digest_id)).one_or_none()


def subscriptions(session: Session, person_id: int, now: datetime) -> list[Any]:
    """A person's browsers that take pushes: id, endpoint, keys, the device's name and its sign-in."""
    rows = (
        select(
            PushSubscription.id,
            PushSubscription.endpoint,
            PushSubscription.p256dh,
            PushSubscription.auth,
            PushSubscription.session_id,
            DeviceSession.device,
        )
        .join(DeviceSession, DeviceSession.id == PushSubscription.session_id)
        .where(PushSubscription.person_id == person_id, DeviceSession.ended_at.is_(None), DeviceSession.ends_at > now)
        .order_by(PushSubscription.id)
        .limit(20)
    )
    return list(session.execute(rows))


# The officer's list


@dataclass(frozen=True)
class ToHand:
    """One message that waits for an officer's hand, or has just gone through it."""

    delivery_id: int
    name: str
    kind: str
    made_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    sent_by_id: int | None = None
    sent_by: str | None = None


def _still_told(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    """Beside Delivery, Notice and Person: it waits for somebody, is of use, and may be sent."""
    return and_(
        Delivery.channel == Channel.WHATSAPP,
        Delivery.state == DeliveryState.WAITING,
        Delivery.expires_at > now,
        Notice.kind.in_(kinds),
        Notice.read_at.is_(None),
        may_be_handed(),
    )


def to_hand(session: Session, kinds: Collection[str], now: datetime) -> list[ToHand]:
    """What waits for officers responsible for these kinds; what ends first stands first."""
    rows = (
        select(Delivery.id, Person.name, Notice.kind, Notice.made_at, Delivery.expires_at)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(_still_told(kinds, now))
        .order_by(Delivery.expires_at, Delivery.id)
        .limit(MOST_LINES)
    )
    return [ToHand(*row) for row in session.execute(rows)]


def count_to_hand(session: Session, kinds: Collection[str], now: datetime) -> int:
    rows = (
        select(func.count())
        .select_from(Delivery)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(_still_told(kinds, now))
    )
    return session.scalar(rows) or 0


def just_handed(session: Session, kinds: Collection[str], now: datetime) -> list[ToHand]:
    """What went out by an officer's hand a moment ago and can still be put back, newest first."""
    officer = aliased(Person)
    rows = (
        select(
            Delivery.id, Person.name, Notice.kind, Notice.made_at, Delivery.expires_at, Delivery.sent_at, Delivery.sent_by_id, officer.name
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Person, Person.id == Delivery.person_id)
        .join(officer, officer.id == Delivery.sent_by_id)
        .where(
            Delivery.channel == Channel.WHATSAPP,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at > now - UNDO,
            Notice.kind.in_(kinds),
        )
        .order_by(Delivery.sent_at.desc(), Delivery.id.desc())
        .limit(MOST_LINES)
    )
    return [ToHand(*row) for row in session.execute(rows)]


# What is stuck

_KIND = func.coalesce(Notice.kind, literal_column("'digest'"))
_TROUBLE = func.coalesce(Delivery.trouble, literal_column("''"))


@dataclass(frozen=True)
class Stuck:
    channel: Channel
    kind: str
    trouble: str
    count: int
    since: datetime


def stuck(session: Session) -> list[Stuck]:
    """What could not be delivered, by channel, kind and trouble; the biggest heap first. Codes only, nobody's name."""
    rows = (
        select(
            Delivery.channel,
            _KIND,
            _TROUBLE,
            func.count(),
            func.min(Delivery.made_at),
        )
        .outerjoin(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.state == DeliveryState.STUCK)
        .group_by(Delivery.channel, _KIND, _TROUBLE)
        .order_by(func.count().desc(), Delivery.channel)
        .limit(100)
    )
    return [Stuck(*row) for row in session.execute(rows)]


def count_stuck(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.STUCK)) or 0


# My data


def mine(session: Session, person_id: int) -> Mapping[str, Any]:
    """What is kept about how a person is told: choices, devices that take pushes, and what went out when (no text is kept)."""
    sent = session.execute(
        select(Delivery.channel, _KIND, Delivery.state, Delivery.made_at, Delivery.sent_at)
        .outerjoin(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.person_id == person_id)
        .order_by(Delivery.id.desc())
        .limit(1_000)
    )
    chosen = session.execute(
        select(NoticePreference.kind_group, NoticePreference.pace, NoticePreference.by_mail).where(NoticePreference.person_id == person_id)
    )
    setting = session.execute(
        select(
            NoticeSetting.has_quiet, NoticeSetting.quiet_from, NoticeSetting.quiet_until, NoticeSetting.by_message, NoticeSetting.language
        ).where(NoticeSetting.person_id == person_id)
    ).one_or_none()
    devices = session.execute(
        select(DeviceSession.device, PushSubscription.made_at)
        .join(DeviceSession, DeviceSession.id == PushSubscription.session_id)
        .where(PushSubscription.person_id == person_id)
    )
    return {
        "pilihan": [{"kelompok": group.value, "kapan": pace.value, "surel": by_mail} for group, pace, by_mail in chosen],
        "pengaturan": {
            "jam_tenang": [setting.quiet_from, setting.quiet_until] if setting.has_quiet else None,
            "sms": setting.by_message.value,
            "bahasa": setting.language,
        }
        if setting
        else None,
        "pemberitahuan_di": [{"perangkat": device, "sejak": made_at.isoformat()} for device, made_at in devices],
        "terkirim": [
            {
                "lewat": channel.value,
                "jenis": kind,
                "keadaan": state.value,
                "dibuat": made_at.isoformat(),
                "dikirim": sent_at.isoformat() if sent_at else None,
            }
            for channel, kind, state, made_at, sent_at in sent
        ],
    }


def inbox_of_person(session: Session, person_id: int) -> Mapping[str, Any]:
    """A person's notices for 'Data saya': kinds, what they are about, and when; the newest thousand."""
    rows = session.execute(
        select(Notice.kind, Notice.params, Notice.made_at, Notice.read_at)
        .where(Notice.person_id == person_id)
        .order_by(Notice.id.desc())
        .limit(1_000)
    )
    return {
        "notices": [
            # A buyer's name is the buyer's, also in a seller's inbox.
            {"kind": kind, "about": {key: told for key, told in params.items() if key != "buyer"}, "made_at": made_at, "read_at": read_at}
            for kind, params, made_at, read_at in rows
        ]
    }
