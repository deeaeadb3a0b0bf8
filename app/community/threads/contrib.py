"""What the community offers to shared pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.community.threads import actions, queries, rules
from app.community.threads.models import Voice
from app.core import clock
from app.core.access import Actor
from app.core.contrib import Farewell, HomeCard, MetPerson, NoticeKind, PersonalData, ReportSubject, SearchSource, SitemapSource
from app.core.search import Document
from app.core.words import Lazy, _, _l

KIND = "thread"
REPLY = "thread.reply"
QUIET = "talk.new"  # of a pseudonym room: says nothing of it
TALK_ON_HOME = 4


def document(session: Session, thread_id: int) -> Document | None:
    """One thread for the search; None when it must not be found."""
    found = queries.findable(session, thread_id)
    return _document(found) if found else None


def _every(session: Session) -> Iterable[Document]:
    return map(_document, queries.all_findable(session))


def _document(found: queries.Findable) -> Document:
    facts = {"room": found.room_name, "replies": found.reply_count}
    return Document(KIND, found.id, found.title, found.body, found.address, facts, found.last_post_at)


def _talk(session: Session, _actor: Actor | None, _now: datetime) -> list[queries.Talk] | None:
    return queries.latest(session, TALK_ON_HOME) or None


def _sitemap(session: Session) -> Iterable[tuple[str, datetime | date | None]]:
    yield "/komunitas", None
    yield from queries.sitemap(session)


def _reply_words(params: Mapping[str, Any]) -> str:
    return _("Ada balasan baru untuk pertanyaan Anda: {title}", title=params["title"])


def _reply_address(params: Mapping[str, Any]) -> str:
    # Without the slug: the title may have changed since; the page leads on to the right address.
    return rules.post_address(f"/komunitas/t/{params['thread_id']}", params["position"])


Step = Callable[[Session, int, int, datetime], None]
Find = Callable[[Session, int], queries.Reported | None]


def _subject(kind: str, label: Lazy, find: Find, take_down: Step, put_back: Step) -> ReportSubject:
    """Threads and replies are reported, judged and taken down alike."""

    def address(session: Session, subject_id: int) -> str | None:
        found = find(session, subject_id)
        return found.address if found and found.is_shown else None

    def words(session: Session, subject_id: int) -> str | None:
        found = find(session, subject_id)
        return (f"{found.title}\n{found.body}" if found.position == 1 else found.body) if found else None

    def owner(session: Session, subject_id: int) -> int | None:
        found = find(session, subject_id)
        return found.author_id if found else None

    def is_owner(session: Session, person_id: int, subject_id: int) -> bool:
        found = find(session, subject_id)
        if found is None or found.author_seal is None:
            return found is not None and found.author_id == person_id
        return found.author_seal == queries.seal_of(person_id, found.thread_id)

    def is_quiet(session: Session, subject_id: int) -> bool:
        found = find(session, subject_id)
        return found is None or found.voice is Voice.PSEUDONYM

    return ReportSubject(kind, label, address, words, owner, is_owner, is_quiet, take_down, put_back)


def _met(session: Session, actor_id: int, post_id: int) -> tuple[int, str] | None:
    """The writer of a post in a room of names; never in a room of pseudonyms, and not whoever answers as staff."""
    found = queries.reported_post(session, post_id)
    if found is None or not found.is_shown or found.voice is Voice.PSEUDONYM or found.is_staff_answer:
        return None
    if found.author_id is None or found.author_id == actor_id:
        return None
    return found.author_id, found.author_name or ""


def _met_back(session: Session, _actor_id: int, post_id: int) -> str:
    found = queries.reported_post(session, post_id)
    return found.address if found else "/komunitas"


# A member, by her page


def _author(session: Session, person_id: int) -> queries.Author | None:
    """Somebody whose page others can open."""
    found = queries.author(session, person_id, clock.now())
    return found if found and found.has_written else None


def _person_address(session: Session, person_id: int) -> str | None:
    found = _author(session, person_id)
    return found.address if found else None


def _person_words(session: Session, person_id: int) -> str | None:
    shown = queries.shows(session, person_id)
    return "\n".join(filter(None, shown)) if shown else None


def _person_owner(session: Session, person_id: int) -> int | None:
    return person_id if queries.shows(session, person_id) else None


def _met_author(session: Session, actor_id: int, person_id: int) -> tuple[int, str] | None:
    found = _author(session, person_id)
    if found is None or not found.has_own_voice or person_id == actor_id:
        return None
    return person_id, found.name


def _met_author_back(_session: Session, _actor_id: int, person_id: int) -> str:
    return queries.author_address(person_id)


CONTRIBUTIONS: tuple[object, ...] = (
    HomeCard("talk", "community/home_talk.html", _talk),
    SearchSource(KIND, _l("Obrolan"), document, _every),
    SitemapSource(_sitemap),
    NoticeKind(REPLY, _reply_words, _l("Ada kabar baru di komunitas."), _reply_address),
    NoticeKind(
        QUIET,
        lambda _params: _("Ada kabar baru untuk Anda di komunitas."),
        _l("Ada kabar baru di komunitas."),
        lambda _params: "/komunitas",
        is_private=True,  # of a room whose writers nobody may know
    ),
    _subject("thread", _l("Obrolan"), queries.reported_thread, actions.take_down_thread, actions.put_back_thread),
    _subject("reply", _l("Balasan"), queries.reported_reply, actions.take_down_reply, actions.put_back_reply),
    # Nothing to take down: what somebody is judged for may be answered by suspending her, at the desk.
    ReportSubject("person", _l("Anggota"), _person_address, _person_words, _person_owner, desk="oversight.person"),
    MetPerson("tulisan", _met, _met_back),
    MetPerson("orang", _met_author, _met_author_back),
    PersonalData(
        "community",
        lambda session, person_id: {"posts": queries.written_by(session, person_id)},
        label=_l("Tulisan di komunitas"),
        purpose=_l("Supaya orang lain bisa membaca dan menjawab. Di ruang umum semua orang bisa melihatnya, dengan nama Anda."),
        kept=_l("Selama obrolannya ada, karena Anda sendiri yang menulisnya di sana. Tulisan bisa Anda tarik kapan saja."),
        tables=("thread", "post"),
    ),
    PersonalData(
        "community_pseudonym",
        lambda session, person_id: {"posts": queries.written_under_seal(session, person_id)},
        label=_l("Tulisan dengan nama samaran"),
        purpose=_l("Supaya Anda bisa bertanya tanpa dikenali. Tidak ada orang, juga petugas, yang melihat bahwa itu tulisan Anda."),
        kept=_l("Selama obrolannya ada. Yang disimpan hanya segel, bukan nama Anda."),
        is_secret=True,
    ),
    Farewell(
        "community",
        actions.leave,
        gone=_l("Nama Anda pada semua tulisan, dan segel yang menghubungkan Anda dengan nama samaran."),
        kept=_l(
            "Isi tulisan Anda di komunitas tetap ada, dari “Anggota yang telah pergi”. Mau isinya hilang juga? Tarik dulu satu per satu."
        ),
        tables=("thread", "post"),
    ),
)
