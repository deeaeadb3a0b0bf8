"""Reads about carts, orders and payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.people.models import Person
from app.accounts.people.rules import shown_name
from app.core.db import for_update
from app.core.reads import Prepared
from app.market.booths.models import Booth, Edition, EditionState, MarketDay, Site
from app.market.orders.models import (
    CartLine,
    Order,
    OrderLine,
    OrderPickup,
    OrderState,
    Payment,
    PaymentAllocation,
    PaymentState,
    PaymentWay,
)
from app.market.rota.models import Turn, TurnState
from app.market.shops.models import Product, ProductState, Shop, ShopMember, ShopState, Variant
from app.market.shops.queries import product_path

PAGE_SIZE = 20
MOST_IN_COPY = 5_000  # orders in a person's own copy, the newest
MOST_TO_PREPARE = 200  # open orders of a shop shown at once
_OPEN = (OrderState.RESERVED, OrderState.READY)
_STANDING = (TurnState.CONFIRMED, TurnState.ATTENDED)


# The cart


@dataclass(frozen=True, slots=True)
class CartItem:
    """A line of a cart, with what is true of it now."""

    variant_id: int
    quantity: int
    product_id: int
    title: str
    unit: str
    price_rupiah: int
    stock: int
    is_on_offer: bool
    photo_key: str | None
    photo_alt: str
    shop_id: int
    shop_name: str
    shop_slug: str
    has_pork: bool

    @property
    def sum_rupiah(self) -> int:
        return self.price_rupiah * self.quantity

    @property
    def path(self) -> str:
        return product_path(self.product_id, self.title)

    @property
    def is_short(self) -> bool:
        """Whether this line can't be ordered as it stands."""
        return not self.is_on_offer or self.stock < self.quantity


def cart(session: Session, person_id: int) -> list[CartItem]:
    """A person's cart, shop by shop. One statement."""
    rows = session.execute(
        select(
            CartLine.variant_id, CartLine.quantity, Product.id, Product.title, Product.unit, Variant.price_rupiah, Variant.stock,
            and_(Product.state == ProductState.SHOWN, Shop.state == ShopState.OPEN, Variant.is_active),
            Product.photo_key, Product.photo_alt, Shop.id, Shop.name, Shop.slug, Product.has_pork,
        )
        .join(Variant, Variant.id == CartLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Shop, Shop.id == Product.shop_id)
        .where(CartLine.person_id == person_id)
        .order_by(Shop.name, Shop.id, CartLine.added_at, CartLine.variant_id)
    ).all()  # fmt: skip
    return [CartItem(*row) for row in rows]


def by_shop(items: Iterable[CartItem]) -> list[list[CartItem]]:
    """The lines of a cart, one list a shop."""
    shops: dict[int, list[CartItem]] = defaultdict(list)
    for item in items:
        shops[item.shop_id].append(item)
    return list(shops.values())


def lock_cart(session: Session, person_id: int) -> list[tuple[int, int]]:
    """Variant and quantity of every line, locked, in variant order. A second sending of the same cart waits here and finds it empty."""
    rows = session.execute(
        for_update(select(CartLine.variant_id, CartLine.quantity).where(CartLine.person_id == person_id).order_by(CartLine.variant_id))
    )
    return [(row[0], row[1]) for row in rows]


def count_cart(session: Session, person_id: int) -> int:
    return session.scalar(select(func.count()).select_from(CartLine).where(CartLine.person_id == person_id)) or 0


def count_open(session: Session, person_id: int) -> int:
    """How many orders a buyer has not fetched yet."""
    return session.scalar(select(func.count()).select_from(Order).where(Order.buyer_id == person_id, Order.state.in_(_OPEN))) or 0


def own_shops_among(session: Session, person_id: int, shop_ids: Sequence[int]) -> set[int]:
    """Which of these shops the person works in."""
    return set(session.scalars(select(ShopMember.shop_id).where(ShopMember.person_id == person_id, ShopMember.shop_id.in_(shop_ids))))


