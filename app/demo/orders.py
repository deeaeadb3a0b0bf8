"""Orders in every state, their payments, and the sales that stand in the sellers' books."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.demo import shops
from app.demo.world import GoodRow, ShopRow, TurnRow, World
from app.market.ledger.models import Account, Evidence, Journal, JournalKind, JournalLine
from app.market.orders.models import Order, OrderLine, OrderPickup, OrderState, Payment, PaymentAllocation, PaymentState, PaymentWay
from app.market.orders.rules import CODE_LENGTH, CODE_LETTERS, PAYMENT_MINUTES
from app.market.shops.models import StockMovement, StockReason

WAYS = (*[PaymentWay.CASH] * 62, *[PaymentWay.QRIS] * 35, *[PaymentWay.CARD] * 3)
ACCOUNTS = {PaymentWay.CASH: Account.CASH, PaymentWay.QRIS: Account.QRIS, PaymentWay.CARD: Account.CARD}
PROVIDER = "stripe"
NOTES = (
    "",
    "",
    "",
    "",
    "Kalau bisa yang pedas sedikit.",
    "Saya ambil sesudah jam tujuh.",
    "Tolong pisahkan bungkusnya.",
    "Anak saya yang ambil.",
)
STALL_SALES = (80_000, 95_000, 120_000, 150_000, 185_000, 210_000, 260_000, 320_000, 410_000, 560_000)
COMING = (OrderState.RESERVED, OrderState.RESERVED, OrderState.READY, OrderState.RESERVED, OrderState.CANCELLED)


@dataclass(slots=True)
class _Made:
    """One order before it is written."""

    shop: ShopRow
    buyer_id: int
    lines: list[tuple[GoodRow, int]]
    made_at: datetime
    state: OrderState
    way: PaymentWay
    market_day_id: int | None
    turn_id: int | None
    ready_at: datetime | None = None
    handed_over_at: datetime | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    note: str = ""

    @property
    def total_rupiah(self) -> int:
        return sum(good.price_rupiah * quantity for good, quantity in self.lines)


class _Book:
    """Writes orders with all that follows from them, and counts what they take from the shelves."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: set[str] = set()
        self._waiting: list[_Made] = []
        self.reserved: Counter[int] = Counter()

    def _code(self, prefix: str, letters: int = CODE_LENGTH) -> str:
        while True:
            code = prefix + "".join(self._world.dice.choices(CODE_LETTERS, k=letters))
            if code not in self._codes:
                self._codes.add(code)
                return code

    def add(self, made: _Made) -> None:
        self._waiting.append(made)

    def write(self) -> None:
        """All orders in the order of time: lists are read by id."""
        for made in sorted(self._waiting, key=lambda made: made.made_at):
            self._write(made)
            if self._world.rows.is_full:
                self._world.rows.flush()

    def _write(self, made: _Made) -> None:
        """The order, its lines, pickup, stock movements, payment and journal."""
        rows = self._world.rows
        code = self._code("PSN-")
        order_id = rows.add(
            Order,
            code=code,
            buyer_id=made.buyer_id,
            shop_id=made.shop.shop_id,
            state=made.state,
            will_pay_by=made.way,
            paid_by=made.way if made.paid_at else None,
            total_rupiah=made.total_rupiah,
            note=made.note,
            made_at=made.made_at,
            ready_at=made.ready_at,
            handed_over_at=made.handed_over_at,
            paid_at=made.paid_at,
            cancelled_at=made.cancelled_at,
            cancelled_by=made.cancelled_by,
            cancel_reason="not_there" if made.cancelled_by == "seller" else None,
        )
        self._tell(order_id, code, made)
        rows.add(OrderPickup, order_id=order_id, market_day_id=made.market_day_id, turn_id=made.turn_id)
        for good, quantity in made.lines:
            rows.add(
                OrderLine,
                order_id=order_id,
                variant_id=good.variant_id,
                title=good.title,
                unit=good.unit,
                price_rupiah=good.price_rupiah,
                quantity=quantity,
            )
            self._take(good, -quantity, StockReason.RESERVED, order_id, made.buyer_id, made.made_at)
            if made.cancelled_at:
                by = made.buyer_id if made.cancelled_by == "buyer" else made.shop.owner_id
                self._take(good, quantity, StockReason.RETURNED, order_id, by, made.cancelled_at)
        if made.way is PaymentWay.CARD and made.paid_at:
            self._pay_by_card(order_id, made)
        if made.paid_at:
            evidence = Evidence.BOTH_SIDES if made.handed_over_at else Evidence.SELLER_ONLY
            if made.way is PaymentWay.CARD:
                evidence = Evidence.THIRD_PARTY
            sale(self._world, made.shop, made.total_rupiah, ACCOUNTS[made.way], evidence, made.paid_at, order_id)

    def _tell(self, order_id: int, code: str, made: _Made) -> None:
        """The printed accounts hear of orders that are not over."""
        world = self._world
        if made.handed_over_at or made.cancelled_at:
            return
        if made.shop.owner_id == world.people["ina"]:
            params = {"code": code, "buyer": world.names.get(made.buyer_id, ""), "rupiah": made.total_rupiah}
            world.tell(made.shop.owner_id, "order.made", params, f"order:{order_id}:made", made.made_at)
        if made.ready_at and made.buyer_id == world.people["rina"]:
            world.tell(made.buyer_id, "order.ready", {"code": code, "shop": made.shop.name}, f"order:{order_id}:ready", made.ready_at)

    def _take(self, good: GoodRow, delta: int, reason: StockReason, order_id: int, by_person_id: int, at: datetime) -> None:
        self.reserved[good.variant_id] -= delta
        self._world.rows.add(
            StockMovement, variant_id=good.variant_id, delta=delta, reason=reason, order_id=order_id, by_person_id=by_person_id, made_at=at
        )

    def _pay_by_card(self, order_id: int, made: _Made) -> None:
        code = self._code("BYR-", 10)
        payment_id = self._world.rows.add(
            Payment,
            code=code,
            buyer_id=made.buyer_id,
            provider=PROVIDER,
            session_id=f"cs_test_contoh_{code[4:].lower()}",
            amount_rupiah=made.total_rupiah,
            state=PaymentState.PAID,
            made_at=made.made_at,
            ends_at=made.made_at + timedelta(minutes=PAYMENT_MINUTES),
            paid_at=made.paid_at,
        )
        self._world.rows.add(PaymentAllocation, payment_id=payment_id, order_id=order_id, amount_rupiah=made.total_rupiah, is_live=True)


