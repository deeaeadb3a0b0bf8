"""Messages to one number are counted together, whichever page asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.accounts.contacts.actions import CODES_NUMBER
from app.accounts.recovery import actions
from app.core import messages
from app.core.brakes import take
from app.core.refusals import TooFast

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("elsewhere", [0, 1])
def test_a_number_gets_few_messages_from_both_doors_together(app: Flask, monkeypatch: pytest.MonkeyPatch, elsewhere: int) -> None:
    monkeypatch.setattr(messages, "is_on", lambda: True)
    for _time in range(elsewhere):  # as asking for a code at /masuk does
        take(CODES_NUMBER, "+62812000000001")
    for _time in range(CODES_NUMBER.most - elsewhere):
        actions.ask_code("+62812000000001", "asker", address=None)
    with pytest.raises(TooFast):
        actions.ask_code("+62812000000001", "asker", address=None)
    actions.ask_code("+62812000000002", "asker", address=None)
