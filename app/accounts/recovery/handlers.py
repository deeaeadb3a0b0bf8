"""After commit: the letter with the link goes out."""

from __future__ import annotations

from app.accounts.proofs.actions import issue_link
from app.accounts.proofs.models import Purpose
from app.accounts.recovery import queries
from app.core import brakes, clock, mail
from app.core.brakes import Limit
from app.core.db import transaction
from app.core.letters import message_id, plain_letter
from app.core.refusals import TooFast
from app.core.web import home_address
from app.core.words import _, spoken

# Whoever asks, from wherever: nobody's mailbox is filled from here.
LETTERS = Limit("recovery letters", 6, 24 * 60 * 60, TooFast.words)
PAGE = "/pulihkan/tautan"


def send_link(person_id: int) -> None:
    """Make a link for this person and send it to her proven mailbox; an earlier one is worth nothing then. Nobody (0) gets none.

    Run again after a crash it sends another letter, whose link is the one that works.
    """
    if person_id == queries.NOBODY or not mail.is_on():
        return
    try:
        brakes.take(LETTERS, str(person_id))
    except TooFast:
        return
    with transaction() as session:
        address = queries.lock_mailbox(session, person_id)
        token = issue_link(session, Purpose.RECOVERY, address, person_id, clock.now()) if address else ""
    if not address:
        return
    try:
        mail.send(_letter(address, token))
    except mail.MailRefused as no:
        if not no.is_lasting:
            brakes.give_back(LETTERS, str(person_id))
            raise


def _letter(address: str, token: str) -> mail.Letter:
    link = f"{home_address()}{PAGE}?k={token}"
    with spoken("id"):
        lines = (
            _("Ada yang meminta kata sandi baru untuk akun ini. Kalau itu Anda, buka tautan ini dalam 2 jam:"),
            _("Bukan Anda? Abaikan surat ini. Kata sandi Anda tidak berubah."),
        )
        return plain_letter(address, _("Kata sandi baru"), lines, message_id("recovery letter", token), link=link)
