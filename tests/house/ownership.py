"""Whose things the addresses name: for each route with a thing in its address, how to make one that belongs to somebody.

`tests/<area>/own.py` holds `OWN` (endpoint -> `Own`) for things that belong to people, and `NOBODYS` (endpoint -> reason) for the rest.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.access import Actor
from tests.house.reading import ROOT

Status = int | tuple[int, ...]


@dataclass(frozen=True)
class Own:
    """`make` makes a fresh thing of the actor's and gives the address's arguments; `own` and `other` are what its owner and anybody else get."""

    make: Callable[[Actor], Mapping[str, Any]]
    own: Status
    other: Status = 404
    only: str = ""  # the one role that can own such a thing; to everybody else it is always somebody else's
    data: Mapping[str, str] = field(default_factory=dict)  # what a form must hold to get past its own checks


def joined() -> tuple[dict[str, Own], dict[str, str]]:
    """What every area says: things of people, and things that are nobody's own, with the reason."""
    own: dict[str, Own] = {}
    nobodys: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("own.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        own |= module.OWN
        nobodys |= module.NOBODYS
    return own, nobodys
