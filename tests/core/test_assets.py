"""Static files: named by content, compressed, served for ever; and what is in them keeps to its budget."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import assets

MOST_STYLE_BYTES = 9 * 1024  # gzip, all of it: it is the first thing a phone on a weak signal waits for
MOST_SCRIPT_BYTES = 4 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assets.build(tmp_path_factory.mktemp("data"))


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    app = Flask("bare", static_folder=None)
    assets.init_assets(app, tmp_path)
    return app


@pytest.fixture
def browser(site: Flask) -> FlaskClient:
    return site.test_client()


def address(app: Flask, name: str) -> str:
    found = app.jinja_env.globals["asset"](name)  # type: ignore[operator]
    assert isinstance(found, str)
    return found


def test_a_named_file_is_served_for_ever_and_compressed(site: Flask, browser: FlaskClient) -> None:
    answer = browser.get(address(site, "katong.css"), headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_icons_and_manifest_say_what_they_are(site: Flask, browser: FlaskClient) -> None:
    sprite = browser.get(address(site, "icons.svg"), buffered=True)
    assert sprite.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    favicon = browser.get("/favicon.ico", buffered=True)
    assert favicon.status_code == 200
    assert "immutable" not in favicon.headers["Cache-Control"]
    manifest = browser.get("/site.webmanifest", buffered=True)
    assert manifest.headers["Content-Type"] == "application/manifest+json; charset=utf-8"
    for icon in json.loads(manifest.data)["icons"]:
        assert browser.get(icon["src"], buffered=True).status_code == 200


def test_what_is_not_there_is_left_to_the_application(browser: FlaskClient) -> None:
    for path in ("/static/../manifest.json", "/static/manifest.json", "/static/katong.000000000000.css", "/static/"):
        assert browser.get(path, buffered=True).status_code == 404


def test_the_style_sheet_names_only_hashed_files(folder: Path) -> None:
    style = next((folder / "files").glob("katong.*.css")).read_text()
    named = re.findall(r"url\(([^)]+)\)", style)
    assert named
    assert all((folder / "files" / Path(url).name).exists() and assets.HASHED.search(url) for url in named)
    assert style.startswith("@layer tokens,base,parts,print;")
    assert "/*" not in style


def test_a_second_start_builds_nothing(folder: Path) -> None:
    before = (folder / "manifest.json").stat().st_mtime_ns
    assert assets.build(folder.parent) == folder
    assert (folder / "manifest.json").stat().st_mtime_ns == before
    assert [path for path in folder.parent.iterdir() if path.name.startswith(".new-")] == []


def test_another_site_name_is_another_build(folder: Path) -> None:
    other = assets.build(folder.parent, "Pasar Kita")
    assert other != folder
    assert json.loads((other / "root" / "site.webmanifest").read_text())["name"] == "Pasar Kita"


def test_the_first_view_keeps_its_budget(folder: Path) -> None:
    style = next((folder / "files").glob("katong.*.css")).read_bytes()
    scripts = b"".join(path.read_bytes() for path in sorted((folder / "files").glob("*.js")))
    assert len(gzip.compress(style, 9)) < MOST_STYLE_BYTES, "The style sheet has grown past its budget: take something out of static/css."
    assert len(gzip.compress(scripts, 9)) < MOST_SCRIPT_BYTES, "The scripts have grown past their budget: take something out of static/js."


def test_a_missing_file_is_named(site: Flask) -> None:
    with pytest.raises(assets.AssetMissing, match=r"katong\.csss"):
        address(site, "katong.csss")


def test_squeezing_keeps_what_counts() -> None:
    assert (
        assets.squeeze_styles("/* a */ a , b {\n  color: red;\n  inline-size: calc(1px + 2px);\n}\n")
        == "a,b{color: red;inline-size: calc(1px + 2px)}"
    )
    assert assets.squeeze_script('// why\n  const a = "http://x"; // stays\n\n') == 'const a = "http://x"; // stays\n'


def test_every_sign_a_template_asks_for_is_in_the_sprite() -> None:
    known = set(assets.icon_names())
    assert len(known) > 50
    templates = assets.SOURCE.parent / "app" / "templates"
    for path in templates.rglob("*.html"):
        for name in re.findall(r'ICONS \}\}#([a-z-]+)"', path.read_text()) + re.findall(r'ui\.icon\("([a-z-]+)"', path.read_text()):
            assert name in known, (
                f"{path.relative_to(templates)} asks for the sign {name!r}. Draw it in static/img/icons.svg or use one of: {sorted(known)}"
            )
