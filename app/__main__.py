"""Commands: `python -m app run`, `dev`, `worker`, `standin`, `migrate`, `migration`, `seed`, `check`.

What stops a start is said in one sentence on standard error, with exit status 2, and nothing is changed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import click
from sqlalchemy import create_engine, select
from sqlalchemy.exc import DBAPIError

from app.config import Settings, SettingsError
from app.core import schema, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

log = logging.getLogger("katong.worker")

SIZES = ("demo", "city", "province")
REFUSED = 2


def refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(REFUSED)


def read_settings() -> Settings:
    """The settings of the environment, or an end with every problem named; DATA_DIR is there and can be written."""
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        refuse(str(error))
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        refuse(f"DATA_DIR {settings.data_dir} can't be written ({error.strerror}). Choose a folder you may write to.")
    return settings


def database_state(settings: Settings) -> schema.State:
    """What the database is; an end with a sentence when it can't be reached."""
    engine = create_engine(settings.database_url)
    try:
        return schema.state(engine)
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
        refuse(f"The database can't be reached ({reason}). Check DATABASE_URL {engine.url.render_as_string()} and start again.")
    except schema.SchemaError as error:
        refuse(str(error))
    finally:
        engine.dispose()


def bring_up_to_date(settings: Settings, *, backed_up: bool = False) -> schema.State:
    """Migrate an empty or older database, after a backup; returns what it was before. A newer or foreign one is refused untouched."""
    before = database_state(settings)
    engine = create_engine(settings.database_url)
    try:
        if before is schema.State.NEWER:
            schema.refuse_newer(engine)
        if before is schema.State.FOREIGN:
            schema.refuse_foreign()
        if before is schema.State.OLDER and not backed_up:
            print(f"Backed up to {schema.back_up(settings.database_url, settings.data_dir / 'cadangan')}")
        if before is not schema.State.CURRENT:
            schema.migrate(settings.database_url)
            print(f"The database is at {schema.head()} now.")
    except schema.SchemaError as error:
        refuse(str(error))
    except DBAPIError as error:
        refuse(f"The database could not be migrated, nothing was changed: {str(error.orig).strip().splitlines()[0]}")
    finally:
        engine.dispose()
    return before


def make_app(settings: Settings) -> Flask:
    from app import create_app

    try:
        app = create_app(settings)
    except (SettingsError, schema.SchemaError) as error:
        refuse(str(error))
    serving.forget_connections_of(app)
    return app


