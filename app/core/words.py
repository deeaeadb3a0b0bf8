"""Words in the reader's language.

Source strings are Indonesian, so Indonesian is the identity; other languages are gettext catalogues,
one PO file an area in `app/translations/<language>/`, read once at start with Babel.
Placeholders are `{name}`, filled by keyword.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("id", "en")  # the first is the source
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"

_language: ContextVar[str] = ContextVar("language", default="id")


def language() -> str:
    """The reader's language, `id` or `en`."""
    return _language.get()


def set_language(code: str) -> None:
    """Answer in this language until told otherwise; an unknown one is Indonesian."""
    _language.set(code if code in LANGUAGES else "id")


@contextmanager
def spoken(code: str) -> Iterator[None]:
    """Words inside the block are in this language."""
    before = _language.set(code if code in LANGUAGES else "id")
    try:
        yield
    finally:
        _language.reset(before)


@cache
def catalogue(code: str) -> dict[str, tuple[str, ...]]:
    """Every message of a language: source -> forms (singular first)."""
    from babel.messages.pofile import read_po

    messages: dict[str, tuple[str, ...]] = {}
    for path in sorted((TRANSLATIONS / code).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                if not message.id or message.fuzzy:
                    continue
                key = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
                forms = tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string,)
                if all(forms):
                    messages[key] = forms  # type: ignore[assignment]
    return messages


def _look_up(text: str, n: int | None = None) -> str:
    code = _language.get()
    if code == "id":
        return text
    forms = catalogue(code).get(text)
    if not forms:
        return text
    return forms[-1] if n is not None and n != 1 else forms[0]


def _(text: str, **values: Any) -> str:
    """The text in the reader's language, its placeholders filled."""
    found = _look_up(text)
    return found.format(**values) if values else found


def _n(one: str, many: str, n: int, **values: Any) -> str:
    """The text for n things. Indonesian has one form; `{n}` is filled by itself."""
    found = _look_up(one, n)
    if found is one and n != 1 and language() == "id":
        found = many
    return found.format(n=n, **values)


def _m(text: str, **values: Any) -> Markup:
    """Like `_`, for our own texts that hold HTML: the values are escaped, the text is not."""
    return Markup(_look_up(text)).format(**values)  # noqa: S704 - msgids are ours, never a person's


class Lazy:
    """A text worded when it is read, for module level: enums, forms, refusals."""

    __slots__ = ("text", "values")

    def __init__(self, text: str, values: dict[str, Any] | None = None) -> None:
        self.text = text
        self.values = values or {}

    def __str__(self) -> str:
        return _(self.text, **self.values)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __repr__(self) -> str:
        return f"_l({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, (Lazy, str)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __len__(self) -> int:
        return len(str(self))

    def __bool__(self) -> bool:
        return bool(self.text)


def _l(text: str, **values: Any) -> Lazy:
    """A lazy text (see `Lazy`)."""
    return Lazy(text, values)
