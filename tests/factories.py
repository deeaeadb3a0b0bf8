"""People for tests: plain functions with readable values. Each area has its own factories in tests/<area>/factories.py."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.accounts.people.models import Passkey, Person, PersonRole, SecondFactor
from app.core import sealing
from app.core.passwords import hash_password

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.core.access import Role

PASSWORD = "lontar biru tiga"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# A Friday afternoon in Kupang, the day before a market.
FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=timezone.utc)


@cache
def password_hash() -> str:
    """Hashed once a process, by the cheap profile of tests."""
    return hash_password(PASSWORD)


def a_person(
    session: Session,
    *,
    name: str = "Mama Oesapa",
    phone: str | None = None,
    roles: Iterable[Role] = (),
    greeting: str = "",
    place_code: str | None = None,
    made_at: datetime = FRIDAY,
) -> Person:
    """A member who signs in with `PASSWORD`; each has the next phone number unless told."""
    if phone is None:
        phone = f"+62812000{(session.scalar(select(func.max(Person.id))) or 0) + 1:06d}"
    person = Person(name=name, phone=phone, password_hash=password_hash(), greeting=greeting, place_code=place_code, made_at=made_at)
    session.add(person)
    session.flush()
    session.add_all(PersonRole(person_id=person.id, role=role, given_at=made_at) for role in roles)
    session.flush()
    return person


def an_officer(session: Session, *, name: str = "Pak Liliba") -> Person:
    """A member of staff who runs editions of the market."""
    from app.core.access import Role

    return a_person(session, name=name, roles=[Role.OFFICER])


def a_passkey(session: Session, person_id: int, *, label: str = "HP lama") -> Passkey:
    """A passkey that no phone of these tests holds."""
    key = Passkey(
        person_id=person_id,
        credential_id=b"key of %d" % person_id,
        public_key=b"",
        rp_id="localhost",
        sign_count=0,
        label=label,
        transports="internal",
        is_backed_up=False,
        made_at=FRIDAY,
    )
    session.add(key)
    session.flush()
    return key


def a_factor(session: Session, person_id: int, *, confirmed_at: datetime = FRIDAY) -> SecondFactor:
    """A second factor that works, on a phone that makes the codes of `TOTP_SECRET`."""
    sealed = sealing.seal(TOTP_SECRET.encode(), "second_factor", person_id, "secret")
    factor = SecondFactor(person_id=person_id, secret=sealed, confirmed_at=confirmed_at, last_step=0)
    session.add(factor)
    session.flush()
    return factor
