"""The global `ui`: the macros of templates/components/parts.html, loaded once, at their first use.

The macros see globals only, never a page's context. They need `_`, `asset`, `csrf_token`, `form_key`, the filters of
core.formats, and, where a reader may save data, a global function `saver()`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import g, has_request_context

from app.core import draw, pictures
from app.core.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from jinja2 import Environment
    from wtforms import Field

TEMPLATE = "components/parts.html"
# What a phone's keyboard should show, by the class of the field.
KEYBOARDS: dict[str, dict[str, str]] = {
    "PhoneField": {"inputmode": "tel", "autocomplete": "tel"},
    "RupiahField": {"inputmode": "numeric", "autocomplete": "off"},
    "CountField": {"inputmode": "numeric", "autocomplete": "off"},
    "IntegerField": {"inputmode": "numeric", "autocomplete": "off"},
}
_WORDS = re.compile(r"[^\W\d_]+", re.UNICODE)


class Parts:
    """Attribute by attribute the macros of one environment; the template is compiled when the first one is asked for."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self.__dict__.update((key, macro) for key, macro in vars(self._environment.get_template(TEMPLATE).module).items() if key[0] != "_")
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(f"There is no macro {name!r} in {TEMPLATE}.") from None


def initials(name: str) -> str:
    """One or two capitals for the square beside a name: Mama Oesapa gives MO."""
    words = _WORDS.findall(name)
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def field_attributes(field: Field, hint: object, given: Mapping[str, Any], own: bool = False) -> dict[str, Any]:
    """Attributes of an input: its keyboard, its hint and error by id, then what the template asked for.

    With `own` also those the form gave the field (a widget would add them by itself).
    """
    set_by_form: Mapping[str, Any] = field.render_kw or {}
    attributes = {key: value for key, value in KEYBOARDS.get(type(field).__name__, {}).items() if key not in set_by_form}
    told = ([f"{field.id}-h"] if hint else []) + ([f"{field.id}-e"] if field.errors else [])
    if told:
        attributes["aria-describedby"] = " ".join(told)
    if type(field).__name__ == "PasswordField":
        attributes |= {"data-show": _("Lihat sandi"), "data-hide": _("Sembunyikan")}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return (dict(set_by_form) if own else {}) | attributes | dict(given)


def choices_of(field: Any) -> Iterator[tuple[object, object, bool]]:
    """Value, label and whether it is chosen, for any field that offers choices."""
    for choice in field.iter_choices():
        yield choice[0], choice[1], bool(choice[2])


def offers_choices(field: Any) -> bool:
    """Whether the field is a list to choose from."""
    return hasattr(field, "iter_choices")


def takes_many(field: Field) -> bool:
    """Whether several of the choices may be ticked."""
    return "Multi" in type(field).__name__ or bool(getattr(field.widget, "multiple", False))


def install(app: Flask) -> None:
    """Give the templates `ui`. May be called before the other globals exist: nothing is looked up until a page is drawn."""
    environment = app.jinja_env

    def saving() -> bool:
        return bool(g.get("saver", False)) if has_request_context() else False

    environment.globals.update(
        ui=Parts(environment),
        saving=saving,
        initials=initials,
        field_attributes=field_attributes,
        choices_of=choices_of,
        offers_choices=offers_choices,
        takes_many=takes_many,
        picture_url=pictures.picture_url,
        cloth_svg=draw.cover_markup,
        loom_svg=draw.loom_markup,
    )
