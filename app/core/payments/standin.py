"""A stand-in for Stripe Checkout on the same machine, for the demo database and the tests. No real money, no real card.

It speaks the three calls we use, refuses every request that Stripe's published OpenAPI refuses, shows the buyer a
checkout page marked MODE CONTOH, and sends signed webhooks, again and again until they are accepted.
Standard library, jsonschema and markupsafe only: but for the clock it shares no code with what it tests.
"""

import contextlib
import hashlib
import hmac
import json
import logging
import re
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from markupsafe import Markup

from app.core import clock
from app.core.payments.standin_pages import checkout, over, page
from app.core.payments.stripe_schema import BadRequest, checked

log = logging.getLogger("katong.standin")

API_VERSION = "2026-05-27.dahlia"
SAMPLE_KEY = "sk_test_contoh"  # what the demo signs its calls with; nothing secret hangs on it
LEAST_OPEN_SECONDS = 30 * 60 - 60  # Stripe's half hour, less what a slow call may take
MOST_OPEN_SECONDS = 24 * 3600
KEPT_SECONDS = 48 * 3600
MOST_BODY_BYTES = 1024 * 1024
FIRST_WAIT_SECONDS = 6.0  # how long the buyer waits for the shop to hear of the payment (Stripe waits 10)
BACK_OFF_SECONDS = (0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1200)
_SESSION_PATH = re.compile(r"/v1/checkout/sessions/([A-Za-z0-9_]{1,120})(/expire)?")
_PAGE_PATH = re.compile(r"/c/([A-Za-z0-9_]{1,120})")
_CSS = Path(__file__).with_name("standin.css").read_bytes()


class ApiError(Exception):
    """An answer in Stripe's error shape."""

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error", **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, **{name: value for name, value in more.items() if value}}}


@dataclass
class Answer:
    status: int
    body: bytes
    headers: list[tuple[str, str]]


@dataclass
class Book:
    """Everything the stand-in knows, kept in a small JSON file when one is given."""

    path: Path | None = None
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # by idempotency key
    messages: list[dict[str, Any]] = field(default_factory=list)  # webhooks not accepted yet

    @classmethod
    def opened(cls, path: Path | None) -> "Book":
        if path is None:
            return cls()
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, known["sessions"], known["answers"], known["messages"])
        except FileNotFoundError:
            return cls(path)
        except (ValueError, KeyError, TypeError):
            log.warning("the stand-in's file was unreadable; it starts empty")
            return cls(path)

    def save(self) -> None:
        if self.path is None:
            return
        oldest = _now() - KEPT_SECONDS
        self.sessions = {name: session for name, session in self.sessions.items() if session["created"] > oldest}
        self.answers = {key: answer for key, answer in self.answers.items() if answer["at"] > oldest}
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps({"sessions": self.sessions, "answers": self.answers, "messages": self.messages}), encoding="utf-8")
        draft.replace(self.path)


