"""Deciding what goes out, taking it, noting what came of it; the officer's hand; browsers that take pushes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.deliveries import queries, rules
from app.accounts.deliveries.models import Delivery, Digest, DigestNotice, PushSubscription
from app.accounts.deliveries.queries import Told
from app.accounts.deliveries.rules import Channel, DeliveryState, Reach
from app.accounts.notices import actions as notices
from app.accounts.notices.models import Notice, NoticePreference, NoticeSetting
from app.accounts.notices.rules import Group, Pace, group_of, next_digest
from app.accounts.people.actions import hold_here
from app.accounts.people.models import DeviceSession, Person
from app.core import audit, clock, outbox
from app.core.access import Actor
from app.core.contrib import NoticeKind
from app.core.db import delete_in_parts, transaction
from app.core.outbox import back_off
from app.core.push import Subscription
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _, _l
from app.core.writes import insert

# Deciding


def plan(session: Session, notice_id: int, kinds: dict[str, NoticeKind], doors: frozenset[Channel], now: datetime) -> None:
    """Step: give a notice its deliveries, or its place in the next summary. Safe to run twice."""
    told = queries.told(session, notice_id)
    kind = kinds.get(told.kind) if told else None
    if told is None or kind is None or told.is_read:
        return
    reach = queries.reach(session, told.person_id, now)
    if reach is None:
        return
    planned = rules.plan(kind, reach, doors, now)
    if planned.is_daily:
        _put_into_digest(session, told, reach, now)
    ends = rules.expires_at(kind, told.params, told.made_at)
    for channel in planned.channels:
        _deliver(session, told.person_id, channel, now, planned.due_at, ends, notice_id=notice_id)


def _put_into_digest(session: Session, told: Told, reach: Reach, now: datetime) -> None:
    due_at = next_digest(now, reach.wishes)
    day = clock.day_of(due_at)
    row = {"person_id": told.person_id, "day": day}
    made = session.scalar(
        insert(session, Digest).values(**row).on_conflict_do_nothing(index_elements=["person_id", "day"]).returning(Digest.id)
    )
    digest_id = made or session.scalar(select(Digest.id).where(Digest.person_id == told.person_id, Digest.day == day))
    session.execute(
        insert(session, DigestNotice).values(notice_id=told.notice_id, digest_id=digest_id).on_conflict_do_nothing()
    )  # fmt: skip
    if made is not None:
        outbox.put(session, "digest.due", made, due_at)


def gather(session: Session, digest_id: int, doors: frozenset[Channel], now: datetime) -> None:
    """Step: send a summary on its way; none when everything was read meanwhile or is not wanted any more. Safe to run twice."""
    found = queries.digest(session, digest_id)
    reach = queries.reach(session, found.person_id, now) if found else None
    if reach is None:
        return
    lines = wanted(queries.digest_lines(session, digest_id), reach)
    for channel in rules.digest_ways(reach, doors, mailed(lines, reach)) if lines else ():
        _deliver(session, found.person_id, channel, now, now, now + rules.HOLDS, digest_id=digest_id)


def wanted(lines: list[Told], reach: Reach) -> list[Told]:
    """The lines of a summary, but for groups that the person has switched off since."""
    return [line for line in lines if reach.wishes.pace(group_of(line.kind)) is not Pace.NONE]


def mailed(lines: list[Told], reach: Reach) -> bool:
    """Whether any of these lines may go by letter."""
    return any(reach.wishes.takes_mail(group_of(line.kind)) for line in lines)


def _deliver(
    session: Session,
    person_id: int,
    channel: Channel,
    now: datetime,
    due_at: datetime,
    ends: datetime,
    *,
    notice_id: int | None = None,
    digest_id: int | None = None,
) -> None:
    """One row a channel, however often this runs; a worker sends it, an officer where the channel is WhatsApp."""
    row: dict[str, object] = {
        "person_id": person_id,
        "notice_id": notice_id,
        "digest_id": digest_id,
        "channel": channel,
        "state": DeliveryState.WAITING,
    }
    row |= {"made_at": now, "due_at": due_at, "expires_at": ends, "tries": 0}
    unique = ["notice_id", "channel"] if notice_id is not None else ["digest_id", "channel"]
    added = insert(session, Delivery).values(**row).on_conflict_do_nothing(index_elements=unique).returning(Delivery.id)
    delivery_id = session.scalar(added)
    if delivery_id is not None and channel is not Channel.WHATSAPP:
        outbox.put(session, "delivery.due", delivery_id, due_at)


# Sending


@dataclass(frozen=True)
class Taken:
    """A delivery that this worker, and no other, hands over now."""

    delivery_id: int
    person_id: int
    notice_id: int | None
    digest_id: int | None
    channel: Channel
    tries: int
    expires_at: datetime
    taken_at: datetime


def take(delivery_id: int, now: datetime) -> Taken | None:
    """Take a delivery in hand; None when it is done, dropped, stuck, or in another worker's hand.

    What a dead worker took can be taken again once its time is over: it may have been accepted and not recorded, so it goes
    out under the same Message-ID or key once more.
    """
    is_free = or_(
        Delivery.state == DeliveryState.WAITING,
        (Delivery.state == DeliveryState.SENDING) & (Delivery.taken_at < now - rules.TAKEN_FOR),
    )
    with transaction() as session:
        row = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.channel != Channel.WHATSAPP, is_free)
            .values(state=DeliveryState.SENDING, taken_at=now, tries=Delivery.tries + 1)
            .returning(
                Delivery.id,
                Delivery.person_id,
                Delivery.notice_id,
                Delivery.digest_id,
                Delivery.channel,
                Delivery.tries,
                Delivery.expires_at,
                Delivery.taken_at,
            )
        ).one_or_none()
    return Taken(*row) if row else None


def note_sent(taken: Taken, now: datetime) -> None:
    """The other side accepted it."""
    _note(taken, state=DeliveryState.SENT, sent_at=now, trouble=None)


def note_dropped(taken: Taken, reason: str) -> None:
    """Nobody is served by it any more."""
    _note(taken, state=DeliveryState.DROPPED, trouble=reason)


def note_trouble(taken: Taken, trouble: str, kind: NoticeKind | None, now: datetime, *, is_lasting: bool) -> None:
    """It was not taken: try again later, or leave it for the admin to see; then an officer may step in where the kind is urgent."""
    is_over = is_lasting or taken.tries >= rules.MOST_TRIES
    with transaction() as session:
        if not is_over:
            due_at = now + back_off(taken.tries + 1)
            if _noted(session, taken, state=DeliveryState.WAITING, trouble=trouble, due_at=due_at):
                outbox.put(session, "delivery.due", taken.delivery_id, due_at)
        elif _noted(session, taken, state=DeliveryState.STUCK, trouble=trouble) and kind is not None:
            _fall_back(session, taken, kind, now)


def _fall_back(session: Session, taken: Taken, kind: NoticeKind, now: datetime) -> None:
    """When the last way has failed, an urgent notice goes to the officer's list."""
    is_on_its_way = exists().where(
        Delivery.notice_id == taken.notice_id,
        Delivery.state.in_((DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.SENT)),
    )
    if taken.notice_id is None or rules.hands(kind) is None or session.scalar(select(is_on_its_way)):
        return
    reach = queries.reach(session, taken.person_id, now)
    if reach is not None and reach.whatsapp_phone:
        _deliver(session, taken.person_id, Channel.WHATSAPP, now, now, taken.expires_at, notice_id=taken.notice_id)


