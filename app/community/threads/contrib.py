"""What the community offers to shared pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.community.threads import actions, queries, rules
from app.core.access import Actor
from app.core.contrib import Farewell, HomeCard, NoticeKind, PersonalData, SearchSource, SitemapSource
from app.core.search import Document
from app.core.words import _, _l

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
