"""Text messages: every gateway, what it refuses, and the door that is shut."""

from __future__ import annotations

import dataclasses
import json
import stat
from typing import TYPE_CHECKING

import pytest

from app.core import messages
from tests.core.listeners import HttpListener, http_listener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from app.config import Settings

PHONE = "+6281234567890"


def choose(app: Flask, **changes: str) -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], **changes)


@pytest.fixture
def gateway(app: Flask) -> Iterator[HttpListener]:
    with http_listener() as listener:
        choose(app, sms_gateway="http", sms_gateway_url=f"{listener.url}/kirim", sms_gateway_token="rahasia")
        yield listener


def test_without_a_gateway_the_door_is_shut(app: Flask) -> None:
    assert not messages.is_on()
    with pytest.raises(messages.MessageNotTaken) as refused:
        messages.send(PHONE, "Kode Anda 123456", "k1")
    assert not refused.value.is_lasting


def test_the_file_gets_one_line_a_message_and_is_its_owners_alone(app: Flask, settings: Settings) -> None:
    choose(app, sms_gateway="file")
    assert messages.is_on()
    messages.send(PHONE, "Kode Anda\n123456", "k1")
    messages.send(PHONE, "Selamat “pagi”", "k2")
    path: Path = settings.data_dir / "pesan-keluar.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["to"], line["text"], line["key"]) for line in lines] == [
        (PHONE, "Kode Anda\n123456", "k1"),
        (PHONE, "Selamat “pagi”", "k2"),
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_console_shows_it(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    choose(app, sms_gateway="console")
    messages.send(PHONE, "Kode Anda 123456", "k1")
    assert capsys.readouterr().err == f"text message to {PHONE}: Kode Anda 123456\n"


def test_a_real_gateway_gets_what_the_runbook_says(
    app: Flask, gateway: HttpListener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    messages.send(PHONE, "Halo, Mama", "kabar-7")
    (call,) = gateway.calls
    assert call.path == "/kirim"
    assert json.loads(call.body) == {"to": PHONE, "text": "Halo, Mama", "key": "kabar-7"}
    assert call.headers["authorization"] == "Bearer rahasia"
    assert call.headers["idempotency-key"] == "kabar-7"
    assert call.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "is_lasting"),
    [
        (400, True),
        (401, True),
        (404, True),
        (422, True),
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
        (302, False),
    ],
)
def test_what_the_gateway_refuses_is_for_good_or_for_now(app: Flask, gateway: HttpListener, status: int, is_lasting: bool) -> None:
    gateway.answers.append(status)
    with pytest.raises(messages.MessageNotTaken) as refused:
        messages.send(PHONE, "Halo", "k1")
    assert refused.value.is_lasting is is_lasting


def test_the_token_is_not_carried_to_another_address(app: Flask, gateway: HttpListener) -> None:
    with http_listener() as stranger:
        for status in (301, 302, 303, 307, 308):
            gateway.answers.append((status, stranger.url))
            with pytest.raises(messages.MessageNotTaken):
                messages.send(PHONE, "Halo", "k1")
        assert stranger.calls == []
    assert len(gateway.calls) == 5


def test_a_gateway_that_is_away_is_tried_again_later(app: Flask) -> None:
    with http_listener() as listener:
        url = listener.url
    choose(app, sms_gateway="http", sms_gateway_url=url, sms_gateway_token="rahasia")
    with pytest.raises(messages.MessageNotTaken) as refused:
        messages.send(PHONE, "Halo", "k1")
    assert not refused.value.is_lasting
    assert PHONE not in str(refused.value)


def test_a_gateway_that_says_nothing_is_not_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(messages, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        choose(app, sms_gateway="http", sms_gateway_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", sms_gateway_token="rahasia")
        with pytest.raises(messages.MessageNotTaken) as refused:
            messages.send(PHONE, "Halo", "k1")
    assert not refused.value.is_lasting
