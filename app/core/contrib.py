"""What slices offer to pages that belong to nobody: home, search, desks, sitemap, my data.

Each slice's `contrib.py` exports `CONTRIBUTIONS`; wiring joins them. Shared pages ask `offered(Kind)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.access import Actor, Role
    from app.core.search import Document
    from app.core.words import Lazy


@dataclass(frozen=True)
class HomeCard:
    """A piece of the first page. `load` costs at most 2 statements; None leaves the card out.

    Slots: `evening` (this weekend's market, on the indigo band), `waiting` (what waits for the member),
    `goods`, `courses`, `talk`.
    """

    slot: str
    template: str  # rendered with `card`, what `load` gave
    load: Callable[[Session, Actor | None, datetime], Any]


@dataclass(frozen=True)
class SearchSource:
    """Documents of one kind for `/cari`. `load` words one subject (None: it must not be found), `every` all, in id order."""

    kind: str
    label: Lazy
    load: Callable[[Session, int], Document | None]
    every: Callable[[Session], Iterable[Document]]


@dataclass(frozen=True)
class SitemapSource:
    """Public addresses for search engines: (path, last changed)."""

    load: Callable[[Session], Iterable[tuple[str, datetime | date | None]]]


@dataclass(frozen=True)
class NoticeKind:
    """A notice, stored as kind and parameters, worded when read. `neutral` tells nothing of the topic (lock screens).

    The part of `code` before its first dot says which group of a person's preferences it belongs to (accounts/notices/rules.py).
    """

    code: str
    words: Callable[[Mapping[str, Any]], str]
    neutral: Lazy
    address: Callable[[Mapping[str, Any]], str]
    is_urgent: bool = False  # can't wait for a digest or for the end of the quiet hours
    is_private: bool = False  # its words never leave the site, not even inside a letter
    responsible: Role | None = (
        None  # who hands it over by WhatsApp where no gateway reaches the person; urgent kinds only, the desk for accounts
    )
    is_handed: bool = True  # False: urgent, but so frequent that passing it on by hand would bury what only a hand can bring
    until: Callable[[Mapping[str, Any]], datetime | None] | None = None  # after this instant telling it is of no use


@dataclass(frozen=True)
class DeskCard:
    """A door on a staff or trainer desk's first page, with a count of what waits."""

    desk: str  # "petugas" or "pelatih"
    roles: frozenset[str]
    label: Lazy
    icon: str
    endpoint: str
    count: Callable[[Session, Actor, datetime], int] | None = None


@dataclass(frozen=True)
class PersonalData:
    """What a slice holds about a person: worded on /akun/data, and whole in the person's own copy.

    `load` gives what can be written as JSON (instants and days as they are, no bytes), of this person only: no secret, hash or
    key, nothing private of others. `label` names it, `purpose` says what it is for and who sees it, `kept` by what right and how
    long. `tables` are the tables with a foreign key to person that it answers for (a house test counts them). `is_secret`: only
    in the copy when the person asks for it by a tick, because a copy on a shared phone would give away what the site hides.
    """

    name: str
    load: Callable[[Session, int], Mapping[str, Any]]
    label: Lazy | None = None
    purpose: Lazy | None = None
    kept: Lazy | None = None
    tables: tuple[str, ...] = ()
    pictures: Callable[[Session, int], list[str]] | None = None  # keys of core.pictures
    is_secret: bool = False


@dataclass(frozen=True)
class AccountDoor:
    """A line on /akun. Sections: `me`, `entry` (signing in and its locks), `contact`, `privacy`; lines stand in `order`."""

    section: str
    label: Lazy
    endpoint: str
    note: Lazy
    order: int = 50


@dataclass(frozen=True)
class AccountBadge:
    """Short words beside the person's own name on /akun, such as the offices she acts for; they lead to `address`, if it has one."""

    load: Callable[[Session, int], list[str]]
    address: str = ""


@dataclass(frozen=True)
class Farewell:
    """What a slice does when a person leaves, in the leaving's own transaction: private things go, public ones lose their name.

    `gone` says in a sentence what goes, `kept` what stays, because the law or other people need it, and under what name; None when
    nothing does. `tables` are the tables with a foreign key to person that it answers for (a house test counts them). It locks the
    rows that others act on at the same time: the person's own row is locked already.
    """

    name: str
    leave: Callable[[Session, int, datetime], None]
    kept: Lazy | None = None
    gone: Lazy | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chore:
    """What the worker does now and then without being asked, such as forgetting what is kept no longer or gathering a day's summary.

    `run` opens its own transactions, is safe to run twice and beside itself in another worker, and leaves the rest for its next turn
    when there is much. It runs at a worker's start and then every so often.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], None]


@dataclass(frozen=True)
class MeritKind:
    """A fact that an area notes in somebody's favour (accounts/merits), worded for that person: what it says, who noted it, what to do
    when it is wrong or missing. `address` is the person's own page about it.
    """

    code: str  # such as "turn.kept"
    words: Lazy
    area: Lazy
    address: str
    objection: Lazy


@dataclass(frozen=True)
class MeritUse:
    """An area that counts merits of a kind says so here, in a sentence for the person: what for, and how much it weighs."""

    kind: str
    words: Lazy


@dataclass(frozen=True)
class LeaveBlocker:
    """What a person must finish before leaving: sentences, and the page where that is done.

    Asked for the page, and again inside the leaving's transaction, where the person's row is locked: whoever writes something that
    would stand here holds that row (`people.actions.hold_here`) and so comes before or after the leaving, never beside it.
    """

    load: Callable[[Session, int, datetime], list[str]]
    address: str = ""
    label: Lazy | None = None  # of the link
    hold: Callable[[Session, int], None] | None = None  # locks the rows through which others could add to it meanwhile


@dataclass(frozen=True)
class ReportSubject:
    """A kind of thing that can be reported.

    `address`: where members read it; None when there is nothing to report. `words`: what it says, for moderators, also when it was
    taken down. `owner`: who answers for it and is told of a decision; None where no row may tie a person to it (pseudonyms).
    `is_owner(session, person_id, subject_id)`: whether it is this person's, pseudonyms included. `is_quiet`: that no row may say who read it.
    `take_down` and `put_back(session, actor_id, subject_id, now)` are steps of the deciding transaction; without them it is not offered.
    `desk`: the endpoint (`person_id`) where staff can do more than the queue offers.
    """

    kind: str
    label: Lazy
    address: Callable[[Session, int], str | None]
    words: Callable[[Session, int], str | None] | None = None
    owner: Callable[[Session, int], int | None] | None = None
    is_owner: Callable[[Session, int, int], bool] | None = None
    is_quiet: Callable[[Session, int], bool] | None = None
    take_down: Callable[[Session, int, int, datetime], None] | None = None
    put_back: Callable[[Session, int, int, datetime], None] | None = None
    desk: str | None = None


@dataclass(frozen=True)
class MetPerson:
    """A place where one person meets another by name, and may block her: `met(session, actor_id, subject_id)` gives (person, name) or None."""

    kind: str
    met: Callable[[Session, int, int], tuple[int, str] | None]
    back: Callable[[Session, int, int], str]  # where to return to


_C = TypeVar("_C")


def offered(kind: type[_C]) -> Iterator[_C]:
    """Every contribution of a kind, in wiring's order."""
    return (c for c in current_app.extensions["contributions"] if isinstance(c, kind))
