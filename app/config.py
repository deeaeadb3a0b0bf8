"""Settings: one frozen, typed object, read once from the environment.

Anything unset falls back to what one machine needs; anything half-set or unreadable refuses to start
and names every problem at once (`SettingsError.problems`).
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

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
    redis_url: str = field(default="", repr=False)
    stripe_secret_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    sms_gateway: str = ""  # "", "file", "console" or "http"
    sms_gateway_url: str = ""
    sms_gateway_token: str = field(default="", repr=False)
    push_hosts: tuple[str, ...] = ()  # besides the push services the code knows
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
        smtp_url, mail_from = env.mail()
        sms_gateway, sms_gateway_url, sms_gateway_token = env.gateway()
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
            "redis_url": env.redis(),
            "stripe_secret_key": stripe_key,
            "stripe_webhook_secret": stripe_webhook,
            "stripe_api_base": env.address("STRIPE_API_BASE"),
            "smtp_url": smtp_url,
            "mail_from": mail_from,
            "sms_gateway": sms_gateway,
            "sms_gateway_url": sms_gateway_url,
            "sms_gateway_token": sms_gateway_token,
            "push_hosts": env.hosts("PUSH_HOSTS"),
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

    def mail(self) -> tuple[str, ...]:
        """Where mail goes out and in whose name: both or neither. A password in the address is never repeated in a problem."""
        url, sender = values = self.together("Mail", "SMTP_URL", "MAIL_FROM")
        if url and not _is_server(url, ("smtp", "smtps")):
            self.problems.append("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465.")
        if sender and not _SENDER.fullmatch(sender):
            self.problems.append(
                f"MAIL_FROM must be one address, such as kabar@katong.example or Katong <kabar@katong.example>, not {sender!r}."
            )
        return values

    def gateway(self) -> tuple[str, str, str]:
        """Which gateway takes text messages; at most one. The token travels in the open only to this machine or its own network."""
        kind = self.text("SMS_GATEWAY").lower()
        if kind not in ("", "file", "console"):
            self.problems.append(f"SMS_GATEWAY must be file or console, not {kind!r}; a real gateway is named by SMS_GATEWAY_URL.")
        url, token = self.together("The message gateway", "SMS_GATEWAY_URL", "SMS_GATEWAY_TOKEN")
        if kind and url:
            self.problems.append("SMS_GATEWAY and SMS_GATEWAY_URL are both set: choose one way for text messages.")
        if url:
            parts = _split(url)
            if not _is_server(url, ("http", "https")) or "@" in parts.netloc:
                self.problems.append("SMS_GATEWAY_URL must be an address that starts with https://, without a password in it.")
            elif parts.scheme == "http" and not is_near(parts.hostname or ""):
                self.problems.append("SMS_GATEWAY_URL must start with https://: phone numbers and the token go there.")
        return kind or ("http" if url else ""), url, token

    def redis(self) -> str:
        raw = self.text("REDIS_URL")
        if raw and not (_is_server(raw, ("redis", "rediss")) or (raw.startswith("unix://") and _split(raw).path)):
            self.problems.append("REDIS_URL must look like redis://:password@host:6379/0, rediss://… or unix:///path/to/socket.")
        return raw

    def hosts(self, name: str) -> tuple[str, ...]:
        """Host names, each perhaps with a port, with commas between."""
        found = tuple(part.strip().lower() for part in self.text(name).split(",") if part.strip())
        for host in found:
            if not _HOST.fullmatch(host):
                self.problems.append(f"{name} must be host names with commas between, such as push.example, not {host!r}.")
        return found

    def database(self, data_dir: Path) -> str:
        """SQLAlchemy's address of the database; bare PostgreSQL addresses get the driver we ship (psycopg 3)."""
        raw = self.text("DATABASE_URL", f"sqlite:///{data_dir / 'katong.sqlite3'}")
        for bare in ("postgres://", "postgresql://"):
            if raw.startswith(bare):
                return "postgresql+psycopg://" + raw[len(bare) :]
        if not raw.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.problems.append("DATABASE_URL must start with sqlite:/// or postgresql://.")
        return raw


_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
_SENDER = re.compile(rf"{_ADDRESS}|[^<>\"\x00-\x1f]{{1,60}} <{_ADDRESS}>")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?")


def _split(raw: str) -> SplitResult:
    try:
        return urlsplit(raw)
    except ValueError:
        return urlsplit("")


def _is_server(raw: str, schemes: tuple[str, ...]) -> bool:
    """Whether this is an address of one of these schemes with a host and, if any, a port that exists."""
    parts = _split(raw)
    try:
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", raw)
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_near(host: str) -> bool:
    """Whether a host is this machine or an address of a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


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
