"""Templates compiled once a language.

What is constant on a page is made constant when the template is compiled: `_("…")` without values becomes its words,
`ui.icon("…")` its markup. A page of thirty goods would otherwise ask for the same sixty words on every request.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from threading import Lock
from types import CodeType
from typing import Any

import markupsafe
from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import nodes
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from app.core import words

ENVIRONMENTS = "template_environments"
CONTEXT = "template_context"  # a function: what every page knows

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


class _Shortcuts(ast.NodeTransformer):
    """Takes the detours out of the Python that Jinja wrote: its calls look for functions that want the context (we have none),
    each piece of a page goes up through every layout, and names that never change are looked up in each turn of a loop."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if (
            isinstance(called, ast.Attribute)
            and called.attr == "call"
            and isinstance(called.value, ast.Name)
            and called.value.id == "context"
        ):
            if any(keyword.arg is None for keyword in node.keywords):
                return node
            keywords = [keyword for keyword in node.keywords if keyword.arg not in ("_block_vars", "_loop_vars")]
            return ast.copy_location(ast.Call(node.args[0], node.args[1:], keywords), node)
        if (
            isinstance(called, ast.Name)
            and called.id == "resolve"
            and isinstance(node.args[0], ast.Constant)
            and node.args[0].value in FIXED
        ):
            found = ast.parse(f"environment.globals[{node.args[0].value!r}]", mode="eval").body
            return ast.copy_location(ast.fix_missing_locations(found), node)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        joined = ast.Call(ast.Name("concat", ast.Load()), [node.value], [])
        return ast.fix_missing_locations(ast.copy_location(ast.Yield(ast.copy_location(joined, node)), node))


_COMPILING = Lock()
FIXED = frozenset({"ui", "_", "_n", "_m"})  # globals that no page gives another meaning


@lru_cache(256)
def _caller_of(arguments: tuple[str, ...], takes_keywords: bool, takes_more: bool, takes_caller: bool) -> Callable[..., Any]:
    """A function that makes, of a macro's inner function, one that Python itself calls with the macro's arguments."""
    given = [*arguments]
    signature = [f"{name}=_missing" for name in arguments]
    if takes_more:
        signature.append("*varargs")
    if takes_caller and "caller" not in arguments:
        signature.append("caller=None")
        given.append("(_nobody if caller is None else caller)")
    if takes_keywords:
        signature.append("**kwargs")
        given.append("kwargs")
    if takes_more:
        given.append("varargs")
    source = f"def outer(_inner, _kind, _nobody):\n def macro({', '.join(signature)}):\n  return _new(_kind, _inner({', '.join(given)}))\n return macro"
    names: dict[str, Any] = {"_missing": missing, "_new": str.__new__}
    exec(source, names)  # noqa: S102 - the names of our own macros' arguments, which Jinja checked
    made: Callable[..., Any] = names["outer"]
    return made


def _quick_macro(
    environment: Environment, inner: Callable[..., str], name: str | None, arguments: tuple[str, ...],
    takes_keywords: bool, takes_more: bool, takes_caller: bool, escapes: bool,
) -> Callable[..., Any]:  # fmt: skip
    """What stands for a macro in our templates: the same answer without the walk through its arguments."""
    nobody = environment.undefined("No caller defined", name="caller") if takes_caller else None
    made: Callable[..., Any] = _caller_of(tuple(arguments), takes_keywords, takes_more, takes_caller)(
        inner, Markup if escapes else str, nobody
    )
    return made


def _quick_escape(value: object) -> str:
    """markupsafe's escape without the Markup around it."""
    if type(value) is str:
        return _escape_text(value)
    if type(value) is Markup:
        return value
    if type(value) is int:
        return str(value)
    if hasattr(value, "__html__"):
        return str(value.__html__())
    return _escape_text(str(value))


class WordedEnvironment(Environment):
    """Flask's environment in one language."""

    language = words.LANGUAGES[0]

    quick_escape = staticmethod(_quick_escape)
    quick_macro = staticmethod(_quick_macro)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dictionary for all templates: Jinja's chain of two is copied name by name for every page."""
        return {**self.globals, **d} if d else self.globals

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        """Jinja's own code, with output escaped by `_quick_escape`: what is only joined need not be wrapped first."""
        return (
            str(super()._generate(source, name, filename, defer_init))
            + "\nescape, Macro = environment.quick_escape, environment.quick_macro\n"
        )

    def _compile(self, source: str, filename: str) -> CodeType:
        # One at a time: CPython 3.11 keeps count of a syntax tree's depth for the whole process, and two threads at once confuse it (SystemError).
        with _COMPILING:
            code: CodeType = compile(_Shortcuts().visit(ast.parse(source)), filename, "exec")
        return code

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
    app = current_app
    return environment(app).get_template(template).render({**app.extensions[CONTEXT](), **context})


def render_letter(template: str, **context: Any) -> str:
    """A template in the language that is spoken now, for what leaves the site: no request, no reader, no page around it."""
    return environment(current_app).get_template(template).render(context)
