"""The folder store: whole files or none, and no key that climbs out."""

from pathlib import Path

import pytest

from app.core.files import FolderStore


def test_bytes_come_back_by_key(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("g/ab12cd-640.webp", b"isi")
    assert store.get("g/ab12cd-640.webp") == b"isi"
    assert (tmp_path / "g" / "ab" / "ab12cd-640.webp").read_bytes() == b"isi"
    assert store.get("g/ff12cd-640.webp") is None
    store.delete("g/ab12cd-640.webp")
    store.delete("g/ab12cd-640.webp")
    assert store.get("g/ab12cd-640.webp") is None


BAD_KEYS = [
    "",
    "g",
    "g/",
    "../secret.key",
    "g/../../etc.conf",
    "g/.hidden.webp",
    "/g/ab.webp",
    "g/a b.webp",
    "g/ab\x00.webp",
    "g/AB.webp",
    "g/ab.webp\n",
]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_what_is_no_key_is_refused(tmp_path: Path, key: str) -> None:
    store = FolderStore(tmp_path)
    for act in (store.get, store.delete, lambda key: store.put(key, b"")):
        with pytest.raises(ValueError, match="not a file key"):
            act(key)


def test_a_write_that_fails_half_way_leaves_the_old_bytes_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path)
    store.put("g/ab12.webp", b"lama")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        store.put("g/ab12.webp", b"baru")
    assert store.get("g/ab12.webp") == b"lama"
    assert [path.name for path in (tmp_path / "g" / "ab").iterdir()] == ["ab12.webp"]
