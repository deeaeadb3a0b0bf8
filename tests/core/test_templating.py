"""Templates under several threads: a server's threads compile the same pages at the same moment, right after a start."""

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import templating

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "templates"
LONGEST = 12  # the deepest trees take longest, so threads meet inside them


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change places whenever they can, also in the middle of making a syntax tree: the collector runs Python there."""

    def pause(_phase: str, _info: dict[str, int]) -> None:
        for _turn in range(30):
            pass

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(40)
    gc.callbacks.append(pause)
    yield
    gc.callbacks.remove(pause)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def compiled_by_four(app: Flask, race: Callable[..., Any]) -> list[Any]:
    environment = templating.environment(app)
    sources = sorted((path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")), key=len)[-LONGEST:]
    return list(race(4, lambda number: [environment.compile(source) for source in sources[number:] + sources[:number]]).results)


@pytest.mark.usefixtures("restless")
def test_threads_that_compile_at_once_do_not_disturb_each_other(app: Flask, race: Callable[..., Any]) -> None:
    assert [type(result) for result in compiled_by_four(app, race)] == [list] * 4


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the fault was seen on CPython 3.11; newer ones were not tried and may not have it")
@pytest.mark.usefixtures("restless")
def test_without_the_lock_they_do(app: Flask, race: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templating, "_COMPILING", contextlib.nullcontext())
    assert any(isinstance(result, SystemError) for result in compiled_by_four(app, race))
