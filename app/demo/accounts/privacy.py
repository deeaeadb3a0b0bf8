"""A few requests about data: one that waits, one past its three days, one answered. And one yes to news of courses."""

from __future__ import annotations

from datetime import timedelta

from app.accounts.people.models import Consent
from app.accounts.people.rules import COURSE_NEWS, OPTIONAL_CONSENTS
from app.accounts.privacy import rules
from app.accounts.privacy.models import DataRequest
from app.accounts.privacy.queries import TABLE
from app.accounts.privacy.rules import RequestKind, RequestState
from app.core import sealing
from app.demo.world import World


def fill(world: World) -> None:
    """Fictional requests of two printed accounts and one member."""
    rina, ina, admin = world.people["rina"], world.people["ina"], world.people["kelola"]
    world.rows.add(
        Consent, person_id=rina, purpose=COURSE_NEWS, text_version=OPTIONAL_CONSENTS[COURSE_NEWS], given_at=world.now - timedelta(days=2)
    )
    _add(
        world,
        rina,
        RequestKind.OBJECTION,
        5,
        "CONTOH: Permohonan lapak saya ditolak karena surat usaha, padahal suratnya baru saya perpanjang.",
    )
    _add(world, world.members[7], RequestKind.CORRECTION, 96, "CONTOH: Nama kelas di sertifikat saya salah ketik.")
    answered = "CONTOH: Sudah kami betulkan. Terima kasih sudah memberi tahu."
    _add(world, ina, RequestKind.CORRECTION, 240, "CONTOH: Nomor NIB toko saya tercatat terbalik dua angka.", answered, admin)


def _add(
    world: World, person_id: int, kind: RequestKind, hours_ago: int, words: str, answer: str = "", answered_by: int | None = None
) -> None:
    request_id, opened = world.rows.next_id(DataRequest), world.now - timedelta(hours=hours_ago)
    world.rows.add(
        DataRequest,
        id=request_id,
        person_id=person_id,
        kind=kind,
        state=RequestState.DONE if answer else RequestState.OPEN,
        words=sealing.seal(words.encode(), TABLE, request_id, "words"),
        answer=sealing.seal(answer.encode(), TABLE, request_id, "answer") if answer else None,
        opened_at=opened,
        due_at=opened + rules.DUE,
        closed_at=opened + timedelta(hours=20) if answer else None,
        answered_by_id=answered_by,
    )
