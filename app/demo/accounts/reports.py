"""A few reports that wait, and one incident of the past in the register."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.breaches.models import Breach, BreachNotice
from app.accounts.breaches.rules import Audience, BreachState, Way
from app.accounts.reports import queries, rules
from app.accounts.reports.models import Report, ReportCase
from app.accounts.reports.rules import CaseState, Reason
from app.demo.world import World


def fill(world: World) -> None:
    """Reports about goods whose sellers did nothing wrong: the moderators of the demo may say so."""
    goods = [good for shop in world.shops[:6] for good in shop.goods][:2]
    for number, (good, reason) in enumerate(zip(goods, (Reason.OTHER, Reason.FORBIDDEN_GOODS), strict=False)):
        opened_at = world.now - timedelta(hours=5 + 20 * number)
        case_id = world.rows.add(
            ReportCase,
            kind="product",
            subject_id=good.product_id,
            state=CaseState.OPEN,
            weight=rules.WEIGHT[reason],
            reason=reason,
            opened_at=opened_at,
        )
        for person_id in world.members[20 : 21 + number]:
            mark = queries.mark_of(case_id, person_id)
            world.rows.add(Report, case_id=case_id, reporter_id=person_id, reporter_mark=mark, reason=reason, made_at=opened_at)
    admin = world.people["kelola"]
    noticed_at = world.now - timedelta(days=40)
    breach_id = world.rows.add(
        Breach,
        title="CONTOH: daftar peserta terkirim ke alamat yang salah",
        what="Daftar peserta satu kelas terkirim lewat e-mail ke kantor yang salah.",
        happened="pada hari yang sama, sekitar satu jam sebelumnya",
        data="Nama dan nomor HP",
        people_count=16,
        measures="Penerima menghapusnya dan memberi pernyataan tertulis. Daftar kini hanya bisa dibuka di situs.",
        contact="Pengelola contoh, kantor kota",
        lang="id",
        noticed_at=noticed_at,
        state=BreachState.CLOSED,
        made_by_id=admin,
        made_at=noticed_at + timedelta(hours=1),
        changed_at=noticed_at + timedelta(days=3),
        closed_at=noticed_at + timedelta(days=3),
    )
    for audience, way, count, hours in ((Audience.AGENCY, Way.LETTER, 0, 20), (Audience.PEOPLE, Way.MESSAGE, 16, 26)):
        told_at = noticed_at + timedelta(hours=hours)
        world.rows.add(
            BreachNotice, breach_id=breach_id, audience=audience, way=way, people_count=count, told_at=told_at, by_id=admin, made_at=told_at
        )
    world.rows.flush()
