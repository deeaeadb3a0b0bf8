"""What people do in the community: start a thread, reply, change and withdraw one's own text.

In a pseudonym room no row names the writer: not the post, not the thread, not the form key of the double-tap guard.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.people.actions import hold_here
from app.community.threads import policy, queries, rules
from app.community.threads.models import Post, Room, State, Thread, Voice
from app.core import clock, markdown, once, outbox, pagecache
from app.core.access import Actor
from app.core.db import add_or_refuse, transaction
from app.core.refusals import NotThere, Refusal, require
from app.core.words import _l

SEALED_NOTICE_HOUR = 7  # WITA, the next morning: a notice a moment after a reply would say whose thread it is


class ThreadClosed(Refusal):
    words = _l("Obrolan ini sudah ditutup, jadi tidak bisa dibalas lagi. Anda bisa memulai obrolan baru.")


class NothingToRead(Refusal):
    words = _l("Tulisan ini hanya berisi tanda, tidak ada kata yang bisa dibaca. Tambahkan beberapa kata.")


class RepliesCrossed(Refusal):
    words = _l("Ada balasan lain yang masuk bersamaan. Kirim sekali lagi.")


def _html(body: str) -> str:
    html = markdown.to_html(body)
    require(bool(markdown.to_text(html)), NothingToRead())
    return html


def _owner(actor: Actor, room: queries.RoomCard) -> int | None:
    """Who a form key belongs to. In a pseudonym room nobody: the key is random, and its row must not tie a person to a thread."""
    return None if room.voice is Voice.PSEUDONYM else actor.person_id


def _is_sealed(actor: Actor, room: queries.RoomCard, as_staff: bool) -> bool:
    return room.voice is Voice.PSEUDONYM and not (as_staff and policy.may_answer_as_staff(actor))


def _pseudonym(session: Session, thread_id: int, seal: str) -> str:
    """The pseudonym of a sealed writer: the one already carried in this thread, else a new one. The thread row is locked."""
    marks: dict[str, str] = {
        row[0]: row[1]
        for row in session.execute(
            select(Post.author_seal, Post.author_mark).where(Post.thread_id == thread_id, Post.author_seal.is_not(None)).distinct()
        )
    }
    return marks.get(seal) or rules.pseudonym(seal, set(marks.values()))


def start_thread(actor: Actor, room_slug: str, title: str, body: str, key: str, *, as_staff: bool = False) -> int:
    """Open a thread in a room; returns its id. Refuses `NothingToRead`."""
    html = _html(body)
    with transaction() as session:
        room = queries.room_by_slug(session, room_slug)
        if room is None:
            raise NotThere
        earlier = once.claim(session, key, _owner(actor, room))
        if earlier is not None:
            return earlier
        hold_here(session, actor.person_id)
        now = clock.now()
        sealed = _is_sealed(actor, room, as_staff)
        thread = Thread(room_id=room.id, title=title, author_id=None if sealed else actor.person_id, made_at=now, last_post_at=now)
        session.add(thread)
        session.flush()
        if sealed:
            thread.author_seal = queries.seal_of(actor.person_id, thread.id)
            thread.author_mark = rules.pseudonym(thread.author_seal, ())
        session.add(
            Post(
                thread_id=thread.id,
                position=1,
                author_id=thread.author_id,
                author_mark=thread.author_mark,
                author_seal=thread.author_seal,
                is_staff_answer=as_staff and policy.may_answer_as_staff(actor),
                body=body,
                body_html=html,
                made_at=now,
            )
        )
        session.execute(update(Room).where(Room.id == room.id).values(thread_count=Room.thread_count + 1, last_post_at=now))
        outbox.put(session, "thread.started", thread.id)
        once.keep(session, key, _owner(actor, room), thread.id)
        pagecache.touch(session, "community")
        return thread.id


def reply(actor: Actor, thread_id: int, body: str, key: str, *, as_staff: bool = False) -> int:
    """Answer in a thread; returns the post's id. Refuses `NothingToRead`, `ThreadClosed`.

    Raising the thread's counter locks its row until the end of the transaction, so positions run 1, 2, 3 … without
    gaps or doubles however many reply at once; `uq_post_thread_position` is the last guard.
    """
    html = _html(body)
    with transaction() as session:
        thread = queries.thread_head(session, thread_id)
        if thread is None:
            raise NotThere
        earlier = once.claim(session, key, _owner(actor, thread.room))
        if earlier is not None:
            return earlier
        hold_here(session, actor.person_id)
        now = clock.now()
        replies = session.scalar(
            update(Thread)
            .where(Thread.id == thread_id, Thread.state == State.SHOWN, Thread.is_closed.is_(False))
            .values(reply_count=Thread.reply_count + 1, last_post_at=now)
            .returning(Thread.reply_count)
        )
        if replies is None:
            raise ThreadClosed
        sealed = _is_sealed(actor, thread.room, as_staff)
        seal = queries.seal_of(actor.person_id, thread_id) if sealed else None
        post = Post(
            thread_id=thread_id,
            position=replies + 1,
            author_id=None if sealed else actor.person_id,
            author_mark=_pseudonym(session, thread_id, seal) if seal else None,
            author_seal=seal,
            is_staff_answer=as_staff and policy.may_answer_as_staff(actor),
            body=body,
            body_html=html,
            made_at=now,
        )
        add_or_refuse(session, post, unique="uq_post_thread_position", refusal=RepliesCrossed())
        session.execute(update(Room).where(Room.id == thread.room.id).values(last_post_at=now))
        if thread.room.voice is Voice.PSEUDONYM:
            outbox.put(session, "reply.sealed", post.id, due_at=_next_morning(now))
        else:
            outbox.put(session, "reply.made", post.id)
        once.keep(session, key, _owner(actor, thread.room), post.id)
        pagecache.touch(session, "community")
        return post.id


def _next_morning(now: datetime) -> datetime:
    return clock.at(clock.day_of(now) + timedelta(days=1), SEALED_NOTICE_HOUR)


def change_post(actor: Actor, post_id: int, body: str, title: str | None = None) -> None:
    """Change one's own text, and the title where it opens the thread; readers see that it was changed."""
    html = _html(body)
    with transaction() as session:
        post = _own(session, actor, post_id)
        require(policy.may_change(actor, post, queries.seal_of(actor.person_id, post.thread_id)))
        if post.is_closed:
            raise ThreadClosed
        if body != post.body:
            session.execute(
                update(Post).where(Post.id == post_id, Post.state == State.SHOWN).values(body=body, body_html=html, edited_at=clock.now())
            )
        if post.position == 1 and title and title != post.title:
            session.execute(update(Thread).where(Thread.id == post.thread_id).values(title=title))
        outbox.put(session, "post.changed", post_id)
        pagecache.touch(session, "community")


