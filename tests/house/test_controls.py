"""The controls of the rules about the code: each rule is shown a fault, and must see it. A scan that finds nothing proves nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.house import reading, test_code, test_tree, test_wiring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE: list[tuple[Any, str, str]] = [
    (test_code.test_commit_is_called_in_the_database_door_only, "market/booths/actions.py", "session.commit()"),
    (test_code.test_commit_is_called_in_the_database_door_only, "market/booths/actions.py", "with Session(engine) as session: pass"),
    (test_code.test_only_the_clock_reads_the_time, "market/booths/actions.py", "at = datetime.now(timezone.utc)"),
    (test_code.test_rules_policy_and_queries_are_given_the_time, "market/booths/queries.py", "at = clock.now()"),
    (test_code.test_flask_stays_in_routes_and_core, "market/booths/actions.py", "from flask import request"),
    (test_code.test_rules_and_policy_reach_no_database, "market/booths/rules.py", "from sqlalchemy import select"),
    (test_code.test_forms_reach_no_database, "market/booths/forms.py", "from app.market.booths.models import Site"),
    (test_code.test_one_door_to_each_outside_library, "market/orders/actions.py", "import stripe"),
    (test_code.test_files_are_rooms_of_the_house, "market/booths/offers.py", ""),
    (test_code.test_files_are_rooms_of_the_house, "core/utils.py", ""),
    (test_code.test_every_import_is_pinned, "market/booths/actions.py", "import pandas"),
    (test_code.test_nothing_is_swallowed, "market/booths/actions.py", "try:\n    go()\nexcept Exception:\n    pass"),
    (test_wiring.test_every_topic_has_handlers, "market/booths/actions.py", 'outbox.put(session, "nobody.listens", 1)'),
    (test_wiring.test_every_topic_has_handlers, "market/booths/actions.py", "outbox.put(session, topic, 1)"),
    (test_wiring.test_every_handler_is_reached, "market/booths/actions.py", ""),
]
PAGES: list[tuple[Any, str]] = [
    (test_tree.test_templates_hold_no_inline_style_or_script, '<p style="color: red">Halo</p>'),
    (test_tree.test_templates_hold_no_inline_style_or_script, "<script>alert(1)</script>"),
    (test_tree.test_templates_hold_no_inline_style_or_script, '<a onclick="go()">Pergi</a>'),
    (test_tree.test_forms_of_people_carry_their_keys, '<form method="post"><button>Kirim</button></form>'),
]


@pytest.fixture
def fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """`fault("market/booths/rules.py", source)`: an application that is this one file."""

    def write(place: str, source: str) -> Path:
        path = tmp_path / "app" / place
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")
        monkeypatch.setattr(reading, "ROOT", tmp_path)
        monkeypatch.setattr(test_code, "APP", tmp_path / "app")
        for module in (test_code, test_wiring):
            monkeypatch.setattr(module, "sources", lambda: [path])
        monkeypatch.setattr(test_tree, "templates", lambda: [path])
        return path

    return write


@pytest.mark.parametrize(("rule", "place", "source"), CODE, ids=[f"{rule.__name__}-{number}" for number, (rule, *_more) in enumerate(CODE)])
def test_a_rule_about_code_sees_its_fault(rule: Callable[[], None], place: str, source: str, fault: Callable[[str, str], Path]) -> None:
    fault(place, source)
    with pytest.raises(AssertionError):
        rule()


@pytest.mark.parametrize(("rule", "source"), PAGES)
def test_a_rule_about_templates_sees_its_fault(rule: Callable[[], None], source: str, fault: Callable[[str, str], Path]) -> None:
    fault("templates/fault.html", source)
    with pytest.raises(AssertionError):
        rule()


def test_a_view_without_a_mark_is_seen() -> None:
    app: Any = SimpleNamespace(view_functions={"booths.map": lambda: "denah"})
    with pytest.raises(AssertionError, match=r"booths\.map"):
        test_wiring.test_every_view_has_one_access_mark(app)


def test_the_rules_look_at_something() -> None:
    """The real scans read real files: an empty list would agree with every rule."""
    assert len(reading.sources()) > 100
    assert len(reading.templates()) > 50
    assert len(test_wiring.topics_put()) > 10
    assert len(test_code.slices()) > 50
