"""Settings: one frozen, typed object, read once from the environment.

Anything unset falls back to what one machine needs; anything half-set or unreadable refuses to start
and names every problem at once (`SettingsError.problems`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The environment does not make a whole set of settings; `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    key_dir: Path
    site_name: str = "Katong"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    trusted_proxies: int = 0
    base_url: str = ""  # "" means: relative addresses only, no canonical links
    quick_exit_url: str = "https://www.google.com/search?q=cuaca+kupang"
    redis_url: str = ""
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""
    smtp_url: str = field(default="", repr=False)
    rate_limits: bool = True
    debug_pages: bool = False  # the page that shows every component
    page_cache: bool = True  # whole anonymous pages; the bench switches it off
    cheap_passwords: bool = False  # tests only: argon2 at its lowest cost
    sqlite_synchronous: str = "FULL"  # a committed booking survives a power cut; tests may say OFF

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        env = os.environ if environ is None else environ
        problems: list[str] = []

        def number(name: str, default: int, low: int, high: int) -> int:
            raw = env.get(name, "").strip()
            if not raw:
                return default
            if raw.isascii() and raw.isdigit() and low <= int(raw) <= high:
                return int(raw)
            problems.append(f"{name} must be a whole number from {low} to {high}, not {raw!r}.")
            return default

        def switch(name: str, default: bool) -> bool:
            raw = env.get(name, "").strip().lower()
            if raw in ("", "on", "1", "yes", "off", "0", "no"):
                return default if raw == "" else raw in ("on", "1", "yes")
            problems.append(f"{name} must be on or off, not {raw!r}.")
            return default

        def address(name: str, default: str = "") -> str:
            raw = env.get(name, "").strip().rstrip("/")
            if not raw:
                return default
            parts = urlsplit(raw)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                problems.append(f"{name} must be an address that starts with http:// or https://, not {raw!r}.")
            return raw

        data_dir = Path(env.get("DATA_DIR", "").strip() or ROOT / "var").expanduser().absolute()
        database_url = _database_url(env.get("DATABASE_URL", "").strip(), data_dir, problems)
        stripe_key = env.get("STRIPE_SECRET_KEY", "").strip()
        stripe_webhook = env.get("STRIPE_WEBHOOK_SECRET", "").strip()
        if bool(stripe_key) != bool(stripe_webhook):
            missing = "STRIPE_WEBHOOK_SECRET" if stripe_key else "STRIPE_SECRET_KEY"
            problems.append(f"{missing} is missing: Stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET together.")
        synchronous = env.get("SQLITE_SYNCHRONOUS", "FULL").strip().upper()
        if synchronous not in ("OFF", "NORMAL", "FULL", "EXTRA"):
            problems.append(f"SQLITE_SYNCHRONOUS must be OFF, NORMAL, FULL or EXTRA, not {synchronous!r}.")
        key_dir = Path(env.get("KEY_DIR", "").strip() or data_dir / "kunci").expanduser().absolute()
        values = {
            "data_dir": data_dir,
            "database_url": database_url,
            "key_dir": key_dir,
            "site_name": env.get("SITE_NAME", "").strip() or "Katong",
            "host": env.get("HOST", "").strip() or "127.0.0.1",
            "port": number("PORT", 8000, 1, 65535),
            "workers": number("WORKERS", 2, 1, 64),
            "trusted_proxies": number("TRUSTED_PROXIES", 0, 0, 9),
            "base_url": address("BASE_URL"),
            "quick_exit_url": address("QUICK_EXIT_URL", cls.quick_exit_url),
            "redis_url": env.get("REDIS_URL", "").strip(),
            "stripe_secret_key": stripe_key,
            "stripe_webhook_secret": stripe_webhook,
            "stripe_api_base": address("STRIPE_API_BASE"),
            "smtp_url": env.get("SMTP_URL", "").strip(),
            "rate_limits": switch("RATE_LIMITS", True),
            "debug_pages": switch("DEBUG_PAGES", False),
            "page_cache": switch("PAGE_CACHE", True),
            "cheap_passwords": switch("CHEAP_PASSWORDS", False),
            "sqlite_synchronous": synchronous,
        }
        if problems:
            raise SettingsError(problems)
        try:
            secret = env.get("SECRET_KEY", "").strip() or _kept_secret(data_dir)
        except OSError as error:
            raise SettingsError([f"DATA_DIR {data_dir} can't be written ({error.strerror}). Choose a folder you may write to."]) from None
        if len(secret) < 32:
            raise SettingsError(["SECRET_KEY is too short: 32 characters or more, or leave it out to have one made."])
        return cls(secret_key=secret, **values)  # type: ignore[arg-type]


def _database_url(raw: str, data_dir: Path, problems: list[str]) -> str:
    """SQLAlchemy's address of the database; bare PostgreSQL addresses get the driver we ship (psycopg 3)."""
    if not raw:
        return f"sqlite:///{data_dir / 'katong.sqlite3'}"
    for bare in ("postgres://", "postgresql://"):
        if raw.startswith(bare):
            return "postgresql+psycopg://" + raw[len(bare) :]
    if raw.startswith(("sqlite:///", "postgresql+psycopg://")):
        return raw
    problems.append("DATABASE_URL must start with sqlite:/// or postgresql://.")
    return raw


def _kept_secret(data_dir: Path) -> str:
    """The secret made at the first start, kept in DATA_DIR and readable by its owner alone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
