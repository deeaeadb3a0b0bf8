"""What a page costs, beside two floors measured in the same run: `make bench`.

For each size a fresh SQLite database is filled and served by gunicorn as in production (2 workers), whole-page caches off
(and once on). A client on the same machine keeps connections open; a figure is requests a second, the 99th percentile of
the latency and, least noisy of all, the server's CPU milliseconds a request (user + system of the worker processes).

Usage: bench.py [--sizes demo,city] [--seconds 2] [--out docs/benchmarks.md]
"""

from __future__ import annotations

import argparse
import html
import http.client
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 4
DEEPEST = 400  # pages followed to reach the end of a room


@dataclass(frozen=True)
class Figure:
    rate: float
    p99_ms: float
    cpu_ms: float
    body_bytes: int
    floor_cpu_ms: float = 0.0  # of the 30-row list, measured just before and just after this figure

    @property
    def share(self) -> float:
        """Of the floor, by the server's CPU: the machine's own speed, which other work changes by the minute, falls out."""
        return self.floor_cpu_ms / self.cpu_ms


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    total = 0.0
    for each in children(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


@contextmanager
def served(target: str, environ: dict[str, str], cwd: Path) -> Iterator[tuple[int, int]]:
    """gunicorn with 2 workers on a free port: (port, pid)."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--no-control-socket",
        "--log-level",
        "warning",
    ]
    command += ["--preload", "-b", f"127.0.0.1:{port}", target]
    process = subprocess.Popen(command, env={**os.environ, **environ}, cwd=cwd)
    try:
        for _try in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


class Wire:
    """One kept connection that sends the same request again and again."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\n"
            + (f"Cookie: {cookie}\r\n" if cookie else "")
            + "\r\n"
        ).encode()
        self.port = port
        self.sock: socket.socket | None = None

    def once(self) -> tuple[int, int]:
        """(status, body bytes)."""
        if self.sock is None:
            self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.sendall(self.request)
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                self.sock = None
                return self.once()
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
        received = len(body)
        while received < length:
            received += len(self.sock.recv(262144))
        if b"connection: close" in head.lower():
            self.sock.close()
            self.sock = None
        return int(head[9:12]), length


