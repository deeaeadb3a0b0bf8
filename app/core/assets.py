"""Static files: joined, named by their content, compressed once, served for ever.

`static/` is the source. What is served lies in `DATA_DIR/static/<digest>/`, made in a folder of its own and renamed into
place, so that two processes may start at once and a second start finds it ready.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from whitenoise import WhiteNoise

from app.core import draw, templating
from app.core.words import LANGUAGES, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.headers import Headers

    from flask import Flask

SOURCE: Final = Path(__file__).resolve().parent.parent.parent / "static"
CSS: Final = ("tokens.css", "base.css", "components.css")  # in this order, one file
SERVICE_WORKER: Final = "sw.js"
BUILD: Final = 2  # one more whenever the steps below change what they make
FOLDERS_KEPT: Final = 4  # pages still open in somebody's hand may name older files
TEXT: Final = {".css", ".js", ".svg", ".webmanifest", ".json"}
TYPES: Final = {".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}
ICON_SIZES: Final = (192, 512)
HASHED: Final = re.compile(r"\.[0-9a-f]{12}\.")
_URL: Final = re.compile(r"url\(([^)]+)\)")
_STILL: Final = "0000-still-page"  # stands for the request's code in the pages made at start


class AssetMissing(KeyError):
    """A template or a style sheet names a static file that isn't there."""


def init_assets(app: Flask, data_dir: Path) -> None:
    """Build what is missing, serve it before the application, give templates `asset(name)` and `ICONS`."""
    folder = build(data_dir / "static", app.config.get("SITE_NAME") or "Katong")
    manifest: dict[str, str] = json.loads((folder / "manifest.json").read_text())

    def asset(name: str) -> str:
        try:
            return manifest[name]
        except KeyError:
            raise AssetMissing(f"There is no static file {name!r}. Known: {', '.join(sorted(manifest))}.") from None

    app.jinja_env.globals.update(asset=asset, ICONS=manifest["icons.svg"])
    app.extensions["katong.assets"] = folder
    server = WhiteNoise(
        app.wsgi_app,
        max_age=3600,
        allow_all_origins=False,
        immutable_file_test=lambda path, url: HASHED.search(url) is not None,
        add_headers_function=_headers,
    )
    server.add_files(str(folder / "files"), prefix="static/")
    server.add_files(str(folder / "root"), prefix="")
    app.wsgi_app = server  # type: ignore[method-assign]


def _headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    for ending, kind in TYPES.items():
        if url.endswith(ending):
            headers["Content-Type"] = f"{kind}; charset=utf-8"


def icon_names() -> list[str]:
    """The names of the signs in the sprite, in its order."""
    return re.findall(r'<symbol id="([^"]+)"', (SOURCE / "img" / "icons.svg").read_text())


# building


def build(into: Path, site_name: str = "Katong") -> Path:
    """The folder with files/, root/ and manifest.json for today's sources; made if it isn't there yet."""
    sources = _sources()
    digest = hashlib.sha256(f"{BUILD} {site_name}".encode())
    for name, content in sources.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    folder = into / digest.hexdigest()[:16]
    if (folder / "manifest.json").exists():
        return folder
    into.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=".new-", dir=into))
    try:
        _make(workplace, sources, site_name)
        workplace.chmod(0o755)
        workplace.rename(folder)
    except OSError:
        if not (folder / "manifest.json").exists():  # else another process was quicker, which is as good
            raise
    finally:
        shutil.rmtree(workplace, ignore_errors=True)
    _forget_old(into, folder)
    return folder


def _sources() -> dict[str, bytes]:
    """Every source file by name; names are unique over the folders."""
    return {path.name: path.read_bytes() for path in sorted(SOURCE.rglob("*")) if path.is_file()}


def _make(folder: Path, sources: Mapping[str, bytes], site_name: str) -> None:
    files, root = folder / "files", folder / "root"
    files.mkdir()
    root.mkdir()
    manifest: dict[str, str] = {}

    def put(name: str, content: bytes) -> None:
        source = Path(name)
        hashed = f"{source.stem}.{hashlib.sha256(content).hexdigest()[:12]}{source.suffix}"
        _write(files / hashed, content)
        manifest[name] = f"/static/{hashed}"

    for size in ICON_SIZES:
        put(f"katong-{size}.png", draw.mark_png(size))
    for name, content in sources.items():
        if name == SERVICE_WORKER:  # its address is its reach: the whole site, under a name that never changes
            _write(root / name, squeeze_script(content.decode()).encode())
        elif name.endswith(".js"):
            put(name, squeeze_script(content.decode()).encode())
        elif not name.endswith(".css"):
            put(name, content)
    styles = "".join(squeeze_styles(sources[name].decode()) for name in CSS)
    put("katong.css", _URL.sub(lambda found: f"url({_known(manifest, found[1])})", styles).encode())
    _write(root / "favicon.ico", draw.mark_ico())
    _write(root / "site.webmanifest", _web_manifest(manifest, site_name))
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _known(manifest: Mapping[str, str], quoted: str) -> str:
    name = quoted.strip("'\" ")
    if name not in manifest:
        raise AssetMissing(f"A style sheet names url({name}), which isn't in static/.")
    return manifest[name]


