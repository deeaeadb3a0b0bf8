"""The people of the sample city, with their roles and what they agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.people.models import Consent, Person, PersonRole
from app.accounts.people.rules import CONSENTS
from app.core.access import Role
from app.core.places import KELURAHAN, REGENCIES
from app.demo.content import people as written
from app.demo.content import words
from app.demo.world import World

PLACE_CODES = {place.name: place.code for place in KELURAHAN}
_CITY = [place.code for place in KELURAHAN]
_ELSEWHERE = [place.code for place in REGENCIES]


def fill(world: World, hashes: dict[str, str], shared_hash: str) -> None:
    """Written people first, then generated ones up to the size. `hashes` are those of single accounts, by key."""
    dice, rows = world.dice, world.rows
    for serial, human in enumerate(written.HUMANS, start=1):
        made_at = world.now - timedelta(days=dice.randint(60, 500), minutes=dice.randint(0, 1_400))
        person_id = rows.add(
            Person,
            name=human.name,
            phone=written.phone(serial),
            phone_proven_at=made_at,
            password_hash=hashes.get(human.key, shared_hash),
            greeting=human.greeting,
            place_code=PLACE_CODES[human.home],
            about=written.ABOUT.get(human.key, ""),
            made_at=made_at,
        )
        world.people[human.key] = person_id
        world.names[person_id] = human.name
        _agreed(world, person_id, made_at)
        if human.roles == ("member",):
            world.members.append(person_id)
    for human in written.HUMANS:
        for role in human.roles:
            if role != "member":
                given_at = world.now - timedelta(days=55)
                rows.add(
                    PersonRole, person_id=world.people[human.key], role=Role(role), given_by_id=world.people["kelola"], given_at=given_at
                )
    for serial in range(len(written.HUMANS) + 1, world.size.people + 1):
        world.members.append(_somebody(world, serial, shared_hash))
        if rows.is_full:
            rows.flush()
    rows.flush()


def _somebody(world: World, serial: int, password_hash: str) -> int:
    dice = world.dice
    made_at = world.now - timedelta(days=dice.randint(1, 520), minutes=dice.randint(0, 1_400))
    name = dice.choice(words.NAMES)
    person_id = world.rows.add(
        Person,
        name=name,
        phone=written.phone(serial),
        phone_proven_at=made_at,
        password_hash=password_hash,
        greeting=dice.choice(words.GREETINGS),
        place_code=dice.choice(_CITY) if dice.random() < 0.85 else dice.choice(_ELSEWHERE),
        made_at=made_at,
    )
    world.names[person_id] = name
    _agreed(world, person_id, made_at)
    return person_id


def _agreed(world: World, person_id: int, given_at: datetime) -> None:
    """What everybody agrees to at sign-up."""
    for purpose, version in CONSENTS.items():
        world.rows.add(Consent, person_id=person_id, purpose=purpose, text_version=version, given_at=given_at)
