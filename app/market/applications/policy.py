"""Who may do what with applications."""

from __future__ import annotations

from datetime import datetime

from app.market.applications.models import ApplicationState
from app.market.applications.queries import ApplicationView
from app.market.booths.models import EditionState
from app.market.booths.queries import EditionView
from app.market.booths.rules import Phase


def may_apply(edition: EditionView, now: datetime) -> bool:
    """Applications are taken, changed and withdrawn before the closing time."""
    return edition.phase(now) is Phase.OPEN


def may_change(application: ApplicationView, edition: EditionView, now: datetime) -> bool:
    """An application can be changed until it was decided or the time has come."""
    return may_apply(edition, now) and application.state in (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN)


def may_assign(state: EditionState) -> bool:
    """Officers give booths while the edition is open or its list is being made."""
    return state in (EditionState.OPEN, EditionState.CLOSED)
