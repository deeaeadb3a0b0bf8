"""Templates compiled once a language.

What is constant on a page is made constant when the template is compiled: `_("…")` without values becomes its words,
`ui.icon("…")` its markup. A page of thirty goods would otherwise ask for the same sixty words on every request.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import markupsafe
from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from app.core import words

ENVIRONMENTS = "template_environments"

# The function under markupsafe.escape; it lives in one of two modules, compiled or plain.
_escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", lambda text: str(escape(text)))


class _Constants(NodeTransformer):
    """Replaces calls whose answer is known when the template is compiled."""

    def __init__(self, environment: WordedEnvironment) -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        if len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs or not isinstance(node.args[0], nodes.Const):
            return node
        value, called = node.args[0].value, node.node
        if not isinstance(value, str):
            return node
        if isinstance(called, nodes.Name) and called.name == "_":
            with words.spoken(self.environment.language):
                return nodes.Const(words._(value), lineno=node.lineno)
        if isinstance(called, nodes.Name) and called.name == "asset":
            return nodes.Const(str(self.environment.globals["asset"](value)), lineno=node.lineno)  # type: ignore[operator]
        if isinstance(called, nodes.Getattr) and called.attr == "icon" and isinstance(called.node, nodes.Name) and called.node.name == "ui":
            return nodes.Const(icon(str(self.environment.globals["ICONS"]), value), lineno=node.lineno)
        return node


def icon(sprite: str, name: str) -> Markup:
    """One sign of the sprite; the word stands beside it."""
    return Markup('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>').format(escape(sprite), name)


def _quick_escape(value: object) -> str:
    """markupsafe's escape without the Markup around it."""
    if type(value) is str:
        return _escape_text(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return _escape_text(str(value))


class WordedEnvironment(Environment):
    """Flask's environment in one language."""

    language = words.LANGUAGES[0]

    quick_escape = staticmethod(_quick_escape)

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        """Jinja's own code, with output escaped by `_quick_escape`: what is only joined need not be wrapped first."""
        return str(super()._generate(source, name, filename, defer_init)) + "\nescape = environment.quick_escape\n"

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = super()._parse(source, name, filename)
        if "ICONS" not in self.globals:
            return tree
        _Constants(self).visit(tree)
        return tree


def begin(app: Flask) -> None:
    """Before anything asks for the app's environment."""
    app.jinja_environment = WordedEnvironment


def finish(app: Flask) -> None:
    """When every global and filter is there: the same environment once more for each other language."""
    from app.core.parts import Parts

    source = app.jinja_env
    environments: dict[str, Environment] = {words.LANGUAGES[0]: source}
    for code in words.LANGUAGES[1:]:
        other = app.create_jinja_environment()
        assert isinstance(other, WordedEnvironment)
        other.language = code
        other.trim_blocks, other.lstrip_blocks = source.trim_blocks, source.lstrip_blocks
        other.filters, other.tests = source.filters, source.tests
        other.globals = {**source.globals, "ui": Parts(other)}
        if source.bytecode_cache is not None:
            other.bytecode_cache = _apart(source.bytecode_cache, code)
        environments[code] = other
    app.extensions[ENVIRONMENTS] = environments


def _apart(cache: Any, code: str) -> Any:
    """The same cache under other keys: the compiled words differ."""
    own = copy.copy(cache)
    own.get_cache_key = lambda name, filename=None: code + cache.get_cache_key(name, filename)
    return own


def environment(app: Flask) -> Environment:
    """The environment of the language that is spoken now."""
    found: Environment = app.extensions[ENVIRONMENTS][words.language()]
    return found


def render(template: str, **context: Any) -> str:
    """A template in the reader's language, with the context every page has."""
    current_app.update_template_context(context)
    return environment(current_app).get_template(template).render(context)
