"""Reads of the community: columns only, a fixed number of statements, statements built once.

The pages read most are `Prepared`: rows of columns need nothing of the ORM.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.blocks.queries import blocked_by
from app.accounts.people.models import Person, PersonRole
from app.accounts.people.rules import shown_name
from app.community.threads import rules
from app.community.threads.models import Post, Reach, Room, State, Thread, Voice
from app.core.access import STAFF
from app.core.db import Id, Instant
from app.core.markdown import excerpt
from app.core.reads import Prepared
from app.core.sealing import keyed_mark
from app.core.web import slug_of


def thread_address(thread_id: int, title: str, *, is_calm: bool) -> str:
    """The one address of a thread."""
    return f"/komunitas/t/{thread_id}-{rules.CALM_SLUG if is_calm else slug_of(title)}"


def seal_of(person_id: int, thread_id: int) -> str:
    """The mark of a person in one thread of a pseudonym room: two threads can't be laid together without the key."""
    return keyed_mark("thread", thread_id, person_id)


@dataclass(frozen=True, slots=True)
class RoomCard:
    id: int
    slug: str
    name: str
    about: str
    icon: str
    reach: Reach
    voice: Voice
    is_indexed: bool
    is_calm: bool
    thread_count: int
    last_post_at: datetime | None

    @property
    def address(self) -> str:
        return f"/komunitas/{self.slug}"

    @property
    def is_open(self) -> bool:
        """Whether its titles may stand on pages outside the room."""
        return self.reach is Reach.PUBLIC and self.is_indexed and not self.is_calm


@dataclass(frozen=True, slots=True)
class Latest:
    room: RoomCard
    title: str | None  # of the newest thread; None in rooms whose titles stay inside
    address: str | None


@dataclass(frozen=True, slots=True)
class ThreadCard:
    id: int
    title: str
    address: str
    reply_count: int
    last_post_at: datetime
    writer: str
    is_closed: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    threads: list[ThreadCard]
    newer: str | None  # cursor of the page before
    older: str | None  # cursor of the page after


@dataclass(frozen=True, slots=True)
class ThreadHead:
    id: int
    title: str
    address: str
    author_id: int | None
    author_seal: str | None
    is_closed: bool
    reply_count: int
    made_at: datetime
    room: RoomCard

    @property
    def post_count(self) -> int:
        """Positions given so far; withdrawn and removed posts keep theirs."""
        return self.reply_count + 1

    @property
    def pages(self) -> int:
        return rules.page_of(self.post_count)


