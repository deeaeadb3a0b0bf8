"""The one door to Whoosh: an index folder that can be made anew at any time.

One process writes (the outbox worker), any number read. Texts are cut into stems before Whoosh sees them, so nothing of
ours is pickled into the folder, and people's queries never meet a query parser: operators, quotes and brackets are just
marks between words.
"""

import fcntl
import json
import logging
import os
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from markupsafe import Markup
from whoosh import index as whoosh_index
from whoosh.analysis.tokenizers import RegexTokenizer
from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
from whoosh.query.compound import And, AndMaybe, Or
from whoosh.query.terms import Term

from app.core.search import language
from app.core.search.marking import mark, snippet

log = logging.getLogger("katong.search")

VERSION = 1  # raise it when the schema or the stems change: older folders are then as good as empty
MOST_HITS = 1_000  # deeper than anybody pages
MOST_QUERY_CHARACTERS = 200
MOST_QUERY_WORDS = 8
MOST_ALTERNATIVES = 12  # other spellings tried for one word
STORED_CHARACTERS = 1_500  # of the body, for the snippet
LOCK_SECONDS = 10.0  # a commit takes some 20 ms; a rebuild longer, and the outbox then tries again
TITLE_BOOST = 3.0
TRIES = 4
LEXICON = ("body", "words")  # the fields whose terms are all the words anybody wrote


class IndexBusy(Exception):
    """Another process is writing for longer than we wait. The outbox tries again."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. `facts` is shown with the hit: strings, numbers and booleans, such as price and photo key."""

    kind: str
    subject_id: int
    title: str
    body: str
    url: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def key(self) -> str:
        return key_of(self.kind, self.subject_id)