def _note(taken: Taken, **values: object) -> None:
    with transaction() as session:
        _noted(session, taken, **values)


def _noted(session: Session, taken: Taken, **values: object) -> bool:
    """Write what came of it, unless another worker has taken it over meanwhile."""
    mine = (Delivery.id == taken.delivery_id, Delivery.state == DeliveryState.SENDING, Delivery.taken_at == taken.taken_at)
    return session.execute(update(Delivery).where(*mine).values(**values)).rowcount == 1  # type: ignore[attr-defined,no-any-return]


def try_again(actor: Actor, channel: Channel, kind_code: str, trouble: str) -> int:
    """An admin asks for what is stuck to be tried again; returns how many. Audited."""
    now = clock.now()
    with transaction() as session:
        heap = select(Delivery.id).outerjoin(Notice, Notice.id == Delivery.notice_id)
        heap = heap.where(Delivery.state == DeliveryState.STUCK, Delivery.channel == channel)
        heap = heap.where(
            Delivery.trouble == trouble, Delivery.digest_id.is_not(None) if kind_code == "digest" else Notice.kind == kind_code
        )
        ids = list(session.scalars(heap.order_by(Delivery.id).limit(500)))
        freed = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == DeliveryState.STUCK)
        freed_ids = list(
            session.scalars(freed.values(state=DeliveryState.WAITING, tries=0, due_at=now, expires_at=now + rules.HOLDS).returning(Delivery.id))
        )  # fmt: skip
        for delivery_id in freed_ids:
            outbox.put(session, "delivery.due", delivery_id)
        if freed_ids:
            codes = {"channel": channel.value, "kind": kind_code, "trouble": trouble, "count": len(freed_ids)}
            audit.write(session, actor.person_id, "delivery.again", "delivery", freed_ids[0], codes)
    return len(freed_ids)


