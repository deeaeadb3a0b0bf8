"""The plug is pulled in the middle of the evening: web server and worker die by SIGKILL while people order, and nothing is half done."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin

from sqlalchemy import func, select, text

from app.accounts.notices.models import Notice
from app.core import clock, outbox
from app.core.db import db, reading, transaction
from app.core.outbox import LEASE_SECONDS, OutboxRow
from app.market.orders.models import Order, OrderLine
from app.market.shops.models import StockMovement, Variant
from tests import factories
from tests.conftest import Forms
from tests.journeys.factories import a_weaver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

BUYERS, ORDERS_EACH, STOCK, PRICE_RUPIAH = 4, 8, 100, 150_000
KILLED_AT = (4, 12, 22)  # orders made when everything is killed
PATIENCE_SECONDS = 120.0
LOST = (OSError, HTTPException)  # refused, reset, cut in the middle


class Phone:
    """A browser without a screen on a line that breaks: every form is sent again, unchanged, until an answer comes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._net = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[str, str]:
        """Where it led, and the page."""
        return self._answer(path, None)

    def send(self, path: str, fields: dict[str, str]) -> tuple[str, str]:
        return self._answer(path, urlencode(fields).encode())

    def form(self, path: str, action: str) -> dict[str, str]:
        """The fields of a page's form, hidden ones included."""
        _where, page = self.get(path)
        found = [fields for address, _method, fields in Forms(page).forms if address == action]
        assert found, f"{path} has no form to {action}"
        return found[0]

    def _answer(self, path: str, body: bytes | None) -> tuple[str, str]:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self._net.open(urllib.request.Request(urljoin(self.address, path), body), timeout=20) as answer:
                    return answer.url, answer.read().decode()
            except urllib.error.HTTPError as refused:
                words = ""
                with suppress(*LOST), refused:
                    words = refused.read().decode(errors="replace")
                if refused.code != 503:
                    raise AssertionError(f"{path} answered {refused.code}: {words[:2000]}") from None
            except LOST:
                pass  # the server is down: what a person does is to try again
            assert time.monotonic() < end, f"{path} had no answer for {PATIENCE_SECONDS:.0f} seconds"
            time.sleep(0.05)  # between two tries of a person


def test_killed_in_the_middle_nothing_is_half_done(app: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        buyers = [factories.a_person(session, name=f"Pembeli {number}") for number in range(BUYERS)]
        phones = [f"0{str(buyer.phone)[3:]}" for buyer in buyers]
    variant_id = a_weaver(stock=STOCK)
    for engine in db.engines.values():
        engine.dispose()
    codes: list[str] = []
    troubles: list[BaseException] = []

    def buys(number: int, address: str) -> None:
        try:
            phone = Phone(address)
            phone.send("/masuk", phone.form("/masuk", "/masuk") | {"phone": phones[number], "password": factories.PASSWORD})
            for _order in range(ORDERS_EACH):
                codes.append(an_order(phone, variant_id))
        except BaseException as trouble:  # noqa: BLE001 - told by the test
            troubles.append(trouble)

    with katong(tmp_path) as running:
        threads = [threading.Thread(target=buys, args=(number, running.address), daemon=True) for number in range(BUYERS)]
        for thread in threads:
            thread.start()
        for made in KILLED_AT:
            wait_until(lambda made=made: len(codes) >= made or bool(troubles))
            running.kill_all_children()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert not troubles, troubles
        # What a killed worker had begun rests until its lease ends; all else is done by the worker that came after it.
        wait_until(lambda: not waiting(only_untried=True))
    assert running.kills == 2 * len(KILLED_AT)
    assert len(set(codes)) == BUYERS * ORDERS_EACH

    outbox.run_due(clock.now() + timedelta(seconds=2 * LEASE_SECONDS), most=1_000)
    assert waiting() == 0
    nothing_is_half_done(codes, variant_id)


def an_order(phone: Phone, variant_id: int) -> str:
    """One shawl, put in the cart and ordered; the code of the order."""
    path, _page = phone.get(f"/keranjang/tambah?barang={variant_id}")
    phone.send("/keranjang/tambah", phone.form(path, "/keranjang/tambah") | {"jumlah": "1"})
    where, page = phone.send("/pesan", phone.form("/pesan", "/pesan"))
    code = where.rsplit("/", 1)[-1]
    assert code.startswith("PSN-"), page[:3000]
    return code


def nothing_is_half_done(codes: list[str], variant_id: int) -> None:
    with reading() as session:
        orders = session.execute(select(Order.id, Order.code, Order.total_rupiah)).all()
        assert Counter(order.code for order in orders) == Counter(codes), "every form that was sent again made one order"
        sold = session.execute(select(OrderLine.order_id, OrderLine.quantity, OrderLine.price_rupiah)).all()
        assert Counter(line.order_id for line in sold) == Counter(order.id for order in orders)
        assert sum(line.quantity * line.price_rupiah for line in sold) == sum(order.total_rupiah for order in orders)
        stock = session.scalar(select(Variant.stock).where(Variant.id == variant_id))
        assert stock == STOCK - sum(line.quantity for line in sold)
        assert stock == session.scalar(select(func.sum(StockMovement.delta)).where(StockMovement.variant_id == variant_id))
        put = Counter(session.scalars(select(OutboxRow.subject_id).where(OutboxRow.topic == "order.made")))
        assert put == Counter(order.id for order in orders), "an order and its effects are one commit"
        told = Counter(session.scalars(select(Notice.event).where(Notice.kind == "order.made")))
        assert told == Counter(f"order:{order.id}:made" for order in orders), "the seller hears of each order once"
        if db.engine.dialect.name == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def waiting(*, only_untried: bool = False) -> int:
    """Effects not done yet; `only_untried`: those that no worker has begun."""
    with reading() as session:
        rows = select(func.count()).select_from(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.topic.like("order.%"))
        return session.scalar(rows.where(OutboxRow.tries == 0) if only_untried else rows) or 0


def wait_until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, f"It did not come true in {PATIENCE_SECONDS:.0f} seconds"
        time.sleep(0.02)  # between two looks


class Running:
    """`python -m app run`, which keeps web server and worker."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process, self.address = process, address
        self.kills = 0

    def kill_all_children(self) -> None:
        """SIGKILL to the web server with its workers, and to the outbox worker, each a process group of its own."""
        pid = self.process.pid
        wait_until(lambda: len(self._children(pid)) == 2)
        for child in self._children(pid):
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
                self.kills += 1

    @staticmethod
    def _children(pid: int) -> list[int]:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def katong(folder: Path) -> Iterator[Running]:
    """The production server on a free port of this machine, with the database of the test's app, written through to the disk."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")
    } | {"DATA_DIR": str(folder), "PORT": str(port), "WORKERS": "2", "CHEAP_PASSWORDS": "on", "SQLITE_SYNCHRONOUS": "FULL"}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "app", "run"], env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            net = urllib.request.build_opener(urllib.request.ProxyHandler({}))

            def answers() -> bool:
                assert process.poll() is None, (folder / "server.log").read_text()
                try:
                    with net.open(f"{address}/sehat", timeout=5):
                        return True
                except LOST:
                    return False

            wait_until(answers)
            yield Running(process, address)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0, (folder / "server.log").read_text()