@dataclass(frozen=True, slots=True)
class PostCard:
    id: int
    position: int
    writer: str
    is_asker: bool
    is_mine: bool
    is_staff_answer: bool
    state: State
    body_html: str
    made_at: datetime
    edited_at: datetime | None
    may_block: bool = False
    is_folded: bool = False  # by somebody whom the reader blocked
    picture_key: str | None = None  # of who writes under her own name; never beside a pseudonym
    author_id: int | None = None  # for members, whose page her name leads to; never from a room of pseudonyms or a calm one


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One post, for its writer."""

    id: int
    thread_id: int
    position: int
    author_id: int | None
    author_seal: str | None
    body: str
    state: State
    title: str
    thread_state: State
    is_closed: bool
    is_calm: bool

    @property
    def address(self) -> str:
        return rules.post_address(thread_address(self.thread_id, self.title, is_calm=self.is_calm), self.position)


_ROOM_COLUMNS = (
    Room.id, Room.slug, Room.name, Room.about, Room.icon, Room.reach, Room.voice, Room.is_indexed, Room.is_calm, Room.thread_count, Room.last_post_at,
)  # fmt: skip
_ROOM_WIDTH = len(_ROOM_COLUMNS)

_newest = aliased(Thread)
_ROOMS = Prepared(
    select(*_ROOM_COLUMNS, Thread.id, Thread.title)
    .outerjoin(
        Thread,
        Thread.id
        == select(_newest.id)
        .where(_newest.room_id == Room.id, _newest.state == State.SHOWN)
        .order_by(_newest.last_post_at.desc(), _newest.id.desc())
        .limit(1)
        .correlate(Room)
        .scalar_subquery(),
    )
    .order_by(Room.position, Room.id)
)
_ROOM = Prepared(select(*_ROOM_COLUMNS).where(Room.slug == bindparam("slug")))

_THREAD_COLUMNS = (
    Thread.id,
    Thread.title,
    Thread.reply_count,
    Thread.last_post_at,
    Thread.is_closed,
    Thread.author_id,
    Thread.author_mark,
    Person.name,
    Thread.author_seal,
)
_place = tuple_(bindparam("at", type_=Instant()), bindparam("id", type_=Id))
_IN_ROOM = (
    select(*_THREAD_COLUMNS)
    .outerjoin(Person, Person.id == Thread.author_id)
    .where(Thread.room_id == bindparam("room_id"), Thread.state == State.SHOWN)
    .limit(rules.THREADS_A_PAGE + 1)
)
_BACKWARD = _IN_ROOM.order_by(Thread.last_post_at.desc(), Thread.id.desc())
NEWEST = Prepared(_BACKWARD)
OLDER = Prepared(_BACKWARD.where(tuple_(Thread.last_post_at, Thread.id) < _place))
NEWER = Prepared(_IN_ROOM.order_by(Thread.last_post_at, Thread.id).where(tuple_(Thread.last_post_at, Thread.id) > _place))

_THREAD = Prepared(
    select(
        Thread.id, Thread.title, Thread.author_id, Thread.author_seal, Thread.is_closed, Thread.reply_count, Thread.made_at, *_ROOM_COLUMNS
    )
    .join(Room, Room.id == Thread.room_id)
    .where(Thread.id == bindparam("thread_id"), Thread.state == State.SHOWN)
)  # fmt: skip
_is_here = and_(
    Person.left_at.is_(None), or_(Person.suspended_until.is_(None), Person.suspended_until <= bindparam("now", type_=Instant()))
)
POSTS = Prepared(
    select(
        Post.id, Post.position, Post.author_id, Post.author_mark, Post.author_seal, Person.name, Post.is_staff_answer, Post.state, Post.body_html,
        Post.made_at, Post.edited_at, Person.picture_key, _is_here,
    )
    .outerjoin(Person, Person.id == Post.author_id)
    .where(Post.thread_id == bindparam("thread_id"), Post.position.between(bindparam("first"), bindparam("last")))
    .order_by(Post.position)
)  # fmt: skip
_OWN_POST = Prepared(
    select(
        Post.id, Post.thread_id, Post.position, Post.author_id, Post.author_seal, Post.body, Post.state, Thread.title, Thread.state, Thread.is_closed,
        Room.is_calm,
    )
    .join(Thread, Thread.id == Post.thread_id)
    .join(Room, Room.id == Thread.room_id)
    .where(Post.id == bindparam("post_id"))
)  # fmt: skip
_LATEST = Prepared(
    select(Thread.id, Thread.title, Thread.reply_count, Thread.last_post_at, Room.name)
    .join(Room, Room.id == Thread.room_id)
    .where(Thread.state == State.SHOWN, Room.reach == Reach.PUBLIC, Room.is_indexed, Room.is_calm.is_(False))
    .order_by(Thread.last_post_at.desc(), Thread.id.desc())
    .limit(bindparam("most"))
)


def rooms(session: Session) -> list[Latest]:
    """Every room with its newest thread, in the city's order."""
    found = []
    for row in _ROOMS.all(session):
        room = RoomCard(*row[:_ROOM_WIDTH])
        shows = room.is_open and row[-2] is not None
        found.append(Latest(room, row[-1] if shows else None, thread_address(row[-2], row[-1], is_calm=False) if shows else None))
    return found


