"""Booking directly, answering, giving back and ending turns.

A turn, the person behind it and the booth's day change together, in one transaction. Locks are taken in one order:
the person, the edition (shared), booths by id, so that nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from app.accounts.notices.actions import tell
from app.accounts.people.actions import HasLeft
from app.accounts.people.models import Person
from app.core import audit, clock, once, outbox, pagecache
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.market.booths import actions as booths
from app.market.booths import queries as booth_queries
from app.market.booths.actions import BoothTaken, EditionMoved, HoldOver
from app.market.booths.models import BoothDay, BoothDayState, Edition, MarketDay, Method
from app.market.booths.rules import CANCEL_REASONS
from app.market.rota import policy, queries, rules
from app.market.rota.models import Turn, TurnPerson, TurnState
from app.market.shops.queries import MyShop, shops_owned_by

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.access import Actor

UNANSWERED = (TurnState.HELD, TurnState.OFFERED)
ENDABLE = (TurnState.HELD, TurnState.OFFERED, TurnState.CONFIRMED)


class OneBoothADay(Refusal):
    words = _l("Anda sudah punya satu lapak pada hari itu. Satu orang memegang satu lapak sehari.")


class MonthFull(Refusal):
    words = _l("Batas pesan langsung bulan ini sudah terpakai. Bulan depan bisa lagi, atau ajukan giliran seperti biasa.")


class NotDirect(Refusal):
    words = _l("Lapak di zona ini dibagi menurut giliran. Kirim permohonan, nanti petugas yang membagi.")


class BookingClosed(Refusal):
    words = _l("Pemesanan untuk hari ini sudah ditutup. Lihat hari pasar berikutnya.")


class HeldTooOften(Refusal):
    words = _l("Anda sudah beberapa kali menahan lapak hari ini. Tunggu satu jam, supaya yang lain juga bisa memilih.")


class NeedsShop(Refusal):
    words = _l("Lapak dipegang atas nama toko. Buka toko dulu, gratis dan hanya sebentar.")


class AnswerLate(Refusal):
    words = _l("Waktu menjawab sudah lewat, jadi lapak ini ditawarkan kepada yang lain.")


class AlreadyOpen(Refusal):
    words = _l("Pasar sudah buka, jadi giliran tidak bisa dikembalikan lagi di sini. Bicaralah dengan petugas di tempat.")


# Steps


def lock_person(session: Session, person_id: int) -> None:
    """Let nobody else act for this person at the same time. Raises HasLeft when there is no such account any more."""
    here = select(Person.id).where(Person.id == person_id, Person.left_at.is_(None)).with_for_update(key_share=True)
    require(session.scalar(here) is not None, HasLeft())


def _steady_edition(session: Session, market_day_id: int) -> None:
    """The day's edition stays as it is until commit; others may hold it so as well."""
    own = select(MarketDay.edition_id).where(MarketDay.id == market_day_id).scalar_subquery()
    session.execute(select(Edition.state).where(Edition.id == own).with_for_update(read=True))


def place_on(session: Session, market_day_id: int, booth: int | str) -> booth_queries.Place:
    """A step: the booth (its id or code) on that day, whose edition stays as it is until commit. Raises NotThere."""
    _steady_edition(session, market_day_id)
    place = booth_queries.place(session, market_day_id, booth)
    if place is None:
        raise NotThere
    return place


def own_shop(session: Session, person_id: int, shop_id: int | None) -> MyShop:
    """The person's own shop; the first one when none is named. Raises NeedsShop, NotThere."""
    mine = shops_owned_by(session, person_id)
    if not mine:
        raise NeedsShop
    found = mine[0] if shop_id is None else next((shop for shop in mine if shop.id == shop_id), None)
    if found is None:
        raise NotThere
    return found


def place_turn(session: Session, place: booth_queries.Place, turn: Turn, until: datetime, now: datetime, refusal: Refusal) -> Turn:
    """Offer the booth, add the turn and the person behind it, tie the two. Raises BoothTaken or `refusal`."""
    _sweep(session, place, now)
    booths.offer(session, place.market_day_id, place.booth_id, turn.shop_id, until, now)
    add_or_refuse(session, turn, unique="uq_turn_live_booth", refusal=BoothTaken())
    person = TurnPerson(market_day_id=place.market_day_id, person_id=turn.person_id, turn_id=turn.id)
    add_or_refuse(session, person, unique="pk_turn_person", refusal=refusal)
    booths.tie(session, place.market_day_id, place.booth_id, turn.id)
    outbox.put(session, "turn.due", turn.id, due_at=until)
    return turn


def _sweep(session: Session, place: booth_queries.Place, now: datetime) -> None:
    """End the turn whose offer ran out but still lies on this booth."""
    turn_id = booths.lock(session, place.market_day_id, [place.booth_id]).get(place.booth_id)
    if turn_id is not None:
        expire_if_late(session, turn_id, now)


