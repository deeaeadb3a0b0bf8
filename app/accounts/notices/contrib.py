"""What this slice offers to shared pages, and how every notice is worded: by the NoticeKind that its area registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.contrib import NoticeKind, offered
from app.core.web import is_local
from app.core.words import _

INBOX = "/kabar"


def kinds() -> dict[str, NoticeKind]:
    """Every kind that an area registered, by its code."""
    return {kind.code: kind for kind in offered(NoticeKind)}


def words_of(kind: NoticeKind | None, params: Mapping[str, Any]) -> str:
    """The sentence for the person alone; a kind that is gone, or parameters of an older shape, give a neutral one."""
    if kind is None:
        return _("Ada kabar untuk Anda.")
    try:
        return kind.words(params)
    except (KeyError, TypeError, ValueError):
        return str(kind.neutral)


def address_of(kind: NoticeKind | None, params: Mapping[str, Any]) -> str:
    """Where it leads on this site; the inbox when its kind can't tell."""
    if kind is None:
        return INBOX
    try:
        address = kind.address(params)
    except (KeyError, TypeError, ValueError):
        return INBOX
    return address if is_local(address) else INBOX


CONTRIBUTIONS: tuple[object, ...] = ()
