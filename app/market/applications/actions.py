"""Applying for an edition, deciding about it, calling an edition off.

Locks as in the rota: the person, the edition, booths by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from app.accounts.notices.actions import tell
from app.core import audit, clock, once, pagecache
from app.core.db import add_or_refuse, for_update, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l
from app.market.applications import policy, rules
from app.market.applications.models import Application, ApplicationState
from app.market.booths import actions as booths
from app.market.booths import queries as booth_queries
from app.market.booths.actions import EditionMoved
from app.market.booths.models import EditionState, Method
from app.market.booths.rules import CANCEL_REASONS, answer_until
from app.market.rota import actions as rota
from app.market.rota.models import LIVE_TURNS, Turn, TurnState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.access import Actor


class PersonHasTurn(Refusal):
    words = _l("Orang ini sudah punya lapak pada hari itu. Pilih hari lain.")


class NotAskedFor(Refusal):
    words = _l("Zona ini tidak dibagi lewat permohonan. Pilih zona lain.")


class ApplicationsClosed(Refusal):
    words = _l("Permohonan untuk edisi ini sudah ditutup.")


class AlreadyDecided(Refusal):
    words = _l("Permohonan ini sudah diputuskan. Muat ulang halamannya.")


class DoesNotFit(Refusal):
    words = _l("Lapak itu tidak cocok dengan kebutuhan pemohon (gas atau listrik). Pilih lapak lain.")


class NoTimeLeft(Refusal):
    words = _l("Waktunya terlalu dekat untuk menunggu jawaban. Atur langsung di tempat.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a seller asks for."""

    zone_id: int | None
    market_day_id: int | None
    goods: str
    needs_gas: bool
    power_va: int
    document: str


def apply_for_edition(actor: Actor, edition_id: int, shop_id: int | None, wish: Wish, key: str) -> int:
    """Put a shop in the queue of an edition, or change what it asked for. One application a shop.

    Raises ApplicationsClosed, AlreadyDecided, NeedsShop.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        rota.lock_person(session, actor.person_id)
        shop = rota.own_shop(session, actor.person_id, shop_id)
        edition = booth_queries.edition_or_refuse(session, edition_id)
        require(policy.may_apply(edition, now), ApplicationsClosed())
        require(wish.market_day_id is None or wish.market_day_id in {day.id for day in edition.days})
        zones = {zone.id: zone for zone in booth_queries.zones_of(session, edition.site.id, edition.site.method)}
        require(wish.zone_id in zones and zones[wish.zone_id].method is not Method.DIRECT, NotAskedFor())
        values: dict[str, Any] = {
            "zone_id": wish.zone_id,
            "market_day_id": wish.market_day_id,
            "goods": wish.goods,
            "needs_gas": wish.needs_gas,
            "power_va": wish.power_va,
            "document": wish.document,
            "state": ApplicationState.SUBMITTED,
        }
        there = session.scalar(for_update(select(Application).where(Application.edition_id == edition_id, Application.shop_id == shop.id)))
        if there is None:
            there = Application(edition_id=edition_id, shop_id=shop.id, person_id=actor.person_id, made_at=now, **values)
            add_or_refuse(session, there, unique="uq_application_edition_shop", refusal=AlreadyDecided())
        else:
            require(there.state in (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN), AlreadyDecided())
            for name, value in values.items():
                setattr(there, name, value)
        once.keep(session, key, actor.person_id, there.id)
        return there.id


def withdraw(actor: Actor, application_id: int) -> None:
    """Take an application back before it is decided. Raises AlreadyDecided."""
    with transaction() as session:
        application = session.scalar(for_update(select(Application).where(Application.id == application_id)))
        if application is None or application.person_id != actor.person_id:
            raise NotThere
        if application.state is ApplicationState.WITHDRAWN:
            return
        require(application.state is ApplicationState.SUBMITTED, AlreadyDecided())
        application.state = ApplicationState.WITHDRAWN


def assign(actor: Actor, application_id: int, market_day_id: int, booth_id: int, key: str) -> int:
    """Give an applicant a free booth; the turn waits for the answer. Returns the turn's id.

    Raises BoothTaken, PersonHasTurn, DoesNotFit, AlreadyDecided, NoTimeLeft.
    """
    now = clock.now()
    with transaction() as session:
        earlier = once.claim(session, key, actor.person_id)
        if earlier is not None:
            return earlier
        _hold_applicant(session, application_id)
        application = session.scalars(for_update(select(Application).where(Application.id == application_id))).one()
        place = rota.place_on(session, market_day_id, booth_id)
        require(place.edition_id == application.edition_id, NotThere())
        require(policy.may_assign(place.edition_state), EditionMoved())
        earlier_offers = select(Turn.booth_id).where(
            Turn.application_id == application_id, Turn.market_day_id == market_day_id, Turn.state.in_(rota.UNANSWERED)
        )
        booths.lock(session, market_day_id, [booth_id, *session.scalars(earlier_offers)])
        _require_undecided(session, application, now)
        require(rules.fits(application.needs_gas, application.power_va, place.has_gas, place.power_va), DoesNotFit())
        until = answer_until(place.answer_by, place.arrive_by, now)
        if until is None:
            raise NoTimeLeft
        turn = Turn(
            market_day_id=market_day_id,
            booth_id=booth_id,
            shop_id=application.shop_id,
            person_id=application.person_id,
            application_id=application.id,
            method=Method.ASSIGNED,
            goods=application.goods,
            state=TurnState.OFFERED,
            made_at=now,
            answer_by=until,
        )
        rota.place_turn(session, place, turn, until, now, PersonHasTurn())
        application.state = ApplicationState.PLACED
        application.decided_by_id, application.decided_at = actor.person_id, now
        session.flush()
        tell(session, turn.person_id, "turn.offered", rota.facts_of(session, turn), f"turn:{turn.id}:offered")
        audit.write(session, actor.person_id, "turn.assigned", "turn", turn.id, {"application": application.id, "booth": place.code})
        pagecache.touch(session, "booths")
        once.keep(session, key, actor.person_id, turn.id)
        return turn.id


def _hold_applicant(session: Session, application_id: int) -> None:
    """The person first, then her application: the order in which leaving takes them too."""
    applicant_id = session.scalar(select(Application.person_id).where(Application.id == application_id))
    if applicant_id is None:
        raise NotThere
    rota.lock_person(session, applicant_id)


def _require_undecided(session: Session, application: Application, now: datetime) -> None:
    """Submitted, or placed once but its turn came to nothing."""
    if application.state is ApplicationState.SUBMITTED:
        return
    require(application.state is ApplicationState.PLACED, AlreadyDecided())
    live = session.scalars(select(Turn).where(Turn.application_id == application.id, Turn.state.in_(LIVE_TURNS))).all()
    for turn in live:
        if not rota.expire_if_late(session, turn.id, now):
            raise AlreadyDecided


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: what waits is withdrawn; what was decided stays as a number without words."""
    mine = Application.person_id == person_id
    session.execute(
        update(Application).where(mine, Application.state == ApplicationState.SUBMITTED).values(state=ApplicationState.WITHDRAWN)
    )
    session.execute(update(Application).where(mine).values(goods="", document="none"))


