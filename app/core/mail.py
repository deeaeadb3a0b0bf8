"""Mail going out: one letter, one SMTP server (`SMTP_URL`, `MAIL_FROM`). Without them mail is off and nothing waits for it.

The caller gives the Message-ID, the same at every try, so that a mailbox can drop the second copy of a letter that was accepted
just before a crash.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.config import is_loopback
from app.core import clock

if TYPE_CHECKING:
    from app.config import Settings

TIMEOUT_SECONDS = 20.0  # for each step of the talk with the server
PORTS = {"smtp": 587, "smtps": 465}
OF_THE_SERVER = (500, 502, 503, 504, 530, 535)  # it does not understand or know us: another day it may, the address is not to blame
# Lines stay whole up to what SMTP carries: the default of 78 would break long addresses in List-Unsubscribe into encoded words.
POLICY = SMTP.clone(max_line_length=990)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_OURS = frozenset({"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "return-path"})


class MailRefused(Exception):
    """The letter was not taken. `is_lasting`: the address or the letter is refused for good, another try is no use."""

    def __init__(self, is_lasting: bool) -> None:
        super().__init__("refused for good" if is_lasting else "not taken now")
        self.is_lasting = is_lasting


@dataclass(frozen=True)
class Letter:
    """One letter to one address. `text` and `html` say the same; `message_id` stands in angle brackets."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=dict)  # such as List-Unsubscribe; not those this door sets itself


def is_on() -> bool:
    """Whether letters can go out at all."""
    return bool(_settings().smtp_url)


def send(letter: Letter) -> None:
    """Hand the letter to the server; returns once it is accepted. Raises `MailRefused`. Call it outside of transactions."""
    settings = _settings()
    if not settings.smtp_url:
        raise MailRefused(is_lasting=False)
    message = _message(letter, settings.mail_from)
    try:
        server = _server(settings.smtp_url)
        try:
            server.send_message(message, from_addr=parseaddr(settings.mail_from)[1], to_addrs=[letter.to])
            _say_goodbye(server)
        finally:
            server.close()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _words in refused.recipients.values()]
        raise MailRefused(is_lasting=all(_is_lasting(code) for code in codes)) from None
    except smtplib.SMTPDataError as refused:
        raise MailRefused(is_lasting=_is_lasting(refused.smtp_code)) from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(is_lasting=True) from None  # an address with letters this server can't carry
    except (smtplib.SMTPException, OSError, ValueError):
        raise MailRefused(is_lasting=False) from None  # the server's words stay out of the chain: they repeat the address


def _is_lasting(code: int) -> bool:
    return 500 <= code < 600 and code not in OF_THE_SERVER


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = _recipient(letter.to)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(clock.now())
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError("a Message-ID looks like <mark@host>")
    message["Message-ID"] = letter.message_id
    for header, value in letter.headers.items():
        if not _HEADER_NAME.fullmatch(header) or header.lower() in _OURS or header.lower().startswith("content-"):
            raise ValueError(f"{header!r} is not a header to add")
        message[header] = _one_line(value)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _recipient(address: str) -> Address:
    """One address and nothing else. What is none is refused for good."""
    if len(address) > 254 or re.search(r"[\s,;<>\"\x00-\x1f\x7f]", address):
        raise MailRefused(is_lasting=True)
    try:
        found = Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        raise MailRefused(is_lasting=True) from None
    if not found.username or not found.domain:
        raise MailRefused(is_lasting=True)
    return found


def _one_line(text: str) -> str:
    """No line break, no control character: what follows one would be a header of somebody else's making."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).split())


def _server(url: str) -> smtplib.SMTP:
    """A server that knows us: encrypted where it offers that. A password goes in the open on this machine only."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    trusted = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        server.ehlo_or_helo_if_needed()
        is_sealed = parts.scheme == "smtps"
        if not is_sealed and server.has_extn("starttls"):
            server.starttls(context=trusted)
            server.ehlo()
            is_sealed = True
        if parts.username:
            if not is_sealed and not is_loopback(host):
                raise MailRefused(is_lasting=False)
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _say_goodbye(server: smtplib.SMTP) -> None:
    """The letter is accepted: a server that stumbles over the parting must not make us send it again."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