def _write(path: Path, content: bytes) -> None:
    """The file, and beside it its compressed forms where they are worth it."""
    import brotli

    path.write_bytes(content)
    if path.suffix in TEXT:
        for ending, small in ((".br", brotli.compress(content, quality=11)), (".gz", gzip.compress(content, 9, mtime=0))):
            if len(small) < len(content) * 0.95:
                path.with_name(path.name + ending).write_bytes(small)


def squeeze_styles(text: str) -> str:
    """CSS without comments and spare white space. Knows our own style sheets, not every one on earth."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).replace(";}", "}").strip()


def squeeze_script(text: str) -> str:
    """JavaScript without whole-line comments and indentation."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _web_manifest(manifest: Mapping[str, str], site_name: str) -> bytes:
    icons = [
        {"src": manifest[f"katong-{size}.png"], "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"} for size in ICON_SIZES
    ]
    about = {
        "name": site_name,
        "short_name": site_name,
        "lang": "id",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#f6f3ec",
        "theme_color": "#1b2750",
        "icons": icons,
    }
    return json.dumps(about, ensure_ascii=False).encode()


def _forget_old(into: Path, current: Path) -> None:
    """Remove all but the newest few builds, and what an interrupted one left behind."""
    builds = sorted(
        (path for path in into.iterdir() if path.is_dir() and path != current), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in [path for path in builds if not path.name.startswith(".new-")][FOLDERS_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


# pages that must not need the application


def make_still_pages(app: Flask) -> None:
    """Draw the pages of 500 and 503 once, in every language, without a name or a count; also as files for a proxy in front.

    Drawing compiles the layout and every macro twice, half a second: a start that finds them drawn from the same sources reads them.
    """
    folder: Path = app.extensions["katong.assets"]
    kept = folder / f"still-{_still_sources(app)}.json"
    if not kept.exists():
        drawn = {f"{status} {language}": _draw_still(app, status, language) for status in (500, 503) for language in LANGUAGES}
        _replace(kept, json.dumps(drawn).encode())
        for status in (500, 503):
            _replace(folder / f"{status}.html", drawn[f"{status} {LANGUAGES[0]}"].replace(_STILL, str(status)).encode())
    pages: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    app.extensions["katong.still_pages"] = {(int(key[:3]), key[4:]): page for key, page in pages.items()}


def _still_sources(app: Flask) -> str:
    """A mark of everything a still page is made of: templates, words, code that draws; the files it names are in the folder's own mark."""
    root = Path(__file__).resolve().parent.parent
    mark = hashlib.sha256(str(app.config.get("SITE_NAME")).encode())
    sources = [
        *(root / "templates" / "errors").glob("*"),
        *(root / "templates" / "layouts").glob("*"),
        *(root / "templates" / "components").glob("*"),
    ]
    for path in sorted(
        [*sources, *(root / "translations").glob("*/*.po"), *(root / "core").glob("*.py"), *(root / "core" / "draw").glob("*.py")]
    ):
        mark.update(path.name.encode() + path.read_bytes())
    return mark.hexdigest()[:16]


def _draw_still(app: Flask, status: int, language: str) -> str:
    with spoken(language):
        return templating.environment(app).get_template(f"errors/{status}.html").render(
            SITE_NAME=app.config.get("SITE_NAME") or "Katong", lang=language, theme="", saver=False, me=None, path="/", DEMO=False, BASE_URL="",
            here="", status=status, code=_STILL, now=None, words=None, again_at=None, get_flashed_messages=lambda with_categories=False: [],
        )  # fmt: skip


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def still_page(app: Flask, status: int, mark: str, language: str) -> str:
    """The page for 500 or 503 with the request's code on it. Needs no database, no session and no template."""
    pages: dict[tuple[int, str], str] = app.extensions["katong.still_pages"]
    return pages[status, language if language in LANGUAGES else LANGUAGES[0]].replace(_STILL, mark)
