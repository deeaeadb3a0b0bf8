"""Whose things the addresses of reports name."""

from __future__ import annotations

from typing import Any

from app.accounts.reports import actions
from app.accounts.reports.rules import Decision
from app.core.access import Actor, Role
from tests.accounts.reports.test_reports import a_case, a_reply
from tests.community.factories import a_person
from tests.house.ownership import Own


def decided(actor: Actor) -> dict[str, Any]:
    """A decision about this person's reply."""
    case_id = a_case(subject_id=a_reply(actor))
    actions.decide(a_person("Moderator Satu", Role.MODERATOR), case_id, 1, Decision.TAKEN_DOWN)
    return {"case_id": case_id}


def taken_down(actor: Actor) -> dict[str, Any]:
    """This person's reply, taken down."""
    reply_id = a_reply(actor)
    actions.decide(a_person("Moderator Satu", Role.MODERATOR), a_case(subject_id=reply_id), 1, Decision.TAKEN_DOWN)
    return {"kind": "reply", "subject_id": reply_id}


def case(actor: Actor) -> dict[str, Any]:
    """A case about this person's reply: her own she may not judge."""
    return {"case_id": a_case(subject_id=a_reply(actor))}


OWN: dict[str, Own] = {
    "reports.decision": Own(decided, 200),
    "reports.decision_about": Own(taken_down, 303),
    "reports.take_up": Own(case, 404, 303, data={"versi": "1"}),
    "reports.let_go": Own(case, 404, 303, data={"versi": "1"}),
    "reports.pass_on": Own(case, 404, 303, data={"versi": "1"}),
    "reports.decide": Own(case, 404, 303, data={"versi": "1", "putusan": "warned"}),
}
NOBODYS: dict[str, str] = {
    "reports.report": "everybody may report what everybody may read; one's own is refused with a sentence (tested in the area)",
    "reports.case": "every moderator reads every case; who may judge it is tested in the area",
    "reports.decide_appeal": "depends on who decided first; tested in the area",
}