class UnfinishedDemo:
    """A mark in DATA_DIR while the demo is being loaded: a start that was cut off begins again instead of showing half a city."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.data_dir / "demo-unfinished"
        self.database = hashlib.sha256(settings.database_url.encode()).hexdigest()

    def is_there(self) -> bool:
        """Whether a load into this very database was cut off."""
        return self.path.exists() and self.path.read_text().strip() == self.database

    def set(self) -> None:
        self.path.write_text(self.database)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


def load_demo(settings: Settings, size: str) -> None:
    """Fill an empty, migrated database with the demo Kupang."""
    from app import demo

    print(f"Loading the sample city ({size}) …", flush=True)
    app = make_app(settings)
    try:
        with app.app_context():
            demo.load(app, size)
    except demo.NotEmpty as error:
        UnfinishedDemo(settings).clear()
        refuse(str(error))
    serving.forget_connections()


def prepare(settings: Settings) -> None:
    """A database that this code can serve: migrated, and with the demo when there was nothing."""
    unfinished = UnfinishedDemo(settings)
    if unfinished.is_there():
        print("The sample city was not loaded to its end last time; beginning again.")
        schema.migrate(settings.database_url, "base")
    if database_state(settings) is schema.State.EMPTY or unfinished.is_there():
        unfinished.set()
        bring_up_to_date(settings)
        load_demo(settings, "demo")
        unfinished.clear()
    else:
        bring_up_to_date(settings)


def print_accounts(settings: Settings) -> None:
    path = settings.data_dir / "demo-accounts.json"
    if not path.exists():
        return
    accounts = json.loads(path.read_text(encoding="utf-8"))
    rows = [("role", "phone", "password", "second factor", "name")]
    rows += [(a["role"], a["phone"], a["password"], a.get("totp_secret", ""), a["name"]) for a in accounts]
    if not any(row[3] for row in rows[1:]):
        rows = [(*row[:3], row[4]) for row in rows]  # type: ignore[misc]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    print(f"\nSample accounts (also in {_short(path)}):")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def turn_of(app: Flask) -> Callable[[], int]:
    """One turn of the worker: run what is due in the outbox, and the chores whose time has come."""
    from app.core import clock, outbox
    from app.core.contrib import Chore, offered

    begun_at: dict[str, datetime] = {}

    def turn() -> int:
        now = clock.now()
        for chore in offered(Chore):
            if chore.name in begun_at and now - begun_at[chore.name] < chore.every:
                continue
            begun_at[chore.name] = now
            try:
                chore.run(now)
            except Exception as error:  # noqa: BLE001 - one chore must not keep the others from their turn; it runs again later
                log.error("chore %s failed: %s", chore.name, type(error).__name__)
        return outbox.run_due(now)

    return turn


def is_sample(settings: Settings) -> bool:
    """Whether the database holds the sample city; card payment against the stand-in is offered nowhere else."""
    from app.core import facts

    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            return connection.scalar(select(facts.Fact.value).where(facts.Fact.name == facts.DEMO)) is not None
    finally:
        engine.dispose()


def with_stand_in(settings: Settings) -> Settings:
    """The settings with the stand-in's keys and address, when the database is a sample and Stripe's keys are not set."""
    if settings.stripe_secret_key or not is_sample(settings):
        return settings
    from app.core.payments.standin import SAMPLE_KEY

    secret = hmac.new(settings.secret_key.encode(), b"payment stand-in", hashlib.sha256).hexdigest()
    port = settings.port + 1 if settings.port < 65535 else settings.port - 1
    try:
        serving.listen("127.0.0.1", port).close()
    except serving.PortTaken:
        with serving.listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
    return replace(
        settings, stripe_secret_key=SAMPLE_KEY, stripe_webhook_secret=f"whsec_{secret}", stripe_api_base=f"http://127.0.0.1:{port}"
    )


def stand_in(settings: Settings) -> None:
    """Serve the payment stand-in of these settings until SIGTERM."""
    from app.core.payments.standin import serve

    port = urlsplit(settings.stripe_api_base).port or 0
    state = settings.data_dir / "pembayaran-contoh.json"
    serve("127.0.0.1", port, f"{serving.local_address(settings)}/webhook/stripe", settings.stripe_webhook_secret, state_file=state)


@click.group(help=__doc__)
def cli() -> None:
    pass


@cli.command()
def run() -> None:
    """Start everything: the web server, the worker and, in a demo without Stripe keys, the payment stand-in."""
    if "MAKELEVEL" in os.environ:
        serving.die_with(os.getppid())
    settings = read_settings()
    try:
        sock = serving.listen(settings.host, settings.port)
    except serving.PortTaken as error:
        refuse(str(error))
    prepare(settings)
    settings = with_stand_in(given := settings)
    app = make_app(settings)
    serving.forget_connections()
    children = [
        serving.Child("web server", lambda: serving.serve(app, settings, sock)),
        serving.Child("worker", lambda: serving.work(app, turn_of(app))),
    ]
    if settings is not given:
        children.append(serving.Child("payment stand-in", lambda: stand_in(settings)))

    def ready() -> None:
        print_accounts(settings)
        print(f"\n{settings.site_name} is at {settings.base_url or serving.local_address(settings)}  (Ctrl-C stops it)", flush=True)

    supervisor = serving.Supervisor(children, ready, lambda: serving.answers(settings))
    status = supervisor.run()
    print("Stopped.")
    raise SystemExit(status)


@cli.command()
def dev() -> None:
    """Start with the reloader, the debugger and the page of all components; one thread serves, the worker runs beside it."""
    settings = read_settings()
    try:
        serving.listen(settings.host, settings.port).close()
    except serving.PortTaken as error:
        refuse(str(error))
    prepare(settings)
    environment = {**os.environ, "DEBUG_PAGES": os.environ.get("DEBUG_PAGES", "on"), "PAGE_CACHE": os.environ.get("PAGE_CACHE", "off")}
    flask = ["-m", "flask", "--app", "wsgi", "run", "--debug", "--host", settings.host, "--port", str(settings.port)]

    def python(*words: str) -> Callable[[], None]:
        return lambda: os.execve(sys.executable, [sys.executable, *words], environment)

    children = [serving.Child("web server", python(*flask)), serving.Child("worker", python("-m", "app", "worker"))]
    supervisor = serving.Supervisor(children, lambda: print_accounts(settings), lambda: serving.answers(settings))
    raise SystemExit(supervisor.run())


@cli.command()
def worker() -> None:
    """Run the outbox and the schedule until SIGTERM. As many as wanted may run, on any host that reaches the database."""
    app = make_app(read_settings())
    serving.work(app, turn_of(app))


@cli.command()
def standin() -> None:
    """Run the payment stand-in alone, beside a sample database served by other means."""
    settings = read_settings()
    made = with_stand_in(settings)
    if made is settings:
        refuse("The stand-in serves sample databases without Stripe keys only.")
    print(
        f"Start the server with STRIPE_SECRET_KEY={made.stripe_secret_key} STRIPE_WEBHOOK_SECRET={made.stripe_webhook_secret} STRIPE_API_BASE={made.stripe_api_base}"
    )
    stand_in(made)


@cli.command()
@click.option("--backed-up", is_flag=True, help="There is a backup already; make none.")
@click.option("--to", default="head", help="A revision, `head` or `base`.")
def migrate(backed_up: bool, to: str) -> None:
    """Bring the database to this code's schema, after a backup."""
    settings = read_settings()
    if to == "head":
        before = bring_up_to_date(settings, backed_up=backed_up)
        if before is schema.State.CURRENT:
            print(f"The database is at {schema.head()} already.")
        return
    if not backed_up:
        print(f"Backed up to {schema.back_up(settings.database_url, settings.data_dir / 'cadangan')}")
    schema.migrate(settings.database_url, to)


