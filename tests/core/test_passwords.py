"""Password hashes: argon2id at OWASP's cost, one spelling of what looks the same, nobody's hash for nobody."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask

from app.core import passwords


@pytest.fixture
def dear(app: Flask) -> Flask:
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], cheap_passwords=False)
    return app


def test_the_cost_of_a_real_site(dear: Flask) -> None:
    kept = passwords.hash_password("periuk tikar lesung")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(kept) <= 200, "the column's width"
    assert passwords.verify(kept, "periuk tikar lesung")
    assert not passwords.verify(kept, "periuk tikar lesung ")
    assert not passwords.needs_rehash(kept)


def test_a_cheaper_hash_is_renewed(app: Flask) -> None:
    kept = passwords.hash_password("x")
    assert not passwords.needs_rehash(kept)
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], cheap_passwords=False)
    assert passwords.needs_rehash(kept)
    assert passwords.verify(kept, "x")


def test_what_looks_the_same_is_the_same(app: Flask) -> None:
    assert passwords.verify(passwords.hash_password("se\u0301’i ①"), "s\u00e9’i 1")


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "🌺" * 50, "x" * 100_000])
def test_any_text_is_a_password(app: Flask, password: str) -> None:
    assert passwords.verify(passwords.hash_password(password), password)


@pytest.mark.parametrize("kept", [None, "", "plain", "$argon2id$broken"])
def test_without_a_hash_nothing_fits(app: Flask, kept: str | None) -> None:
    assert not passwords.verify(kept, "x")
    assert not passwords.verify(kept, "nobody's password, only to spend the time of a look at somebody's")
