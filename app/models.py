"""Every table, imported once: migrations and tests see the whole schema here."""

from app.accounts.notices import models as notices
from app.accounts.organisations import models as organisations
from app.accounts.people import models as people
from app.community.threads import models as threads
from app.core import audit, facts, once, outbox, pagecache
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
    "applications", "audit", "booths", "courses", "enrolments", "facts", "leases", "ledger", "metadata", "notices", "once", "orders",
    "organisations", "outbox", "pagecache", "people", "rota", "shops", "threads",
]  # fmt: skip