def forget(now: datetime) -> None:
    """The worker's chore: applications older than `rules.KEPT` go, a batch at a time; the turns they led to stay."""
    with transaction() as session:
        old = select(Application.id).where(Application.made_at < now - rules.KEPT, Application.state != ApplicationState.SUBMITTED)
        ids = list(session.scalars(old.order_by(Application.id).limit(500)))
        session.execute(update(Turn).where(Turn.application_id.in_(ids)).values(application_id=None))
        session.execute(delete(Application).where(Application.id.in_(ids)))


def refuse_application(actor: Actor, application_id: int, reason: str) -> None:
    """Say no, with a reason from the list; the applicant is told. Raises AlreadyDecided."""
    now = clock.now()
    require(reason in rules.REFUSAL_REASONS)
    with transaction() as session:
        _hold_applicant(session, application_id)
        application = session.scalars(for_update(select(Application).where(Application.id == application_id))).one()
        if application.state is ApplicationState.REFUSED and application.reason == reason:
            return
        require(application.state is ApplicationState.SUBMITTED, AlreadyDecided())
        application.state, application.reason = ApplicationState.REFUSED, reason
        application.decided_by_id, application.decided_at = actor.person_id, now
        edition = booth_queries.edition_or_refuse(session, application.edition_id)
        told = {"day": edition.first_day.isoformat(), "last_day": edition.last_day.isoformat(), "site": edition.site.name, "reason": reason}
        tell(session, application.person_id, "application.refused", told, f"application:{application.id}:refused")
        audit.write(session, actor.person_id, "application.refused", "application", application.id, {"reason": reason})


def cancel_edition(actor: Actor, edition_id: int, reason: str) -> None:
    """Call an edition off: every turn of days that are not over ends, and everybody concerned is told. Nobody loses a place in the queue."""
    now = clock.now()
    require(reason in CANCEL_REASONS)
    with transaction() as session:
        edition = booths.lock_edition(session, edition_id)
        if edition.state is EditionState.CANCELLED:
            return
        require(edition.state is not EditionState.FINISHED, EditionMoved())
        told = rota.cancel_turns_ahead(session, edition_id, reason, now)
        _tell_applicants(session, edition_id, set(told), reason)
        edition.state, edition.cancel_reason = EditionState.CANCELLED, reason
        audit.write(session, actor.person_id, "edition.cancelled", "edition", edition_id, {"reason": reason, "turns": len(told)})
        pagecache.touch(session, "booths", "goods")


def _tell_applicants(session: Session, edition_id: int, told: set[int], reason: str) -> None:
    view = booth_queries.edition(session, edition_id)
    waiting = select(Application.person_id).where(Application.edition_id == edition_id, Application.state != ApplicationState.WITHDRAWN)
    params = (
        {"day": view.first_day.isoformat(), "last_day": view.last_day.isoformat(), "site": view.site.name, "reason": reason} if view else {}
    )
    for person_id in sorted(set(session.scalars(waiting)) - told):
        tell(session, person_id, "edition.cancelled", params, f"edition:{edition_id}:cancelled")
