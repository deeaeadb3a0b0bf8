"""Settings: whole or not at all, and every problem named at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.config import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def problems(tmp_path: Path, **environ: str) -> list[str]:
    """What the start would complain of."""
    try:
        Settings.from_env({"DATA_DIR": str(tmp_path), **environ})
    except SettingsError as error:
        return error.problems
    return []


def test_nothing_set_leaves_every_door_shut(tmp_path: Path) -> None:
    settings = Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert (settings.smtp_url, settings.mail_from, settings.sms_gateway, settings.push_hosts, settings.redis_url) == ("", "", "", (), "")


@pytest.mark.parametrize(
    "whole",
    [
        {"SMTP_URL": "smtp://kabar:s%40ndi@mail.example:587", "MAIL_FROM": "Katong <kabar@katong.example>"},
        {"SMTP_URL": "smtps://mail.example", "MAIL_FROM": "kabar@katong.example"},
        {"SMS_GATEWAY": "file"},
        {"SMS_GATEWAY": "console"},
        {"SMS_GATEWAY_URL": "https://gerbang.example/kirim", "SMS_GATEWAY_TOKEN": "rahasia"},
        {"SMS_GATEWAY_URL": "http://192.168.1.7:8080/kirim", "SMS_GATEWAY_TOKEN": "rahasia"},
        {"PUSH_HOSTS": "push.example, push2.example:8443"},
        {"REDIS_URL": "redis://:sandi@127.0.0.1:6379/0"},
        {"REDIS_URL": "rediss://redis.example"},
        {"REDIS_URL": "unix:///run/redis.sock"},
    ],
)
def test_a_whole_door_opens(tmp_path: Path, whole: dict[str, str]) -> None:
    assert problems(tmp_path, **whole) == []


@pytest.mark.parametrize(
    ("half", "named"),
    [
        ({"SMTP_URL": "smtp://mail.example"}, "MAIL_FROM"),
        ({"MAIL_FROM": "kabar@katong.example"}, "SMTP_URL"),
        ({"SMTP_URL": "mail.example:587", "MAIL_FROM": "kabar@katong.example"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example:99999", "MAIL_FROM": "kabar@katong.example"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example", "MAIL_FROM": "kabar"}, "MAIL_FROM"),
        ({"SMTP_URL": "smtp://mail.example", "MAIL_FROM": "a@b.example, c@d.example"}, "MAIL_FROM"),
        ({"SMTP_URL": "smtp://mail.example", "MAIL_FROM": "Katong\nBcc: x@y.example <kabar@katong.example>"}, "MAIL_FROM"),
        ({"SMS_GATEWAY": "burung"}, "SMS_GATEWAY"),
        ({"SMS_GATEWAY_URL": "https://gerbang.example"}, "SMS_GATEWAY_TOKEN"),
        ({"SMS_GATEWAY_TOKEN": "rahasia"}, "SMS_GATEWAY_URL"),
        ({"SMS_GATEWAY_URL": "http://gerbang.example", "SMS_GATEWAY_TOKEN": "rahasia"}, "https"),
        ({"SMS_GATEWAY_URL": "ftp://gerbang.example", "SMS_GATEWAY_TOKEN": "rahasia"}, "SMS_GATEWAY_URL"),
        ({"SMS_GATEWAY": "file", "SMS_GATEWAY_URL": "https://gerbang.example", "SMS_GATEWAY_TOKEN": "rahasia"}, "SMS_GATEWAY"),
        ({"PUSH_HOSTS": "https://push.example"}, "PUSH_HOSTS"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL"),
    ],
)
def test_a_half_set_or_unreadable_door_refuses_to_start(tmp_path: Path, half: dict[str, str], named: str) -> None:
    found = problems(tmp_path, **half)
    assert len(found) == 1
    assert named in found[0]


def test_every_problem_is_named_at_once_and_no_secret_with_it(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        SMTP_URL="smtp://u:sandi-rahasia@",
        MAIL_FROM="x",
        SMS_GATEWAY_TOKEN="token-rahasia",
        REDIS_URL="redis:sandi-rahasia",
        PORT="0",
    )
    assert len(found) == 5
    assert "rahasia" not in " ".join(found)


def test_secrets_are_not_in_the_settings_words(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "DATA_DIR": str(tmp_path),
            "SMTP_URL": "smtp://u:sandi-rahasia@mail.example",
            "MAIL_FROM": "kabar@katong.example",
            "SMS_GATEWAY_URL": "https://gerbang.example",
            "SMS_GATEWAY_TOKEN": "token-rahasia",
            "REDIS_URL": "redis://:redis-rahasia@127.0.0.1",
        }
    )
    assert "rahasia" not in repr(settings)
