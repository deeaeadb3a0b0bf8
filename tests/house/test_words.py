"""Every sentence is there in both languages, with the same placeholders; no catalogue holds what nobody says."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from app.core.words import LANGUAGES, TRANSLATIONS
from tests.house.reading import APP, called, calls, listing, name, sources, templates, tree

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Message

SAYERS = {"_": 1, "_l": 1, "_m": 1, "_n": 2, "words._": 1, "words._l": 1, "words._m": 1, "words._n": 2}


def said_in_python() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sources():
        if path == APP / "core" / "words.py":
            continue
        for call in calls(path):
            for argument in call.args[: SAYERS.get(called(call), 0)]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, f"{name(path)}:{call.lineno}")
    return found


def calls_in(path: Path) -> list[nodes.Call]:
    environment = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    environment.filters = defaultdict(lambda: str)
    return list(environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call))


def said_in_templates() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in templates():
        for call in calls_in(path):
            if isinstance(call.node, nodes.Name):
                for argument in call.args[: SAYERS.get(call.node.name, 0)]:
                    if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                        found.setdefault(argument.value, f"{name(path)}:{call.lineno}")
    return found


def said() -> dict[str, str]:
    """msgid -> where it is said. The first form of a plural is the key of both."""
    return said_in_python() | said_in_templates()


def plurals() -> set[str]:
    """Second forms of `_n`: they live under the first in a catalogue."""
    found: set[str] = set()
    for path in sources():
        for call in calls(path):
            if SAYERS.get(called(call)) == 2 and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
                found.add(str(call.args[1].value))
    for path in templates():
        for template_call in calls_in(path):
            if isinstance(template_call.node, nodes.Name) and SAYERS.get(template_call.node.name) == 2 and len(template_call.args) > 1:
                second = template_call.args[1]
                if isinstance(second, nodes.Const):
                    found.add(str(second.value))
    return found


def messages(code: str) -> list[tuple[Path, Message]]:
    found = []
    for path in sorted((TRANSLATIONS / code).glob("*.po")):
        with path.open("rb") as file:
            found += [(path, message) for message in read_po(file, locale=code) if message.id]
    return found


def key(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (list, tuple)) else message.id)


def forms(message: Message) -> list[str]:
    return [str(form) for form in (message.string if isinstance(message.string, (list, tuple)) else (message.string,))]


def places(text: str) -> set[str]:
    return {field for _literal, field, _spec, _conversion in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_every_sentence_is_translated(code: str) -> None:
    known = {key(message) for _path, message in messages(code) if all(forms(message))}
    second = plurals()
    missing = [f"{where}: {text!r}" for text, where in said().items() if text not in known and text.strip() and text not in second]
    assert not missing, listing(missing, f"Write its translation in app/translations/{code}/<area>.po.")


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_no_translation_is_left_over_or_unsure(code: str) -> None:
    here = said()
    found = [f"{name(path)}: {key(message)!r}" for path, message in messages(code) if key(message) not in here]
    assert not found, listing(found, "Nobody says these any more: take them out of the catalogue.")
    unsure = [f"{name(path)}: {key(message)!r}" for path, message in messages(code) if message.fuzzy or not all(forms(message))]
    assert not unsure, listing(unsure, "Translate these, and take the fuzzy mark away.")


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_placeholders_are_the_same(code: str) -> None:
    found = []
    for path, message in messages(code):
        theirs = places(key(message))
        for form in forms(message):
            ours = places(form)
            if ours != theirs and not (isinstance(message.id, (list, tuple)) and ours | {"n"} == theirs | {"n"}):
                found.append(f"{name(path)}: {key(message)!r} has {sorted(theirs)}, its translation {sorted(ours)}")
    assert not found, listing(found, "A translation fills the same {placeholders}.")


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_one_sentence_has_one_translation(code: str) -> None:
    told: dict[str, tuple[str, list[str]]] = {}
    found = []
    for path, message in messages(code):
        first = told.setdefault(key(message), (name(path), forms(message)))
        if first[1] != forms(message):
            found.append(f"{key(message)!r}: {first[1]} in {first[0]}, {forms(message)} in {name(path)}")
    assert not found, listing(found, "The catalogues are read as one: agree on one translation, or tell the sentences apart.")


class Shown(HTMLParser):
    """The text of a template that a reader sees, once everything Jinja puts in is taken out."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[tuple[int, str]] = []
        self._hidden = 0

        def blank(found: re.Match[str]) -> str:  # lines stay where they are; `<{{ tag }} …` stays a tag
            return ("x" if found[0].startswith("{{") else "") + "\n" * found[0].count("\n")

        self.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", blank, source, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        words = [word for word in re.findall(r"[^\W\d_]{3,}", data) if set(word) != {"x"}]
        if not self._hidden and words and '="' not in data:
            self.words.append((self.getpos()[0], " ".join(data.split())))


NAMES = {"English", "Bahasa Indonesia", "WhatsApp", "QRIS", "SABOAK", "Katong"}  # the same in every language


def test_templates_say_nothing_untranslated() -> None:
    """Text between tags goes through `_`, so that the English reader sees it in English."""
    found = [
        f"{name(path)}:{line} {words[:80]!r}"
        for path in templates()
        if "dev" not in path.parts and path.suffix == ".html"
        for line, words in Shown(path.read_text(encoding="utf-8")).words
        if words not in NAMES
    ]
    assert not found, listing(found, "Say it with {{ _('…') }} and add the English to the catalogue.")


def test_python_sayers_are_given_plain_strings() -> None:
    found = []
    for path in sources():
        if path == APP / "core" / "words.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and SAYERS.get(called(node)) and node.args and isinstance(node.args[0], ast.JoinedStr):
                found.append(f"{name(path)}:{node.lineno} {ast.unparse(node)[:90]}")
    assert not found, listing(found, "An f-string can't be looked up. Write _('… {name} …', name=name).")
