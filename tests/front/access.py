"""Who may open what of the front pages: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

ROLES = ("visitor", "member", "trainer", "officer", "counsellor", "desk", "moderator", "admin")


def all_get(status: int) -> dict[str, int]:
    return dict.fromkeys(ROLES, status)


ROWS: list[tuple[str, dict[str, int]]] = [
    ("home.home", all_get(200)),
    ("search.search", all_get(200)),
    ("files.picture", all_get(404)),  # no picture of that name
    ("guides.guides", all_get(200)),
    ("guides.guide", all_get(200)),
    ("guides.care", all_get(200)),
    ("machines.alive", all_get(200)),
    ("machines.ready", all_get(200)),
    ("machines.robots", all_get(200)),
    ("machines.sitemap", all_get(200)),
    ("machines.quick_exit", all_get(303)),
    ("machines.quick_exit_and_sign_out", all_get(200)),
    ("settings.language", all_get(303)),
    ("settings.appearance", all_get(200)),
    ("desk.staff", all_get(200) | {"visitor": 303, "member": 404, "trainer": 404}),
]