@cli.command()
@click.argument("message")
def migration(message: str) -> None:
    """Write the next migration from the difference between models and the last one."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/compare.sqlite3"
        schema.migrate(url)
        schema.new_revision(url, message)
    print("Read it, run it up and down (`make test` does on both databases), and commit it with its models.")


@cli.command()
@click.option("--size", type=click.Choice(SIZES), default="demo", show_default=True)
@click.option("--anew", is_flag=True, help="Empty a sample database and load it again.")
def seed(size: str, anew: bool) -> None:
    """Fill an empty database with the sample city. One that holds it already stays as it is, unless told --anew; a real one is refused."""
    settings = read_settings()
    unfinished = UnfinishedDemo(settings)
    is_wiped = unfinished.is_there()
    if database_state(settings) is schema.State.OLDER:
        refuse("This database is of an older age, so it is left alone. `python -m app migrate` brings it up to date.")
    bring_up_to_date(settings)
    if is_sample(settings) and not is_wiped:
        if not anew:
            print("This database holds the sample city already; nothing was changed. `make seed ANEW=1` empties it and loads it again.")
            return print_accounts(settings)
        is_wiped = True
    unfinished.set()
    if is_wiped:
        schema.migrate(settings.database_url, "base")
        bring_up_to_date(settings)
    load_demo(settings, size)
    unfinished.clear()
    return print_accounts(settings)


@cli.command()
@click.argument("phone")
@click.option("--without-factor", is_flag=True, help="Also take away a second factor that was lost; the person sets up a new one.")
def admin(phone: str, without_factor: bool) -> None:
    """Make the person with this phone number, who has signed up already, an admin: the first one of a new site."""
    from app.accounts.factors import actions as factors
    from app.accounts.people import actions as people
    from app.core.forms import read_phone

    number = read_phone(phone)
    if number is None:
        refuse("This is no mobile number. Write it as 0812-3456-7890, or with + in front.")
    app = make_app(read_settings())
    with app.app_context():
        try:
            person_id = people.appoint_admin(number)
        except people.NobodyThere:
            refuse("Nobody has signed up with this number yet. Let the person sign up at /daftar first.")
        except people.SeveralThere:
            refuse("Several accounts have this number and none has proven it. Let the person prove it at /akun/kontak first.")
        if without_factor:
            factors.remove(person_id)
    print("Done. At the next sign-in the site asks for a second factor, then opens /petugas.")


@cli.command()
def check() -> None:
    """Say whether settings and database are fit to serve; changes nothing."""
    settings = read_settings()
    engine = create_engine(settings.database_url)
    database_state(settings)
    try:
        schema.check(engine)
    except schema.SchemaError as error:
        refuse(str(error))
    finally:
        engine.dispose()
    print(f"Settings are whole. The database is at {schema.head()}, as this code needs.")


if __name__ == "__main__":
    cli(prog_name="python -m app")
