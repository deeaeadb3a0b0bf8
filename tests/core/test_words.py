"""Words: what people typed is never read as a pattern or as markup."""

from __future__ import annotations

import pytest

from app.core.words import _, _l, _m, _n, language, set_language, spoken

TYPED = ["{n}", "{0.__class__}", "%s", "<b>", "\" x='", "{", "}}", "\u202e", "😀"]


@pytest.mark.parametrize("typed", TYPED)
def test_values_are_put_in_as_they_are(typed: str) -> None:
    assert _("Halo {name}", name=typed) == f"Halo {typed}"
    assert str(_l("Halo {name}", name=typed)) == f"Halo {typed}"
    assert "<b>" not in _m("<i>{name}</i>", name=typed).replace("<i>", "")


def test_markup_escapes_values_and_lazy_texts() -> None:
    assert _m("<b>{name}</b>", name="<script>") == "<b>&lt;script&gt;</b>"
    assert _l("a < b {x}", x="<i>").__html__() == "a &lt; b &lt;i&gt;"


def test_an_unknown_language_is_indonesian() -> None:
    for code in ("xx", "", "../en", "EN"):
        with spoken(code):
            assert language() == "id"
    set_language("en")
    assert language() == "en"
    set_language("xx")
    assert language() == "id"


def test_one_and_many() -> None:
    assert [_n("{n} balasan", "{n} balasan", n) for n in (0, 1, 2)] == ["0 balasan", "1 balasan", "2 balasan"]
    assert _("Tidak ada terjemahan untuk ini {x}", x=1) == "Tidak ada terjemahan untuk ini 1"
