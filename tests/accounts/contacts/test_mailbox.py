"""The e-mail of an account: connected by whoever holds the mailbox, for the account that asked, and never twice."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.accounts.contacts import actions, handlers, queries
from app.accounts.notices.models import Notice
from app.accounts.people.models import Person
from app.accounts.proofs.models import Proof
from app.core import clock, mail, once
from app.core.access import Actor
from app.core.audit import AuditRow
from app.core.db import reading, transaction
from app.core.passwords import hash_password
from app.core.refusals import TooFast
from tests.accounts.contacts.doors import choose
from tests.conftest import a_client
from tests.core.test_mail import Mailbox, listening
from tests.factories import a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.conftest import Client

HOME = "https://katong.example"
ADDRESS = "mama@rumah.example"


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def letters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[mail.Letter]:
    """What went to the mail server."""
    choose(app, smtp_url="smtp://127.0.0.1:1", mail_from="kabar@katong.example", base_url=HOME)
    taken: list[mail.Letter] = []
    monkeypatch.setattr(mail, "send", taken.append)
    return taken


def ours(letters: list[mail.Letter]) -> list[mail.Letter]:
    """Those of this slice: notices go out by mail as well."""
    return [letter for letter in letters if letter.subject in ("Hubungkan e-mail ini", "E-mail akun Anda diganti")]


def link_in(letters: list[mail.Letter]) -> str:
    words = [letter.text for letter in letters if letter.subject == "Hubungkan e-mail ini"][-1]
    found = re.search(rf"{HOME}(/akun/kontak/email/buka/[0-9a-f]{{32}})\n", words)
    assert found is not None, words
    return found[1]


def kept(person: Person) -> Person:
    with reading() as session:
        return session.scalars(select(Person).where(Person.id == person.id)).one()


def set_email(person: Person, address: str) -> None:
    with transaction() as session:
        session.execute(update(Person).where(Person.id == person.id).values(email=address, email_proven_at=clock.now()))


def ask(person: Person, address: str) -> None:
    actions.ask_link(Actor(person.id, person.name), address, once.new_key())


@pytest.mark.both
def test_a_link_connects_the_mailbox_on_whatever_device(
    app: Flask, mama: Person, letters: list[mail.Letter], sign_in: Callable[[Person], Client], run_outbox: Callable[[], int]
) -> None:
    hers = sign_in(mama)
    asked = hers.fill("/akun/kontak/email", {"email": "Mama@Rumah.Example"})
    assert asked.location == "/akun/kontak"
    run_outbox()
    assert "Menunggu Anda membuka tautan" in text(hers.get("/akun/kontak"))
    assert kept(mama).email is None
    assert [letter.to for letter in letters] == [ADDRESS]
    link, elsewhere = link_in(letters), a_client(app)
    for _look in range(3):  # a mail program looks at links by itself
        shown = elsewhere.get(link)
        assert shown.status_code == 200
    assert "Mama Yuliana" in text(shown)
    assert kept(mama).email is None
    done = elsewhere.fill(link, {}, action=link)
    assert done.status_code == 200
    assert "E-mail terhubung" in text(done)
    now = kept(mama)
    assert now.email == ADDRESS
    assert now.email_proven_at is not None
    assert elsewhere.get("/akun").status_code == 303, "the link signs nobody in"
    with reading() as session:
        assert session.scalars(select(AuditRow.act)).all() == ["contact.email_set"]
        assert "email.changed" in session.scalars(select(Notice.kind)).all()
    assert "E-mail terhubung" in text(elsewhere.post(link)), "a second tap says the same"
    set_email(mama, "lain@rumah.example")
    again = elsewhere.post(link)
    assert again.status_code == 410
    assert "sudah dipakai" in text(again)
    assert kept(mama).email == "lain@rumah.example"


def test_the_letter_says_the_same_in_text_and_html_and_names_nobody(
    mama: Person, letters: list[mail.Letter], run_outbox: Callable[[], int]
) -> None:
    """What somebody typed as a name must not reach a stranger's mailbox."""
    ask(mama, ADDRESS)
    run_outbox()
    (letter,) = letters
    link = HOME + link_in(letters)
    assert f'<a href="{link}">{link}</a>' in letter.html
    for words in ("Alamat ini ditulis di sebuah akun Katong", "Bukan Anda? Abaikan surat ini."):
        assert words in letter.text
        assert words in letter.html
    assert "Yuliana" not in letter.text + letter.html
    assert re.fullmatch(r"<[0-9a-f]{32}@katong\.example>", letter.message_id)
    with reading() as session:
        proof_id = session.scalars(select(Proof.id)).one()
    handlers.send_link(proof_id)
    assert letters[0] == letters[1], "sent again it is the same letter, by its Message-ID too"


def test_a_link_is_over_after_two_hours_and_when_a_newer_one_is_asked(
    mama: Person, letters: list[mail.Letter], client: Client, run_outbox: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(mama, ADDRESS)
    run_outbox()
    first = link_in(letters)
    ask(mama, "lain@rumah.example")
    run_outbox()
    second = link_in(letters)
    assert client.get(first).status_code == 410
    began = clock.now()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=2, seconds=1))
    assert client.get(second).status_code == 410
    assert client.post(second).status_code == 410
    assert kept(mama).email is None


def test_a_new_password_takes_the_link_back(
    mama: Person, letters: list[mail.Letter], client: Client, run_outbox: Callable[[], int]
) -> None:
    """Somebody had the phone for a minute and asked to connect a mailbox of his own; the owner changes her password."""
    ask(mama, "jahat@rumah.example")
    run_outbox()
    with transaction() as session:
        session.execute(update(Person).values(password_hash=hash_password("sirih pinang kapur")))
    assert client.post(link_in(letters)).status_code == 410
    assert kept(mama).email is None


