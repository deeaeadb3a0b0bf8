"""Reads of the inbox, and of how a person wants to be told outside of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.notices.models import Notice, NoticePreference, NoticeSetting
from app.accounts.notices.rules import Wishes

PAGE_LENGTH = 30


@dataclass(frozen=True)
class Stored:
    """A notice as it is kept; its words come from the NoticeKind of `kind`."""

    notice_id: int
    kind: str
    params: Mapping[str, Any]
    made_at: datetime
    is_read: bool


_COLUMNS = (Notice.id, Notice.kind, Notice.params, Notice.made_at, Notice.read_at.is_not(None))


def inbox(session: Session, person_id: int, before: int | None) -> list[Stored]:
    """A page of a person's notices, newest first, older than the notice `before`; one more than a page holds tells that there is a next."""
    rows = select(*_COLUMNS).where(Notice.person_id == person_id)
    if before is not None:
        rows = rows.where(Notice.id < before)
    return [Stored(*row) for row in session.execute(rows.order_by(Notice.id.desc()).limit(PAGE_LENGTH + 1))]


def notice(session: Session, person_id: int, notice_id: int) -> Stored | None:
    """One of the person's own notices, or None."""
    row = session.execute(select(*_COLUMNS).where(Notice.id == notice_id, Notice.person_id == person_id)).one_or_none()
    return Stored(*row) if row else None


def wishes(session: Session, person_id: int) -> Wishes:
    """How a person wants to be told outside the inbox; what was never chosen is the default. Two statements."""
    kept = session.execute(
        select(NoticePreference.kind_group, NoticePreference.pace, NoticePreference.by_mail).where(NoticePreference.person_id == person_id)
    ).all()
    paces = {row.kind_group: row.pace for row in kept}
    unmailed = frozenset(row.kind_group for row in kept if not row.by_mail)
    setting = session.execute(
        select(
            NoticeSetting.has_quiet,
            NoticeSetting.quiet_from,
            NoticeSetting.quiet_until,
            NoticeSetting.by_message,
            NoticeSetting.language,
        ).where(NoticeSetting.person_id == person_id)
    ).one_or_none()
    return Wishes(paces, unmailed, *setting) if setting else Wishes(paces, unmailed)