# Orders


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as pages show it. The booth comes through a turn that still stands; without one it is None."""

    id: int
    code: str
    state: OrderState
    will_pay_by: PaymentWay
    paid_by: PaymentWay | None
    total_rupiah: int
    note: str
    made_at: datetime
    ready_at: datetime | None
    handed_over_at: datetime | None
    paid_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str | None
    shop_id: int
    shop_name: str
    shop_slug: str
    shop_whatsapp: str | None
    buyer_name: str
    held_on: date | None
    opens_at: datetime | None
    closes_at: datetime | None
    site_name: str | None
    booth_code: str | None

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN


@dataclass(frozen=True, slots=True)
class LineRow:
    title: str
    unit: str
    price_rupiah: int
    quantity: int

    @property
    def sum_rupiah(self) -> int:
        return self.price_rupiah * self.quantity


def _orders() -> Select[Any]:
    """Orders with shop, buyer and the place of a turn that still stands."""
    return (
        select(
            Order.id, Order.code, Order.state, Order.will_pay_by, Order.paid_by, Order.total_rupiah, Order.note, Order.made_at,
            Order.ready_at, Order.handed_over_at, Order.paid_at, Order.cancelled_at, Order.cancelled_by, Order.cancel_reason,
            Shop.id, Shop.name, Shop.slug, Shop.whatsapp, Person.name,
            MarketDay.held_on, MarketDay.opens_at, MarketDay.closes_at, Site.name, Booth.code,
        )
        .join(Shop, Shop.id == Order.shop_id)
        .join(Person, Person.id == Order.buyer_id)
        .outerjoin(OrderPickup, OrderPickup.order_id == Order.id)
        .outerjoin(Turn, and_(Turn.id == OrderPickup.turn_id, Turn.state.in_(_STANDING)))
        .outerjoin(MarketDay, MarketDay.id == Turn.market_day_id)
        .outerjoin(Edition, and_(Edition.id == MarketDay.edition_id, Edition.state != EditionState.CANCELLED))
        .outerjoin(Site, Site.id == Edition.site_id)
        .outerjoin(Booth, and_(Booth.id == Turn.booth_id, Site.id.is_not(None)))
    )  # fmt: skip


def _rows(rows: Iterable[Row[Any]]) -> list[OrderRow]:
    return [order if order.buyer_name else replace(order, buyer_name=shown_name("")) for order in (OrderRow(*row) for row in rows)]


def orders_of_buyer(session: Session, person_id: int, below_id: int | None = None, most: int = PAGE_SIZE) -> list[OrderRow]:
    """A buyer's orders, the newest first; `below_id` continues where a page ended."""
    statement = _orders().where(Order.buyer_id == person_id).order_by(Order.id.desc()).limit(most)
    if below_id is not None:
        statement = statement.where(Order.id < below_id)
    return _rows(session.execute(statement))


def order_of_buyer(session: Session, person_id: int, code: str) -> OrderRow | None:
    """An order this person made; None for everybody else."""
    found = _rows(session.execute(_orders().where(Order.code == code.upper(), Order.buyer_id == person_id)))
    return found[0] if found else None


