"""Two programmes of the demo, a few requests, and what a few people told about themselves: far below a third of the sellers."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.benefits import queries, rules
from app.accounts.benefits.models import PrivateFact, Programme, ProgrammeAsk, ProgrammeOfficer
from app.accounts.benefits.rules import Check, Told
from app.core import sealing
from app.core.clock import day_of
from app.demo.world import World

EVERY = 9  # one in nine of the members tells something; two of three of these worked abroad or have family who did
MOST = 300


def fill(world: World) -> None:
    """Programmes with CONTOH in their names; answers spread evenly over members, so that sellers stand out by nothing."""
    today = day_of(world.now)
    answers = (Told.ABROAD, Told.NO, Told.FAMILY)
    for number, person_id in enumerate(world.members[::EVERY][:MOST]):
        told = answers[number % len(answers)]
        sealed = sealing.seal(rules.padded(told.value), "private_fact", person_id, "told")
        world.rows.add(PrivateFact, person_id=person_id, told=sealed)
    officer = world.people["lapak"]
    texts = (
        ("CONTOH: Alat kerja untuk usaha rumah", "Dinas contoh", "Satu alat kerja, misalnya kompor atau mesin jahit, dipinjamkan setahun.", Check.FAMILY),
        ("CONTOH: Kemasan dan label gratis", "Dinas contoh", "Seratus kemasan dan label cetak untuk satu barang.", Check.BUSINESS),
        ("CONTOH: Klinik pembukuan", "Dinas contoh", "Setiap Rabu sore, belajar mencatat penjualan. Datang saja.", Check.NONE),
    )  # fmt: skip
    for name, office, gives, check in texts:
        programme_id = world.rows.add(
            Programme,
            name=name,
            office=office,
            gives=gives,
            counter="Kantor contoh, Senin sampai Jumat, 09.00–14.00 WITA",
            lang="id",
            needs=check,
            ends_on=today + timedelta(days=45),
            made_by_id=officer,
            made_at=world.now - timedelta(days=3),
        )
        world.rows.add(
            ProgrammeOfficer, programme_id=programme_id, person_id=officer, added_by_id=officer, added_at=world.now - timedelta(days=3)
        )
        if check is not Check.NONE:
            for person_id in world.members[3:6]:
                mark = queries.ask_mark(programme_id, person_id)
                asker = sealing.seal(rules.padded(str(person_id)), "programme_ask", mark, "asker")
                world.rows.add(
                    ProgrammeAsk,
                    programme_id=programme_id,
                    asker_mark=mark,
                    asker=asker,
                    consent_version=rules.CONSENT_VERSION,
                    asked_on=today - timedelta(days=1),
                )
    world.rows.flush()
