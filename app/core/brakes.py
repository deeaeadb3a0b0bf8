"""Brakes: how often something may be tried in a moving window of time.

Counted in the memory of each web process, so with two workers a limit is at most twice as high. The tries are taken before
the work, so that many at once can't slip through, and given back by what succeeded.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from flask import current_app

from app.core.refusals import TooFast
from app.core.web import is_demo

if TYPE_CHECKING:
    from app.core.words import Lazy

MOST_KEYS = 50_000  # a brake; the one untouched for longest goes first


@dataclass(frozen=True)
class Limit:
    """`most` tries in `seconds`; `words` is the sentence of the refusal."""

    name: str
    most: int
    seconds: int
    words: Lazy


@dataclass
class _Counts:
    keys: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


def _counts() -> _Counts:
    counts: _Counts = current_app.extensions.setdefault("brakes", _Counts())
    return counts


def are_on() -> bool:
    """Brakes can be switched off for sample data only."""
    return bool(current_app.extensions["settings"].rate_limits) or not is_demo()


def take(limit: Limit, key: str) -> None:
    """Count one try of this key; raises `TooFast` when its window is full."""
    if not are_on():
        return
    counts, now = _counts(), time.monotonic()
    with counts.lock:
        tries = counts.keys.setdefault((limit.name, key), deque())
        counts.keys.move_to_end((limit.name, key))
        while tries and tries[0] <= now - limit.seconds:
            tries.popleft()
        if len(tries) >= limit.most:
            raise TooFast(int(tries[0] + limit.seconds - now) + 1, limit.words)
        tries.append(now)
        while len(counts.keys) > MOST_KEYS:
            counts.keys.popitem(last=False)


def give_back(limit: Limit, key: str) -> None:
    """Undo the newest counted try of this key: it succeeded."""
    counts = _counts()
    with counts.lock:
        tries = counts.keys.get((limit.name, key))
        if tries:
            tries.pop()


def network_of(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
