"""Sealed values open only where they belong, with the keys of this machine."""

import stat
from pathlib import Path

import pytest
from flask import Flask

from app.core import sealing
from app.core.sealing import KeyRing, Unsealable


def test_a_sealed_value_opens_at_its_own_place_only(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    sealed = ring.seal(b"rahasia", table="case_note", row=42, column="body")
    assert b"rahasia" not in sealed
    assert ring.unseal(sealed, table="case_note", row=42, column="body") == b"rahasia"
    for table, row, column in (("case_note", 43, "body"), ("case", 42, "body"), ("case_note", 42, "title"), ("case_not", "e42", "body")):
        with pytest.raises(Unsealable):
            ring.unseal(sealed, table=table, row=row, column=column)


def test_the_same_value_is_never_sealed_alike_twice(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert len({ring.seal(b"", table="t", row=1, column="c") for _ in range(20)}) == 20


def test_an_altered_or_cut_value_is_refused(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    sealed = ring.seal(b"nilai", table="t", row=1, column="c")
    for place in range(len(sealed)):
        broken = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Unsealable):
            ring.unseal(broken, table="t", row=1, column="c")
    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            ring.unseal(sealed[:length], table="t", row=1, column="c")


def test_rotation_keeps_old_values_readable_in_every_process(tmp_path: Path) -> None:
    ring, other_process = KeyRing(tmp_path), KeyRing(tmp_path)
    old = ring.seal(b"lama", table="t", row=1, column="c")
    assert ring.rotate() == 2
    new = ring.seal(b"baru", table="t", row=1, column="c")
    assert ring.needs_resealing(old)
    assert not ring.needs_resealing(new)
    assert other_process.unseal(new, table="t", row=1, column="c") == b"baru"
    assert KeyRing(tmp_path).unseal(old, table="t", row=1, column="c") == b"lama"


def test_without_the_key_folder_nothing_opens(tmp_path: Path) -> None:
    sealed = KeyRing(tmp_path / "a").seal(b"nilai", table="t", row=1, column="c")
    with pytest.raises(Unsealable):
        KeyRing(tmp_path / "b").unseal(sealed, table="t", row=1, column="c")


def test_keys_are_for_their_owner_alone_and_left_without_drafts(tmp_path: Path) -> None:
    KeyRing(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in files] == ["mark.key", "seal-0001.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_damaged_key_file_stops_the_start(tmp_path: Path) -> None:
    KeyRing(tmp_path)
    (tmp_path / "seal-0001.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"seal-0001\.key"):
        KeyRing(tmp_path)


def test_a_mark_is_steady_and_tells_parts_apart(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.keyed_mark("room", 3, 17) == KeyRing(tmp_path).keyed_mark("room", 3, 17)
    assert len({ring.keyed_mark("ab", "c"), ring.keyed_mark("a", "bc"), ring.keyed_mark("abc"), ring.keyed_mark("room", 317)}) == 4
    assert ring.keyed_mark("x") != KeyRing(tmp_path / "other").keyed_mark("x")


def test_the_app_has_its_ring(tmp_path: Path) -> None:
    app = Flask(__name__)
    sealing.init_app(app, tmp_path)
    with app.app_context():
        sealed = sealing.seal(b"x", "t", 1, "c")
        assert sealing.unseal(sealed, "t", 1, "c") == b"x"
        assert len(sealing.keyed_mark("a")) == 32
