"""Reads obrolan/<room>.md: the opening posts and replies of the demo.

A line "# title" opens a thread, a line "@key" opens a post by that person of people.py, "@~ Daun Kelor" one under a pseudonym
(whose writer is nobody in particular: the loader picks a member, so that no story is tied to a name, not even in this repository).
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.demo.content.rooms import ROOMS


@dataclass(frozen=True, slots=True)
class TalkPost:
    person: str  # key of people.py, "" under a pseudonym
    pseudonym: str  # "" where the person writes under the own name
    text: str  # Markdown


@dataclass(frozen=True, slots=True)
class TalkThread:
    room: str
    title: str
    posts: tuple[TalkPost, ...]  # the opening post first


def parse(room: str, text: str) -> list[TalkThread]:
    """The threads of one room's file, in the order they stand."""
    threads: list[TalkThread] = []
    for chunk in ("\n" + text).split("\n# ")[1:]:
        title, _, rest = chunk.partition("\n")
        posts = []
        for part in ("\n" + rest).split("\n@")[1:]:
            who, _, words = part.partition("\n")
            pseudonym = who[1:].strip() if who.startswith("~") else ""
            posts.append(TalkPost("" if pseudonym else who.strip(), pseudonym, words.strip()))
        threads.append(TalkThread(room, title.strip(), tuple(posts)))
    return threads


@lru_cache(maxsize=1)
def threads() -> tuple[TalkThread, ...]:
    """Every written thread, room by room."""
    folder = Path(__file__).with_name("obrolan")
    return tuple(thread for room in ROOMS for thread in parse(room.slug, (folder / f"{room.slug}.md").read_text(encoding="utf-8")))
