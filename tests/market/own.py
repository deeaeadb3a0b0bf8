"""Whose things the market's addresses name, and how to make one that belongs to somebody."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from app.core import clock, once
from app.core.access import Actor
from app.core.db import transaction
from app.market.applications.actions import Wish, apply_for_edition
from app.market.booths.models import Booth, BoothKind, Method, Site, SiteKind, Zone
from app.market.leases import actions as leases
from app.market.orders import queries as order_queries
from app.market.orders.models import Payment, PaymentAllocation, PaymentState
from app.market.shops import actions as shops
from tests.house.ownership import Own
from tests.market.booths.factories import a_site, an_edition, next_first, zone_of
from tests.market.orders.factories import code_of, order
from tests.market.shops.factories import Seller, a_product, a_seller, a_turn

_serial = itertools.count(1)


def hers(actor: Actor) -> Seller:
    """A shop of this person."""
    draft = shops.ShopDraft(f"Toko {actor.person_id} {next(_serial)}", "Keripik.", "53.71.03.1010", None)
    return Seller(actor, shops.open_shop(actor, draft, once.new_key()))


def product(actor: Actor) -> dict[str, Any]:
    return {"product_id": a_product(hers(actor))[0]}


def shop(actor: Actor) -> dict[str, Any]:
    return {"shop_id": hers(actor).shop_id}


def bought(actor: Actor) -> dict[str, Any]:
    """An order that this person placed."""
    seller = a_seller(shop=f"Warung {next(_serial)}")
    return {"code": code_of(order(actor, {a_product(seller)[1]: 1}))}


def sold(actor: Actor) -> dict[str, Any]:
    """An order that waits in this person's shop."""
    from tests.market.shops.factories import a_person

    _product_id, variant_id = a_product(hers(actor))
    return {"code": code_of(order(a_person("Pembeli"), {variant_id: 1}))}


def payment(actor: Actor) -> dict[str, Any]:
    """A card payment that this person began, of one order."""
    code = bought(actor)["code"]
    with transaction() as session:
        found = order_queries.order_of_buyer(session, actor.person_id, code)
        assert found is not None
        row = Payment(
            code=f"BYR-{next(_serial):06}",
            buyer_id=actor.person_id,
            provider="stripe",
            amount_rupiah=found.total_rupiah,
            state=PaymentState.STARTED,
            made_at=clock.now(),
            ends_at=clock.now() + timedelta(minutes=30),
        )
        session.add(row)
        session.flush()
        session.add(PaymentAllocation(payment_id=row.id, order_id=found.id, amount_rupiah=found.total_rupiah, is_live=True))
        return {"payment": row.code}


def turn(actor: Actor) -> dict[str, Any]:
    """A confirmed turn of this person's shop."""
    number = next(_serial)
    return {"turn_id": a_turn(hers(actor), booth=f"M-{number:03}", in_days=3 + number).id}


def application(actor: Actor) -> dict[str, Any]:
    """An application that nobody has decided yet."""
    number = next(_serial)
    edition = an_edition(a_site(slug=f"pasar-{number}", name=f"Pasar {number}", position=number), in_days=30)
    wish = Wish(zone_of(edition.id, "K"), None, "Anyaman", False, 0, "")
    return {"application_id": apply_for_edition(actor, edition.id, hers(actor).shop_id, wish, once.new_key())}


def lease(actor: Actor) -> dict[str, Any]:
    """An asking for a container that nobody has decided yet."""
    number = next(_serial)
    with transaction() as session:
        site = Site(
            slug=f"kontainer-{number}", name=f"Kontainer {number}", kind=SiteKind.CONTAINERS, method=Method.ASSIGNED, address="Taman"
        )
        session.add(site)
        session.flush()
        zone = Zone(site_id=site.id, code="KT", name="Kontainer", position=1)
        session.add(zone)
        session.flush()
        unit = Booth(site_id=site.id, zone_id=zone.id, code="KT-01", kind=BoothKind.CONTAINER, width_cm=300, depth_cm=240)
        session.add(unit)
        session.flush()
        booth_id = unit.id
    return {"lease_id": leases.apply_for_unit(actor, booth_id, hers(actor).shop_id, next_first(), 1, "Warung kopi", once.new_key())}


OWN: dict[str, Own] = {
    "shops.edit_product": Own(product, 200),
    "shops.ask_remove": Own(product, 200),
    "shops.set_stock": Own(product, 303, data={"stock": "4", "seen": "24"}),
    "shops.show_product": Own(product, 303, data={"jadi": "sembunyi"}),
    "shops.open_or_pause": Own(shop, 303),
    "orders.order": Own(bought, 200),
    "orders.cancel": Own(bought, 200),
    "orders.pay": Own(bought, 303),
    "orders.after_paying": Own(payment, 200),
    "orders.sold": Own(sold, 200),
    "orders.cancel_sold": Own(sold, 200),
    "orders.ready": Own(sold, 303),
    "orders.hand_over": Own(sold, 303),
    "orders.paid": Own(sold, 303, data={"cara": "tunai"}),
    "rota.answer": Own(turn, 303),
    "rota.give_back": Own(turn, 200),
    "applications.withdraw": Own(application, 303),
    "leases.withdraw": Own(lease, 303),
}

_OFFICE = "belongs to the office: every officer runs it, nobody else"
_PUBLIC = "everybody may see it"
_ASKING = "an edition is everybody's; what one asks for there becomes one's own"

NOBODYS: dict[str, str] = {
    "shops.product": _PUBLIC,
    "shops.product_by_number": _PUBLIC,
    "shops.shop": _PUBLIC,
    "evening.edition": _PUBLIC,
    "applications.apply": _ASKING,
    "rota.book": _ASKING,
    "rota.hold": _ASKING,
    "booths.edition_desk": _OFFICE,
    "booths.change_edition": _OFFICE,
    "booths.open_edition": _OFFICE,
    "booths.close_edition": _OFFICE,
    "booths.block_booth": _OFFICE,
    "applications.cancel_edition": _OFFICE,
    "applications.queue": _OFFICE,
    "applications.assign": _OFFICE,
    "applications.refuse": _OFFICE,
    "rota.turns": _OFFICE,
    "rota.cancel_turn": _OFFICE,
    "leases.approve": _OFFICE,
    "leases.refuse": _OFFICE,
    "leases.end_early": _OFFICE,
    "orders.refunded": "belongs to the office: every admin gives money back, nobody else",
}
