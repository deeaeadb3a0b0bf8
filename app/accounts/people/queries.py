"""Reads about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice
from app.accounts.people import rules
from app.accounts.people.models import Consent, DeviceSession, Passkey, Person, PersonRole, SecondFactor
from app.core.access import STAFF, Role
from app.core.places import place_name
from app.core.reads import Prepared


@dataclass(frozen=True)
class LiveSession:
    session_id: int
    person_id: int
    name: str
    greeting: str
    roles: frozenset[Role]
    unread: int
    seen_at: datetime
    factor_at: datetime | None
    proved_at: datetime | None
    is_remembered: bool


_UNREAD_SHOWN = 100  # the badge says 99+


_some_unread = select(Notice.id).select_from(Notice).where(Notice.person_id == DeviceSession.person_id, Notice.read_at.is_(None))
_unread = select(func.count()).select_from(_some_unread.limit(_UNREAD_SHOWN).correlate(DeviceSession).subquery()).scalar_subquery()
_LIVE = Prepared(
    select(
        DeviceSession.id,
        Person.id,
        Person.name,
        Person.greeting,
        PersonRole.role,
        _unread,
        DeviceSession.seen_at,
        DeviceSession.factor_at,
        DeviceSession.proved_at,
        DeviceSession.is_remembered,
    )
    .join(Person, Person.id == DeviceSession.person_id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(DeviceSession.token_hash == bindparam("token_hash"), DeviceSession.ended_at.is_(None), DeviceSession.ends_at > bindparam("now"))
    .where(Person.left_at.is_(None), or_(Person.suspended_until.is_(None), Person.suspended_until <= bindparam("now")))
)


def live_session(session: Session, token_hash: str, now: datetime) -> LiveSession | None:
    """The sign-in of a token with its person, roles and unread notices: one statement; None when it ended."""
    rows = _LIVE.all(session, token_hash=token_hash, now=now)
    if not rows:
        return None
    first = rows[0]
    return LiveSession(first[0], first[1], first[2], first[3], frozenset(r[4] for r in rows if r[4]), *first[5:])


def _is_live(now: datetime) -> ColumnElement[bool]:
    return DeviceSession.ended_at.is_(None) & (DeviceSession.ends_at > now)


@dataclass(frozen=True)
class KeptPassword:
    person_id: int
    name: str
    phone: str | None
    password_hash: str | None
    suspended_until: datetime | None
    suspended_for: str | None
    suspended_words: str
    has_proven: bool  # the number


_KEPT = (
    Person.id, Person.name, Person.phone, Person.password_hash, Person.suspended_until, Person.suspended_for, Person.suspended_words,
    Person.phone_proven_at.is_not(None),
)  # fmt: skip


def passwords_of(session: Session, who: str) -> list[KeptPassword]:
    """What signing in with a number or a proven e-mail address needs to know: up to three accounts, the one that has proven it first."""
    owned = and_(Person.email == who, Person.email_proven_at.is_not(None)) if "@" in who else Person.phone == who
    rows = select(*_KEPT).where(owned, Person.left_at.is_(None)).order_by(Person.phone_proven_at.is_(None), Person.phone_slot)
    return [KeptPassword(*row) for row in session.execute(rows.limit(len(rules.SLOTS)))]


@dataclass(frozen=True)
class NumbersAccount:
    person_id: int
    slot: int
    made_at: datetime
    has_left: bool


def accounts_of(session: Session, phone: str) -> list[NumbersAccount]:
    """Every account with this number, in the order of their places."""
    rows = session.execute(
        select(Person.id, Person.phone_slot, Person.made_at, Person.left_at.is_not(None))
        .where(Person.phone == phone)
        .order_by(Person.phone_slot)
    )
    return [NumbersAccount(*row) for row in rows]


def own_password(session: Session, person_id: int) -> KeptPassword | None:
    """The same, for the person who is signed in."""
    row = session.execute(select(*_KEPT).where(Person.id == person_id, Person.left_at.is_(None))).one_or_none()
    return KeptPassword(*row) if row else None


def has_factor() -> ColumnElement[bool]:
    """Beside columns of Person: whether the password alone is not enough. The only place that says it (docs/adr/0014).

    An app's codes are a second factor of whoever set them up; a passkey is one for staff, and for everybody else one more door.
    """
    app = exists().where(SecondFactor.person_id == Person.id, SecondFactor.confirmed_at.is_not(None)).correlate(Person)
    passkey = exists().where(Passkey.person_id == Person.id).correlate(Person)
    return or_(app, and_(passkey, is_staff()))


def is_staff() -> ColumnElement[bool]:
    """Beside columns of Person: whether the person has a staff role, one that rests included."""
    return exists().where(PersonRole.person_id == Person.id, PersonRole.role.in_(sorted(STAFF))).correlate(Person)


def agrees(session: Session, person_id: int, purpose: str) -> bool:
    """Whether this person agrees to a purpose now (`rules.CONSENTS`, `rules.OPTIONAL_CONSENTS`)."""
    live = exists().where(Consent.person_id == person_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    return bool(session.scalar(select(live)))


def agreeing(session: Session, purpose: str) -> list[int]:
    """Who agrees to a purpose now, in id order."""
    live = select(Consent.person_id).join(Person, Person.id == Consent.person_id)
    live = live.where(Consent.purpose == purpose, Consent.withdrawn_at.is_(None), Person.left_at.is_(None))
    return list(session.scalars(live.distinct().order_by(Consent.person_id)))


def own_data(session: Session, person_id: int) -> dict[str, object]:
    """What the account holds about its person, for her own copy: no hash, no token, no key."""
    person = session.get_one(Person, person_id)
    roles = select(PersonRole.role, PersonRole.given_at).where(PersonRole.person_id == person_id).order_by(PersonRole.role)
    devices = select(DeviceSession).where(DeviceSession.person_id == person_id).order_by(DeviceSession.id.desc()).limit(1000)
    consents = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
    return {
        "profile": {
            "name": person.name,
            "greeting": person.greeting,
            "phone": person.phone,
            "phone_proven_at": person.phone_proven_at,
            "email": person.email,
            "email_proven_at": person.email_proven_at,
            "place": place_name(person.place_code) if person.place_code else None,
            "about": person.about,
            "made_at": person.made_at,
            "suspended_until": person.suspended_until,
        },
        "roles": [{"role": role.value, "given_at": given_at} for role, given_at in session.execute(roles)],
        "devices": [
            {"device": row.device, "made_at": row.made_at, "seen_at": row.seen_at, "ended_at": row.ended_at}
            for row in session.scalars(devices)
        ],
        "consents": [
            {"purpose": row.purpose, "text_version": row.text_version, "given_at": row.given_at, "withdrawn_at": row.withdrawn_at}
            for row in session.scalars(consents)
        ],
    }


def own_pictures(session: Session, person_id: int) -> list[str]:
    """Keys of the pictures a person shows of herself."""
    key = session.scalar(select(Person.picture_key).where(Person.id == person_id))
    return [key] if key else []


@dataclass(frozen=True)
class Profile:
    name: str
    phone: str | None
    greeting: str
    place_code: str | None
    about: str
    made_at: datetime
    has_proven: bool  # the number
    picture_key: str | None


_PROFILE = (
    Person.name,
    Person.phone,
    Person.greeting,
    Person.place_code,
    Person.about,
    Person.made_at,
    Person.phone_proven_at.is_not(None),
    Person.picture_key,
)


def profile(session: Session, person_id: int) -> Profile | None:
    """A person's own account, for nobody else."""
    row = session.execute(select(*_PROFILE).where(Person.id == person_id)).one_or_none()
    return Profile(*row) if row else None


