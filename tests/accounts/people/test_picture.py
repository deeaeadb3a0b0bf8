"""A picture beside one's name: written anew, replaced, removed, and never beside a pseudonym."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select

from app.accounts.people.models import Person
from app.core.db import reading, transaction
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001")


def a_photo(colour: str = "teal") -> io.BytesIO:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "di rumah"
    Image.new("RGB", (300, 300), colour).save(out, "JPEG", exif=exif)
    out.seek(0)
    return out


def send(client: Client, photo: Any, name: str = "foto.jpg") -> Any:
    return client.post("/akun/foto", data={"photo": (photo, name)}, content_type="multipart/form-data")


def key_of(person_id: int) -> str | None:
    with reading() as session:
        return session.scalar(select(Person.picture_key).where(Person.id == person_id))


def test_a_picture_is_shown_replaced_and_removed(sign_in: Callable[[Any], Client], ros: Person, run_outbox: Callable[[], int]) -> None:
    mine = sign_in(ros)
    assert send(mine, a_photo()).status_code == 303
    first = key_of(ros.id)
    assert first is not None
    assert f"/berkas/g/{first}-160.webp" in mine.get("/akun").get_data(as_text=True)
    shown = mine.get(f"/berkas/g/{first}-160.webp")
    assert shown.status_code == 200
    assert b"di rumah" not in shown.data
    assert send(mine, a_photo("red")).status_code == 303
    second = key_of(ros.id)
    assert second not in (None, first)
    run_outbox()
    assert mine.get(f"/berkas/g/{first}-160.webp").status_code == 404, "the one before is deleted after the commit"
    assert mine.post("/akun/foto/hapus").status_code == 303
    run_outbox()
    assert key_of(ros.id) is None
    assert mine.get(f"/berkas/g/{second}-160.webp").status_code == 404
    assert mine.post("/akun/foto/hapus").status_code == 303


def test_what_is_no_picture_is_answered_beside_the_field(sign_in: Callable[[Any], Client], ros: Person) -> None:
    mine = sign_in(ros)
    for photo in (io.BytesIO(b"<svg onload=alert(1)>"), io.BytesIO(b""), io.BytesIO(a_photo().getvalue()[:200])):
        answer = send(mine, photo)
        assert answer.status_code == 422
        assert 'id="photo-e"' in answer.get_data(as_text=True)
    assert mine.post("/akun/foto").status_code == 422
    assert key_of(ros.id) is None


def test_it_stands_beside_ones_own_name_and_never_beside_a_pseudonym(app: Flask, sign_in: Callable[[Any], Client], ros: Person) -> None:
    from app.community.threads import actions as threads
    from app.core import once
    from app.core.access import Actor
    from tests.community.factories import a_calm_room, a_room

    mine, me = sign_in(ros), Actor(ros.id, "Ros")
    send(mine, a_photo())
    key = key_of(ros.id) or "?"
    named = threads.start_thread(me, a_room(), "Harga keripik", "Berapa harga sebungkus?", once.new_key())
    sealed = threads.start_thread(me, a_calm_room(), "Beta takut", "Apa yang bisa beta buat?", once.new_key())
    pages = {n: mine.get(f"/komunitas/t/{n}", follow_redirects=True).get_data(as_text=True) for n in (named, sealed)}
    assert "Berapa harga sebungkus?" in pages[named]
    assert key in pages[named]
    assert "Apa yang bisa beta buat?" in pages[sealed]
    assert key not in pages[sealed]