@dataclass(frozen=True, slots=True)
class Hit:
    """One found thing. `title_marked` and `snippet` are safe HTML: escaped text in which <mark> shows what was looked for."""

    kind: str
    subject_id: int
    title: str
    url: str
    facts: Mapping[str, Any]
    at: datetime | None
    title_marked: Markup
    snippet: Markup
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """`total` counts the chosen kinds, `counts_by_kind` all of them; `suggestion` is a better spelling of the query, or None.

    `is_available` is False when the index itself can't be read: then nothing was found because nothing was searched.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    counts_by_kind: dict[str, int] = field(default_factory=dict)
    suggestion: str | None = None
    is_available: bool = True


def key_of(kind: str, subject_id: int) -> str:
    """The unique key of a document: "thread:12"."""
    return f"{kind}:{subject_id}"


def _schema() -> Schema:
    def spaced() -> Any:
        return RegexTokenizer(r"[^ ]+")

    return Schema(
        key=ID(unique=True, stored=True),
        kind=ID(sortable=True),
        title=TEXT(analyzer=spaced(), phrase=False),
        body=TEXT(analyzer=spaced(), phrase=False),
        # Words that differ from their stem, as typed: only its list of terms is read, for other spellings and beginnings.
        words=KEYWORD(scorable=False),
        shown=STORED(),
    )


def _row(document: Document) -> dict[str, Any]:
    title = document.title.replace("\x00", "")
    body = document.body.replace("\x00", "")
    stems: list[str] = []
    unlike: set[str] = set()
    for word, _, _ in language.words(f"{title}\n{body}"):
        stem = language.stem(word)
        if stem:
            stems.append(stem)
            if stem != word:
                unlike.add(word)
    shown = {
        "title": title[:300],
        "body": " ".join(body[: 2 * STORED_CHARACTERS].split())[:STORED_CHARACTERS],
        "url": document.url,
        "facts": dict(document.facts),
        "at": document.at.isoformat() if document.at else None,
    }
    return {
        "key": document.key,
        "kind": document.kind,
        "title": " ".join(language.stems(title)),
        "body": " ".join(stems),  # the title's as well, so that its terms are those of everything
        "words": " ".join(unlike),
        "shown": json.dumps(shown, ensure_ascii=False, separators=(",", ":")),
    }


class _Reading:
    """What one thread of one process has open: a searcher, and the kind of each of its documents."""

    def __init__(self, folder: Path) -> None:
        self.pid = os.getpid()
        self.folder = folder
        self.searcher: Any = whoosh_index.open_dir(str(folder), readonly=True).searcher()
        self._kinds: list[str] | None = None

    def kinds(self) -> list[str]:
        """The kind of every document by its number."""
        if self._kinds is None:
            column = self.searcher.reader().column_reader("kind")
            self._kinds = [str(kind) for kind in column]
        return self._kinds


class SearchIndex:
    """One index folder: `index`, `drop`, `rebuild` for the worker, `search` for everybody. Safe across threads and forks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    # Writing

    def index(self, documents: Iterable[Document]) -> int:
        """Add the documents, or replace those of the same key; returns how many. Raises `IndexBusy`."""
        rows = [_row(document) for document in documents]
        if not rows:
            return 0
        with self._writing() as writer:
            for row in rows:
                writer.update_document(**row)
        return len(rows)

    def drop(self, keys: Iterable[str]) -> None:
        """Forget these documents; unknown keys are no error. Raises `IndexBusy`."""
        wanted = list(keys)
        if wanted:
            with self._writing() as writer:
                for key in wanted:
                    writer.delete_by_term("key", key)

    def rebuild(self, documents: Iterable[Document], *, memory_mb: int = 256) -> int:
        """Make the index anew from all documents, each key once, and put it in the old one's place in one step.

        Readers keep the old one until it is whole; other writers wait or are refused with `IndexBusy`.
        """
        with self._lock():
            fresh = self.path / f"{VERSION}-{secrets.token_hex(6)}"
            fresh.mkdir(parents=True)
            count = 0
            try:
                writer = whoosh_index.create_in(str(fresh), _schema()).writer(limitmb=memory_mb)
                try:
                    for document in documents:
                        writer.add_document(**_row(document))
                        count += 1
                except BaseException:
                    writer.cancel()
                    raise
                writer.commit(merge=False)
                before = self._folder()
                self._point_to(fresh)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            # The one just replaced stays until the next rebuild: somebody may be reading it.
            for folder in self.path.iterdir():
                if folder.is_dir() and folder not in (fresh, before):
                    shutil.rmtree(folder, ignore_errors=True)
        return count

    def count(self) -> int:
        """How many documents there are; 0 when it was never filled, or was made by an older version of this code."""
        reading = self._reading()
        return int(reading.searcher.doc_count()) if reading else 0

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._lock():
            folder = self._folder()
            if folder is None:
                folder = self.path / f"{VERSION}-{secrets.token_hex(6)}"
                folder.mkdir(parents=True)
                whoosh_index.create_in(str(folder), _schema())
                self._point_to(folder)
            writer = whoosh_index.open_dir(str(folder)).writer(timeout=LOCK_SECONDS, limitmb=32)
            try:
                yield writer
            except BaseException:
                writer.cancel()
                raise
            writer.commit()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One writer at a time over the whole path. The system frees the lock when a process dies, however it dies."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("ab") as file:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise IndexBusy(f"{self.path} is being written by another process") from None
                    time.sleep(0.02)
            yield

    def _folder(self) -> Path | None:
        """The folder that is in use, or None."""
        with suppress(FileNotFoundError):
            name = (self.path / "current").read_text(encoding="ascii").strip()
            if name.startswith(f"{VERSION}-") and (self.path / name).is_dir():
                return self.path / name
        return None

    def _point_to(self, folder: Path) -> None:
        draft = self.path / f"current.{secrets.token_hex(4)}"
        draft.write_text(folder.name, encoding="ascii")
        draft.replace(self.path / "current")

    # Reading

    def _reading(self) -> _Reading | None:
        folder = self._folder()
        if folder is None:
            return None
        known: _Reading | None = getattr(self._local, "reading", None)
        # After a fork the parent's open files are the parent's.
        # A changed index is opened anew: refresh() keeps readers of old segments, which don't know what was deleted since.
        if known is None or known.pid != os.getpid() or known.folder != folder or not known.searcher.up_to_date():
            known = self._local.reading = _Reading(folder)
        return known

    def search(self, text: str, kinds: Sequence[str] | None = None, page: int = 1, per_page: int = 20) -> Results:
        """What fits the query best, whatever it holds; `kinds` None means all. Pages count from 1."""
        for attempt in range(1, TRIES + 1):
            try:
                reading = self._reading()
                return _search(reading, text, kinds, page, per_page) if reading else Results()
            except Exception:
                # A commit or rebuild may have taken a file away between two steps: open what is there now and ask again.
                self._local.reading = None
                if attempt == TRIES:
                    log.exception("The search index can't be read; `rebuild` makes a new one.")
        return Results(is_available=False)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One word of a query: its stem, and the stems of other spellings with how much each counts (the word itself counts 1)."""

    stem: str
    alternatives: dict[str, float]


def _search(reading: _Reading, text: str, kinds: Sequence[str] | None, page: int, per_page: int) -> Results:
    searcher = reading.searcher
    wanted: dict[str, _Wanted] = {}
    corrections: dict[str, str] = {}
    for word, _, _ in language.words(text[:MOST_QUERY_CHARACTERS]):
        stem = language.stem(word)
        if not stem or stem in wanted:
            continue
        wanted[stem] = _understood(searcher, word, stem, corrections)
        if len(wanted) == MOST_QUERY_WORDS:
            break
    if not wanted:
        return Results()
    # The body holds the title's words as well: what must match is looked for there alone, the title only lifts the score.
    must = [_any("body", word) for word in wanted.values()]
    needed = And(must) if len(must) > 1 else must[0]
    counts = _count(reading, needed)
    if not counts and len(must) > 1:
        needed = Or(must)
        counts = _count(reading, needed)
    found = AndMaybe(needed, Or([_any("title", word, TITLE_BOOST) for word in wanted.values()]))
    suggestion = _suggestion(text, corrections) if corrections else None
    chosen = set(kinds) if kinds is not None else set(counts)
    total = sum(count for kind, count in counts.items() if kind in chosen)
    page = max(1, page)
    first, last = (page - 1) * per_page, min(page * per_page, MOST_HITS)
    if first >= min(total, MOST_HITS):
        return Results([], total, counts, suggestion)
    only = Or([Term("kind", kind) for kind in sorted(chosen)]) if chosen != set(counts) else None
    marked = {stem for word in wanted.values() for stem in (word.stem, *word.alternatives)}
    found_hits = searcher.search(found, limit=last, filter=only)
    return Results([_hit(hit, marked) for hit in found_hits[first:last]], total, counts, suggestion)


def _understood(searcher: Any, word: str, stem: str, corrections: dict[str, str]) -> _Wanted:
    """A word with its other spellings: many for one nobody wrote, only far commoner ones for a rare one."""
    reader = searcher.reader()
    known = int(reader.doc_frequency("body", stem))
    if known > 2 or len(word) < 3 or word.isdigit():
        return _Wanted(stem, {})
    alternatives: dict[str, float] = {}
    if not known:
        for begun in islice(chain.from_iterable(reader.expand_prefix(field, word) for field in LEXICON), MOST_ALTERNATIVES):
            alternatives[language.stem(begun.decode() if isinstance(begun, bytes) else str(begun))] = 0.7
    if len(word) > 3 and not alternatives:
        near = _near(reader, word, stem, 2 if len(word) > 5 and not known else 1)
        for distance, frequency, other in near[:MOST_ALTERNATIVES]:
            if not known or frequency >= 5 * known:
                alternatives.setdefault(language.stem(other), 0.5 if distance == 1 else 0.25)
        best = next(iter(near), None)
        if best and (not known or best[1] >= 10 * known):
            corrections[word] = best[2]
    return _Wanted(stem, alternatives)


def _near(reader: Any, word: str, stem: str, most: int) -> list[tuple[int, int, str]]:
    """Words that were written, at most `most` letters away: nearest first, then most common. The first letter is taken as right."""
    seen = {other: 1 for other in _swapped(word) if any(reader.doc_frequency(name, other) for name in LEXICON)}
    for distance in range(1, most + 1):
        for name in LEXICON:
            for other in reader.terms_within(name, word, distance, prefix=1):
                seen.setdefault(other, distance)
        if seen:
            break
    rows = [(distance, max(int(reader.doc_frequency(name, other)) for name in LEXICON), other) for other, distance in seen.items()]
    return sorted((row for row in rows if language.stem(row[2]) not in ("", stem)), key=lambda row: (row[0], -row[1], row[2]))


def _swapped(word: str) -> Iterator[str]:
    """Two neighbouring letters changed places: one slip of the thumb, though two letters differ."""
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _any(name: str, word: _Wanted, boost: float = 1.0) -> Any:
    """The word or any of its other spellings in one field."""
    terms = [Term(name, word.stem, boost=boost), *(Term(name, other, boost=boost * weight) for other, weight in word.alternatives.items())]
    return Or(terms) if len(terms) > 1 else terms[0]


def _count(reading: _Reading, found: Any) -> dict[str, int]:
    kinds = reading.kinds()
    return dict(Counter(kinds[number] for number in reading.searcher.docs_for_query(found)))


def _suggestion(text: str, corrections: Mapping[str, str]) -> str | None:
    """The query with the better spellings in it."""
    shown = text[:MOST_QUERY_CHARACTERS].replace("\x00", " ")
    pieces, after = [], 0
    for word, start, end in language.words(shown):
        pieces += [shown[after:start], corrections.get(word, shown[start:end])]
        after = end
    better = " ".join("".join([*pieces, shown[after:]]).split())
    return better if better != " ".join(shown.split()) else None


def _hit(hit: Any, marked: set[str]) -> Hit:
    shown = json.loads(hit["shown"])
    kind, _, number = hit["key"].rpartition(":")
    return Hit(
        kind=kind,
        subject_id=int(number),
        title=shown["title"],
        url=shown["url"],
        facts=shown["facts"],
        at=datetime.fromisoformat(shown["at"]) if shown["at"] else None,
        title_marked=mark(shown["title"], marked, 0, len(shown["title"])),
        snippet=snippet(shown["body"], marked),
        score=float(hit.score),
    )
