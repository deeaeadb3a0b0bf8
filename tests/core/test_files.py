"""The folder store: whole files or none, and no key that climbs out."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import files
from app.core.files import FolderStore
from app.core.refusals import NotThere
from app.core.web import SlugConverter
from app.front.files.routes import bp


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


KEY = "0123456789abcdef0123"


@pytest.fixture
def browser(tmp_path: Path) -> FlaskClient:
    app = Flask(__name__)
    app.url_map.converters["slug"] = SlugConverter
    app.register_blueprint(bp)
    app.register_error_handler(NotThere, lambda _: ("", 404))
    store = FolderStore(tmp_path)
    store.put(f"g/{KEY}-640.webp", b"webp")
    store.put(f"g/{KEY}-640.jpg", b"jpeg")
    store.put("g/catatan.webp", b"not a picture size")
    files.init_app(app, store)
    return app.test_client()


def test_a_picture_may_be_kept_for_ever(browser: FlaskClient) -> None:
    answer = browser.get(f"/berkas/g/{KEY}-640.webp")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"webp", "image/webp")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    again = browser.get(f"/berkas/g/{KEY}-640.webp", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert browser.get(f"/berkas/g/{KEY}-640.jpg").mimetype == "image/jpeg"


@pytest.mark.parametrize(
    "name", [f"{KEY}-320.webp", f"{KEY}-641.webp", "catatan.webp", f"{KEY}-640.svg", f"{KEY}.webp", "../g/x.webp", "%2e%2e/secret.webp", ""]
)
def test_any_other_name_is_not_there(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"/berkas/g/{name}").status_code == 404
