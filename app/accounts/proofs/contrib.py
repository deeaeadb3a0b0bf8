"""What this slice offers to shared pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.proofs import actions
from app.core.contrib import Chore
from app.core.db import transaction

KEPT = timedelta(days=7)  # long enough to answer "why did my code not work?"


def _tidy(now: datetime) -> None:
    with transaction() as session:
        actions.forget_before(session, now - KEPT)


CONTRIBUTIONS: tuple[object, ...] = (Chore("proofs", timedelta(hours=1), _tidy),)
