"""Letters of a few plain lines and at most one link, such as those about an account; and the Message-ID of every letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from app.core import mail, sealing
from app.core.templating import render_letter
from app.core.web import home_address

_HOST = re.compile(r"[A-Za-z0-9.-]+")


def message_id(*facts: str | int) -> str:
    """The same facts give the same Message-ID at every try."""
    host = urlsplit(home_address()).hostname or ""
    return f"<{sealing.keyed_mark(*facts)}@{host if _HOST.fullmatch(host) else 'localhost'}>"


def plain_letter(to: str, subject: str, lines: Sequence[str], identity: str, *, link: str = "") -> mail.Letter:
    """A letter in the language that is spoken now; the link stands below the first line."""
    text, html = (render_letter(f"email/plain.{kind}", subject=subject, lines=lines, link=link) for kind in ("txt", "html"))
    return mail.Letter(to, subject, text, html, identity, {"Auto-Submitted": "auto-generated"})
