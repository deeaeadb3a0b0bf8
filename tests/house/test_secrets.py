"""What people entrust to us stays where it belongs: not in logs, audit, outbox, search, sitemap, nor on public pages."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from app.accounts.people.models import Person
from app.core import search
from app.core.db import reading, transaction
from tests.conftest import a_client, run_all_effects
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from tests.house.city import City

NUMBER = "+6281298761234"
SECRETS = ("081298761234", "81298761234", "0812-9876-1234", PASSWORD, "sandi-baru-lontar-77", "rahasiahati", "rahasiaumum", "rahasiacari")
PUBLIC = ("/", "/komunitas", "/pasar", "/lapak", "/lapak/kontainer", "/pelatihan", "/panduan", "/sitemap.xml", "/robots.txt", "/siap")


def everything(table: str) -> str:
    with reading() as session:
        return repr(session.execute(text(f"SELECT * FROM {table}")).all())


def test_secrets_stay_where_they_belong(city: City, caplog: pytest.LogCaptureFixture) -> None:
    with city.app.app_context():
        with transaction() as session:
            person = a_person(session, name="Mama Penguji", phone=NUMBER)
        with caplog.at_level(logging.DEBUG):
            visitor, member = a_client(city.app), a_client(city.app, person.id)
            assert visitor.post("/masuk", data={"phone": NUMBER, "password": PASSWORD}).status_code == 303
            assert a_client(city.app).post("/masuk", data={"phone": NUMBER, "password": "sandi-baru-lontar-77"}).status_code == 422
            assert member.fill("/akun/sandi", {"old": PASSWORD, "new": "sandi-baru-lontar-77"}).status_code == 303
            assert a_client(city.app).get("/cari?q=rahasiacari").status_code == 200
            private = member.fill("/komunitas/hati-tenang/baru", {"title": "rahasiahati judul", "body": "rahasiahati isi cerita"})
            assert private.status_code == 303
            assert (
                member.fill(
                    "/komunitas/umum/baru" if _has(member, "/komunitas/umum/baru") else _a_room(city),
                    {"title": "Tanya harga", "body": "rahasiaumum isi"},
                ).status_code
                == 303
            )
            run_all_effects(city.app)
        assert not [secret for secret in SECRETS if secret in caplog.text]
        for table in ("audit", "outbox", "notice", "once_key"):
            assert not [secret for secret in SECRETS if secret in everything(table)], table
        pages = "".join(a_client(city.app).get(path).get_data(as_text=True) for path in PUBLIC)
        assert not [secret for secret in SECRETS[:6] if secret in pages]
        assert "hati-tenang/" not in pages
        for phone in _phones():
            assert phone not in pages
        assert not _found("rahasiahati")
        assert private.headers["Location"].split("#")[0] not in pages
        number = int(private.headers["Location"].split("/t/")[1].split("-")[0].split("#")[0])
        with reading() as session:
            kept = list(session.execute(text("SELECT author_id, author_seal FROM post WHERE thread_id = :id"), {"id": number}))
            kept += list(session.execute(text("SELECT author_id, author_seal FROM thread WHERE id = :id"), {"id": number}))
            keyed = session.execute(
                text("SELECT owner FROM once_key WHERE result = :id AND owner = :owner"), {"id": number, "owner": f"p{person.id}"}
            ).all()
        assert len(kept) == 2
        assert not keyed, "the double-tap key leads from the person to her thread"
        assert all(author is None and seal for author, seal in kept)


def _has(client: object, path: str) -> bool:
    return client.get(path).status_code == 200  # type: ignore[attr-defined, no-any-return]


def _a_room(_city: City) -> str:
    with reading() as session:
        slug = session.scalar(text("SELECT slug FROM room WHERE slug <> 'hati-tenang' ORDER BY id"))
    return f"/komunitas/{slug}/baru"


def _phones() -> list[str]:
    with reading() as session:
        return [str(number).removeprefix("+62") for number in session.scalars(select(Person.phone)) if number]


def _found(words: str) -> list[object]:
    return list(search.search(words, ("thread",), 1).hits)