def sale(
    world: World,
    shop: ShopRow,
    rupiah: int,
    account: Account,
    evidence: Evidence,
    happened_at: datetime,
    order_id: int | None,
    words: str = "",
) -> None:
    """A balanced journal: money in, sales out."""
    journal_id = world.rows.add(
        Journal,
        shop_id=shop.shop_id,
        order_id=order_id,
        kind=JournalKind.SALE,
        evidence=evidence,
        words=words,
        happened_at=happened_at,
        made_at=happened_at,
    )
    world.rows.add(JournalLine, journal_id=journal_id, account=account, amount_rupiah=rupiah)
    world.rows.add(JournalLine, journal_id=journal_id, account=Account.SALES, amount_rupiah=-rupiah)


def fill(world: World) -> None:
    """Past orders by market day, coming ones by confirmed turns, the sample member's own, and what the sellers noted themselves."""
    book = _Book(world)
    by_day: dict[int, list[TurnRow]] = defaultdict(list)
    for turn in world.turns_past:
        if _sells(turn.shop):
            by_day[turn.market_day_id].append(turn)
    for turns in by_day.values():
        for _ in range(min(world.size.orders_a_day, 3 * len(turns))):
            book.add(_past_order(world, world.dice.choice(turns)))
        for turn in turns:
            if turn.attended:
                rupiah = world.dice.choice(STALL_SALES)
                sale(
                    world,
                    turn.shop,
                    rupiah,
                    Account.CASH,
                    Evidence.SELLER_ONLY,
                    turn.closes_at + timedelta(minutes=20),
                    None,
                    "Penjualan di lapak",
                )
        if world.rows.is_full:
            world.rows.flush()
    ahead = [turn for turn in world.turns_ahead if _sells(turn.shop)]
    for number, turn in enumerate(ahead):
        book.add(_coming_order(world, turn, COMING[number % len(COMING)], world.dice.choice(world.members)))
    _of_the_sample_member(world, book, by_day)
    book.write()
    world.rows.flush()
    shops.first_stock(world, dict(book.reserved))