def room_by_slug(session: Session, slug: str) -> RoomCard | None:
    row = _ROOM.one(session, slug=slug)
    return RoomCard(*row) if row else None


def threads_of(session: Session, room: RoomCard, person_id: int | None, *, older: str = "", newer: str = "") -> ThreadPage:
    """One page of a room, newest activity first; a cursor says where it begins. The deepest page costs what the first does."""
    place = rules.read_cursor(newer)
    if place is not None:
        rows = NEWER.all(session, room_id=room.id, at=place[0], id=place[1])
        if len(rows) > rules.THREADS_A_PAGE:
            shown = rows[: rules.THREADS_A_PAGE][::-1]
            return ThreadPage([_thread_card(r, room, person_id) for r in shown], _cursor(shown[0]), _cursor(shown[-1]))
        place = None  # fewer than a page are newer: that is the first page
    else:
        place = rules.read_cursor(older)
    rows = OLDER.all(session, room_id=room.id, at=place[0], id=place[1]) if place else NEWEST.all(session, room_id=room.id)
    shown = rows[: rules.THREADS_A_PAGE]
    return ThreadPage(
        [_thread_card(r, room, person_id) for r in shown],
        _cursor(shown[0]) if place and shown else None,
        _cursor(shown[-1]) if len(rows) > rules.THREADS_A_PAGE else None,
    )


def _cursor(row: Row[tuple[int, str, int, datetime, bool, int | None, str | None, str, str | None]]) -> str:
    return rules.cursor(row[3], row[0])


def _thread_card(
    row: Row[tuple[int, str, int, datetime, bool, int | None, str | None, str, str | None]], room: RoomCard, person_id: int | None
) -> ThreadCard:
    thread_id, title, reply_count, last_post_at, is_closed, author_id, mark, name, seal = row
    is_mine = person_id is not None and (author_id == person_id if seal is None else seal == seal_of(person_id, thread_id))
    address = thread_address(thread_id, title, is_calm=room.is_calm)
    return ThreadCard(thread_id, title, address, reply_count, last_post_at, mark or shown_name(name), is_closed, is_mine)


def thread_head(session: Session, thread_id: int) -> ThreadHead | None:
    """A thread that stands, with its room."""
    row = _THREAD.one(session, thread_id=thread_id)
    if row is None:
        return None
    room = RoomCard(*row[7:])
    id_, title, author_id, author_seal, is_closed, reply_count, made_at = row[:7]
    return ThreadHead(
        id_, title, thread_address(id_, title, is_calm=room.is_calm), author_id, author_seal, is_closed, reply_count, made_at, room
    )


def posts_of(session: Session, thread: ThreadHead, page: int, person_id: int | None, now: datetime) -> list[PostCard]:
    """One page of a thread. What is held, removed or withdrawn comes without its text and its writer.

    Posts of people whom the reader blocked are folded: one statement more, however many they are. In rooms of pseudonyms nothing is
    folded and nobody can be blocked: both would say who is behind a pseudonym. What somebody answers as staff is for everybody.
    """
    first, last = rules.positions_of(page)
    own_seal = seal_of(person_id, thread.id) if person_id is not None and thread.room.voice is Voice.PSEUDONYM else None
    is_named = thread.room.voice is Voice.NAMED
    leads_on = is_named and not thread.room.is_calm and person_id is not None
    blocked = blocked_by(session, person_id) if person_id is not None and is_named else frozenset()
    cards = []
    for post_id, position, author_id, mark, seal, name, is_staff, state, html, made_at, edited_at, picture, is_here in POSTS.all(
        session, thread_id=thread.id, first=first, last=last, now=now
    ):
        if state is not State.SHOWN:
            cards.append(PostCard(post_id, position, "", False, False, False, state, "", made_at, None))
            continue
        is_asker = seal == thread.author_seal if seal else author_id is not None and author_id == thread.author_id
        is_mine = person_id is not None and (seal == own_seal if seal else author_id == person_id)
        is_met = is_named and author_id is not None and not is_staff and not is_mine
        cards.append(
            PostCard(
                post_id, position, mark or shown_name(name), is_asker, is_mine, is_staff, state, html, made_at, edited_at,
                is_met and author_id not in blocked, is_met and author_id in blocked,
                picture if is_named and mark is None and seal is None else None,
                author_id if leads_on and is_here and mark is None and seal is None else None,
            )
        )  # fmt: skip
    return cards


