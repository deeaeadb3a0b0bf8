"""The kelurahan desk of the sample city: two that it helped lately, one that an admin should look at, one sign-up that waits."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.people.models import Consent, Person
from app.accounts.recovery.models import AssistedSignUp, DeskReset
from app.accounts.recovery.rules import ASSISTED_CONSENT, DeskAct, DeskFlag
from app.core.audit import AuditRow
from app.demo.content.people import phone
from app.demo.people import PLACE_CODES
from app.demo.world import World

# Whom the desk helped: key, what, days and minutes ago, used, why an admin should look.
HELPED: tuple[tuple[str, DeskAct, float, bool, DeskFlag | None], ...] = (
    ("marlin", DeskAct.PASSWORD, 6.1, True, None),
    ("yoris", DeskAct.PHONE, 2.3, True, None),
    ("nita", DeskAct.PASSWORD, 1.2, False, DeskFlag.DENIED),
)
HOLDS = timedelta(minutes=30)
WAITING = "Bapa Melki"  # signed up at the desk, not confirmed by himself yet


def fill(world: World) -> None:
    rows, desk = world.rows, world.people["desk"]
    for number, (key, act, days, is_used, flag) in enumerate(HELPED):
        at, person_id = world.now - timedelta(days=days), world.people[key]
        reset_id = rows.add(
            DeskReset,
            act=act,
            person_id=person_id,
            officer_id=desk,
            phone=phone(9_000_000 + number),
            made_at=at,
            ends_at=at + HOLDS,
            done_at=at + timedelta(minutes=7) if is_used else None,
            stopped_at=None if is_used else at + timedelta(minutes=4),
            flag=flag,
        )
        codes = {"act": act.value, "reset": reset_id, "flag": None}
        rows.add(AuditRow, at=at, actor_id=desk, act="desk.reset_started", subject="person", subject_id=person_id, codes=codes)
        params = {
            "reset": reset_id,
            "act": act.value,
            "officer": "Petugas Surat",
            "place": PLACE_CODES["Kelapa Lima"],
            "at": at.isoformat(),
        }
        world.tell(person_id, "desk.reset_started", params, f"desk:{reset_id}:started", at)
    at = world.now - timedelta(days=1, hours=3)
    person_id = rows.add(Person, name=WAITING, phone=phone(9_000_100), greeting="Bapa", place_code=PLACE_CODES["Alak"], made_at=at)
    rows.add(AssistedSignUp, person_id=person_id, helped_by_id=desk, made_at=at)
    rows.add(Consent, person_id=person_id, purpose=ASSISTED_CONSENT[0], text_version=ASSISTED_CONSENT[1], given_at=at)
    rows.add(AuditRow, at=at, actor_id=desk, act="assisted.signed_up", subject="person", subject_id=person_id, codes={})
