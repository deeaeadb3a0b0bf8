"""Routes, marks and the outbox: everything that is registered is whole."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from typing import TYPE_CHECKING

import pytest

from app import wiring
from tests.house.reading import called, calls, listing, name, sources

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, debug_pages=True)


def test_every_view_has_one_access_mark(app: Flask) -> None:
    found = [endpoint for endpoint, view in app.view_functions.items() if getattr(view, "access_mark", None) is None]
    assert not found, listing(
        found, "These views have no access mark. Put one of @public, @signed_in, @staff(Role…), @webhook directly under the route."
    )


def test_addresses_use_the_house_converters(app: Flask) -> None:
    plain = {"IntegerConverter", "UnicodeConverter", "FloatConverter", "UUIDConverter"}
    found = [
        f"{rule.rule} ({argument})"
        for rule in app.url_map.iter_rules()
        for argument, converter in rule._converters.items()
        if type(converter).__name__ in plain
    ]
    assert not found, listing(found, "Use <id:…>, <slug:…>, <code:…> or <day:…>: they refuse what no database takes.")


def test_a_view_is_not_two_pages(app: Flask) -> None:
    seen: dict[str, str] = {}
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            first = seen.setdefault(f"{method} {rule.rule}", rule.endpoint)
            if first != rule.endpoint:
                found.append(f"{method} {rule.rule}: {first} and {rule.endpoint}")
    assert not found, listing(found, "One address, one view: the second is never reached.")


def topics_put() -> dict[str, str]:
    """Topic -> where it is put. A topic is written as a plain string, so that it can be found."""
    found: dict[str, str] = {}
    for path in sources():
        for call in calls(path):
            if called(call) == "outbox.put" and len(call.args) >= 3:
                topic = call.args[1]
                assert isinstance(topic, ast.Constant), (
                    f'{name(path)}:{call.lineno} write the topic as a plain string, such as "order.paid"'
                )
                found.setdefault(str(topic.value), f"{name(path)}:{call.lineno}")
    return found


def test_every_topic_has_handlers() -> None:
    found = [f"{topic} ({where})" for topic, where in topics_put().items() if topic not in wiring.HANDLERS]
    assert not found, listing(found, "Say in app/wiring.py HANDLERS what happens after it; an empty list means: nothing, on purpose.")


def test_every_handler_is_reached() -> None:
    found = sorted(set(wiring.HANDLERS) - set(topics_put()))
    assert not found, listing(found, "No action puts these topics of app/wiring.py to the outbox. Put them, or take them out.")


def test_handlers_take_one_id() -> None:
    found = [
        f"{topic}: {handler.__module__}.{handler.__name__}"
        for topic, handlers in wiring.HANDLERS.items()
        for handler in handlers
        if len(inspect.signature(handler).parameters) != 1 or handler.__name__ == "<lambda>"
    ]
    assert not found, listing(found, "A handler is a named function that takes the subject's id and nothing else.")
