"""Pages of the community."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.blocks.queries import has_blocked
from app.community.threads import actions, policy, queries
from app.community.threads.forms import ChangeForm, ChangeThreadForm, ReplyForm, ThreadForm
from app.core import clock, once
from app.core.access import actor, public, sign_in_page, signed_in, visitor_or_actor
from app.core.db import reading
from app.core.pagecache import cached
from app.core.refusals import NotThere, Refusal, require
from app.core.web import arg_int, arg_text, page, say, see_other
from app.core.words import _

bp = Blueprint("threads", __name__)

MOST_PAGES = 1_000_000


@bp.get("/komunitas")
@public
@cached("community", "people")
def rooms() -> ResponseReturnValue:
    with reading() as session:
        found = queries.rooms(session)
    return page("community/rooms.html", rooms=found)


@bp.get("/komunitas/<slug:room>")
@public
@cached("community", "people")
def room(room: str) -> ResponseReturnValue:
    someone = visitor_or_actor()
    with reading() as session:
        found = queries.room_by_slug(session, room)
        if found is None:
            raise NotThere
        if not policy.may_read(someone, found):
            return sign_in_page()
        person_id = someone.person_id if someone else None
        listed = queries.threads_of(session, found, person_id, older=arg_text("sebelum", 40), newer=arg_text("sesudah", 40))
    return page("community/room.html", room=found, listed=listed)


@bp.route("/komunitas/<slug:room>/baru", methods=["GET", "POST"])
@signed_in
def new_thread(room: str) -> ResponseReturnValue:
    with reading() as session:
        found = queries.room_by_slug(session, room)
    if found is None:
        raise NotThere
    form = ThreadForm(request.form)
    if request.method == "POST" and form.validate():
        try:
            thread_id = actions.start_thread(
                actor(), room, str(form.title.data), str(form.body.data), once.key_from(request.form), as_staff=bool(form.as_staff.data)
            )
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no, "body")
        else:
            with reading() as session:
                head = queries.thread_head(session, thread_id)
            return see_other(head.address if head else found.address)
    return page("community/new_thread.html", room=found, form=form), 422 if request.method == "POST" else 200


@bp.get("/komunitas/t/<id:thread_id>", defaults={"slug": ""})
@bp.get("/komunitas/t/<id:thread_id>-<slug:slug>")
@public
@cached("community", "people")
def thread(thread_id: int, slug: str) -> ResponseReturnValue:
    someone = visitor_or_actor()
    with reading() as session:
        head = queries.thread_head(session, thread_id)
        if head is None:
            raise NotThere
        if not policy.may_read(someone, head.room):
            return sign_in_page()  # before the slug is looked at: a redirect would tell the title
        shown = arg_int("hal", 1, 1, MOST_PAGES)
        if request.path != head.address:
            return redirect(head.address + (f"?hal={shown}" if shown > 1 else ""), 301)
        if shown > head.pages:
            raise NotThere
        posts = queries.posts_of(session, head, shown, someone.person_id if someone else None, clock.now())
    return page("community/thread.html", thread=head, room=head.room, posts=posts, shown=shown, form=ReplyForm())


@bp.route("/komunitas/t/<id:thread_id>/balas", methods=["GET", "POST"])
@signed_in
def reply(thread_id: int) -> ResponseReturnValue:
    with reading() as session:
        head = queries.thread_head(session, thread_id)
        if head is None:
            raise NotThere
    form = ReplyForm(request.form)
    if request.method == "GET":
        return see_other(f"{head.address}{f'?hal={head.pages}' if head.pages > 1 else ''}#balas")
    if form.validate():
        try:
            post_id = actions.reply(actor(), thread_id, str(form.body.data), once.key_from(request.form), as_staff=bool(form.as_staff.data))
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no, "body")
        else:
            return see_other(_where(post_id) if post_id else head.address)
    with reading() as session:
        posts = queries.posts_of(session, head, head.pages, actor().person_id, clock.now())
    return page("community/thread.html", thread=head, room=head.room, posts=posts, shown=head.pages, form=form), 422


@bp.route("/komunitas/p/<id:post_id>/ubah", methods=["GET", "POST"])
@signed_in
def change_post(post_id: int) -> ResponseReturnValue:
    post = _own(post_id)
    require(policy.may_change(actor(), post, queries.seal_of(actor().person_id, post.thread_id)))
    form = ChangeThreadForm(request.form, obj=post) if post.position == 1 else ChangeForm(request.form, obj=post)
    if request.method == "POST" and form.validate():
        try:
            actions.change_post(actor(), post_id, str(form.body.data), str(form.title.data) if isinstance(form, ChangeThreadForm) else None)
        except NotThere:
            raise
        except Refusal as no:
            form.refuse(no, "body")
        else:
            say(_("Tulisan Anda sudah diubah."))
            return see_other(_where(post_id))
    return page("community/change_post.html", post=post, form=form), 422 if request.method == "POST" else 200


@bp.route("/komunitas/p/<id:post_id>/hapus", methods=["GET", "POST"])
@signed_in
def withdraw_post(post_id: int) -> ResponseReturnValue:
    post = _own(post_id)
    if request.method == "POST":
        actions.withdraw_post(actor(), post_id)
        say(_("Balasan Anda sudah dihapus."))
        return see_other(post.address)
    require(policy.may_withdraw(actor(), post, queries.seal_of(actor().person_id, post.thread_id)))
    return page("community/withdraw_post.html", post=post)


@bp.get("/komunitas/orang/<id:person_id>")
@signed_in
def author(person_id: int) -> ResponseReturnValue:
    """What somebody who writes here under her own name shows of herself. No page for anybody else: nobody learns who has an account."""
    me = actor()
    with reading() as session:
        found = queries.author(session, person_id, clock.now())
        if found is None:
            raise NotThere
        require(policy.may_see_author(me, found))
        said = queries.said_by(session, person_id)
        is_blocked = has_blocked(session, me.person_id, person_id)
    return page(
        "community/author.html",
        author=found,
        said=said,
        is_mine=person_id == me.person_id,
        is_blocked=is_blocked,
        may_block=policy.may_block_author(me, found),
    )


def _own(post_id: int) -> queries.OwnPost:
    with reading() as session:
        post = queries.own_post(session, post_id)
    if post is None:
        raise NotThere
    return post


def _where(post_id: int) -> str:
    return _own(post_id).address