def withdraw_post(actor: Actor, post_id: int) -> None:
    """Take one's own reply back: the text is gone for good, its place in the thread stays. Twice is once."""
    with transaction() as session:
        post = _own(session, actor, post_id)
        seal = queries.seal_of(actor.person_id, post.thread_id)
        if post.state is State.WITHDRAWN and policy.is_writer(actor, post, seal):
            return
        require(policy.may_withdraw(actor, post, seal))
        session.execute(
            update(Post)
            .where(Post.id == post_id, Post.state == State.SHOWN)
            .values(body="", body_html="", state=State.WITHDRAWN, edited_at=clock.now())
        )
        outbox.put(session, "post.changed", post_id)
        pagecache.touch(session, "community")


def leave(session: Session, person_id: int, _now: datetime) -> None:
    """Step of a farewell: what was written under the name stays, its writer is somebody who has left (the person's row has no name).

    What was written under a pseudonym stays under it, but its seal becomes a random one: nobody can lead it back to the person
    any more, not even with the key, while the thread still knows that the same voice spoke.
    """
    for thread_id, seal in queries.own_seals(session, person_id):
        loose = secrets.token_hex(16)
        for table in (Thread, Post):
            mine = table.author_seal == seal, (table.id if table is Thread else Post.thread_id) == thread_id
            session.execute(update(table).where(*mine).values(author_seal=loose))
    pagecache.touch(session, "community")


# What a moderator's decision does, in the decision's own transaction


def take_down_thread(session: Session, _actor_id: int, thread_id: int, _now: datetime) -> None:
    """Step: a thread is no page any more; its texts stay for an appeal. Twice is once."""
    _turn_thread(session, thread_id, State.SHOWN, State.REMOVED, -1)


def put_back_thread(session: Session, _actor_id: int, thread_id: int, _now: datetime) -> None:
    """Step: a thread that was taken down is a page again."""
    _turn_thread(session, thread_id, State.REMOVED, State.SHOWN, 1)


def _turn_thread(session: Session, thread_id: int, before: State, after: State, step: int) -> None:
    room_id = session.scalar(
        update(Thread).where(Thread.id == thread_id, Thread.state == before).values(state=after).returning(Thread.room_id)
    )
    if room_id is None:
        return
    session.execute(update(Room).where(Room.id == room_id).values(thread_count=Room.thread_count + step))
    _tell_of_change(session, session.scalar(select(Post.id).where(Post.thread_id == thread_id, Post.position == 1)))


def take_down_reply(session: Session, _actor_id: int, post_id: int, _now: datetime) -> None:
    """Step: a reply's place stays, its text is not shown. Twice is once."""
    _turn_reply(session, post_id, State.SHOWN, State.REMOVED)


def put_back_reply(session: Session, _actor_id: int, post_id: int, _now: datetime) -> None:
    """Step: a reply that was taken down is shown again."""
    _turn_reply(session, post_id, State.REMOVED, State.SHOWN)


def _turn_reply(session: Session, post_id: int, before: State, after: State) -> None:
    turned = update(Post).where(Post.id == post_id, Post.state == before).values(state=after).returning(Post.id)
    _tell_of_change(session, session.scalar(turned))


def _tell_of_change(session: Session, post_id: int | None) -> None:
    if post_id is not None:
        outbox.put(session, "post.changed", post_id)
        pagecache.touch(session, "community")


def _own(session: Session, actor: Actor, post_id: int) -> queries.OwnPost:
    post = queries.own_post(session, post_id)
    if post is None:
        raise NotThere
    return post
