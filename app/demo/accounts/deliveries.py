"""What waits on the officers' WhatsApp list: nobody of the sample city has an e-mail address, and it has no gateway."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.deliveries.models import Delivery
from app.accounts.deliveries.rules import HOLDS, Channel
from app.accounts.notices.models import Notice
from app.demo.world import World

MOST_OFFERS = 4


def fill(world: World) -> None:
    """The newest offers of booths for the officers, and a change of account for the desk. After the notices were written."""
    offers = [row for row in world.notices if row["kind"] == "turn.offered" and row["read_at"] is None]
    offers.sort(key=lambda row: (row["made_at"], row["event"]), reverse=True)
    for row in offers[:MOST_OFFERS]:
        until = min(datetime.fromisoformat(row["params"]["answer_by"]), world.now + HOLDS)
        if until > world.now:
            _stand(world, row["person_id"], row["id"], row["made_at"], until)
    made_at = world.now - timedelta(minutes=1)
    for key in ("domi", "tin"):
        notice_id = world.rows.add(
            Notice, person_id=world.people[key], kind="factor.codes", params={}, event=f"codes:{world.people[key]}", made_at=made_at
        )
        _stand(world, world.people[key], notice_id, made_at, made_at + HOLDS)
    world.rows.flush()


def _stand(world: World, person_id: int, notice_id: int, made_at: datetime, until: datetime) -> None:
    """One line of the list."""
    world.rows.add(
        Delivery,
        person_id=person_id,
        notice_id=notice_id,
        channel=Channel.WHATSAPP,
        made_at=made_at,
        due_at=made_at,
        expires_at=until,
    )