# By an officer's hand


class AlreadyHanded(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(_("Pesan ini sudah dikirim oleh {name}. Tidak perlu dikirim lagi.", name=name), back="/petugas/wa")


class NotToHand(Refusal):
    words = _l("Pesan ini tidak perlu dikirim lagi: sudah dibaca, sudah lewat, atau nomornya berubah.")
    back = "/petugas/wa"


class TooLateToPutBack(Refusal):
    words = _l("Pesan ini tidak bisa dikembalikan lagi: sudah lewat 15 menit, atau bukan Anda yang membukanya.")
    back = "/petugas/wa"


@dataclass(frozen=True)
class Handed:
    """What the officer's WhatsApp needs: whom to write to, about which kind, in which language."""

    phone: str
    kind: str
    language: str


def hand(actor: Actor, delivery_id: int, kinds: Collection[str]) -> Handed:
    """Take a message into the officer's hand; `kinds` are those the officer is responsible for. Audited.

    Refuses with `AlreadyHanded` when another was quicker, `NotToHand` when it is of no use any more, `NotThere`.
    """
    now = clock.now()
    with transaction() as session:
        row = session.execute(
            select(Notice.kind, Delivery.person_id)
            .join(Notice, Notice.id == Delivery.notice_id)
            .where(Delivery.id == delivery_id, Delivery.channel == Channel.WHATSAPP, Notice.kind.in_(kinds))
        ).one_or_none()
        require(row is not None, NotThere())
        assert row is not None
        may_go = exists().where(Person.id == Delivery.person_id, queries.may_be_handed()).correlate(Delivery)
        unread = exists().where(Notice.id == Delivery.notice_id, Notice.read_at.is_(None)).correlate(Delivery)
        taken = session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING, Delivery.expires_at > now, may_go, unread)
            .values(state=DeliveryState.SENT, sent_at=now, sent_by_id=actor.person_id)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            _refuse_hand(session, delivery_id)
        audit.write(session, actor.person_id, "delivery.handed", "delivery", delivery_id, {"kind": row.kind})
        phone = session.scalar(select(Person.phone).where(Person.id == row.person_id))
        language = session.scalar(select(NoticeSetting.language).where(NoticeSetting.person_id == row.person_id))
    return Handed(str(phone), row.kind, language or "id")


def _refuse_hand(session: Session, delivery_id: int) -> None:
    by = session.scalar(
        select(Person.name).join(Delivery, Delivery.sent_by_id == Person.id).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.SENT)
    )  # fmt: skip
    raise AlreadyHanded(by) if by else NotToHand