MOST_DEVICES = 50  # a page; the ones used last


@dataclass(frozen=True)
class Device:
    session_id: int
    label: str
    made_at: datetime
    seen_at: datetime
    is_remembered: bool


def devices(session: Session, person_id: int, now: datetime) -> list[Device]:
    """Where a person is signed in, the device used last first."""
    rows = session.execute(
        select(DeviceSession.id, DeviceSession.device, DeviceSession.made_at, DeviceSession.seen_at, DeviceSession.is_remembered)
        .where(DeviceSession.person_id == person_id, _is_live(now))
        .order_by(DeviceSession.seen_at.desc(), DeviceSession.id.desc())
        .limit(MOST_DEVICES)
    )
    return [Device(*row) for row in rows]


def device_count(session: Session, person_id: int, now: datetime) -> int:
    return session.scalar(select(func.count()).select_from(DeviceSession).where(DeviceSession.person_id == person_id, _is_live(now))) or 0


# Roles


def roles_of(session: Session, person_ids: list[int]) -> dict[int, tuple[Role, ...]]:
    """Roles by person, in the order of the enum; people without one are left out."""
    if not person_ids:
        return {}
    order = list(Role)
    given: dict[int, list[Role]] = {}
    for person_id, role in session.execute(select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(person_ids))):
        given.setdefault(person_id, []).append(role)
    return {person_id: tuple(sorted(roles, key=order.index)) for person_id, roles in given.items()}
