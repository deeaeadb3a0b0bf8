"""Text messages going out (SMS or WhatsApp) through a gateway chosen by setting. Without one they are off and nothing waits for them.

`SMS_GATEWAY=file` appends to DATA_DIR/pesan-keluar.jsonl and `console` writes to the error output: for one machine and for trying out.
`SMS_GATEWAY_URL` and `SMS_GATEWAY_TOKEN` name a real gateway, spoken to as docs/runbook.md says.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import current_app

from app.core import clock

if TYPE_CHECKING:
    from app.config import Settings

TIMEOUT_SECONDS = 10.0
NOT_FOR_GOOD = (408, 425, 429)  # of the 4xx, those that ask to come again
FILE_NAME = "pesan-keluar.jsonl"


class MessageNotTaken(Exception):
    """The gateway did not take the message. `is_lasting`: it refuses this one for good, another try is no use."""

    def __init__(self, is_lasting: bool) -> None:
        super().__init__("refused for good" if is_lasting else "not taken now")
        self.is_lasting = is_lasting


def is_on() -> bool:
    """Whether text messages can go out at all."""
    return bool(_settings().sms_gateway)


def signed_by() -> str:
    """The site's name, by which a person knows where a message comes from."""
    return _settings().site_name


def send(phone_e164: str, text: str, key: str) -> None:
    """Hand over one message; returns once it is taken. Raises `MessageNotTaken`. Call it outside of transactions.

    `key` is the same at every try of the same message, so that a gateway that keeps it sends the message once.
    """
    settings = _settings()
    way = _WAYS.get(settings.sms_gateway)
    if way is None:
        raise MessageNotTaken(is_lasting=False)
    way(settings, {"to": phone_e164, "text": text, "key": key})


def _to_file(settings: Settings, message: dict[str, str]) -> None:
    line = json.dumps({"at": clock.now().isoformat(), **message}, ensure_ascii=False) + "\n"
    try:
        handle = os.open(settings.data_dir / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as file:
            file.write(line.encode())  # one write: lines of several processes do not mix
    except OSError:
        raise MessageNotTaken(is_lasting=False) from None


def _to_console(_settings: Settings, message: dict[str, str]) -> None:
    sys.stderr.write(f"text message to {message['to']}: {message['text']}\n")
    sys.stderr.flush()


def _to_gateway(settings: Settings, message: dict[str, str]) -> None:
    import requests  # here, so that a start without a gateway does not pay for it

    token = settings.sms_gateway_token

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"  # as auth, or a netrc file of this machine would replace it
        return request

    try:
        with requests.post(
            settings.sms_gateway_url,
            json=message,
            headers={"Idempotency-Key": message["key"], "User-Agent": "katong"},
            auth=sign,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,  # the token and the number go to the address that was set, nowhere else
            stream=True,  # what it answers besides the status is not read
        ) as answer:
            status = answer.status_code
    except (requests.RequestException, ValueError, OSError):
        raise MessageNotTaken(is_lasting=False) from None
    if not 200 <= status < 300:
        raise MessageNotTaken(is_lasting=400 <= status < 500 and status not in NOT_FOR_GOOD)


_WAYS: dict[str, Callable[[Settings, dict[str, str]], None]] = {"file": _to_file, "console": _to_console, "http": _to_gateway}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
