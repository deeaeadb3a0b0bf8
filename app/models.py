"""Every table, imported once: migrations and tests see the whole schema here."""

from app.accounts.benefits import models as benefits
from app.accounts.blocks import models as blocks
from app.accounts.breaches import models as breaches
from app.accounts.contacts import models as contacts
from app.accounts.counter import models as counter
from app.accounts.deliveries import models as deliveries
from app.accounts.entries import models as entries
from app.accounts.merits import models as merits
from app.accounts.notices import models as notices
from app.accounts.organisations import models as organisations
from app.accounts.oversight import models as oversight
from app.accounts.passkeys import models as passkeys
from app.accounts.people import models as people
from app.accounts.privacy import models as privacy
from app.accounts.proofs import models as proofs
from app.accounts.recovery import models as recovery
from app.accounts.reports import models as reports
from app.community.threads import models as threads
from app.core import audit, discards, facts, once, outbox, pagecache
from app.core.db import Base
from app.market.applications import models as applications
from app.market.booths import models as booths
from app.market.leases import models as leases
from app.market.ledger import models as ledger
from app.market.orders import models as orders
from app.market.rota import models as rota
from app.market.shops import models as shops
from app.training.courses import models as courses
from app.training.enrolments import models as enrolments

metadata = Base.metadata

__all__ = [
    "applications",
    "audit",
    "benefits",
    "blocks",
    "booths",
    "breaches",
    "contacts",
    "counter",
    "courses",
    "deliveries",
    "discards",
    "enrolments",
    "entries",
    "facts",
    "leases",
    "ledger",
    "merits",
    "metadata",
    "notices",
    "once",
    "orders",
    "organisations",
    "outbox",
    "oversight",
    "pagecache",
    "passkeys",
    "people",
    "privacy",
    "proofs",
    "recovery",
    "reports",
    "rota",
    "shops",
    "threads",
]  # fmt: skip
