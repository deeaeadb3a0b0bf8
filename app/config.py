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

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        env = _Reader(os.environ if environ is None else environ)
        data_dir = env.folder("DATA_DIR", ROOT / "var")
        stripe_key, stripe_webhook = env.together("Stripe", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
        values = {
            "data_dir": data_dir,
            "database_url": env.database(data_dir),
            "key_dir": env.folder("KEY_DIR", data_dir / "kunci"),
            "site_name": env.text("SITE_NAME", "Katong"),
            "host": env.text("HOST", "127.0.0.1"),
            "port": env.number("PORT", 8000, 1, 65535),
            "workers": env.number("WORKERS", 2, 1, 64),
            "trusted_proxies": env.number("TRUSTED_PROXIES", 0, 0, 9),
            "base_url": env.address("BASE_URL"),
            "quick_exit_url": env.address("QUICK_EXIT_URL", cls.quick_exit_url),
            "redis_url": env.text("REDIS_URL"),
            "stripe_secret_key": stripe_key,
            "stripe_webhook_secret": stripe_webhook,
            "stripe_api_base": env.address("STRIPE_API_BASE"),
            "smtp_url": env.text("SMTP_URL"),
            "rate_limits": env.switch("RATE_LIMITS", True),
            "debug_pages": env.switch("DEBUG_PAGES", False),
            "page_cache": env.switch("PAGE_CACHE", True),
            "cheap_passwords": env.switch("CHEAP_PASSWORDS", False),
            "sqlite_synchronous": env.one_of("SQLITE_SYNCHRONOUS", ("FULL", "OFF", "NORMAL", "EXTRA")),
        }
        problems = env.problems
        if problems:
            raise SettingsError(problems)
        try:
            secret = env.text("SECRET_KEY") or _kept_secret(data_dir)
        except OSError as error:
            raise SettingsError([f"DATA_DIR {data_dir} can't be written ({error.strerror}). Choose a folder you may write to."]) from None
        if len(secret) < 32:
            raise SettingsError(["SECRET_KEY is too short: 32 characters or more, or leave it out to have one made."])
        return cls(secret_key=secret, **values)  # type: ignore[arg-type]


class _Reader:
    """Reads one variable after another and gathers what is wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def folder(self, name: str, default: Path) -> Path:
        return Path(self.text(name) or default).expanduser().absolute()

    def number(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name)
        if not raw:
            return default
        if raw.isascii() and raw.isdigit() and low <= int(raw) <= high:
            return int(raw)
        self.problems.append(f"{name} must be a whole number from {low} to {high}, not {raw!r}.")
        return default

    def switch(self, name: str, default: bool) -> bool:
        raw = self.text(name).lower()
        if raw not in ("", "on", "1", "yes", "off", "0", "no"):
            self.problems.append(f"{name} must be on or off, not {raw!r}.")
        return raw in ("on", "1", "yes") if raw else default

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        raw = self.text(name, known[0]).upper()
        if raw not in known:
            self.problems.append(f"{name} must be one of {', '.join(known)}, not {raw!r}.")
        return raw

    def address(self, name: str, default: str = "") -> str:
        raw = self.text(name).rstrip("/")
        parts = urlsplit(raw)
        if raw and (parts.scheme not in ("http", "https") or not parts.netloc):
            self.problems.append(f"{name} must be an address that starts with http:// or https://, not {raw!r}.")
        return raw or default

    def together(self, whose: str, *names: str) -> tuple[str, ...]:
        """Settings that mean something only all at once."""
        values = tuple(self.text(name) for name in names)
        missing = [name for name, value in zip(names, values, strict=True) if not value]
        if missing and any(values):
            self.problems.append(f"{' and '.join(missing)} missing: {whose} needs {' and '.join(names)} together.")
        return values

    def database(self, data_dir: Path) -> str:
        """SQLAlchemy's address of the database; bare PostgreSQL addresses get the driver we ship (psycopg 3)."""
        raw = self.text("DATABASE_URL", f"sqlite:///{data_dir / 'katong.sqlite3'}")
        for bare in ("postgres://", "postgresql://"):
            if raw.startswith(bare):
                return "postgresql+psycopg://" + raw[len(bare) :]
        if not raw.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.problems.append("DATABASE_URL must start with sqlite:/// or postgresql://.")
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
