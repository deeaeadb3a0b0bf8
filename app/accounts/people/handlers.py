"""What runs after people did something."""

from __future__ import annotations

from app.accounts.people import actions


def tell_holders(person_id: int) -> None:
    """Who has proven the number of this new account learns that it was used to sign up. Safe to run twice."""
    actions.tell_holders(person_id)