class StandIn:
    """The WSGI application. `base_url` is where buyers reach it; `webhook_url` is the shop's, `secret` signs what goes there."""

    def __init__(self, base_url: str, webhook_url: str, secret: str, *, api_key: str = SAMPLE_KEY, state_file: Path | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.webhook_url = webhook_url
        self.secret = secret
        self.api_key = api_key
        self._lock = threading.RLock()
        self._book = Book.opened(state_file)
        self._stopped = threading.Event()
        self._woken = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self._answer(environ)
        except ApiError as error:
            answer = _json(error.status, error.body)
        except Exception:
            log.exception("the stand-in failed")
            answer = _json(500, {"error": {"type": "api_error", "message": "The stand-in failed; its log says why."}})
        headers = [
            *answer.headers,
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body] if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if path == "/gaya.css":
            return Answer(200, _CSS, [("Content-Type", "text/css; charset=utf-8")])
        if path == "/sehat":
            return Answer(200, b"ok", [("Content-Type", "text/plain")])
        if shown := _PAGE_PATH.fullmatch(path):
            return self._page(method, shown.group(1), environ)
        return self._api(method, path, environ)

    # The calls a shop makes

    def _api(self, method: str, path: str, environ: WSGIEnvironment) -> Answer:
        given = environ.get("HTTP_AUTHORIZATION", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.api_key}".encode()):
            raise ApiError(401, "Invalid API Key provided.")
        session = _SESSION_PATH.fullmatch(path)
        if method == "POST" and path == "/v1/checkout/sessions":
            return self._once(environ, "POST /v1/checkout/sessions", path, self._create)
        if method == "POST" and session and session.group(2):
            return self._once(environ, "POST /v1/checkout/sessions/{session}/expire", path, lambda _: self._expire(session.group(1)))
        if method == "GET" and session and not session.group(2):
            _checked("GET /v1/checkout/sessions/{session}", parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
            with self._lock:
                return _json(200, self._session(session.group(1)))
        raise ApiError(404, f"Unrecognized request URL ({method}: {path[:100]}).")

    def _once(self, environ: WSGIEnvironment, name: str, path: str, act: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
        """Do it once for an Idempotency-Key: the same request gets the same answer, another one is refused."""
        body = _body(environ)
        key = environ.get("HTTP_IDEMPOTENCY_KEY", "")
        if len(key) > 255:
            raise ApiError(400, "Idempotency keys are at most 255 characters long.")
        mark = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
        with self._lock:
            known = self._book.answers.get(key) if key else None
            if known is not None:
                if known["mark"] != mark:
                    raise ApiError(
                        400,
                        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                        f"Try using a key other than '{key}' if you meant to execute a different request.",
                        "idempotency_error",
                    )
                answer = _json(200, known["body"])
                answer.headers.append(("Idempotent-Replayed", "true"))
                return answer
            made = act(_checked(name, parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000)))
            if key:
                self._book.answers[key] = {"mark": mark, "body": made, "at": _now()}
            self._book.save()
        return _json(200, made)

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        now = int(_now())
        lines = _lines(params)
        if params.get("mode") != "payment":
            raise ApiError(400, "The stand-in knows mode=payment only.", param="mode")
        for name in ("success_url", "cancel_url"):
            if urlsplit(params.get(name, "")).scheme not in ("http", "https"):
                raise ApiError(400, f"Not a valid URL: {name}.", code="url_invalid", param=name)
        expires_at = params.get("expires_at", now + MOST_OPEN_SECONDS)
        if not now + LEAST_OPEN_SECONDS <= expires_at <= now + MOST_OPEN_SECONDS + 60:
            raise ApiError(
                400, "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation.", param="expires_at"
            )
        total = sum(line["amount_total"] for line in lines)
        session = {
            "id": f"cs_test_{secrets.token_hex(29)}",
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": params["cancel_url"],
            "client_reference_id": params.get("client_reference_id"),
            "created": now,
            "currency": lines[0]["currency"],
            "expires_at": expires_at,
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": params.get("metadata") or {},
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": params["success_url"],
            "url": None,
        }
        session["url"] = f"{self.base_url}/c/{session['id']}"
        self._book.sessions[session["id"]] = {"created": now, "lines": lines, "session": session}
        return dict(session)

    def _session(self, session_id: str) -> dict[str, Any]:
        kept = self._book.sessions.get(session_id)
        if kept is None:
            raise ApiError(404, f"No such checkout.session: '{session_id}'", code="resource_missing", param="session")
        self._close_if_late(kept["session"])
        return dict(kept["session"])

    def _close_if_late(self, session: dict[str, Any]) -> None:
        if session["status"] == "open" and _now() >= session["expires_at"]:
            self._close(session)

    def _close(self, session: dict[str, Any]) -> None:
        session.update(status="expired", url=None)
        self._tell("checkout.session.expired", session)

    def _expire(self, session_id: str) -> dict[str, Any]:
        self._session(session_id)
        session = self._book.sessions[session_id]["session"]
        if session["status"] != "open":
            raise ApiError(400, 'Only Checkout Sessions with a status in ["open"] can be expired.', param="session")
        self._close(session)
        return dict(session)

    # The page a buyer sees

    def _page(self, method: str, session_id: str, environ: WSGIEnvironment) -> Answer:
        with self._lock:
            kept = self._book.sessions.get(session_id)
            if kept is None:
                return _html(404, over("Pembayaran ini tidak ada", "Kembali ke toko, lalu mulai lagi dari pesanan Anda.", None))
            session: dict[str, Any] = kept["session"]
            self._close_if_late(session)
            if method != "POST":
                return _html(200, checkout(kept, was_declined="ditolak" in environ.get("QUERY_STRING", "")), session)
            wish = dict(parse_qsl(_body(environ).decode("utf-8", "replace"))).get("wish", "")
            if wish == "cancel":
                return _go(session["cancel_url"])
            if wish == "decline" and session["status"] == "open":
                return _go(f"/c/{session_id}?ditolak")
            if wish != "pay" or session["status"] == "expired":
                return _html(200, checkout(kept), session)
            if session["status"] == "open":
                session.update(status="complete", payment_status="paid", payment_intent=f"pi_{secrets.token_hex(12)}", url=None)
                self._tell("checkout.session.completed", session)
        self._wait_until_told(session_id)
        return _go(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))

    # What the shop is told

    def _tell(self, kind: str, session: dict[str, Any]) -> None:
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": API_VERSION,
            "created": int(_now()),
            "data": {"object": dict(session)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self._book.messages.append({"event": event, "tries": 0, "due": _now()})
        self._book.save()
        self._woken.set()

    def _wait_until_told(self, session_id: str) -> None:
        """As Stripe does, keep the buyer a moment, so that the shop knows of the payment before she is back."""
        end = time.monotonic() + FIRST_WAIT_SECONDS
        while time.monotonic() < end and not self._stopped.is_set():
            with self._lock:
                waiting = [message for message in self._book.messages if message["event"]["data"]["object"]["id"] == session_id]
            if not any(message["tries"] == 0 for message in waiting):
                return
            self._stopped.wait(0.02)

    def deliver(self) -> None:
        """Send what is due until `stop`: run in a thread of its own."""
        while not self._stopped.is_set():
            self._woken.clear()
            with self._lock:
                for kept in list(self._book.sessions.values()):
                    self._close_if_late(kept["session"])
                due = [message for message in self._book.messages if message["due"] <= _now()]
            for message in due:
                accepted = self._sent(message["event"])
                with self._lock:
                    message["tries"] += 1
                    if accepted or message["tries"] > len(BACK_OFF_SECONDS):
                        self._book.messages.remove(message)
                    else:
                        message["due"] = _now() + BACK_OFF_SECONDS[message["tries"] - 1]
                    self._book.save()
            with self._lock:
                nearest = min((message["due"] for message in self._book.messages), default=_now() + 1)
            self._woken.wait(min(1.0, max(0.01, nearest - _now())))

    def stop(self) -> None:
        """End `deliver`; what was not accepted stays in the file."""
        self._stopped.set()
        self._woken.set()

    def _sent(self, event: dict[str, Any]) -> bool:
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, self.secret),
            "User-Agent": "Stripe/1.0 (stand-in)",
        }
        request = urllib.request.Request(self.webhook_url, body, headers)  # noqa: S310 - the address is the operator's
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=FIRST_WAIT_SECONDS) as answer:
                return bool(200 <= answer.status < 300)
        except (OSError, ValueError) as error:
            log.info("webhook %s not accepted: %s", event["type"], type(error).__name__)
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            return False


