"""Whose things the front's addresses name: nobody's."""

from __future__ import annotations

from tests.house.ownership import Own

OWN: dict[str, Own] = {}
NOBODYS: dict[str, str] = {
    "files.picture": "pictures in public folders; a name is 64 random bits and more",
    "guides.guide": "everybody may read it",
}