def _sells(shop: ShopRow) -> bool:
    return any(good.stock for good in shop.goods)


def _lines(world: World, shop: ShopRow) -> list[tuple[GoodRow, int]]:
    sold = [good for good in shop.goods if good.stock]  # what has none is not sold yet
    wanted = world.dice.sample(sold, min(len(sold), world.dice.choice((1, 1, 2))))
    return [(good, 1 if good.price_rupiah > 100_000 else world.dice.randint(1, 3)) for good in wanted]


def _past_order(world: World, turn: TurnRow, buyer_id: int | None = None) -> _Made:
    dice = world.dice
    made_at = turn.opens_at - timedelta(minutes=dice.randint(240, 4_000))
    made = _Made(
        turn.shop,
        buyer_id or _buyer(world, turn.shop),
        _lines(world, turn.shop),
        made_at,
        OrderState.HANDED_OVER,
        dice.choice(WAYS),
        turn.market_day_id,
        turn.turn_id,
        note=dice.choice(NOTES),
    )
    if not turn.attended or dice.random() < 0.06:
        made.state = OrderState.CANCELLED
        made.cancelled_at = min(turn.opens_at - timedelta(minutes=30), made_at + timedelta(minutes=200))
        made.cancelled_by = "buyer" if turn.attended else "seller"
        if not turn.attended:
            made.turn_id = None
        return made
    made.ready_at = turn.opens_at - timedelta(minutes=dice.randint(5, 60))
    made.handed_over_at = turn.opens_at + timedelta(minutes=dice.randint(8, 330))
    made.paid_at = made_at + timedelta(minutes=3) if made.way is PaymentWay.CARD else made.handed_over_at
    return made


def _coming_order(world: World, turn: TurnRow, state: OrderState, buyer_id: int) -> _Made:
    made_at = world.now - timedelta(minutes=world.dice.randint(50, 1_500))
    if buyer_id == turn.shop.owner_id:
        buyer_id = _buyer(world, turn.shop)
    made = _Made(
        turn.shop,
        buyer_id,
        _lines(world, turn.shop),
        made_at,
        state,
        world.dice.choice(WAYS),
        turn.market_day_id,
        turn.turn_id,
        note=world.dice.choice(NOTES),
    )
    if made.way is PaymentWay.CARD:
        made.paid_at = made_at + timedelta(minutes=3)
        if state is OrderState.CANCELLED:
            made.way, made.paid_at = PaymentWay.CASH, None
    if state is OrderState.READY:
        made.ready_at = made_at + timedelta(minutes=40)
    if state is OrderState.CANCELLED:
        made.cancelled_at, made.cancelled_by = made_at + timedelta(minutes=30), "buyer"
    return made


def _buyer(world: World, shop: ShopRow) -> int:
    buyer_id = shop.owner_id
    while buyer_id == shop.owner_id:
        buyer_id = world.dice.choice(world.members)
    return buyer_id


def _of_the_sample_member(world: World, book: _Book, by_day: dict[int, list[TurnRow]]) -> None:
    """The printed member has an order in every state, and the printed seller has some to prepare."""
    rina = world.people["rina"]
    seller = world.shop("dapur-oesapa")
    attended = [turn for turns in by_day.values() for turn in turns if turn.attended]
    ahead = [turn for turn in world.turns_ahead if _sells(turn.shop)]
    if attended:
        book.add(_past_order(world, attended[-1], rina))
        book.add(_past_order(world, attended[0], rina))
    for state, turn in zip((OrderState.RESERVED, OrderState.READY, OrderState.CANCELLED), ahead[1:], strict=False):
        book.add(_coming_order(world, turn, state, rina))
    for turn in [turn for turn in ahead if turn.shop is seller][:1]:
        for state in (OrderState.RESERVED, OrderState.READY, OrderState.RESERVED):
            book.add(_coming_order(world, turn, state, _buyer(world, seller)))
        book.add(_coming_order(world, turn, OrderState.RESERVED, rina))
