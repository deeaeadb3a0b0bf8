"""The table of OWASP ASVS 5.0 in docs/security.md: whole, and naming tests that exist."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.house.reading import ROOT, listing, tree

SECURITY = ROOT / "docs" / "security.md"
# Levels 1 and 2 of the chapters, as the final 5.0.0 numbers them: chapter.section -> the last or the chosen requirements.
ASKED = {
    *(f"6.1.{n}" for n in (1, 2, 3)),
    *(f"6.2.{n}" for n in range(1, 13)),
    *(f"6.3.{n}" for n in (1, 2, 3, 4)),
    *(f"6.4.{n}" for n in (1, 2, 3, 4)),
    *(f"6.5.{n}" for n in (1, 2, 3, 4, 5)),
    *(f"6.6.{n}" for n in (1, 2, 3)),
    *(f"6.8.{n}" for n in (1, 2, 3, 4)),
    *(f"7.1.{n}" for n in (1, 2, 3)),
    *(f"7.2.{n}" for n in (1, 2, 3, 4)),
    *(f"7.3.{n}" for n in (1, 2)),
    *(f"7.4.{n}" for n in (1, 2, 3, 4, 5)),
    *(f"7.5.{n}" for n in (1, 2)),
    *(f"7.6.{n}" for n in (1, 2)),
    *(f"8.1.{n}" for n in (1, 2)),
    *(f"8.2.{n}" for n in (1, 2, 3)),
    "8.3.1",
    "8.4.1",
}


def ids(text: str) -> list[str]:
    return re.findall(r"^\| ([678]\.\d+\.\d+) \|", text, re.MULTILINE)


def missing(text: str) -> list[str]:
    """Tests that a text names and that are not there."""
    found = []
    for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        file = ROOT / path
        functions = {node.name for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)} if file.is_file() else set()
        if test not in functions:
            found.append(f"{path}::{test}")
    return found


def wrong_ids(text: str) -> list[str]:
    counted = Counter(ids(text))
    return sorted({*(ASKED ^ set(counted)), *(number for number, times in counted.items() if times > 1)})


def test_every_requirement_stands_there_once() -> None:
    found = wrong_ids(SECURITY.read_text(encoding="utf-8"))
    assert not found, listing(found, "Each requirement of level 1 and 2 has one line in docs/security.md.")


def test_every_test_that_is_named_exists() -> None:
    text = SECURITY.read_text(encoding="utf-8")
    assert text.count("::test_") > 60
    found = missing(text)
    assert not found, listing(found, "docs/security.md names a test that is not there: it was renamed, or the promise is not held.")


def test_every_line_names_a_test_a_section_or_a_reason() -> None:
    lines = [line for line in SECURITY.read_text(encoding="utf-8").splitlines() if ids(line)]
    bare = [
        line[:60]
        for line in lines
        if "::test_" not in line and "the same test" not in line and "does not apply" not in line and "*" not in line
    ]
    assert not bare, listing(bare, "Name the test that proves it, or why it does not apply.")


def test_control_a_line_too_few_twice_or_with_a_made_up_test_is_seen() -> None:
    text = SECURITY.read_text(encoding="utf-8")
    assert wrong_ids(text.replace("| 7.2.4 |", "| 7.2.9 |")) == ["7.2.4", "7.2.9"]
    assert wrong_ids(text + "\n| 8.3.1 | again | |\n") == ["8.3.1"]
    assert missing("`tests/house/test_doors.py::test_made_up` `tests/nowhere.py::test_x`") == [
        "tests/house/test_doors.py::test_made_up",
        "tests/nowhere.py::test_x",
    ]