def expire_if_late(session: Session, turn_id: int, now: datetime) -> bool:
    """End a turn that waited for an answer in vain; who was assigned it is told."""
    turn = session.get(Turn, turn_id, populate_existing=True)
    if turn is None or turn.state not in UNANSWERED or turn.answer_by is None or turn.answer_by > now:
        return False
    was_assigned = turn.state is TurnState.OFFERED
    if not _end(session, turn, UNANSWERED, TurnState.EXPIRED, now):
        return False
    if was_assigned:
        tell(session, turn.person_id, "turn.expired", facts_of(session, turn), f"turn:{turn.id}:expired")
    return True


def _end(session: Session, turn: Turn, before: Sequence[TurnState], after: TurnState, now: datetime, reason: str | None = None) -> bool:
    """End a live turn: its row, the person behind it and the booth's day together. False when it had ended already."""
    booths.lock(session, turn.market_day_id, [turn.booth_id])
    ended = session.execute(
        update(Turn)
        .where(Turn.id == turn.id, Turn.state.in_(before))
        .values(state=after, ended_at=now, answered_at=turn.answered_at if after is not TurnState.RELEASED else now, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    session.execute(delete(TurnPerson).where(TurnPerson.turn_id == turn.id).execution_options(synchronize_session=False))
    booths.let_go(session, turn.market_day_id, turn.booth_id, turn.id)
    session.expire(turn)
    return True


def facts_of(session: Session, turn: Turn) -> dict[str, Any]:
    """What a notice about a turn needs."""
    view = queries.turn_of(session, turn.person_id, turn.id)
    if view is None:
        raise LookupError(turn.id)
    return {
        "turn": turn.id,
        "day": view.held_on.isoformat(),
        "booth": view.booth_code,
        "site": view.site_name,
        "answer_by": turn.answer_by.isoformat() if turn.answer_by else None,
        "reason": turn.reason,
    }


def _own_turn(session: Session, actor: Actor, turn_id: int) -> Turn:
    lock_person(session, actor.person_id)
    turn = session.get(Turn, turn_id)
    if turn is None or turn.person_id != actor.person_id:
        raise NotThere
    return turn


# Booking directly


def hold(actor: Actor, market_day_id: int, booth_code: str, shop_id: int | None, key: str) -> int:
    """Keep a free booth for the actor's shop while she decides; a booth she kept before that day is let go.

    Raises BoothTaken, OneBoothADay, MonthFull, NotDirect, BookingClosed, HeldTooOften, NeedsShop.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        lock_person(session, actor.person_id)
        shop = own_shop(session, actor.person_id, shop_id)
        place = place_on(session, market_day_id, booth_code)
        require(place.is_bookable and place.method is Method.DIRECT, NotDirect())
        require(policy.may_book(place, now), BookingClosed())
        mine = queries.turn_on(session, actor.person_id, market_day_id)
        if mine is not None and mine.state is not TurnState.HELD:
            raise OneBoothADay
        if mine is not None and mine.booth_id == place.booth_id and mine.answer_by is not None and mine.answer_by > now:
            once.keep(session, key, actor.person_id, mine.turn_id)
            return mine.turn_id  # the same booth again: the clock runs on
        _check_limits(session, actor.person_id, place, now)
        booths.lock(session, market_day_id, [place.booth_id, *([mine.booth_id] if mine else [])])
        if mine is not None:
            _end(session, session.get_one(Turn, mine.turn_id), (TurnState.HELD,), TurnState.RELEASED, now)
        until = min(now + timedelta(minutes=place.hold_minutes), place.arrive_by)
        turn = Turn(
            market_day_id=market_day_id,
            booth_id=place.booth_id,
            shop_id=shop.id,
            person_id=actor.person_id,
            method=Method.DIRECT,
            state=TurnState.HELD,
            made_at=now,
            answer_by=until,
        )
        place_turn(session, place, turn, until, now, OneBoothADay())
        pagecache.touch(session, "booths")
        once.keep(session, key, actor.person_id, turn.id)
        return turn.id


def _check_limits(session: Session, person_id: int, place: booth_queries.Place, now: datetime) -> None:
    if place.most_a_month is not None:
        first, until = rules.month_around(place.held_on)
        if len(queries.booked_days(session, person_id, place.site_id, first, until)) >= place.most_a_month:
            raise MonthFull
    if queries.holds_let_go(session, person_id, place.market_day_id, now - timedelta(hours=1)) >= rules.MOST_HOLDS_AN_HOUR:
        raise HeldTooOften


def confirm(actor: Actor, turn_id: int, goods: str, key: str) -> int:
    """Book the booth that is kept for the actor. Raises HoldOver when its time has passed."""
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        turn = _own_turn(session, actor, turn_id)
        require(turn.state is TurnState.HELD, HoldOver())
        _accept(session, turn, now, HoldOver(), goods=goods)
        pagecache.touch(session, "booths", "goods")
        once.keep(session, key, actor.person_id, turn.id)
        return turn.id


def _accept(session: Session, turn: Turn, now: datetime, late: Refusal, **values: Any) -> None:
    """The seller said yes in time: the turn stands and the booth is hers."""
    _steady_edition(session, turn.market_day_id)
    booths.lock(session, turn.market_day_id, [turn.booth_id])
    accepted = session.execute(
        update(Turn)
        .where(Turn.id == turn.id, Turn.state.in_(UNANSWERED), Turn.answer_by > now)
        .values(state=TurnState.CONFIRMED, answered_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    if accepted.rowcount != 1:  # type: ignore[attr-defined]
        raise late
    booths.hold(session, turn.market_day_id, turn.booth_id, turn.id, now)
    session.expire(turn)


def release(actor: Actor, turn_id: int) -> None:
    """Let a kept or offered booth go before confirming; doing so twice is no harm."""
    now = clock.now()
    with transaction() as session:
        turn = _own_turn(session, actor, turn_id)
        if _end(session, turn, UNANSWERED, TurnState.RELEASED, now):
            pagecache.touch(session, "booths")


# Assigned turns


def accept(actor: Actor, turn_id: int) -> None:
    """Yes, I come. Raises AnswerLate."""
    now = clock.now()
    with transaction() as session:
        turn = _own_turn(session, actor, turn_id)
        if turn.state is TurnState.CONFIRMED:
            return
        require(turn.state is TurnState.OFFERED, AnswerLate())
        _accept(session, turn, now, AnswerLate())
        pagecache.touch(session, "booths", "goods")


def give_back(actor: Actor, turn_id: int) -> None:
    """Return a confirmed turn before the market opens; the booth is free again at once. Raises AlreadyOpen."""
    now = clock.now()
    with transaction() as session:
        turn = _own_turn(session, actor, turn_id)
        if turn.state is TurnState.GIVEN_BACK:
            return
        opens_at = session.scalar(select(MarketDay.opens_at).where(MarketDay.id == turn.market_day_id))
        require(opens_at is not None and now < opens_at, AlreadyOpen())
        require(turn.state is TurnState.CONFIRMED)
        if _end(session, turn, (TurnState.CONFIRMED,), TurnState.GIVEN_BACK, now):
            pagecache.touch(session, "booths", "goods")


def expire(turn_id: int) -> None:
    """The time to answer has passed: the booth is free again. Safe to run twice."""
    now = clock.now()
    with transaction() as session:
        if expire_if_late(session, turn_id, now):
            pagecache.touch(session, "booths")


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: turns that are over stay as the market's history, without what was sold and without the person's day."""
    session.execute(update(Turn).where(Turn.person_id == person_id, Turn.goods != "").values(goods=""))
    session.execute(delete(TurnPerson).where(TurnPerson.person_id == person_id))


# Officers end turns


def cancel_turn(actor: Actor, turn_id: int, reason: str) -> None:
    """End somebody's turn with a reason; she is told. The booth is free again."""
    now = clock.now()
    require(reason in CANCEL_REASONS)
    with transaction() as session:
        person_id = session.scalar(select(Turn.person_id).where(Turn.id == turn_id))
        if person_id is None:
            raise NotThere
        lock_person(session, person_id)
        turn = session.get_one(Turn, turn_id)
        if not _end(session, turn, ENDABLE, TurnState.CANCELLED, now, reason):
            raise EditionMoved
        _tell_cancelled(session, turn)
        audit.write(session, actor.person_id, "turn.cancelled", "turn", turn_id, {"reason": reason})
        pagecache.touch(session, "booths", "goods")


def _tell_cancelled(session: Session, turn: Turn) -> None:
    session.refresh(turn)
    tell(session, turn.person_id, "turn.cancelled", facts_of(session, turn), f"turn:{turn.id}:cancelled")


def cancel_turns_ahead(session: Session, edition_id: int, reason: str, now: datetime) -> list[int]:
    """A step: end every turn of an edition's days that are not over, and tell their holders. Gives the person behind each."""
    ahead = select(MarketDay.id).where(MarketDay.edition_id == edition_id, MarketDay.closes_at > now)
    session.execute(
        for_update(select(BoothDay.booth_id).where(BoothDay.market_day_id.in_(ahead)).order_by(BoothDay.market_day_id, BoothDay.booth_id))
    )
    turns = session.scalars(select(Turn).where(Turn.market_day_id.in_(ahead), Turn.state.in_(ENDABLE)).order_by(Turn.id)).all()
    ids = [turn.id for turn in turns]
    for turn in turns:
        turn.state, turn.ended_at, turn.reason = TurnState.CANCELLED, now, reason
    session.flush()
    session.execute(delete(TurnPerson).where(TurnPerson.turn_id.in_(ids)))
    session.execute(
        update(BoothDay)
        .where(BoothDay.market_day_id.in_(ahead), BoothDay.turn_id.in_(ids))
        .values(state=BoothDayState.FREE, shop_id=None, turn_id=None, offered_until=None)
    )
    for turn in turns:
        _tell_cancelled(session, turn)
    return [turn.person_id for turn in turns]
