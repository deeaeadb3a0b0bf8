"""The seller's sales book."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.access import actor, signed_in
from app.core.db import reading
from app.core.refusals import NotThere, require
from app.core.tables import csv_download
from app.core.web import arg_instant, arg_int, arg_text, page, see_other
from app.core.words import _
from app.market.ledger import queries, rules
from app.market.shops.queries import shops_of
from app.market.shops.routes import chosen_shop

bp = Blueprint("ledger", __name__)


@bp.route("/jualan/buku")
@signed_in
def book() -> ResponseReturnValue:
    """One month: its sum to the rupiah, by way of paying, against the month before, and every line."""
    this = clock.today()
    month = rules.month_of(arg_text("bulan", 7), this)
    start, end = clock.at(month, 0), clock.at(rules.next_month(month), 0)
    moment, row_id = arg_instant("sebelum"), arg_int("nomor", 0, 0, 2**62)
    with reading() as session:
        mine, shops = chosen_shop(session)
        if mine is None:
            return see_other(url_for("shops.new_shop"))
        ways = queries.sums(session, mine.id, start, end)
        before = sum(queries.sums(session, mine.id, clock.at(rules.last_month(month), 0), start).values())
        lines = queries.entries(session, mine.id, start, end, (moment, row_id) if moment else None, rules.PAGE_SIZE + 1)
    shown = lines[: rules.PAGE_SIZE]
    rest = shown[-1] if len(lines) > rules.PAGE_SIZE else None
    return page(
        "market/ledger/book.html", shop=mine, shops=shops, month=month, earlier=rules.last_month(month),
        later=rules.next_month(month) if rules.next_month(month) <= this else None, ways=ways, total=sum(ways.values()), before=before,
        lines=shown, rest=rest, is_continued=moment is not None, rules=rules,
    )  # fmt: skip


@bp.route("/jualan/buku/unduh")
@signed_in
def export() -> ResponseReturnValue:
    """The whole book of one shop as a table for a spreadsheet."""
    with reading() as session:
        wanted = arg_text("toko", 80)
        mine = next((shop for shop in shops_of(session, actor().person_id) if wanted in ("", shop.slug)), None)
        require(mine is not None, NotThere())
        assert mine is not None
        first = clock.at(clock.today().replace(year=2020, month=1, day=1), 0)
        head = [_("Tanggal"), _("Jam"), _("Pesanan"), _("Jenis"), _("Cara bayar"), _("Rupiah"), _("Bukti")]
        rows = (_cells(line) for line in queries.whole_book(session, mine.id, first, clock.now()))
        return csv_download(f"buku-{mine.slug}.csv", head, rows)


def _cells(line: queries.Entry) -> list[str | int | None]:
    local = line.happened_at.astimezone(clock.WITA)
    return [
        local.date().isoformat(),
        local.strftime("%H:%M"),
        line.order_code or line.words,
        _("Penjualan") if line.kind == "sale" else _("Pengembalian"),
        str(rules.ACCOUNT_WORDS[line.account]),
        line.amount_rupiah,
        str(rules.EVIDENCE_WORDS[line.evidence]),
    ]
