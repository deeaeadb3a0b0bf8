"""What lies in the repository: nothing of one machine, no secret, no dead link, no inline script, no heavy page."""

from __future__ import annotations

import gzip
import json
import re

from tests.house.reading import APP, ROOT, listing, name, templates, tracked

TEXT = {
    ".py",
    ".md",
    ".html",
    ".txt",
    ".in",
    ".toml",
    ".js",
    ".css",
    ".svg",
    ".po",
    ".yml",
    ".yaml",
    ".sh",
    ".ini",
    ".cfg",
    ".example",
    ".json",
    ".csv",
    ".xml",
    "",
}
STATIC_BYTES = 16_000  # all CSS and JS, compressed: a page's first view has 30 KB with its HTML


def texts() -> list[tuple[str, str]]:
    return [(name(path), path.read_text(encoding="utf-8", errors="replace")) for path in tracked() if path.suffix in TEXT]


def test_no_path_of_one_machine() -> None:
    # Written in pieces, so that this file does not name them itself.
    machine = re.compile(r"(?<![\w./-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "Us" + "ers", "ho" + "me"]) + r")/[\w.]")
    temporary = re.compile(r"(?<![\w.-])/tm" + r"p/[a-z]+[-/][\w]")
    found = [
        f"{path}:{number} {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line) or temporary.search(line)
    ]
    assert not found, listing(found, "Write paths from the repository's root, or take them from the settings.")


def test_no_secret() -> None:
    shapes = [
        r"sk_li" + r"ve_\w{8,}",
        r"whse" + r"c_[A-Za-z0-9]{24,}",
        r"AK" + r"IA[0-9A-Z]{16}",
        "-----BEGIN [A-Z ]*PRIVATE" + " KEY",
        r"gh[pousr]_[A-Za-z0-9]{30,}",
        r"xox[bap]-\d{6,}",
    ]
    secret = re.compile("|".join(shapes))
    found = [f"{path}:{number}" for path, text in texts() for number, line in enumerate(text.splitlines(), 1) if secret.search(line)]
    assert not found, listing(found, "Take the secret out, revoke it, and read it from the environment.")


def test_no_registry_is_named() -> None:
    hosts = re.compile(
        r"--(?:extra-)?index-"
        r"url[ =]\S|--find-"
        r"links[ =]\S|(?:files\.python"
        r"hosted|(?:www\.)?py"
        r"pi)\.org|registry\.npm"
        r"js"
    )
    found = [f"{path}:{number}" for path, text in texts() for number, line in enumerate(text.splitlines(), 1) if hosts.search(line)]
    assert not found, listing(found, "Packages come from wherever the machine's own pip is told: name no registry here.")


def test_no_conflict_is_left() -> None:
    mark = re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE)
    found = [path for path, text in texts() if mark.search(text)]
    assert not found, listing(found, "Resolve the conflict.")


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_in_documents_lead_somewhere() -> None:
    found = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            file, _hash, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.exists():
                found.append(f"{name(path)}: {target}")
            elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
                found.append(f"{name(path)}: {target} (no such heading)")
    assert not found, listing(found, "Correct the link, or write what it points to.")


def test_the_map_names_files_that_exist() -> None:
    found = []
    for document in ("map.md", "glossary.md", "runbook.md", "security.md"):
        for word in re.findall(r"`([\w./-]+/[\w./-]*)`", (ROOT / "docs" / document).read_text(encoding="utf-8")):
            if word.startswith(("app/", "tests/", "docs/", "static/", "migrations/", "bin/")) and not (ROOT / word).exists():
                found.append(f"docs/{document}: {word}")
    assert not found, listing(found, "The document is behind the code: correct it.")


def test_templates_hold_no_inline_style_or_script() -> None:
    shapes = {
        "a style attribute": r"\sstyle\s*=",
        "a <style>": r"<style\b",
        "an inline <script>": r"<script\b(?![^>]*\bsrc=)",
        "an on… attribute": r"<[^>]*\son[a-z]+\s*=",
        "a javascript: link": r"javascript:",
    }
    found = [
        f"{name(path)}:{number} {what}"
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for what, shape in shapes.items()
        if re.search(shape, line)
        # Facts for search engines are data, not a program; the policy does not stop them.
        and not (what == "an inline <script>" and "application/ld+json" in line)
        # A letter has no policy and no style sheet but the one inside it.
        and not (what == "a <style>" and "email" in path.parts)
    ]
    assert not found, listing(found, "The Content-Security-Policy stops these. Use a class of static/css or a module of static/js.")


def test_forms_of_people_carry_their_keys() -> None:
    """Each POST form prints csrf and once key; forms for visitors print an empty csrf, which is right."""
    found = []
    for path in templates():
        if "dev" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        for form in re.finditer(r"<form\b[^>]*method=[\"']?post[^>]*>(.*?)</form>", text, re.DOTALL | re.IGNORECASE):
            if "form_keys" not in form[1] and "csrf" not in form[1]:
                found.append(f"{name(path)}:{text[: form.start()].count(chr(10)) + 1}")
    assert not found, listing(found, "Put {{ ui.form_keys() }} inside the form.")


def test_css_and_js_stay_light() -> None:
    files = [
        path for path in tracked() if path.suffix in {".css", ".js"} and path.is_relative_to(ROOT / "static") and "vendor" not in path.parts
    ]
    size = len(gzip.compress(b"".join(path.read_bytes() for path in files), 9))
    assert size <= STATIC_BYTES, (
        f"static/css and static/js are {size} bytes compressed, {STATIC_BYTES} are allowed. What is not used any more?"
    )


def test_static_files_hold_no_foreign_address() -> None:
    foreign = re.compile(r"(?:url\(|@import |from |import\()\s*[\"']?(?:https?:)?//")
    found = [
        name(path)
        for path in tracked()
        if path.is_relative_to(ROOT / "static") and path.suffix in {".css", ".js"} and foreign.search(path.read_text(encoding="utf-8"))
    ]
    assert not found, listing(found, "Everything is served from here: no third party learns who reads.")


def test_every_setting_is_told() -> None:
    told = (ROOT / ".env.example").read_text(encoding="utf-8")
    asked = set(re.findall(r"(?:env\.get|number|switch|address)\(\"([A-Z][A-Z0-9_]+)\"", (APP / "config.py").read_text(encoding="utf-8")))
    asked |= {"DATABASE_URL", "DATA_DIR"}
    missing = [setting for setting in asked if not re.search(rf"^#? ?{setting}=", told, re.MULTILINE)]
    assert not missing, listing(missing, "Add it to .env.example with one line that says what it does.")


def test_sample_catalogues_are_whole_json() -> None:
    for path in tracked():
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
