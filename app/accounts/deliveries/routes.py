"""How one is told, stopping letters, the officer's WhatsApp list, and what is stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.deliveries import actions, handlers, queries, rules
from app.accounts.deliveries.contrib import kinds_for
from app.accounts.deliveries.forms import SubscriptionForm, WishesForm, fields_of, wishes_of
from app.accounts.deliveries.rules import CHANNEL_WORDS, HANDED_WORDS, TROUBLE_WORDS, Channel, Reach
from app.accounts.notices.actions import save_wishes
from app.accounts.notices.contrib import kinds
from app.accounts.notices.rules import CHOSEN, GROUP_WORDS, Group, Wishes, group_of
from app.core import clock, push
from app.core.access import Role, actor, public, signed_in, staff, webhook
from app.core.db import reading
from app.core.push import Subscription
from app.core.refusals import NotThere
from app.core.web import page, say, see_other
from app.core.words import Lazy, _, _n, spoken

bp = Blueprint("deliveries", __name__)

RESPONSIBLE = (Role.OFFICER, Role.DESK, Role.ADMIN)  # of kinds that may be handed over by WhatsApp


# How I want to be told


@bp.route("/kabar/pengaturan", methods=["GET", "POST"])
@signed_in
def settings() -> ResponseReturnValue:
    me, now = actor(), clock.now()
    with reading() as session:
        reach = queries.reach(session, me.person_id, now) or Reach()
        browsers = queries.subscriptions(session, me.person_id, now)
    form = WishesForm(request.form, data=fields_of(reach.wishes))
    if request.method == "POST" and form.validate():
        save_wishes(me, wishes_of(form, reach.wishes, has_mail=reach.email is not None))
        say(_("Tersimpan. Begini kami akan memberi kabar."))
        return see_other(url_for("deliveries.settings"))
    shown = page(
        "accounts/deliveries/settings.html",
        form=form,
        reach=reach,
        groups=[(form[group.value], form[f"{group.value}_mail"]) for group in CHOSEN],
        doors=handlers.doors(),
        browsers=browsers,
        key=push.public_key() if push.is_on() else None,
    )
    return shown, 422 if request.method == "POST" else 200


@bp.route("/kabar/hp", methods=["POST"])
@signed_in
def subscribe() -> ResponseReturnValue:
    """A browser says where it takes pushes. Only addresses of real push services are kept."""
    form = SubscriptionForm(request.form)
    if not form.validate():
        abort(422)
    subscription = Subscription(form.endpoint.data, form.p256dh.data, form.auth.data)
    if not push.is_usable(subscription):
        abort(422)
    actions.subscribe(actor(), subscription)
    return "", 204


@bp.route("/kabar/hp/<id:subscription_id>/matikan", methods=["POST"])
@signed_in
def unsubscribe(subscription_id: int) -> ResponseReturnValue:
    actions.unsubscribe(actor(), subscription_id)
    say(_("HP itu tidak menerima pemberitahuan lagi."))
    return see_other(url_for("deliveries.settings"))


# Stopping letters, without signing in


def _stopped(token: str) -> tuple[int, tuple[Group, ...], Lazy | str]:
    """Whose letters the link stops, of which groups, and how they are called. Refuses with `NotThere`."""
    found = handlers.read_stop_token(token)
    if found is None:
        raise NotThere
    person_id, what = found
    if what != handlers.DIGEST:
        return person_id, (Group(what),), GROUP_WORDS[Group(what)]
    with reading() as session:
        reach = queries.reach(session, person_id, clock.now())
    return person_id, tuple((reach.wishes if reach else Wishes()).daily), _("Ringkasan harian")


@bp.route("/kabar/berhenti/<code:token>")
@public
def stop_page(token: str) -> ResponseReturnValue:
    """Asks once: programs that check mail open every link in it, so looking stops nothing."""
    _person, _groups, words = _stopped(token)
    return page("accounts/deliveries/stop.html", token=token, words=words, is_done=False), 200, {"Referrer-Policy": "no-referrer"}


@bp.route("/kabar/berhenti/<code:token>", methods=["POST"])
@webhook
def stop(token: str) -> ResponseReturnValue:
    """RFC 8058: a mail program posts here without a session or an Origin of ours; the token in the address is the proof."""
    person_id, groups, words = _stopped(token)
    actions.stop(person_id, groups)
    return page("accounts/deliveries/stop.html", token=token, words=words, is_done=True), 200, {"Referrer-Policy": "no-referrer"}


# The officer's WhatsApp list


@bp.route("/petugas/wa")
@staff(*RESPONSIBLE)
def to_hand() -> ResponseReturnValue:
    me, now = actor(), clock.now()
    mine = kinds_for(me)
    with reading() as session:
        waiting = queries.to_hand(session, mine, now)
        handed = queries.just_handed(session, mine, now)
    texts = {code: handlers.short_text(kind.neutral) for code, kind in kinds().items() if code in mine}
    groups = {code: HANDED_WORDS.get(group_of(code), "") for code in mine}
    return page("accounts/deliveries/to_hand.html", waiting=waiting, handed=handed, texts=texts, groups=groups, undo=rules.UNDO)


@bp.route("/petugas/wa/<id:delivery_id>", methods=["POST"])
@staff(*RESPONSIBLE)
def hand(delivery_id: int) -> ResponseReturnValue:
    """Take it, then open WhatsApp with the words written already: the neutral ones and the way to the inbox."""
    handed = actions.hand(actor(), delivery_id, kinds_for(actor()))
    with spoken(handed.language):
        text = handlers.short_text(str(kinds()[handed.kind].neutral))
    return see_other(rules.whatsapp_address(handed.phone, text))


@bp.route("/petugas/wa/<id:delivery_id>/kembalikan", methods=["POST"])
@staff(*RESPONSIBLE)
def put_back(delivery_id: int) -> ResponseReturnValue:
    actions.put_back(actor(), delivery_id)
    say(_("Dikembalikan ke daftar."))
    return see_other(url_for("deliveries.to_hand"))


# What is stuck


@dataclass(frozen=True)
class Heap:
    """What could not be delivered for one reason, as the admin reads it."""

    channel: Channel
    kind: str
    trouble: str
    words: str
    count: int
    since: datetime


@bp.route("/petugas/pengiriman")
@staff(Role.ADMIN)
def stuck() -> ResponseReturnValue:
    """Codes and counts: no name, no words of anybody."""
    with reading() as session:
        found = queries.stuck(session)
    heaps = [Heap(one.channel, one.kind, one.trouble, _trouble(one.trouble), one.count, one.since) for one in found]
    return page("accounts/deliveries/stuck.html", heaps=heaps, channel_words=CHANNEL_WORDS, doors=handlers.doors(), Channel=Channel)


def _trouble(code: str) -> str:
    return str(TROUBLE_WORDS[code]) if code in TROUBLE_WORDS else _("kesalahan di mesin ({code})", code=code.removeprefix("error:"))


@bp.route("/petugas/pengiriman", methods=["POST"])
@staff(Role.ADMIN)
def try_again() -> ResponseReturnValue:
    """A heap again, as if it had never been tried."""
    channel = request.form.get("channel", "")
    if channel not in {one.value for one in Channel}:
        raise NotThere
    again = actions.try_again(actor(), Channel(channel), request.form.get("kind", "")[:48], request.form.get("trouble", "")[:48])
    say(_n("{n} pesan dicoba lagi.", "{n} pesan dicoba lagi.", again))
    return see_other(url_for("deliveries.stuck"))
