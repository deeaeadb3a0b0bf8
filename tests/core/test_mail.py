"""Mail: a real SMTP server on loopback reads what was sent."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import smtplib
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from app.core import mail
from tests.core.listeners import a_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session
    from flask import Flask

LONG = "https://katong.example/kabar/berhenti/" + "a" * 120


def a_letter(**changes: Any) -> mail.Letter:
    usual = mail.Letter(
        to="mama@rumah.example",
        subject="Kabar untuk Mama Yuliana “Lapak”",
        text="Giliran Anda.\n\nHalo, Mama é.\n.\nselesai",
        html="<p>Giliran <b>Anda</b> é.</p>",
        message_id="<kabar-7@katong.example>",
        headers={"List-Unsubscribe": f"<{LONG}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    return dataclasses.replace(usual, **changes)


class Mailbox:
    """Keeps letters; refuses as told."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.refuse_recipient = ""
        self.refuse_data = ""
        self.was_sealed = False

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_data:
            return self.refuse_data
        self.was_sealed = session.ssl is not None
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.letters.append(message)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return "250 OK"


class AnyPort(Controller):
    """Listens where the machine has room."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def listening(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    controller = AnyPort(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def choose(app: Flask, url: str, sender: str = "Katong Kupang <kabar@katong.example>") -> None:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], smtp_url=url, mail_from=sender)


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    found = Mailbox()
    with listening(found) as port:
        choose(app, f"smtp://127.0.0.1:{port}")
        yield found


def test_without_a_server_the_door_is_shut(app: Flask) -> None:
    assert not mail.is_on()
    with pytest.raises(mail.MailRefused) as refused:
        mail.send(a_letter())
    assert not refused.value.is_lasting


def test_a_letter_arrives_in_text_and_html_with_the_headers_it_was_given(app: Flask, mailbox: Mailbox) -> None:
    assert mail.is_on()
    mail.send(a_letter())
    mail.send(a_letter())
    letter, again = mailbox.letters
    assert mailbox.envelopes[0] == ("kabar@katong.example", ["mama@rumah.example"])
    assert letter["From"] == "Katong Kupang <kabar@katong.example>"
    assert letter["To"] == "mama@rumah.example"
    assert letter["Subject"] == "Kabar untuk Mama Yuliana “Lapak”"
    assert letter["Message-ID"] == again["Message-ID"] == "<kabar-7@katong.example>"
    assert letter["Date"].datetime.tzinfo is not None
    assert letter["List-Unsubscribe"] == f"<{LONG}>"
    assert letter.get_content_type() == "multipart/alternative"
    text, html = letter.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == "Giliran Anda.\n\nHalo, Mama é.\n.\nselesai\n"
    assert "<b>Anda</b> é" in html.get_content()


def test_a_long_address_to_unsubscribe_stays_whole_on_the_wire(app: Flask, mailbox: Mailbox) -> None:
    mail.send(a_letter())
    assert f"<{LONG}>".encode() in mailbox.letters[0].as_bytes(policy=mail.POLICY)
    assert LONG in mail._message(a_letter(), "kabar@katong.example").as_string()


@pytest.mark.parametrize(
    "trick", ["\r\nBcc: x@jahat.example", "\nBcc: x@jahat.example", "\rBcc: x@jahat.example", "\u2028Bcc: x@jahat.example", "\x00"]
)
def test_no_text_becomes_a_header(app: Flask, mailbox: Mailbox, trick: str) -> None:
    mail.send(a_letter(subject=f"Halo{trick}", headers={"List-Unsubscribe": f"<https://katong.example>{trick}"}))
    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert mailbox.envelopes[0][1] == ["mama@rumah.example"]
    for broken in ({"X-A\nBcc": "x"}, {"Bcc": "x@jahat.example"}, {"from": "x@jahat.example"}, {"Content-Type": "text/html"}):
        with pytest.raises(ValueError):
            mail.send(a_letter(headers=broken))
    with pytest.raises(ValueError):
        mail.send(a_letter(message_id=f"<a@b.example>{trick}"))


@pytest.mark.parametrize(
    "to", ["", "mama", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "Mama <a@b.example>", "a b@c.example", "@c.example", "a" * 260 + "@b.example"]
)  # fmt: skip
def test_what_is_not_one_address_is_refused_for_good(app: Flask, mailbox: Mailbox, to: str) -> None:
    with pytest.raises(mail.MailRefused) as refused:
        mail.send(a_letter(to=to))
    assert refused.value.is_lasting
    assert mailbox.letters == []


@pytest.mark.parametrize(
    ("answer", "is_lasting"),
    [("550 No such user", True), ("553 Bad mailbox", True), ("450 Later", False), ("452 Full", False), ("530 Sign in first", False)],
)
def test_an_address_is_refused_for_good_or_for_now(app: Flask, mailbox: Mailbox, answer: str, is_lasting: bool) -> None:
    mailbox.refuse_recipient = answer
    with pytest.raises(mail.MailRefused) as refused:
        mail.send(a_letter())
    assert refused.value.is_lasting is is_lasting
    assert "mama" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(("answer", "is_lasting"), [("554 Not this", True), ("451 Later", False)])
def test_a_letter_is_refused_for_good_or_for_now(app: Flask, mailbox: Mailbox, answer: str, is_lasting: bool) -> None:
    mailbox.refuse_data = answer
    with pytest.raises(mail.MailRefused) as refused:
        mail.send(a_letter())
    assert refused.value.is_lasting is is_lasting


def test_a_server_that_is_away_is_tried_again_later(app: Flask) -> None:
    with listening(Mailbox()) as port:
        pass
    choose(app, f"smtp://127.0.0.1:{port}")
    with pytest.raises(mail.MailRefused) as refused:
        mail.send(a_letter())
    assert not refused.value.is_lasting


def test_a_server_that_says_nothing_is_not_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        choose(app, f"smtp://127.0.0.1:{deaf.getsockname()[1]}")
        with pytest.raises(mail.MailRefused) as refused:
            mail.send(a_letter())
    assert not refused.value.is_lasting


def test_a_letter_that_was_accepted_is_not_sent_again_because_of_the_parting(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_self: smtplib.SMTP) -> tuple[int, bytes]:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", stumble)
    mail.send(a_letter())
    assert len(mailbox.letters) == 1


def _knows(name: str, password: str) -> Any:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=(given.login, given.password) == (name.encode(), password.encode()), handled=False)

    return check


def test_encryption_is_used_where_it_is_offered_and_the_password_goes_through_it(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = a_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    found = Mailbox()
    with listening(found, tls_context=context, authenticator=_knows("kabar", "s@ndi:1"), auth_required=True) as port:
        choose(app, f"smtp://kabar:s%40ndi%3A1@127.0.0.1:{port}")
        with pytest.raises(mail.MailRefused):  # nobody we trust vouches for this certificate
            mail.send(a_letter())
        assert found.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mail.send(a_letter())
        assert found.was_sealed
        choose(app, f"smtp://kabar:salah@127.0.0.1:{port}")
        with pytest.raises(mail.MailRefused) as refused:
            mail.send(a_letter())
        assert not refused.value.is_lasting
    assert len(found.letters) == 1


def test_smtps_begins_encrypted(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    found = Mailbox()
    with listening(found, ssl_context=context) as port:
        choose(app, f"smtps://127.0.0.1:{port}")
        mail.send(a_letter())
        assert len(found.letters) == 1
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(mail.MailRefused):
            mail.send(a_letter())
    assert len(found.letters) == 1


def test_a_password_is_not_sent_in_the_open(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Mailbox()
    with listening(found, authenticator=_knows("kabar", "sandi"), auth_require_tls=False) as port:
        choose(app, f"smtp://kabar:sandi@127.0.0.1:{port}")
        mail.send(a_letter())  # on this machine it may
        monkeypatch.setattr(mail, "is_loopback", lambda _host: False)
        with pytest.raises(mail.MailRefused) as refused:
            mail.send(a_letter())
        assert not refused.value.is_lasting
    assert len(found.letters) == 1
