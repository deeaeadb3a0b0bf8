"""After a decision: those who reported hear what came of it, the reported person hears why and how to appeal. Each may run twice."""

from __future__ import annotations

from app.accounts.notices.actions import tell
from app.accounts.reports import contrib, queries
from app.accounts.reports.rules import Decision
from app.core.db import transaction


def tell_reporters(case_id: int) -> None:
    with transaction() as session:
        found = queries.case(session, case_id)
        if found is None or found.decision is None:
            return
        for person_id in queries.reporters_of(session, case_id):
            tell(session, person_id, contrib.ANSWERED, {"decision": found.decision.value}, f"report:{case_id}:answered")


def tell_reported(case_id: int) -> None:
    """Nothing to tell where nothing was found, and nobody where no row may name the writer: she reads it beside her own text."""
    with transaction() as session:
        found = queries.case(session, case_id)
        if found is None or found.decision in (None, Decision.NO_VIOLATION):
            return
        subject = queries.subject_of(found.kind)
        owner_id = subject.owner(session, found.subject_id) if subject and subject.owner else None
        if owner_id is not None:
            tell(session, owner_id, contrib.DECIDED, {"case": case_id}, f"report:{case_id}:decided")


def tell_appellant(case_id: int) -> None:
    with transaction() as session:
        found = queries.case(session, case_id)
        subject = queries.subject_of(found.kind) if found else None
        owner_id = subject.owner(session, found.subject_id) if found and subject and subject.owner else None
        if owner_id is not None:
            tell(session, owner_id, contrib.APPEAL, {"case": case_id}, f"report:{case_id}:appeal")