def measure(port: int, pid: int, path: str, seconds: float, cookie: str = "") -> Figure:
    wires = [Wire(port, path, cookie) for _ in range(CONNECTIONS)]
    for wire in wires:
        for _ in range(6):
            status, length = wire.once()
            if status != 200:
                raise SystemExit(f"{path} answered {status}")
    times: list[float] = []
    stop = time.monotonic() + seconds

    def client(wire: Wire) -> None:
        while time.monotonic() < stop:
            begun = time.perf_counter()
            wire.once()
            times.append(time.perf_counter() - begun)

    before, begun = cpu_seconds(pid), time.monotonic()
    threads = [threading.Thread(target=client, args=(wire,)) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, taken = cpu_seconds(pid) - before, time.monotonic() - begun
    times.sort()
    return Figure(len(times) / taken, times[int(len(times) * 0.99)] * 1000, spent / len(times) * 1000, length)


def get(port: int, path: str, cookie: str = "") -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    body = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return body


def first_link(body: str, pattern: str) -> str:
    found = re.search(rf'href="({pattern})"', body)
    if not found:
        raise SystemExit(f"No link like {pattern} found.")
    return html.unescape(found[1])


def deepest(port: int, path: str) -> str:
    """The last page of a list, by following its next links."""
    for _page in range(DEEPEST):
        found = re.search(r'<a[^>]*rel="next"[^>]*href="([^"]+)"', get(port, path))
        if not found:
            return path
        path = html.unescape(found[1])
    return path


def fullest_room(database: Path) -> str:
    import sqlite3

    with sqlite3.connect(database) as connection:
        row = connection.execute("SELECT slug FROM room WHERE reach = 'public' ORDER BY thread_count DESC LIMIT 1").fetchone()
    return f"/komunitas/{row[0]}"


def addresses(port: int, database: Path) -> dict[str, str]:
    room, goods = fullest_room(database), get(port, "/pasar")
    return {
        "home": "/",
        "a room": room,
        "deepest page of it": deepest(port, room),
        "a thread": first_link(get(port, room), r"/komunitas/t/\d+-[^\"]+"),
        "goods list": "/pasar",
        "deep page of goods": deepest(port, "/pasar"),
        "a product": first_link(goods, r"/pasar/p/\d+-[^\"]+"),
        "the edition": first_link(get(port, "/lapak"), r"/lapak/edisi/[^\"#?]+"),
    }


def signed_in(port: int, account: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = urlencode({"phone": account["phone"], "password": account["password"]})
    connection.request("POST", "/masuk", body, {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"})
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    if not cookie:
        raise SystemExit("The bench could not sign in.")
    return cookie


def beside(floor: tuple[int, int], port: int, pid: int, path: str, seconds: float, cookie: str = "") -> Figure:
    """A page between two measurements of the floor."""
    before = measure(*floor, "/list", seconds / 2)
    found = measure(port, pid, path, seconds, cookie)
    after = measure(*floor, "/list", seconds / 2)
    return replace(found, floor_cpu_ms=(before.cpu_ms + after.cpu_ms) / 2)


def bench_size(size: str, seconds: float, folder: Path, floor: tuple[int, int]) -> dict[str, Figure]:
    environ = {"DATA_DIR": str(folder / size), "PAGE_CACHE": "off", "RATE_LIMITS": "off"}
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "app", "seed", "--size", size],
        env={**os.environ, **environ},
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print(f"{size} loaded in {time.monotonic() - begun:.1f} s", flush=True)
    accounts = json.loads((folder / size / "demo-accounts.json").read_text())
    member = next(a for a in accounts if a["role"] == "member")
    figures: dict[str, Figure] = {}
    with served("wsgi:app", environ, ROOT) as (port, pid):
        paths = addresses(port, folder / size / "katong.sqlite3")
        for name, path in paths.items():
            figures[name] = beside(floor, port, pid, path, seconds)
        cookie = signed_in(port, member)
        for name in ("home", "a room", "a thread", "goods list", "a product"):
            figures[f"{name}, signed in"] = beside(floor, port, pid, paths[name], seconds, cookie)
    with served("wsgi:app", {**environ, "PAGE_CACHE": "on"}, ROOT) as (port, pid):
        for name in ("home", "a room", "a thread", "goods list", "a product", "the edition"):
            figures[f"{name}, cache warm"] = beside(floor, port, pid, paths[name], seconds)
    return figures


def table(sizes: dict[str, dict[str, Figure]], floors: dict[str, Figure]) -> str:
    lines = [
        "| page | size | requests/s | p99 ms | CPU ms | floor's CPU ms beside it | of the 30-row floor | bytes, gzip |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| floor: {name} | | {f.rate:,.0f} | {f.p99_ms:.1f} | {f.cpu_ms:.2f} | {f.floor_cpu_ms:.2f} | {f.share:.0%} | {f.body_bytes:,} |"
        for name, f in floors.items()
    ]
    for size, figures in sizes.items():
        lines += [
            f"| {name} | {size} | {f.rate:,.0f} | {f.p99_ms:.1f} | {f.cpu_ms:.2f} | {f.floor_cpu_ms:.2f} | {f.share:.0%} | {f.body_bytes:,} |"
            for name, f in figures.items()
        ]
    return "\n".join(lines)


def machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {platform.system()}; client and server share the cores."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="demo,city")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.path.insert(0, str(ROOT / "bin"))
        import floor

        floor.prepare(str(folder / "floor.sqlite3"))
        floors = {}
        with served("floor:app", {"FLOOR_DATABASE": str(folder / "floor.sqlite3")}, ROOT / "bin") as (port, pid):
            floors["constant"] = beside((port, pid), port, pid, "/constant", options.seconds)
            floors["30-row list"] = beside((port, pid), port, pid, "/list", options.seconds)
            sizes = {size: bench_size(size, options.seconds, folder, (port, pid)) for size in options.sizes.split(",")}
    text = f"{machine()}\n\n{table(sizes, floors)}\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
