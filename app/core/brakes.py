"""Brakes: how often something may be tried in a moving window of time.

The tries are taken before the work, so that many at once can't slip through, and given back by what succeeded.

Without `REDIS_URL` they are counted in the memory of each web process, so with two workers a limit is at most twice as high. With it,
all processes of all hosts count together. While Redis is away each process counts for itself again: there is never no brake at all.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import current_app

from app.core import sealing
from app.core.refusals import TooFast
from app.core.web import is_demo

if TYPE_CHECKING:
    from app.core.words import Lazy

MOST_KEYS = 50_000  # a brake; the one untouched for longest goes first
REDIS_SECONDS = 1.0  # a sign-in does not wait longer for Redis
MOST_CONNECTIONS = 16  # a process; its threads are fewer
AWAY_SECONDS = 5.0  # after a failure Redis is left alone for so long, or each request would wait for it
LOG_SECONDS = 60.0

# A sorted set a key, each try under its time in microseconds by Redis' own clock, so that the hosts' clocks need not agree.
# Redis runs a script alone, from its first line to its last: that is what lets exactly `most` through.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local window = tonumber(ARGV[2]) * 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, math.floor((oldest[2] + window - now) / 1000000) + 1)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), string.format('%.0f', now) .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', window / 1000))
return 0
"""


@dataclass(frozen=True)
class Limit:
    """`most` tries in `seconds`; `words` is the sentence of the refusal."""

    name: str
    most: int
    seconds: int
    words: Lazy


@dataclass
class Memory:
    """Counts of this process."""

    keys: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def take(self, limit: Limit, key: str) -> int:
        """Count one try; the answer is 0, or the seconds to wait."""
        now = time.monotonic()
        with self.lock:
            tries = self.keys.setdefault((limit.name, key), deque())
            self.keys.move_to_end((limit.name, key))
            while tries and tries[0] <= now - limit.seconds:
                tries.popleft()
            if len(tries) >= limit.most:
                return int(tries[0] + limit.seconds - now) + 1
            tries.append(now)
            while len(self.keys) > MOST_KEYS:
                self.keys.popitem(last=False)
        return 0

    def give_back(self, limit: Limit, key: str) -> None:
        with self.lock:
            tries = self.keys.get((limit.name, key))
            if tries:
                tries.pop()


class RedisAway(Exception):
    """Redis did not answer, or was left alone because it did not just now."""


class Shared:
    """Counts of all processes, in Redis. A name there holds the limit's name and a keyed mark, never a phone number or an address."""

    def __init__(self, url: str) -> None:
        # Here, so that a start without Redis does not pay for it.
        from redis import BlockingConnectionPool, Redis, RedisError
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MOST_CONNECTIONS,
            timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 1),  # at once: a connection kept from before Redis was started anew is dead
            decode_responses=True,
        )
        self.client: Any = Redis(connection_pool=pool)
        self.error: type[Exception] = RedisError
        self._script = self.client.register_script(TAKE)
        self._alone_until = 0.0
        self._silent_until = 0.0

    def take(self, limit: Limit, key: str) -> int:
        """Count one try; the answer is 0, or the seconds to wait. Raises `RedisAway`."""
        return int(self._ask(self._script, [self.name_of(limit, key)], [limit.most, limit.seconds, secrets.token_hex(8)]))

    def give_back(self, limit: Limit, key: str) -> None:
        """Raises `RedisAway`."""
        self._ask(self.client.zpopmax, self.name_of(limit, key))

    @staticmethod
    def name_of(limit: Limit, key: str) -> str:
        return f"katong:rem:{limit.name}:{sealing.keyed_mark('brake', limit.name, key)}"

    def is_there(self) -> bool:
        """Whether Redis answers now."""
        try:
            return bool(self.client.ping())
        except (self.error, OSError):
            return False

    def _ask(self, question: Any, *args: Any) -> Any:
        if time.monotonic() < self._alone_until:
            raise RedisAway
        try:
            return question(*args)
        except (self.error, OSError) as trouble:
            now = time.monotonic()
            self._alone_until = now + AWAY_SECONDS
            if now >= self._silent_until:
                self._silent_until = now + LOG_SECONDS
                log.warning("Redis is away (%s): each process counts tries for itself.", type(trouble).__name__)
            raise RedisAway from None


log = logging.getLogger("katong.brakes")
_making = Lock()


def _memory() -> Memory:
    counts: Memory = current_app.extensions.setdefault("brakes", Memory())
    return counts


def _shared() -> Shared | None:
    """The counts in Redis, where REDIS_URL is set; made at the first try."""
    url: str = current_app.extensions["settings"].redis_url
    if not url:
        return None
    with _making:
        made: Shared | None = current_app.extensions.get("brakes_in_redis")
        if made is None:
            made = current_app.extensions["brakes_in_redis"] = Shared(url)
    return made


def is_redis_there() -> bool | None:
    """Whether Redis answers; None where it is not set."""
    shared = _shared()
    return shared.is_there() if shared else None


def are_on() -> bool:
    """Brakes can be switched off for sample data only."""
    return bool(current_app.extensions["settings"].rate_limits) or not is_demo()


def take(limit: Limit, key: str) -> None:
    """Count one try of this key; raises `TooFast` when its window is full."""
    if not are_on():
        return
    shared = _shared()
    try:
        seconds = shared.take(limit, key) if shared else _memory().take(limit, key)
    except RedisAway:
        seconds = _memory().take(limit, key)
    if seconds:
        raise TooFast(seconds, limit.words)


def give_back(limit: Limit, key: str) -> None:
    """Undo the newest counted try of this key: it succeeded."""
    shared = _shared()
    try:
        if shared:
            shared.give_back(limit, key)
    except RedisAway:
        pass  # a try taken in Redis grows old there
    _memory().give_back(limit, key)


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
