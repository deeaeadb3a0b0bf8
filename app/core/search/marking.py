"""What was looked for, shown in <mark> in escaped text, and the stretch of a text that holds most of it. Pure."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from app.core.search import language

SNIPPET_CHARACTERS = 180


def _places(text: str, marked: set[str]) -> list[tuple[int, int]]:
    return [(start, end) for word, start, end in language.words(text) if language.stem(word) in marked]


def mark(text: str, marked: set[str], first: int, last: int) -> Markup:
    """The piece of a text from `first` to `last`, escaped, with what was looked for in <mark>."""
    pieces: list[str] = []
    after = first
    for start, end in _places(text, marked):
        if start >= first and end <= last:
            pieces += [str(escape(text[after:start])), "<mark>", str(escape(text[start:end])), "</mark>"]
            after = end
    return Markup("".join([*pieces, str(escape(text[after:last]))]))  # noqa: S704 - every piece is escaped above


def snippet(body: str, marked: set[str]) -> Markup:
    """The stretch of the text that holds the most of what was looked for, begun and ended at a word."""
    places = _places(body, marked)
    first = max(0, max(places, key=lambda place: _held(places, place[0]))[0] - 40) if places else 0
    if first:
        space = body.find(" ", first, first + 40)
        first = space + 1 if space >= 0 else first
    last = min(len(body), first + SNIPPET_CHARACTERS)
    if last < len(body):
        space = body.rfind(" ", last - 40, last)
        last = space if space >= 0 else last
    return Markup("{}{}{}").format("… " if first else "", mark(body, marked, first, last), " …" if last < len(body) else "")


def _held(places: Sequence[tuple[int, int]], start: int) -> int:
    return sum(1 for place in places if start <= place[0] < start + SNIPPET_CHARACTERS - 40)
