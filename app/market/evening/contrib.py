"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.access import Actor
from app.core.contrib import HomeCard, SitemapSource
from app.market.booths.queries import public_editions
from app.market.evening.queries import NextEvening, next_evening


def _home(session: Session, someone: Actor | None, now: datetime) -> NextEvening | None:
    return next_evening(session, someone.person_id if someone else None, now)


def _addresses(session: Session) -> list[tuple[str, datetime | None]]:
    fixed: list[tuple[str, datetime | None]] = [("/lapak", None), ("/lapak/kontainer", None)]
    return fixed + [(f"/lapak/edisi/{day.isoformat()}/{slug}", None) for day, slug in public_editions(session)]


CONTRIBUTIONS: tuple[object, ...] = (HomeCard("evening", "market/evening/home.html", _home), SitemapSource(_addresses))