@pytest.mark.both
def test_an_address_of_another_account_is_said_only_to_who_opened_the_link(
    app: Flask, mama: Person, letters: list[mail.Letter], client: Client, sign_in: Callable[[Person], Client], run_outbox: Callable[[], int]
) -> None:
    with transaction() as session:
        other = a_person(session, name="Pemilik")
    set_email(other, ADDRESS)
    hers, answers = sign_in(mama), []
    for address in (ADDRESS, "bebas@rumah.example"):
        answer = hers.fill("/akun/kontak/email", {"email": address})
        page = text(hers.get("/akun/kontak")).replace(address, "X")
        answers.append((answer.status_code, answer.location, re.sub(r'value="[^"]*"', "", page)))
    assert answers[0] == answers[1], "typing tells nothing"
    run_outbox()
    ask(mama, ADDRESS)
    run_outbox()
    refused = client.post(link_in(letters))
    assert refused.status_code == 422
    assert "sudah terhubung dengan akun lain" in text(refused)
    assert (kept(mama).email, kept(other).email) == (None, ADDRESS)
    assert client.post(link_in(letters)).status_code == 410, "the link is used up"


def test_the_old_mailbox_is_told(mama: Person, letters: list[mail.Letter], client: Client, run_outbox: Callable[[], int]) -> None:
    set_email(mama, "lama@rumah.example")
    ask(mama, ADDRESS)
    run_outbox()
    client.post(link_in(letters))
    run_outbox()
    told = ours(letters)[-1]
    assert told.to == "lama@rumah.example"
    assert "tidak terhubung lagi dengan akun Katong Anda" in told.text
    assert ADDRESS not in told.text + told.html


@pytest.mark.both
def test_it_is_taken_away_by_a_button(
    mama: Person, letters: list[mail.Letter], sign_in: Callable[[Person], Client], run_outbox: Callable[[], int]
) -> None:
    set_email(mama, ADDRESS)
    ask(mama, "lain@rumah.example")
    run_outbox()
    waiting, hers = link_in(letters), sign_in(mama)
    assert hers.fill("/akun/kontak", {}, action="/akun/kontak/email/lepas").location == "/akun/kontak"
    assert kept(mama).email is None
    run_outbox()
    assert ours(letters)[-1].to == ADDRESS
    assert hers.get(waiting).status_code == 410, "what waited goes with it"
    hers.post("/akun/kontak/email/lepas")
    run_outbox()
    with reading() as session:
        assert session.scalars(select(AuditRow.act)).all() == ["contact.email_removed"], "twice is once"
        assert [line["was"] for line in queries.personal(session, mama.id)["before"]] == [ADDRESS]


@pytest.mark.parametrize("typed", ["", "mama", "mama@", "a@b@c.id", "x" * 400, "mama@contoh.id\nBcc: y@z.id"])
def test_what_is_no_address_is_a_sentence(
    mama: Person, letters: list[mail.Letter], sign_in: Callable[[Person], Client], typed: str
) -> None:
    assert sign_in(mama).fill("/akun/kontak/email", {"email": typed}).status_code == 422


def test_ones_own_address_needs_no_link(mama: Person, letters: list[mail.Letter], sign_in: Callable[[Person], Client]) -> None:
    set_email(mama, ADDRESS)
    assert "sudah terhubung dengan akun Anda" in text(sign_in(mama).fill("/akun/kontak/email", {"email": ADDRESS.upper()}))


def test_letters_to_one_mailbox_are_few_whoever_asks(mama: Person, stranger: Person, letters: list[mail.Letter]) -> None:
    for _time in range(actions.LETTERS_TARGET.most):
        ask(mama, ADDRESS)
    with pytest.raises(TooFast):
        ask(stranger, ADDRESS)


def test_without_mail_the_page_says_so(mama: Person, sign_in: Callable[[Person], Client]) -> None:
    hers = sign_in(mama)
    assert "belum bisa mengirim e-mail" in text(hers.get("/akun/kontak"))
    assert "belum bisa mengirim e-mail" in text(hers.get("/akun/kontak/email"))
    assert hers.post("/akun/kontak/email", data={"email": ADDRESS}).status_code == 422


def test_links_that_never_were_are_over(app: Flask, client: Client) -> None:
    for token in ("0" * 32, "a" * 4, "TIDAK-ADA-0"):
        assert client.get(f"/akun/kontak/email/buka/{token}").status_code == 410
        assert client.post(f"/akun/kontak/email/buka/{token}").status_code == 410


def test_another_site_cannot_press_the_button(
    mama: Person, letters: list[mail.Letter], client: Client, run_outbox: Callable[[], int]
) -> None:
    ask(mama, ADDRESS)
    run_outbox()
    assert client.post(link_in(letters), headers={"Origin": "https://jahat.example"}).status_code == 403
    assert kept(mama).email is None


def test_through_a_real_mail_server(app: Flask, mama: Person, client: Client, run_outbox: Callable[[], int]) -> None:
    """With an address whose domain has letters of its own."""
    box = Mailbox()
    with listening(box) as port:
        choose(app, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Katong <kabar@katong.example>", base_url=HOME)
        ask(mama, "mama@xn--bcher-kva.example")
        run_outbox()
    (letter,) = box.letters
    assert letter["To"] == "mama@xn--bcher-kva.example"
    plain, rich = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert rich is not None
    found = re.search(rf"{HOME}(/akun/kontak/email/buka/[0-9a-f]{{32}})", plain.get_content())
    assert found is not None
    assert found[0] in rich.get_content()
    assert client.fill(found[1], {}, action=found[1]).status_code == 200
    assert kept(mama).email == "mama@xn--bcher-kva.example"
