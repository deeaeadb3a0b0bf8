"""What a password may be: the list of leaks, the words of this site, and nothing else that is refused (OWASP ASVS 5.0, 6.2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.accounts.people import actions, rules
from app.accounts.people.models import Person
from app.core import passwords
from app.core.db import transaction
from tests.factories import PASSWORD, a_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client

TYPED = "0812-000-000001"


@pytest.fixture
def ros(app: Flask) -> Person:
    with transaction() as session:
        return a_person(session, name="Ros", phone="+62812000000001")


def test_more_than_three_thousand_leaked_passwords_of_our_length_are_refused() -> None:
    listed = Path(str(rules.__file__)).with_name("leaked_passwords.txt").read_text(encoding="utf-8").split()
    long_enough = [word for word in listed if len(word) >= rules.LEAST_PASSWORD_LETTERS]
    assert len(set(long_enough)) >= 3000
    for word in (*long_enough[:3000], long_enough[0].upper()):
        with pytest.raises(actions.PasswordTooCommon):
            actions.check_password(word, name="Ros", phone="+62812000000001")


@pytest.mark.parametrize(
    "typed",
    ["katongkupang", "Saboak2026!", "lapak-pasar-kupang", "K4t0ngKup4ng", "petugaslapak1", "kelapalima99", "2026lontar!!", "adminkatong", "pmikupang"],
)  # fmt: skip
def test_words_of_this_site_are_no_password(typed: str) -> None:
    assert rules.is_of_context(typed)
    with pytest.raises(actions.PasswordTooCommon):
        actions.check_password(typed, name="Ros", phone="+62812000000001")


@pytest.mark.parametrize(
    "typed",
    [PASSWORD, "periuk tikar lesung", "kupang lontar garam", "lampu sumur tangga", "pasarmalamhujan", "81726354 09", "...!!!???///"],
)
def test_control_other_words_beside_them_are(typed: str) -> None:
    assert not rules.is_of_context(typed)


def test_both_doors_that_set_a_password_look(sign_in: Callable[[Any], Client], app: Flask, ros: Person) -> None:
    changed = sign_in(ros).post("/akun/sandi", data={"old": PASSWORD, "new": "katongkupang1"})
    assert (changed.status_code, "mudah ditebak" in changed.get_data(as_text=True)) == (422, True)
    typed = {"name": "Ina", "phone": "0812-3900-1234", "password": "saboakkupang", "place": "Oesapa", "agree": "y"}
    made = app.test_client().post("/daftar", data=typed)
    assert (made.status_code, "mudah ditebak" in made.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize(
    "new",
    ["s" + "x" * 63 + "periuk", "q7" * 3 + "r9 tikar" * 24, "hujanderas", "HUJANDERAS", "73920184", "  spasi di tepi  ", "periuk ☀ tikar", "%&*§#+=~^"],
)  # fmt: skip
def test_any_letters_of_eight_to_two_hundred_are_taken_exactly_as_typed(
    sign_in: Callable[[Any], Client], app: Flask, ros: Person, new: str
) -> None:
    assert sign_in(ros).post("/akun/sandi", data={"old": PASSWORD, "new": new}).status_code == 303
    for typed, status in ((new, 303), (new[:-1], 422), (new.swapcase(), 422 if new.swapcase() != new else 303), (new.strip() + ".", 422)):
        assert app.test_client().post("/masuk", data={"phone": TYPED, "password": typed}).status_code == status, typed
    if new != new.strip():
        assert app.test_client().post("/masuk", data={"phone": TYPED, "password": new.strip()}).status_code == 422


def test_too_long_is_refused_and_never_cut(sign_in: Callable[[Any], Client], ros: Person) -> None:
    assert sign_in(ros).post("/akun/sandi", data={"old": PASSWORD, "new": "a9 " * 67}).status_code == 422
    assert not passwords.verify(passwords.hash_password("x" * 72 + "a"), "x" * 72 + "b"), "nothing beyond 72 bytes is dropped"


def test_every_password_field_is_masked_and_open_to_keepers_and_pasting() -> None:
    root = Path(__file__).parents[3]
    scripts = "".join(path.read_text(encoding="utf-8") for path in (root / "static" / "js").rglob("*.js"))
    assert "paste" not in scripts, "no script stands in the way of pasting"
    found = 0
    for template in (root / "app" / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        for field in text.split("ui.field(form.")[1:]:
            name, _rest = field.split(",", 1) if "," in field else (field, "")
            if name in ("password", "old", "new"):
                found += 1
                assert "current-password" in field.split(")")[0] or "new-password" in field.split(")")[0], template.name
    assert found >= 5
