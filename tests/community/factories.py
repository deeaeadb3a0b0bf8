"""People as actions see them, and rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.community.threads.models import Reach, Room, Voice
from app.core.access import Actor, Role
from app.core.db import transaction
from tests import factories
from tests.conftest import Client, a_client

if TYPE_CHECKING:
    from flask import Flask


def a_person(name: str = "Mama Ros", *roles: Role, phone: str | None = None) -> Actor:
    """A member, with roles if any, as actions see one."""
    with transaction() as session:
        person = factories.a_person(session, name=name, phone=phone, roles=roles)
        return Actor(person.id, name, frozenset(roles))


def a_room(slug: str = "usaha", name: str = "Usaha & Jualan", *, reach: Reach = Reach.PUBLIC, position: int = 1) -> str:
    """A room where people write under their names; returns its slug."""
    with transaction() as session:
        session.add(Room(slug=slug, name=name, about="Harga, kemasan, pembeli.", icon="pasar", reach=reach, position=position))
    return slug


def a_calm_room(slug: str = "hati-tenang") -> str:
    """A room of pseudonyms, members only, not indexed; returns its slug."""
    with transaction() as session:
        session.add(
            Room(
                slug=slug,
                name="Hati Tenang",
                about="Tempat bicara pelan-pelan.",
                reach=Reach.MEMBERS,
                voice=Voice.PSEUDONYM,
                is_indexed=False,
                is_calm=True,
                position=8,
            )
        )
    return slug


def signed_in(app: Flask, actor: Actor) -> Client:
    """A browser in which this person is signed in."""
    return a_client(app, actor.person_id)
