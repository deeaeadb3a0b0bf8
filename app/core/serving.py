"""One process that keeps the others: web server, outbox worker, payment stand-in.

Children are forked from the loaded program, so a start costs one import. They die with the parent, are stopped by one
signal, and are started again, with a growing pause, when they fall.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.error import HTTPError

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings

THREADS = 8  # a phone on a slow line holds one thread, not the process
STOP_SECONDS = 5.0  # requests and handlers under way may end; then the children are killed
READY_SECONDS = 20.0
STEADY_SECONDS = 30.0  # a child that lived this long fell by accident: its pause starts small again
MOST_PAUSE_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


class PortTaken(Exception):
    """Another program listens there; the text is one sentence."""


@dataclass
class Child:
    """One kind of process: `work` runs until it is told to stop by SIGTERM."""

    name: str
    work: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    falls: int = 0
    start_at: float = 0.0


@dataclass
class Supervisor:
    """Keeps the children until SIGINT, SIGTERM or SIGHUP; `run` returns the exit status."""

    children: list[Child]
    ready: Callable[[], None]
    is_ready: Callable[[], bool]
    stopping: bool = False
    _wake: tuple[int, int] = field(default=(-1, -1), init=False)

    def run(self) -> int:
        self._wake = os.pipe()
        for end in self._wake:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        told = False
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping:
            self._start_due()
            if not told:
                if self.is_ready():
                    told = True
                    self.ready()
                elif time.monotonic() > deadline:
                    print(f"The web server does not answer after {READY_SECONDS:.0f} seconds; its own words are above.", file=sys.stderr)
                    self._end()
                    return 1
            self._sleep(0.05 if not told else 1.0)
            self._reap()
        self._end()
        return 0

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _sleep(self, seconds: float) -> None:
        if select.select([self._wake[0]], [], [], seconds)[0]:
            try:
                os.read(self._wake[0], 4096)
            except BlockingIOError:
                pass

    def _start_due(self) -> None:
        for child in self.children:
            if not child.pid and time.monotonic() >= child.start_at:
                child.started = time.monotonic()
                child.pid = self._fork(child)

    def _fork(self, child: Child) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which then stops the children in order
            signal.set_wakeup_fd(-1)
            for end in self._wake:
                os.close(end)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            die_with(parent)
            child.work()
            status = 0
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        except BaseException:  # noqa: BLE001 - a child must never run on into the parent's code
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            lived = time.monotonic() - child.started
            child.falls = 0 if lived > STEADY_SECONDS else child.falls + 1
            pause = min(0.25 * 2**child.falls, MOST_PAUSE_SECONDS)
            child.pid, child.start_at = 0, time.monotonic() + pause
            print(f"{child.name} ended ({os.waitstatus_to_exitcode(status)}); starting it again in {pause:.1f} s.", file=sys.stderr)

    def _end(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.pid:
                os.kill(child.pid, signal.SIGTERM)
        while any(child.pid for child in self.children):
            late = time.monotonic() > deadline
            for child in self.children:
                if not child.pid:
                    continue
                if late:
                    os.killpg(child.pid, signal.SIGKILL)
                if os.waitpid(child.pid, 0 if late else os.WNOHANG)[0]:
                    child.pid = 0
            self._sleep(0.02)


def die_with(parent: int) -> None:
    """Ask Linux to end this process by SIGTERM when its parent dies, however that happens. Elsewhere it does nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything starts, so that a used port is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortTaken(
            f"Port {port} on {host} can't be used ({error.strerror}). Stop the program that holds it, or choose another PORT."
        ) from None
    sock.listen(512)
    sock.set_inheritable(True)
    return sock


def local_address(settings: Settings) -> str:
    """Where a program on this machine reaches the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def answers(settings: Settings) -> bool:
    """Whether the server answers /sehat."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{local_address(settings)}/sehat", timeout=3) as answer:
            return bool(answer.status == 200)
    except HTTPError as refusal:
        return refusal.code < 500
    except OSError:
        return False


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """How gunicorn serves Katong, here and when it is started by hand (gunicorn.conf.py)."""
    return {
        "bind": f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": 4,
        "keepalive": 5,
        "control_socket_disable": True,
        "preload_app": True,
        "loglevel": "warning",
        # The app drops or reads forwarded headers by TRUSTED_PROXIES; the server itself believes nobody.
        "forwarded_allow_ips": "",
        "post_fork": lambda _server, _worker: forget_connections(),
    }


_apps: list[Flask] = []


def forget_connections_of(app: Flask) -> None:
    """Remember an app whose database connections must not be shared by forked processes."""
    _apps.append(app)


def forget_connections() -> None:
    """After a fork: leave the parent's connections to the parent."""
    from app.core.db import db

    for app in _apps:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)


def serve(app: Flask, settings: Settings, sock: socket.socket) -> NoReturn:
    """Run gunicorn on an open socket until SIGTERM."""
    from gunicorn.app.base import BaseApplication

    class Web(BaseApplication):
        def load_config(self) -> None:
            for name, value in gunicorn_options(settings).items():
                self.cfg.set(name, value)
            self.cfg.set("bind", f"fd://{sock.fileno()}")
            self.cfg.set("preload_app", False)  # it is loaded already

        def load(self) -> Flask:
            return app

    Web().run()
    raise SystemExit(0)


def work(app: Flask, turn: Callable[[], int], idle_seconds: float = 0.25) -> None:
    """Call `turn` again and again inside the app until SIGTERM or SIGINT; rest when it found nothing. The turn under way ends first."""
    stopping = False
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.set_wakeup_fd(write_end)
    trouble = 0
    while not stopping:
        try:
            with app.app_context():
                found = turn()
            trouble = 0
        except Exception:
            trouble += 1
            found = 0
            app.logger.exception("The worker's turn failed; it tries again.")
        if not found and not stopping:
            select.select([read_end], [], [], min(idle_seconds * 2**trouble, MOST_PAUSE_SECONDS))
