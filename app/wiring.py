"""The table of contents: every blueprint, every contribution, and what happens after what."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from app import models
from app.accounts.benefits import contrib as benefits_contrib
from app.accounts.benefits import handlers as benefits_handlers
from app.accounts.benefits import routes as benefits
from app.accounts.blocks import contrib as blocks_contrib
from app.accounts.blocks import routes as blocks
from app.accounts.breaches import contrib as breaches_contrib
from app.accounts.breaches import routes as breaches
from app.accounts.contacts import contrib as contacts_contrib
from app.accounts.contacts import handlers as contacts_handlers
from app.accounts.contacts import routes as contacts
from app.accounts.counter import contrib as counter_contrib
from app.accounts.counter import routes as counter
from app.accounts.deliveries import contrib as deliveries_contrib
from app.accounts.deliveries import handlers as deliveries_handlers
from app.accounts.deliveries import routes as deliveries
from app.accounts.entries import contrib as entries_contrib
from app.accounts.entries import routes as entries
from app.accounts.factors import contrib as factors_contrib
from app.accounts.factors import routes as factors
from app.accounts.merits import contrib as merits_contrib
from app.accounts.merits import routes as merits
from app.accounts.notices import contrib as notices_contrib
from app.accounts.notices import routes as notices
from app.accounts.organisations import contrib as organisations_contrib
from app.accounts.organisations import routes as organisations
from app.accounts.oversight import contrib as oversight_contrib
from app.accounts.oversight import routes as oversight
from app.accounts.passkeys import contrib as passkeys_contrib
from app.accounts.passkeys import routes as passkeys
from app.accounts.people import contrib as people_contrib
from app.accounts.people import handlers as people_handlers
from app.accounts.people import routes as people
from app.accounts.privacy import contrib as privacy_contrib
from app.accounts.privacy import routes as privacy
from app.accounts.proofs import contrib as proofs_contrib
from app.accounts.proofs import handlers as proofs_handlers
from app.accounts.recovery import contrib as recovery_contrib
from app.accounts.recovery import handlers as recovery_handlers
from app.accounts.recovery import routes as recovery
from app.accounts.reports import contrib as reports_contrib
from app.accounts.reports import handlers as reports_handlers
from app.accounts.reports import routes as reports
from app.community.threads import contrib as threads_contrib
from app.community.threads import handlers as threads_handlers
from app.community.threads import routes as threads
from app.core import assets, discards, files, once, outbox, parts, payments, schema, sealing, search, templating, web
from app.core.contrib import Chore
from app.core.db import db, init_db
from app.front.desk import routes as desk
from app.front.files import routes as public_files
from app.front.guides import routes as guides
from app.front.home import routes as home
from app.front.machines import routes as machines
from app.front.search import routes as search_page
from app.front.settings import routes as reader_settings
from app.market.applications import contrib as applications_contrib
from app.market.applications import routes as applications
from app.market.booths import contrib as booths_contrib
from app.market.booths import handlers as booths_handlers
from app.market.booths import routes as booths
from app.market.evening import contrib as evening_contrib
from app.market.evening import routes as evening
from app.market.leases import contrib as leases_contrib
from app.market.leases import routes as leases
from app.market.ledger import contrib as ledger_contrib
from app.market.ledger import handlers as ledger_handlers
from app.market.ledger import routes as ledger
from app.market.orders import contrib as orders_contrib
from app.market.orders import handlers as orders_handlers
from app.market.orders import routes as orders
from app.market.rota import contrib as rota_contrib
from app.market.rota import handlers as rota_handlers
from app.market.rota import queries as rota_queries
from app.market.rota import routes as rota
from app.market.shops import contrib as shops_contrib
from app.market.shops import handlers as shops_handlers
from app.market.shops import routes as shops
from app.training.courses import contrib as courses_contrib
from app.training.courses import handlers as courses_handlers
from app.training.courses import routes as courses
from app.training.enrolments import contrib as enrolments_contrib
from app.training.enrolments import handlers as enrolments_handlers
from app.training.enrolments import routes as enrolments

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings
    from app.core.outbox import Handler

BLUEPRINTS = (
    home.bp, search_page.bp, guides.bp, desk.bp, machines.bp, reader_settings.bp, public_files.bp,
    people.bp, entries.bp, factors.bp, passkeys.bp, contacts.bp, recovery.bp, counter.bp, privacy.bp, blocks.bp, benefits.bp, breaches.bp,
    organisations.bp, merits.bp, reports.bp, notices.bp, deliveries.bp, oversight.bp,
    threads.bp,
    courses.bp, enrolments.bp,
    booths.bp, rota.bp, applications.bp, leases.bp, evening.bp,
    shops.bp, orders.bp, ledger.bp,
)  # fmt: skip

CONTRIBUTIONS: tuple[object, ...] = (
    Chore("outbox", timedelta(hours=1), outbox.tidy),
    Chore("once", timedelta(hours=1), once.tidy),
    *people_contrib.CONTRIBUTIONS,
    *entries_contrib.CONTRIBUTIONS,
    *factors_contrib.CONTRIBUTIONS,
    *notices_contrib.CONTRIBUTIONS,
    *passkeys_contrib.CONTRIBUTIONS,
    *contacts_contrib.CONTRIBUTIONS,
    *proofs_contrib.CONTRIBUTIONS,
    *recovery_contrib.CONTRIBUTIONS,
    *counter_contrib.CONTRIBUTIONS,
    *privacy_contrib.CONTRIBUTIONS,
    *blocks_contrib.CONTRIBUTIONS,
    *benefits_contrib.CONTRIBUTIONS,
    *breaches_contrib.CONTRIBUTIONS,
    *organisations_contrib.CONTRIBUTIONS,
    *reports_contrib.CONTRIBUTIONS,
    *merits_contrib.CONTRIBUTIONS,
    *deliveries_contrib.CONTRIBUTIONS,
    *oversight_contrib.CONTRIBUTIONS,
    *evening_contrib.CONTRIBUTIONS,
    *booths_contrib.CONTRIBUTIONS,
    *rota_contrib.CONTRIBUTIONS,
    *applications_contrib.CONTRIBUTIONS,
    *leases_contrib.CONTRIBUTIONS,
    *shops_contrib.CONTRIBUTIONS,
    *orders_contrib.CONTRIBUTIONS,
    *ledger_contrib.CONTRIBUTIONS,
    *courses_contrib.CONTRIBUTIONS,
    *enrolments_contrib.CONTRIBUTIONS,
    *threads_contrib.CONTRIBUTIONS,
)

# After X happens, do Y: topic -> handlers, each run after commit, at least once.
HANDLERS: dict[str, list[Handler]] = {
    "notice.told": [deliveries_handlers.decide],
    "digest.due": [deliveries_handlers.gather],
    "delivery.due": [deliveries_handlers.send],
    "person.signed_up": [people_handlers.tell_holders],
    "recovery.link_asked": [recovery_handlers.send_link],
    "report.decided": [reports_handlers.tell_reporters, reports_handlers.tell_reported],
    "appeal.decided": [reports_handlers.tell_appellant],
    "edition.over": [booths_handlers.finish],
    "edition.finished": [rota_handlers.note_kept_turns],
    "turn.due": [rota_handlers.expire],
    "shop.changed": [shops_handlers.index_shop, orders_handlers.drop_from_carts],
    "product.changed": [shops_handlers.index_product],
    "order.made": [orders_handlers.tell_sellers_of_order],
    "order.ready": [orders_handlers.tell_buyer_ready],
    "order.handed_over": [ledger_handlers.confirm_sale],
    "order.paid": [ledger_handlers.book_sale, orders_handlers.tell_of_paid, orders_handlers.close_checkout],
    "order.cancelled": [orders_handlers.tell_of_cancelled, orders_handlers.close_checkout],
    "order.refunded": [ledger_handlers.book_refund],
    "thread.started": [threads_handlers.index_thread],
    "reply.made": [threads_handlers.tell_asker, threads_handlers.index_thread_of],
    "reply.sealed": [threads_handlers.tell_sealed_asker],
    "post.changed": [threads_handlers.index_thread_of],
    "course.changed": [courses_handlers.index_course],
    "organisation.changed": [courses_handlers.index_courses_of],
    "cohort.changed": [enrolments_handlers.tell_of_change],
    "picture.discarded": [discards.remove],
    "course.opened": [courses_handlers.tell_of_opening],
    "programme.opened": [benefits_handlers.tell_of_opening],
    "proof.code_posted": [proofs_handlers.send_code],
    "contact.link_asked": [contacts_handlers.send_link],
    "contact.changed": [contacts_handlers.tell_former],
    "cohort.cancelled": [enrolments_handlers.tell_of_cancelling],
    "enrolment.made": [enrolments_handlers.tell_of_enrolment],
    "enrolment.left": [enrolments_handlers.tell_of_leaving],
}


def wire(app: Flask, settings: Settings) -> None:
    """Put the application together."""
    app.extensions["settings"] = settings
    templating.begin(app)
    init_db(app, settings)
    app.extensions["metadata"] = models.metadata
    app.extensions["outbox_handlers"] = HANDLERS
    app.extensions["contributions"] = CONTRIBUTIONS
    # Where shops stand next: the goods pages lie below the rota and ask by these names.
    app.extensions["plates_of_shops"] = rota_queries.plates_this_week
    app.extensions["pickup_turns"] = rota_queries.turns_for_pickup
    files.init_app(app, files.FolderStore(settings.data_dir / "berkas"))
    search.init_app(app, settings.data_dir / "cari")
    sealing.init_app(app, settings.key_dir)
    payments.init_app(app, settings)
    web.init_web(app, settings)
    parts.install(app)
    people.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if settings.debug_pages:
        from app.front.dev import routes as dev

        app.register_blueprint(dev.bp)
    assets.init_assets(app, settings.data_dir)
    templating.finish(app)
    assets.make_still_pages(app)
    with app.app_context():
        schema.check(db.engine)
    logging.getLogger("katong").setLevel(logging.INFO)
