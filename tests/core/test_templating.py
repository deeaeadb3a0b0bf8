"""Templates under several threads: a server's threads compile the same pages at the same moment, right after a start."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from app.core import templating

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "templates"


def test_threads_that_compile_at_once_do_not_disturb_each_other(app: Flask, race: Callable[..., Any]) -> None:
    names = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    environment = templating.environment(app)
    sources = [environment.loader.get_source(environment, name)[0] for name in names if environment.loader]

    def compile_all(number: int) -> int:
        turned = sources[number:] + sources[:number]
        return sum(environment.compile(source) is not None for source in turned[:25])

    assert race(8, compile_all).results == [25] * 8