def put_back(actor: Actor, delivery_id: int) -> None:
    """WhatsApp did not send it after all: it stands in the list again. Within 15 minutes, by the officer who opened it. Audited."""
    now = clock.now()
    with transaction() as session:
        put = session.execute(
            update(Delivery)
            .where(
                Delivery.id == delivery_id,
                Delivery.channel == Channel.WHATSAPP,
                Delivery.state == DeliveryState.SENT,
                Delivery.sent_by_id == actor.person_id,
                Delivery.sent_at > now - rules.UNDO,
            )
            .values(state=DeliveryState.WAITING, sent_at=None, sent_by_id=None)
        )
        require(put.rowcount == 1, TooLateToPutBack())  # type: ignore[attr-defined]
        audit.write(session, actor.person_id, "delivery.put_back", "delivery", delivery_id)


# Browsers that take pushes


def subscribe(actor: Actor, subscription: Subscription) -> None:
    """Keep that this device takes pushes; a browser that changes hands belongs to whoever is signed in now. Refuses with `people.HasLeft`."""
    row = {"person_id": actor.person_id, "session_id": actor.session_id, "made_at": clock.now()}
    row |= {"p256dh": subscription.p256dh, "auth": subscription.auth}
    with transaction() as session:
        hold_here(session, actor.person_id)
        added = insert(session, PushSubscription).values(endpoint=subscription.endpoint, **row)
        session.execute(added.on_conflict_do_update(index_elements=["endpoint"], set_=row))


def unsubscribe(actor: Actor, subscription_id: int) -> None:
    """One of the actor's own browsers takes no more pushes. Refuses with `NotThere`."""
    with transaction() as session:
        gone = session.execute(
            delete(PushSubscription).where(PushSubscription.id == subscription_id, PushSubscription.person_id == actor.person_id)
        )
        require(gone.rowcount == 1, NotThere())  # type: ignore[attr-defined]


def forget_subscription(subscription_id: int) -> None:
    """The push service says that this browser takes none any more."""
    with transaction() as session:
        session.execute(delete(PushSubscription).where(PushSubscription.id == subscription_id))


# Stopping and forgetting


def stop(person_id: int, groups: Iterable[Group]) -> None:
    """What the link in a letter does: no more letters about these groups."""
    with transaction() as session:
        if session.scalar(select(Person.id).where(Person.id == person_id, Person.left_at.is_(None))) is not None:
            notices.stop_mail(session, person_id, groups)


def forget(now: datetime) -> None:
    """What is older than it is kept for goes: deliveries, summaries, and browsers whose sign-in has ended."""
    oldest = now - rules.KEPT
    old = select(Digest.id).where(Digest.day < clock.day_of(oldest) - rules.DIGEST_SLACK)
    ended = select(DeviceSession.id).where(or_(DeviceSession.ended_at.is_not(None), DeviceSession.ends_at <= now))
    delete_in_parts(Delivery, Delivery.made_at < oldest)
    delete_in_parts(DigestNotice, DigestNotice.digest_id.in_(old))
    delete_in_parts(Digest, Digest.id.in_(old))
    delete_in_parts(PushSubscription, PushSubscription.session_id.in_(ended))


def leave(session: Session, person_id: int, now: datetime) -> None:
    """Step: a person leaves. Notices, what was to go out, choices and browsers go; an officer's hand stays as a number in the trail."""
    theirs = select(Notice.id).where(Notice.person_id == person_id)
    session.execute(delete(Delivery).where(Delivery.person_id == person_id))
    session.execute(delete(DigestNotice).where(DigestNotice.notice_id.in_(theirs)))
    session.execute(delete(Digest).where(Digest.person_id == person_id))
    for table in (PushSubscription, NoticePreference, NoticeSetting, Notice):
        session.execute(delete(table).where(table.person_id == person_id))
