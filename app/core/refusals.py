"""Saying no with a sentence that tells what to do next."""

from __future__ import annotations

from app.core.words import Lazy, _l


class Refusal(Exception):
    """A rule said no. `words` is the sentence for the person; `back` an address to return to, if not the last page."""

    words: Lazy | str = _l("Ini belum bisa dilakukan. Coba lagi sebentar.")
    back: str | None = None

    def __init__(self, words: Lazy | str | None = None, back: str | None = None) -> None:
        if words is not None:
            self.words = words
        if back is not None:
            self.back = back
        super().__init__(type(self).__name__)

    def __str__(self) -> str:
        return str(self.words)


class NotThere(Refusal):
    """No such thing, or none that this person may know about: answered 404."""

    words = _l("Halaman ini tidak ada.")


class NotAllowed(NotThere):
    """The person may not: answered 404 as well, since even the existence is not theirs to know."""


class TooFast(Refusal):
    """A brake: answered 429. `seconds` says when to come back."""

    words = _l("Terlalu cepat. Tunggu sebentar, lalu coba lagi.")

    def __init__(self, seconds: int = 60, words: Lazy | str | None = None) -> None:
        super().__init__(words)
        self.seconds = seconds


def require(condition: bool, refusal: Refusal | None = None) -> None:
    """Raise the refusal (by default `NotAllowed`) unless the condition holds."""
    if not condition:
        raise refusal or NotAllowed()
