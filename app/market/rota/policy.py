"""Who may book."""

from __future__ import annotations

from datetime import datetime

from app.market.booths.models import EditionState
from app.market.booths.queries import Place


def may_book(place: Place, now: datetime) -> bool:
    """Booths are booked directly while the edition is open and its closing time has not come."""
    return place.edition_state is EditionState.OPEN and now < place.applications_close_at
