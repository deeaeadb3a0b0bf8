"""Rooms, threads and posts: the written talk, and at the large sizes talk put together from the word lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from app.community.threads.contrib import REPLY
from app.community.threads.models import Post, Reach, Room, Thread, Voice
from app.community.threads.queries import seal_of
from app.community.threads.rules import pseudonym
from app.core import clock
from app.core.markdown import to_html
from app.core.places import KELURAHAN
from app.demo.content import people as written
from app.demo.content import talk, words
from app.demo.content.booths import ZONES
from app.demo.content.rooms import ROOMS
from app.demo.world import World

ICONS = {
    "salam-kenal": "obrolan",
    "surat": "dokumen",
    "usaha": "pasar",
    "saboak": "lapak",
    "pelatihan": "belajar",
    "modal": "tunai",
    "keluarga": "anak",
    "hati-tenang": "terima-kasih",
    "migrasi-aman": "awas",
    "tanya-petugas": "bantuan",
}
LONGEST_THREAD = 600  # replies: deep paging has something to page through
ROOM_SHARES = (10, 8, 24, 20, 10, 8, 7, 5, 4, 4)  # of the rooms in their order
USUAL_REPLIES = (2, 4, 5, 6, 7, 8, 9, 10, 12, 16, 24)
TOLD = {key for role, key in written.ACCOUNTS if role in ("member", "seller")}  # the printed accounts have something in their inbox
STAFF = {human.key for human in written.HUMANS if human.roles != ("member",)}


_PLACES = [place.name for place in KELURAHAN]
_ZONES = [zone.name for zone in ZONES]


DAY = timedelta(days=1)
SLEEP_ENDS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Shape:
    """A generated thread before its words: where, when, how many posts."""

    room: str
    started_at: datetime
    step: timedelta
    posts: int
    midnight: datetime  # the beginning of today in Kupang

    def made_at(self, position: int) -> datetime:
        """When the post at this position (from 1) was written: before today nobody writes between 22.00 and 06.00."""
        instant = self.started_at + self.step * (position - 1)
        days = -((instant - self.midnight) // DAY)
        if days <= 0:
            return instant
        start = self.midnight - days * DAY
        return start + SLEEP_ENDS + (instant - start) * 2 / 3

    @property
    def last_post_at(self) -> datetime:
        return self.made_at(self.posts)


def fill(world: World) -> None:
    """Rooms say how many threads they have, so the shape of all threads is thrown before the rooms are written."""
    room_ids = {room.slug: number for number, room in enumerate(ROOMS, start=1)}
    written_threads = _written_shapes(world)
    shapes = _generated_shapes(world) if world.size.writes_talk else []
    _rooms(world, [shape for _, shape in written_threads] + shapes)
    for shape in shapes:
        _generated_thread(world, shape, room_ids[shape.room])
        if world.rows.is_full:
            world.rows.flush()
    for thread, shape in written_threads:
        _written_thread(world, thread, shape, room_ids[shape.room])
    world.rows.flush()


def _rooms(world: World, shapes: list[Shape]) -> None:
    counts = dict.fromkeys((room.slug for room in ROOMS), 0)
    latest: dict[str, datetime] = {}
    for shape in shapes:
        counts[shape.room] += 1
        latest[shape.room] = max(shape.last_post_at, latest.get(shape.room, shape.last_post_at))
    for position, room in enumerate(ROOMS, start=1):
        world.rows.add(
            Room,
            slug=room.slug,
            name=room.name,
            about=room.about,
            icon=ICONS[room.slug],
            reach=Reach.MEMBERS if room.is_calm else Reach.PUBLIC,
            voice=Voice.PSEUDONYM if room.is_calm else Voice.NAMED,
            is_indexed=not room.is_calm,
            is_calm=room.is_calm,
            position=position,
            thread_count=counts[room.slug],
            last_post_at=latest.get(room.slug),
        )
    world.rows.flush()


def _midnight(world: World) -> datetime:
    return clock.at(clock.day_of(world.now), 0)


def _written_shapes(world: World) -> list[tuple[talk.TalkThread, Shape]]:
    """The written threads, the latest answered minutes ago, oldest first."""
    threads = list(talk.threads())
    world.dice.shuffle(threads)
    made = []
    midnight = _midnight(world)
    for place, thread in enumerate(threads):
        last = world.now - timedelta(minutes=17 + 173 * place * (1 + place // 4))
        step = timedelta(minutes=world.dice.randint(25, 400))
        made.append((thread, Shape(thread.room, last - step * (len(thread.posts) - 1), step, len(thread.posts), midnight)))
    return sorted(made, key=lambda pair: pair[1].last_post_at)


def _written_thread(world: World, thread: talk.TalkThread, shape: Shape, room_id: int) -> None:
    masks: dict[str, int] = {}
    thread_id = world.rows.next_id(Thread)
    authors = []
    for post in thread.posts:
        if post.pseudonym:
            masks.setdefault(post.pseudonym, world.dice.choice(world.members))
            authors.append(_sealed(seal_of(masks[post.pseudonym], thread_id), post.pseudonym))
        else:
            authors.append(_named(world.people[post.person]))
    world.rows.add(
        Thread,
        id=thread_id,
        room_id=room_id,
        title=thread.title,
        **authors[0],
        reply_count=shape.posts - 1,
        made_at=shape.made_at(1),
        last_post_at=shape.last_post_at,
    )
    asker = thread.posts[0].person
    for position, (post, author) in enumerate(zip(thread.posts, authors, strict=True), start=1):
        made_at = shape.made_at(position)
        post_id = world.rows.add(
            Post,
            thread_id=thread_id,
            position=position,
            **author,
            is_staff_answer=post.person in STAFF and position > 1,
            body=post.text,
            body_html=to_html(post.text),
            made_at=made_at,
        )
        if asker in TOLD and post.person != asker and position > shape.posts - 3:
            params = {"thread_id": thread_id, "title": thread.title, "position": position}
            world.tell(world.people[asker], REPLY, params, f"reply:{post_id}", made_at, is_read=position < shape.posts - 1)


def _named(person_id: int) -> dict[str, object]:
    return {"author_id": person_id, "author_mark": None, "author_seal": None}


def _sealed(seal: str, mark: str) -> dict[str, object]:
    """Under a pseudonym the row holds no person."""
    return {"author_id": None, "author_mark": mark, "author_seal": seal}


def _generated_shapes(world: World) -> list[Shape]:
    """Threads with exactly the posts that are missing to the size, oldest last post first."""
    dice = world.dice
    slugs = [room.slug for room in ROOMS]
    left = world.size.posts - sum(len(thread.posts) for thread in talk.threads())
    made: list[Shape] = []
    midnight = _midnight(world)
    while left > 0:
        posts = min(left, LONGEST_THREAD + 1 if not made else dice.choice(USUAL_REPLIES) + 1)
        room = "saboak" if not made else dice.choices(slugs, ROOM_SHARES)[0]
        step = timedelta(seconds=dice.randint(120, 14_000))
        last = world.now - timedelta(minutes=90 + dice.random() * 525_000 if made else 45)
        made.append(Shape(room, last - step * (posts - 1), step, posts, midnight))
        left -= posts
    return sorted(made, key=lambda shape: shape.last_post_at)


def _generated_thread(world: World, shape: Shape, room_id: int) -> None:
    dice, rows = world.dice, world.rows
    thing = dice.choice(words.THINGS)
    filled = {"place": dice.choice(_PLACES), "thing": thing, "thing_first": thing.capitalize(), "zone": dice.choice(_ZONES)}
    is_calm = shape.room == "hati-tenang"
    thread_id = rows.next_id(Thread)
    masks: dict[str, str] = {}

    def author() -> dict[str, object]:
        person_id = dice.choice(world.members)
        if not is_calm:
            return _named(person_id)
        seal = seal_of(person_id, thread_id)
        if seal not in masks:
            masks[seal] = pseudonym(seal, masks.values())
        return _sealed(seal, masks[seal])

    opened_by = author()
    rows.add(
        Thread,
        id=thread_id,
        room_id=room_id,
        title=dice.choice(words.TITLES[shape.room]).format_map(filled),
        **opened_by,
        reply_count=shape.posts - 1,
        made_at=shape.made_at(1),
        last_post_at=shape.last_post_at,
    )
    for position in range(1, shape.posts + 1):
        text = _words(world, filled, is_calm=is_calm)
        rows.add(
            Post,
            thread_id=thread_id,
            position=position,
            **(opened_by if position == 1 else author()),
            body=text,
            body_html=plain_html(text),
            made_at=shape.made_at(position),
        )


def _words(world: World, filled: dict[str, str], *, is_calm: bool) -> str:
    """One opening, one or two sentences, one closing; no two threads read the same."""
    dice = world.dice
    if is_calm:
        return " ".join(dice.sample(words.CALM_MIDDLES, 2))
    middles = dice.sample(words.MIDDLES, dice.choice((1, 2, 2)))
    parts = (dice.choice(words.OPENINGS), *middles, dice.choice(words.CLOSINGS))
    return " ".join(part for part in parts if part).format(price=f"{dice.randint(4, 90)}.000", **filled)


def plain_html(text: str) -> str:
    """What `core.markdown.to_html` makes of one line without any Markdown in it, a hundred times faster (a test compares the two)."""
    return f"<p>{escape(text, quote=False)}</p>"
