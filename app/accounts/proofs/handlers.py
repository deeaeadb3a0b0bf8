"""After commit: a code goes out as a text message."""

from __future__ import annotations

from app.accounts.proofs import queries
from app.core import brakes, clock, messages
from app.core.brakes import Limit
from app.core.db import reading
from app.core.refusals import TooFast
from app.core.words import _, spoken

# Whoever asks, from wherever and for whatever: a day's messages to one number, abroad (where fraud earns by each message), and of the
# whole site. Each code may be tried five times, so these are also the guesses that can be bought in a day: 20,000 of a million, spread
# over 4,000 numbers.
DAY = 24 * 60 * 60
NUMBER_DAY = Limit("messages to number in a day", 10, DAY, TooFast.words)
ABROAD_DAY = Limit("messages abroad in a day", 100, DAY, TooFast.words)
SITE_DAY = Limit("messages in a day", 4000, DAY, TooFast.words)
HOME = "+62"


def send_code(proof_id: int) -> None:
    """Send the code, once for a gateway that keeps keys. One that is over or was used meanwhile, or of nobody (0), is not sent."""
    with reading() as session:
        posted = queries.code_to_post(session, proof_id, clock.now())
    if posted is None or not messages.is_on():
        return
    limits = [(NUMBER_DAY, posted.target), (SITE_DAY, "")]
    if not posted.target.startswith(HOME):
        limits.append((ABROAD_DAY, ""))
    try:
        for limit, key in limits:
            brakes.take(limit, key)
    except TooFast:
        return
    with spoken("id"):
        text = _("Kode {site}: {code}. Jangan berikan kepada siapa pun.", site=messages.signed_by(), code=posted.secret)
    try:
        messages.send(posted.target, text, f"proof-{proof_id}")
    except messages.MessageNotTaken as no:
        if not no.is_lasting:
            for limit, key in limits:
                brakes.give_back(limit, key)
            raise
