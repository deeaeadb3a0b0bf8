"""What a test sees beside the page itself: words in the console, and pictures of every phone when it fails."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

expect.set_options(timeout=15_000)  # milliseconds; a busy machine may be slow, a broken page stays broken


class Eyes:
    """Watches phones: `complaints` is what their consoles said, the browser's word of a broken page or a broken policy."""

    def __init__(self) -> None:
        self.phones: dict[str, Page] = {}
        self.complaints: list[str] = []

    def watch(self, name: str, phone: Page) -> Page:
        """Watch a phone from now on; returns it."""
        self.phones[name] = phone
        phone.on("console", lambda said: self._note(name, said.text) if said.type in ("error", "warning") else None)
        phone.on("pageerror", lambda error: self._note(name, str(error)))
        phone.on("response", lambda answer: self._note(name, f"{answer.status} {answer.url}") if answer.status >= 400 else None)
        return phone

    def _note(self, name: str, words: str) -> None:
        self.complaints.append(f"{name}: {words}")

    @contextmanager
    def pictured(self) -> Iterator[None]:
        """When the block fails, keep a picture of every phone and say where."""
        try:
            yield
        except BaseException as error:
            folder = Path(tempfile.mkdtemp(prefix="katong-journey-"))
            for name, phone in self.phones.items():
                try:
                    phone.screenshot(path=folder / f"{re.sub(r'[^a-z]+', '-', name.lower())}.png", full_page=True, timeout=5_000)
                    error.add_note(f"{name} is at {phone.url}")
                except Exception as trouble:  # noqa: BLE001 - the picture is a help, the error is the news
                    error.add_note(f"No picture of {name}: {type(trouble).__name__}")
            error.add_note(f"Pictures of what each person saw: {folder}")
            raise
