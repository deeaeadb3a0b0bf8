"""After commit: the link to a new mailbox; the word to an old number or mailbox that it is not used any more."""

from __future__ import annotations

from app.accounts.contacts import queries
from app.accounts.contacts.models import Contact
from app.accounts.proofs import queries as proof_queries
from app.core import clock, mail, messages
from app.core.db import reading
from app.core.letters import message_id, plain_letter
from app.core.web import home_address
from app.core.words import _, spoken

LINK_PAGE = "/akun/kontak/email/buka/"


def send_link(proof_id: int) -> None:
    """Send the link by which its owner connects a mailbox. What is over or used is not sent."""
    if not mail.is_on():
        return
    with reading() as session:
        posted = proof_queries.link_to_post(session, proof_id, clock.now())
    if posted is None:
        return
    with spoken("id"):
        lines = [
            _("Alamat ini ditulis di sebuah akun {site}. Kalau itu Anda, buka tautan ini dalam 2 jam, lalu tekan tombolnya:", site=_site()),
            _("Bukan Anda? Abaikan surat ini. Tanpa tombol itu tidak ada yang terjadi."),
        ]
        _send(
            posted.target, _("Hubungkan e-mail ini"), lines, f"link {proof_id} {posted.secret}", home_address() + LINK_PAGE + posted.secret
        )


def tell_former(change_id: int) -> None:
    """Tell the number or mailbox that was used before, if it was proven: an unproven one may be a stranger's."""
    with reading() as session:
        change = queries.change(session, change_id)
    if change is None or change.before is None or not change.was_proven:
        return
    with spoken("id"):
        if change.contact is Contact.PHONE:
            words = _(
                "{site}: nomor ini tidak dipakai lagi di akun Anda. Bukan Anda yang menggantinya? Datang ke kantor kelurahan.", site=_site()
            )
            _message(change.before, words, f"contact-{change_id}")
            return
        lines = [
            _("Alamat ini tidak terhubung lagi dengan akun {site} Anda.", site=_site()),
            _("Bukan Anda yang melepasnya? Segera masuk dan ganti kata sandi, atau datang ke kantor kelurahan dengan kartu identitas."),
        ]
        _send(change.before, _("E-mail akun Anda diganti"), lines, f"change {change_id}")


def _site() -> str:
    return messages.signed_by()


def _message(phone: str, words: str, key: str) -> None:
    if not messages.is_on():
        return
    try:
        messages.send(phone, words, key)
    except messages.MessageNotTaken as no:
        if not no.is_lasting:
            raise


def _send(to: str, subject: str, lines: list[str], mark: str, link: str = "") -> None:
    """A letter in the language that is spoken now."""
    if not mail.is_on():
        return
    try:
        mail.send(plain_letter(to, subject, lines, message_id("contact letter", mark), link=link))
    except mail.MailRefused as no:
        if not no.is_lasting:
            raise
