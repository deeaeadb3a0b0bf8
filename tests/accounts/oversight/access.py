"""Who may open what of oversight: endpoint -> who -> answer."""

from __future__ import annotations

NOBODY = {"visitor": 303, "member": 404, "trainer": 404, "officer": 404, "counsellor": 404, "desk": 404}

ROWS: list[tuple[str, dict[str, int]]] = [
    ("oversight.people", {**NOBODY, "moderator": 200, "admin": 200}),
    ("oversight.person", {**NOBODY, "moderator": 200, "admin": 200}),
    ("oversight.give_role", {**NOBODY, "moderator": 404, "admin": 404}),  # without a role in the form there is nothing to give
    ("oversight.take_role", {**NOBODY, "moderator": 404, "admin": 404}),
    ("oversight.suspend", {**NOBODY, "moderator": 422, "admin": 422}),  # without a reason and a day
    ("oversight.lift", {**NOBODY, "moderator": 303, "admin": 303}),  # nobody is suspended: a sentence
    ("oversight.end_devices", {**NOBODY, "moderator": 303, "admin": 303}),
    ("oversight.remove_factor", {**NOBODY, "moderator": 404, "admin": 303}),
    ("oversight.trail", {**NOBODY, "moderator": 404, "admin": 200}),
    ("oversight.trail_table", {**NOBODY, "moderator": 404, "admin": 200}),
]
