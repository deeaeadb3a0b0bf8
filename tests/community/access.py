"""Who may open what in the community: endpoint -> who -> answer. Rows are joined by the house's matrix test."""

from __future__ import annotations

# Arguments of the addresses: the room is public, the thread and the post are the member's own.
ROWS: list[tuple[str, dict[str, int]]] = [
    ("threads.rooms", {"visitor": 200, "member": 200, "trainer": 200, "moderator": 200}),
    ("threads.room", {"visitor": 200, "member": 200, "trainer": 200, "moderator": 200}),
    ("threads.thread", {"visitor": 200, "member": 200, "trainer": 200, "moderator": 200}),
    ("threads.author", {"visitor": 303, "member": 200, "trainer": 200, "moderator": 200}),
    ("threads.new_thread", {"visitor": 303, "member": 200, "trainer": 200, "moderator": 200}),
    ("threads.reply", {"visitor": 303, "member": 303, "trainer": 303, "moderator": 303}),
    ("threads.change_post", {"visitor": 303, "member": 404, "writer": 200, "moderator": 404}),
    ("threads.withdraw_post", {"visitor": 303, "member": 404, "writer": 200, "moderator": 404}),
]
