"""After commit: a code goes out as a text message."""

from __future__ import annotations

from app.accounts.proofs import queries
from app.core import clock, messages
from app.core.db import reading
from app.core.words import _, spoken


def send_code(proof_id: int) -> None:
    """Send the code, once for a gateway that keeps keys. One that is over or was used meanwhile, or of nobody (0), is not sent."""
    with reading() as session:
        posted = queries.code_to_post(session, proof_id, clock.now())
    if posted is None:
        return
    with spoken("id"):
        text = _("Kode {site}: {code}. Jangan berikan kepada siapa pun.", site=messages.signed_by(), code=posted.secret)
    try:
        messages.send(posted.target, text, f"proof-{proof_id}")
    except messages.MessageNotTaken as no:
        if not no.is_lasting:
            raise