# A member's page


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody as members see her: what she shows of herself, and nothing that she did not say here under her own name."""

    person_id: int
    name: str
    about: str
    picture_key: str | None
    has_written: bool  # something that stands, under her own name, where names are
    has_own_voice: bool  # of that, something not as staff
    is_staff: bool  # answered as staff there, and still is

    @property
    def address(self) -> str:
        return author_address(self.person_id)


@dataclass(frozen=True, slots=True)
class Said:
    """One of her posts, in a list."""

    title: str
    address: str
    room_name: str
    is_reply: bool
    is_staff_answer: bool
    words: str
    made_at: datetime


def author_address(person_id: int) -> str:
    return f"/komunitas/orang/{person_id}"


# What stands where people write under their names. Rooms of pseudonyms and calm rooms lead to nobody, not even to staff who answered there.
_stands_by_name = (
    Thread.id == Post.thread_id, Room.id == Thread.room_id, Post.author_seal.is_(None), Post.author_mark.is_(None), Post.state == State.SHOWN,
    Thread.state == State.SHOWN, Room.voice == Voice.NAMED, Room.is_calm.is_(False),
)  # fmt: skip
_hers = select(Post.id).where(Post.author_id == Person.id, *_stands_by_name).correlate(Person)
_staff_roles = select(PersonRole.role).where(PersonRole.person_id == Person.id, PersonRole.role.in_(STAFF)).correlate(Person)
AUTHOR = Prepared(
    select(
        Person.id, Person.name, Person.about, Person.picture_key, _hers.exists(), _hers.where(Post.is_staff_answer.is_(False)).exists(),
        and_(_staff_roles.exists(), _hers.where(Post.is_staff_answer).exists()),
    ).where(Person.id == bindparam("person_id"), _is_here)
)  # fmt: skip
SAID = Prepared(
    select(Thread.id, Thread.title, Room.name, Post.position, Post.is_staff_answer, Post.body_html, Post.made_at)
    .where(Post.author_id == bindparam("person_id"), *_stands_by_name)
    .order_by(Post.id.desc())
    .limit(rules.SAID_SHOWN)
)


def author(session: Session, person_id: int, now: datetime) -> Author | None:
    """Somebody who is here: neither gone nor suspended. Whether others may see her says `has_written`. One statement, whoever is asked for."""
    row = AUTHOR.one(session, person_id=person_id, now=now)
    return Author(*row) if row else None


def shows(session: Session, person_id: int) -> tuple[str, str] | None:
    """Name and words about herself, for moderators who read a report; also when nobody else sees her page any more."""
    row = session.execute(select(Person.name, Person.about).where(Person.id == person_id)).one_or_none()
    return (shown_name(row[0]), row[1]) if row else None


def said_by(session: Session, person_id: int) -> list[Said]:
    """What she wrote last under her own name, where names are."""
    return [
        Said(
            title,
            rules.post_address(thread_address(thread_id, title, is_calm=False), position),
            room_name,
            position > 1,
            is_staff,
            excerpt(html, rules.SAID_LETTERS),
            made_at,
        )
        for thread_id, title, room_name, position, is_staff, html, made_at in SAID.all(session, person_id=person_id)
    ]


def own_post(session: Session, post_id: int) -> OwnPost | None:
    """A post with what its writer may change; who asks is the caller's business (policy)."""
    row = _OWN_POST.one(session, post_id=post_id)
    return OwnPost(*row) if row else None