def _now() -> float:
    """Seconds since 1970, the form Stripe gives instants in."""
    return clock.now().timestamp()


def signature(body: bytes, secret: str, at: int | None = None) -> str:
    """The Stripe-Signature header of a body: its time, and the HMAC of time and body."""
    at = int(_now()) if at is None else at
    mark = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mark}"


def _checked(name: str, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    try:
        return checked(name, pairs)
    except BadRequest as error:
        raise ApiError(400, error.message, param=error.param) from None


def _lines(params: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines with their sums; what Stripe refuses beyond the types: no lines, no price, no quantity, two currencies."""
    lines = []
    for place, item in enumerate(params.get("line_items") or []):
        price = item.get("price_data")
        at = f"line_items[{place}]"
        if not price or "unit_amount" not in price or "product_data" not in price:
            raise ApiError(400, "You must specify price_data with unit_amount and product_data.", param=f"{at}[price_data]")
        quantity = item.get("quantity", 0)
        if quantity < 1 or price["unit_amount"] < 0:
            raise ApiError(400, "Invalid quantity or unit_amount.", param=f"{at}[quantity]")
        lines.append(
            {
                "name": price["product_data"]["name"],
                "quantity": quantity,
                "currency": price["currency"],
                "amount_total": quantity * price["unit_amount"],
            }
        )
    if not lines:
        raise ApiError(400, "You must specify at least one line item.", code="parameter_missing", param="line_items")
    if len({line["currency"] for line in lines}) > 1:
        raise ApiError(400, "All line items must use the same currency.", param="line_items")
    return lines


def _body(environ: WSGIEnvironment) -> bytes:
    raw = environ.get("CONTENT_LENGTH") or "0"
    length = int(raw) if raw.isdigit() else 0
    if length > MOST_BODY_BYTES:
        raise ApiError(413, "The request is too large.")
    body: bytes = environ["wsgi.input"].read(length)
    return body


def _json(status: int, body: dict[str, Any]) -> Answer:
    headers = [("Content-Type", "application/json"), ("Request-Id", f"req_{secrets.token_hex(7)}"), ("Stripe-Version", API_VERSION)]
    return Answer(status, json.dumps(body).encode(), headers)


def _html(status: int, body: Markup, session: dict[str, Any] | None = None) -> Answer:
    return Answer(status, *page(body, session))


def _go(address: str) -> Answer:
    return Answer(303, b"", [("Location", re.sub(r"[\x00-\x20\x7f]", "", address))])


class _Handler(WSGIRequestHandler):
    timeout = 20  # a silent caller holds its thread no longer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        log.debug(format, *args)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer would ask the DNS for our own name
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("a caller went away")


ServerHandler.server_software = "stand-in"


@contextlib.contextmanager
def running(
    webhook_url: str | Callable[[], str],
    secret: str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    base_url: str = "",
    api_key: str = SAMPLE_KEY,
    state_file: Path | None = None,
) -> Iterator[StandIn]:
    """The stand-in in threads of this process, on a free port unless one is named; for tests. `base_url` says where it is."""
    server = _Server((host, port), _Handler)
    address = base_url or f"http://{host}:{server.server_port}"
    standin = StandIn(
        address, webhook_url if isinstance(webhook_url, str) else webhook_url(), secret, api_key=api_key, state_file=state_file
    )
    server.set_app(standin)
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True),
        threading.Thread(target=standin.deliver, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield standin
    finally:
        standin.stop()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join(FIRST_WAIT_SECONDS + 1)


def serve(
    host: str, port: int, webhook_url: str, secret: str, *, base_url: str = "", api_key: str = SAMPLE_KEY, state_file: Path | None = None
) -> None:
    """Run until the process is told to end. Nothing is lost then: every change is in `state_file` already.

    Bind loopback only: whoever reaches it can "pay". `base_url` is where the buyer's browser reaches it.
    """
    server = _Server((host, port), _Handler)
    standin = StandIn(base_url or f"http://{host}:{server.server_port}", webhook_url, secret, api_key=api_key, state_file=state_file)
    server.set_app(standin)
    threading.Thread(target=standin.deliver, daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        standin.stop()
        server.server_close()