def buyer_met_by(session: Session, seller_id: int, order_id: int) -> tuple[int, str, str] | None:
    """Buyer, name and code of an order in a shop where this person works, unless it is her own."""
    row = session.execute(
        select(Order.buyer_id, Person.name, Order.code)
        .join(Person, Person.id == Order.buyer_id)
        .join(ShopMember, and_(ShopMember.shop_id == Order.shop_id, ShopMember.person_id == seller_id))
        .where(Order.id == order_id, Order.buyer_id != seller_id, Person.left_at.is_(None))
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def order_of_seller(session: Session, person_id: int, code: str) -> OrderRow | None:
    """An order of a shop this person works in; None for everybody else."""
    works = select(ShopMember.person_id).where(ShopMember.shop_id == Order.shop_id, ShopMember.person_id == person_id).exists()
    found = _rows(session.execute(_orders().where(Order.code == code.upper(), works)))
    return found[0] if found else None


def orders_made_with(session: Session, order_id: int) -> list[tuple[int, str]]:
    """Id and code of the orders that one tap made together with this one."""
    first = select(Order.buyer_id, Order.made_at).where(Order.id == order_id).subquery()
    rows = session.execute(
        select(Order.id, Order.code).join(first, and_(Order.buyer_id == first.c.buyer_id, Order.made_at == first.c.made_at))
    )
    return sorted((row[0], row[1]) for row in rows)


def lines_of(session: Session, order_ids: Sequence[int]) -> dict[int, list[LineRow]]:
    """What was ordered, by order. One statement."""
    lines: dict[int, list[LineRow]] = defaultdict(list)
    if order_ids:
        rows = session.execute(
            select(OrderLine.order_id, OrderLine.title, OrderLine.unit, OrderLine.price_rupiah, OrderLine.quantity)
            .where(OrderLine.order_id.in_(order_ids))
            .order_by(OrderLine.order_id, OrderLine.id)
        )
        for row in rows:
            lines[row[0]].append(LineRow(*row[1:]))
    return lines


def orders_to_prepare(session: Session, shop_id: int) -> list[OrderRow]:
    """A shop's open orders and those handed over but not paid, by day of pickup, then as they came."""
    statement = (
        _orders()
        .where(Order.shop_id == shop_id, or_(Order.state.in_(_OPEN), and_(Order.state == OrderState.HANDED_OVER, Order.paid_at.is_(None))))
        .order_by(MarketDay.opens_at.is_(None), MarketDay.opens_at, Order.id)
        .limit(MOST_TO_PREPARE)
    )
    return _rows(session.execute(statement))


def finished_orders(session: Session, shop_id: int, below_id: int | None = None, most: int = PAGE_SIZE) -> list[OrderRow]:
    """A shop's fetched and cancelled orders, the newest first."""
    statement = (
        _orders()
        .where(Order.shop_id == shop_id, Order.state.in_((OrderState.HANDED_OVER, OrderState.CANCELLED)))
        .order_by(Order.id.desc())
        .limit(most)
    )
    if below_id is not None:
        statement = statement.where(Order.id < below_id)
    return _rows(session.execute(statement))


@dataclass(frozen=True, slots=True)
class SellingNumbers:
    """Today in a shop: open orders by state, orders that came, money received (rupiah)."""

    to_prepare: int
    waiting: int
    came_today: int
    received_rupiah: int


def selling_numbers(session: Session, shop_id: int, day_began: datetime) -> SellingNumbers:
    """One statement over the shop's open orders and today's."""
    reserved = func.count().filter(Order.state == OrderState.RESERVED)
    ready = func.count().filter(Order.state == OrderState.READY)
    came = func.count().filter(Order.made_at >= day_began)
    received = func.coalesce(func.sum(Order.total_rupiah).filter(Order.paid_at >= day_began, Order.state != OrderState.CANCELLED), 0)
    row = session.execute(
        select(reserved, ready, came, received).where(
            Order.shop_id == shop_id, or_(Order.state.in_(_OPEN), Order.made_at >= day_began, Order.paid_at >= day_began)
        )
    ).one()
    return SellingNumbers(*row)


_READY = Prepared(
    _orders().where(Order.buyer_id == bindparam("person_id"), Order.state == OrderState.READY).order_by(Order.id).limit(bindparam("most"))
)


def ready_orders(session: Session, person_id: int, most: int = 5) -> list[OrderRow]:
    """What waits for a buyer at a booth."""
    return _rows(_READY.all(session, person_id=person_id, most=most))


def lock_orders(session: Session, order_ids: Iterable[int]) -> list[Order]:
    """Orders locked in id order: whoever wants orders and payments takes the orders first."""
    return list(session.scalars(for_update(select(Order).where(Order.id.in_(sorted(order_ids))).order_by(Order.id))))


def order_lines(session: Session, order_id: int) -> list[tuple[int, int, int]]:
    """Variant, product and quantity of an order, in variant order."""
    rows = session.execute(
        select(OrderLine.variant_id, Variant.product_id, OrderLine.quantity)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.variant_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What handlers need to tell people and to book."""

    id: int
    code: str
    buyer_id: int
    buyer_name: str
    shop_id: int
    shop_name: str
    state: OrderState
    total_rupiah: int
    made_at: datetime
    paid_by: PaymentWay | None
    paid_at: datetime | None
    handed_over_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancel_reason: str | None


def order_facts(session: Session, order_id: int) -> OrderFacts | None:
    row = session.execute(
        select(
            Order.id, Order.code, Order.buyer_id, Person.name, Order.shop_id, Shop.name, Order.state, Order.total_rupiah, Order.made_at,
            Order.paid_by, Order.paid_at, Order.handed_over_at, Order.cancelled_at, Order.cancelled_by, Order.cancel_reason,
        )
        .join(Person, Person.id == Order.buyer_id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Order.id == order_id)
    ).first()  # fmt: skip
    return OrderFacts(*row) if row else None


def open_orders_of(session: Session, person_id: int) -> list[str]:
    """Codes of orders this person made that are not finished; at most 20."""
    return list(session.scalars(select(Order.code).where(Order.buyer_id == person_id, Order.state.in_(_OPEN)).order_by(Order.id).limit(20)))


def open_sales_of(session: Session, person_id: int) -> list[str]:
    """Codes of open orders in shops that this person runs alone; at most 20. Where others work too, they go on."""
    alone = Order.shop_id.in_(_alone(person_id))
    return list(session.scalars(select(Order.code).where(alone, Order.state.in_(_OPEN)).order_by(Order.id).limit(20)))


def _alone(person_id: int) -> Select[tuple[int]]:
    other = aliased(ShopMember)
    others = select(other.person_id).where(other.shop_id == ShopMember.shop_id, other.person_id != person_id).exists()
    return select(ShopMember.shop_id).where(ShopMember.person_id == person_id, ~others)


def money_due_back(session: Session, person_id: int) -> int:
    """Rupiah that were paid by card and are still to be given back to this person."""
    due = (
        select(func.coalesce(func.sum(PaymentAllocation.amount_rupiah), 0))
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(Payment.buyer_id == person_id, PaymentAllocation.refund_due_at.is_not(None), PaymentAllocation.refunded_at.is_(None))
    )
    return int(session.scalar(due) or 0)


@dataclass(frozen=True, slots=True)
class Told:
    """Whose notices tell of which events."""

    people: set[int]
    events: set[str]


def bought_from(session: Session, buyer_id: int) -> Told:
    """The sellers who were told of this buyer's orders."""
    rows = session.execute(select(Order.id, Order.shop_id).where(Order.buyer_id == buyer_id)).all()
    shops = {shop_id for _order, shop_id in rows}
    sellers = set(session.scalars(select(ShopMember.person_id).where(ShopMember.shop_id.in_(shops))))
    return Told(sellers, {f"order:{order_id}:{what}" for order_id, _shop in rows for what in ("made", "cancelled")})


def sold_alone(session: Session, seller_id: int) -> Told:
    """The buyers who were told of orders in shops that this seller runs alone."""
    rows = session.execute(select(Order.id, Order.buyer_id).where(Order.shop_id.in_(_alone(seller_id)))).all()
    return Told(
        {buyer for _order, buyer in rows},
        {f"order:{order_id}:{what}" for order_id, _buyer in rows for what in ("ready", "cancelled", "paid")},
    )


def bought_by(session: Session, person_id: int) -> list[dict[str, Any]]:
    """Every order of a buyer with its lines, for her own copy."""
    rows = orders_of_buyer(session, person_id, most=MOST_IN_COPY)
    lines = lines_of(session, [row.id for row in rows])
    return [
        {
            "code": row.code,
            "shop": row.shop_name,
            "state": row.state.value,
            "rupiah": row.total_rupiah,
            "will_pay_by": row.will_pay_by.value,
            "paid_by": row.paid_by.value if row.paid_by else None,
            "note": row.note,
            "made_at": row.made_at,
            "handed_over_at": row.handed_over_at,
            "paid_at": row.paid_at,
            "cancelled_at": row.cancelled_at,
            "lines": [
                {"title": line.title, "unit": line.unit, "quantity": line.quantity, "rupiah": line.price_rupiah} for line in lines[row.id]
            ],
        }
        for row in rows
    ]


def cart_and_payments(session: Session, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """The cart, and card payments without the provider's own references, for the person's own copy."""
    paid = select(Payment.code, Payment.amount_rupiah, Payment.state, Payment.made_at, Payment.paid_at).where(Payment.buyer_id == person_id)
    return {
        "cart": [{"title": item.title, "shop": item.shop_name, "quantity": item.quantity} for item in cart(session, person_id)],
        "payments": [
            {"code": code, "rupiah": amount, "state": state.value, "made_at": made_at, "paid_at": paid_at}
            for code, amount, state, made_at, paid_at in session.execute(paid.order_by(Payment.id.desc()).limit(MOST_IN_COPY))
        ],
    }


# Payments


@dataclass(frozen=True, slots=True)
class PaymentRow:
    id: int
    code: str
    state: PaymentState
    amount_rupiah: int
    session_id: str | None
    checkout_url: str | None
    ends_at: datetime
    provider: str


_PAYMENT = (
    Payment.id, Payment.code, Payment.state, Payment.amount_rupiah, Payment.session_id, Payment.checkout_url, Payment.ends_at, Payment.provider,
)  # fmt: skip


def payment(session: Session, payment_id: int) -> PaymentRow | None:
    row = session.execute(select(*_PAYMENT).where(Payment.id == payment_id)).first()
    return PaymentRow(*row) if row else None


def payment_of_buyer(session: Session, person_id: int, code: str) -> PaymentRow | None:
    row = session.execute(select(*_PAYMENT).where(Payment.code == code.upper(), Payment.buyer_id == person_id)).first()
    return PaymentRow(*row) if row else None


def live_payment_of(session: Session, order_id: int) -> PaymentRow | None:
    """The payment that this order is in now, started or paid."""
    row = session.execute(
        select(*_PAYMENT)
        .join(PaymentAllocation, PaymentAllocation.payment_id == Payment.id)
        .where(PaymentAllocation.order_id == order_id, PaymentAllocation.is_live)
    ).first()
    return PaymentRow(*row) if row else None


def orders_of_payment(session: Session, payment_id: int) -> list[int]:
    """Ids of the orders a payment is for."""
    return sorted(session.scalars(select(PaymentAllocation.order_id).where(PaymentAllocation.payment_id == payment_id)))


def codes_of_payment(session: Session, payment_id: int) -> list[tuple[str, str]]:
    """Code of each order and name of its shop."""
    rows = session.execute(
        select(Order.code, Shop.name)
        .join(PaymentAllocation, PaymentAllocation.order_id == Order.id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(PaymentAllocation.payment_id == payment_id)
        .order_by(Order.id)
    )
    return [(row[0], row[1]) for row in rows]


def find_payment(session: Session, session_id: str, code: str) -> int | None:
    """The payment of a provider's session; by our own code when the answer with the session id was lost on the way."""
    found = session.scalar(select(Payment.id).where(Payment.session_id == session_id))
    if found is None and code:
        found = session.scalar(select(Payment.id).where(Payment.code == code, Payment.session_id.is_(None)))
    return found


@dataclass(frozen=True, slots=True)
class RefundDue:
    payment_id: int
    order_id: int
    payment_code: str
    session_id: str | None
    order_code: str
    amount_rupiah: int
    due_at: datetime


def refunds_due(session: Session, most: int = 100) -> list[RefundDue]:
    """Card money that belongs to no order any more and is not given back yet, the oldest first."""
    rows = session.execute(
        select(
            PaymentAllocation.payment_id, PaymentAllocation.order_id, Payment.code, Payment.session_id, Order.code,
            PaymentAllocation.amount_rupiah, PaymentAllocation.refund_due_at,
        )
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .join(Order, Order.id == PaymentAllocation.order_id)
        .where(PaymentAllocation.refund_due_at.is_not(None), PaymentAllocation.refunded_at.is_(None))
        .order_by(PaymentAllocation.refund_due_at)
        .limit(most)
    ).all()  # fmt: skip
    return [RefundDue(*row) for row in rows]


def count_refunds_due(session: Session) -> int:
    some = (
        select(literal_column("1").label("one"))
        .select_from(PaymentAllocation)
        .where(PaymentAllocation.refund_due_at.is_not(None), PaymentAllocation.refunded_at.is_(None))
        .limit(100)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0