@dataclass(frozen=True, slots=True)
class Talk:
    title: str
    address: str
    room_name: str
    reply_count: int
    last_post_at: datetime


def latest(session: Session, most: int) -> list[Talk]:
    """The newest talk of the open rooms."""
    rows = _LATEST.all(session, most=most)
    return [Talk(title, thread_address(id_, title, is_calm=False), name, replies, at) for id_, title, replies, at, name in rows]


@dataclass(frozen=True, slots=True)
class Reported:
    """A post as moderators and those who report it need it; its text also when it was taken down."""

    post_id: int
    thread_id: int
    position: int
    author_id: int | None
    author_seal: str | None
    author_name: str | None
    is_staff_answer: bool
    body: str
    title: str
    voice: Voice
    is_calm: bool
    is_shown: bool

    @property
    def address(self) -> str:
        return rules.post_address(thread_address(self.thread_id, self.title, is_calm=self.is_calm), self.position)


_REPORTED = (
    select(
        Post.id, Post.thread_id, Post.position, Post.author_id, Post.author_seal, Person.name, Post.is_staff_answer, Post.body, Thread.title,
        Room.voice, Room.is_calm, (Post.state == State.SHOWN) & (Thread.state == State.SHOWN),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .join(Room, Room.id == Thread.room_id)
    .outerjoin(Person, Person.id == Post.author_id)
)  # fmt: skip


def reported_thread(session: Session, thread_id: int) -> Reported | None:
    """The post that opens a thread."""
    row = session.execute(_REPORTED.where(Post.thread_id == thread_id, Post.position == 1)).one_or_none()
    return Reported(*row) if row else None


def reported_reply(session: Session, post_id: int) -> Reported | None:
    row = session.execute(_REPORTED.where(Post.id == post_id, Post.position > 1)).one_or_none()
    return Reported(*row) if row else None


def reported_post(session: Session, post_id: int) -> Reported | None:
    row = session.execute(_REPORTED.where(Post.id == post_id)).one_or_none()
    return Reported(*row) if row else None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked the thread of a reply, and who replied."""

    post_id: int
    position: int
    thread_id: int
    title: str
    asker_id: int | None
    asker_seal: str | None
    replier_id: int | None
    replier_seal: str | None
    is_shown: bool
    is_staff_answer: bool


def asked(session: Session, post_id: int) -> Asked | None:
    row = session.execute(
        select(
            Post.id, Post.position, Thread.id, Thread.title, Thread.author_id, Thread.author_seal, Post.author_id, Post.author_seal, Post.state,
            Thread.state, Post.is_staff_answer,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.id == post_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    id_, position, thread_id, title, asker_id, asker_seal, replier_id, replier_seal, state, thread_state, is_staff = row
    stands = state is State.SHOWN and thread_state is State.SHOWN
    return Asked(id_, position, thread_id, title, asker_id, asker_seal, replier_id, replier_seal, stands, is_staff)


def person_of_seal(session: Session, thread_id: int, seal: str) -> int | None:
    """Whose seal this is. Only the machine that holds the key can ask, and it keeps no answer: every member's mark is computed anew."""
    for (person_id,) in session.execute(select(Person.id).where(Person.left_at.is_(None)).order_by(Person.id)).yield_per(5000):
        if seal_of(person_id, thread_id) == seal:
            return int(person_id)
    return None


@dataclass(frozen=True, slots=True)
class Findable:
    """A thread as the search should know it."""

    id: int
    title: str
    body: str
    address: str
    room_slug: str
    room_name: str
    reply_count: int
    made_at: datetime
    last_post_at: datetime


MOST_FOUND_POSTS = 20  # the first page of a thread says what it is about
_FINDABLE = (
    select(Thread.id, Thread.title, Room.slug, Room.name, Thread.reply_count, Thread.made_at, Thread.last_post_at)
    .join(Room, Room.id == Thread.room_id)
    .where(Thread.state == State.SHOWN, Room.reach == Reach.PUBLIC, Room.is_indexed, Room.is_calm.is_(False))
    .order_by(Thread.id)
)


def findable(session: Session, thread_id: int) -> Findable | None:
    """One thread for the search; None when it must not be found."""
    rows = session.execute(_FINDABLE.where(Thread.id == thread_id)).all()
    return next(iter(_with_texts(session, rows)), None)


def all_findable(session: Session, batch: int = 500) -> Iterator[Findable]:
    """Every thread for the search, in id order, a batch at a time."""
    after = 0
    while rows := session.execute(_FINDABLE.where(Thread.id > after).limit(batch)).all():
        after = rows[-1][0]
        yield from _with_texts(session, rows)


def _with_texts(session: Session, threads: Sequence[Row[tuple[int, str, str, str, int, datetime, datetime]]]) -> Iterator[Findable]:
    texts: dict[int, list[str]] = {row[0]: [] for row in threads}
    if threads:
        bodies = select(Post.thread_id, Post.body).where(
            Post.thread_id.in_(list(texts)), Post.position <= MOST_FOUND_POSTS, Post.state == State.SHOWN
        )
        for thread_id, body in session.execute(bodies.order_by(Post.thread_id, Post.position)):
            texts[thread_id].append(excerpt(body, 2000))
    for thread_id, title, slug, name, replies, made_at, last_post_at in threads:
        address = thread_address(thread_id, title, is_calm=False)
        yield Findable(thread_id, title, "\n".join(texts[thread_id]), address, slug, name, replies, made_at, last_post_at)


def sitemap(session: Session) -> Iterator[tuple[str, datetime | None]]:
    """Addresses of the open rooms and their threads."""
    for row in session.execute(
        select(Room.slug, Room.last_post_at).where(Room.reach == Reach.PUBLIC, Room.is_indexed, Room.is_calm.is_(False)).order_by(Room.id)
    ):
        yield f"/komunitas/{row[0]}", row[1]
    for found in session.execute(_FINDABLE).yield_per(2000):
        yield thread_address(found[0], found[1], is_calm=False), found[6]


def own_seals(session: Session, person_id: int) -> list[tuple[int, str]]:
    """Thread and seal of every thread in which a person wrote under a pseudonym, found by the key."""
    sealed = select(Post.thread_id, Post.author_seal).where(Post.author_seal.is_not(None)).distinct().order_by(Post.thread_id)
    return [(thread_id, seal) for thread_id, seal in session.execute(sealed) if seal == seal_of(person_id, thread_id)]


_WRITTEN = (Thread.title, Post.position, Post.author_mark, Post.body, Post.made_at, Post.edited_at)


def written_by(session: Session, person_id: int) -> list[dict[str, object]]:
    """Everything a person wrote under her name, and still stands."""
    named = select(*_WRITTEN).join(Thread, Thread.id == Post.thread_id).where(Post.author_id == person_id, Post.state != State.WITHDRAWN)
    return _written(session.execute(named.order_by(Post.id)).all())


def written_under_seal(session: Session, person_id: int) -> list[dict[str, object]]:
    """Everything a person wrote under a pseudonym, and still stands. For that person's own eyes, and only when she asks for it."""
    rows: list[Row[Any]] = []
    for thread_id, seal in own_seals(session, person_id):
        mine = select(*_WRITTEN).join(Thread, Thread.id == Post.thread_id).where(Post.thread_id == thread_id, Post.author_seal == seal)
        rows += session.execute(mine.where(Post.state != State.WITHDRAWN).order_by(Post.position)).all()
    return _written(rows)


def _written(rows: Sequence[Row[Any]]) -> list[dict[str, object]]:
    return [
        {"title": title, "position": position, "pseudonym": mark, "text": body, "made_at": made_at, "edited_at": edited_at}
        for title, position, mark, body, made_at, edited_at in rows
    ]
