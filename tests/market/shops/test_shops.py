"""A seller's shop and goods: what is kept, what is refused, what everybody sees."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update

from app.core import clock, once, search
from app.core.db import reading, transaction
from app.core.refusals import NotThere
from app.market.shops import actions, queries, rules
from app.market.shops.models import Category, Halal, Product, ProductState, Shop, StockMovement, Variant
from tests.conftest import Client, a_client
from tests.market.shops.factories import a_draft, a_person, a_product, a_seller, a_turn

LILIBA = "53.71.04.1010"
GOOD_FORM = {
    "title": "Keripik pisang", "category": "food", "price": "15.000", "unit": "bungkus 200 g", "stock": "24", "halal": "seller_says",
    "ingredients": "Pisang, garam", "description": "Renyah.", "photo_alt": "",
}  # fmt: skip


def a_jpeg() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 120, 40)).save(file, "JPEG")
    file.seek(0)
    return file


def stock_of(product_id: int) -> int:
    with reading() as session:
        return session.scalars(select(Variant.stock).where(Variant.product_id == product_id)).one()


def test_two_shops_of_one_name_have_two_addresses(app: Flask) -> None:
    first, second = a_seller(), a_seller(owner="Mama Ros")
    with reading() as session:
        assert queries.shops_of(session, first.actor.person_id)[0].slug == "dapur-oesapa"
        assert queries.shops_of(session, second.actor.person_id)[0].slug == "dapur-oesapa-2"


def test_a_double_tap_opens_one_shop_and_one_product(app: Flask) -> None:
    seller = a_seller()
    key = once.new_key()
    ids = {actions.add_product(seller.actor, seller.shop_id, a_draft(), key) for _tap in range(2)}
    shop = actions.ShopDraft("Kios Kedua", "", "53.71.03.1010", None)
    shops = {actions.open_shop(seller.actor, shop, f"{key}-shop") for _tap in range(2)}
    assert len(ids) == len(shops) == 1


def test_nobody_opens_shops_without_end(app: Flask) -> None:
    seller = a_seller()
    for number in range(rules.MOST_SHOPS_A_PERSON - 1):
        actions.open_shop(seller.actor, actions.ShopDraft(f"Kios {number}", "", "00", None), once.new_key())
    with pytest.raises(actions.TooManyShops):
        actions.open_shop(seller.actor, actions.ShopDraft("Kios Lagi", "", "00", None), once.new_key())


def test_from_shop_to_first_product_in_two_forms(app: Flask) -> None:
    """What a seller does: the shop, then at once the first product with a photo."""
    person = a_person()
    client = a_client(app, person.person_id)
    opened = client.fill("/jualan/toko/baru", {"name": "Dapur Liliba", "place": LILIBA})
    assert opened.location == "/jualan/barang/baru"
    added = client.fill(opened.location, {**GOOD_FORM, "photo": (a_jpeg(), "foto.jpg")}, action="", content_type="multipart/form-data")
    assert added.status_code == 303
    assert "Keripik pisang" in client.get("/jualan/barang").get_data(as_text=True)
    with reading() as session:
        product = session.scalars(select(Product)).one()
    assert product.photo_key
    assert product.photo_alt == "Keripik pisang"


BAD = [
    ({"title": ""}, "Isian ini belum diisi"),
    ({"title": "K" * 121}, "Terlalu panjang"),
    ({"title": "Keripik \u202episang"}, "tidak terlihat"),
    ({"title": "Keripik\x00pisang"}, "tidak terlihat"),
    ({"price": "-5"}, "Tulis harga dari"),
    ({"price": "99999999999999"}, "Tulis harga dari"),
    ({"price": "lima belas"}, "Tulis angka saja"),
    ({"stock": "-1"}, "Tulis angka dari"),
    ({"stock": "1e9"}, "Tulis angka saja"),
    ({"halal": "checked"}, "Pilih salah satu dari daftar"),
    ({"category": "obat"}, "Pilih salah satu dari daftar"),
    ({"unit": ""}, "Isian ini belum diisi"),
]


def test_bad_input_is_said_beside_the_field_and_the_rest_stays(app: Flask) -> None:
    client = a_client(app, a_seller().actor.person_id)
    for wrong, words in BAD:
        answer = client.fill("/jualan/barang/baru", {**GOOD_FORM, **wrong}, action="")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, wrong
        assert words in page, wrong
        assert "Pisang, garam" in page
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_emoji_is_a_word_like_another(app: Flask) -> None:
    client = a_client(app, a_seller().actor.person_id)
    assert client.fill("/jualan/barang/baru", {**GOOD_FORM, "title": "Keripik 🍌 pisang"}, action="").status_code == 303


def test_a_refused_photo_is_a_sentence_and_the_text_stays(app: Flask) -> None:
    client = a_client(app, a_seller().actor.person_id)
    answer = client.fill(
        "/jualan/barang/baru",
        {**GOOD_FORM, "photo": (io.BytesIO(b"ini bukan foto"), "foto.jpg")},
        action="",
        content_type="multipart/form-data",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Berkas ini bukan foto" in page
    assert "Pisang, garam" in page


def test_a_photo_chosen_once_need_not_be_chosen_again(app: Flask) -> None:
    client = a_client(app, a_seller().actor.person_id)
    first = client.fill(
        "/jualan/barang/baru", {**GOOD_FORM, "price": "", "photo": (a_jpeg(), "foto.jpg")}, action="", content_type="multipart/form-data"
    )
    kept = re.search(r'name="foto_tersimpan" value="([^"]+)"', first.get_data(as_text=True))
    assert first.status_code == 422
    assert kept
    assert client.fill("/jualan/barang/baru", {**GOOD_FORM, "foto_tersimpan": kept[1]}, action="").status_code == 303
    with reading() as session:
        assert session.scalars(select(Product.photo_key)).one()


def test_a_forged_photo_key_is_no_photo(app: Flask) -> None:
    client = a_client(app, a_seller().actor.person_id)
    assert client.fill("/jualan/barang/baru", {**GOOD_FORM, "foto_tersimpan": '["ab",1,1].x'}, action="").status_code == 303
    with reading() as session:
        assert session.scalars(select(Product.photo_key)).one() is None


def test_stock_is_the_sum_of_its_movements(app: Flask) -> None:
    seller = a_seller()
    product_id, variant_id = a_product(seller, stock=10)
    actions.set_stock(seller.actor, product_id, 25, 10)
    actions.set_stock(seller.actor, product_id, 3, 25)
    with reading() as session:
        assert queries.movements_sum(session, variant_id) == 3
    assert stock_of(product_id) == 3


def test_what_sold_while_the_seller_typed_is_not_sold_again(app: Flask) -> None:
    seller = a_seller()
    product_id, variant_id = a_product(seller, stock=10)
    with transaction() as session:  # two go while the form is open
        session.execute(update(Variant).where(Variant.id == variant_id).values(stock=8))
    actions.edit_product(seller.actor, product_id, a_draft(stock=12, seen=10))
    assert stock_of(product_id) == 10
    with pytest.raises(actions.StockBelowOrders):
        actions.edit_product(seller.actor, product_id, a_draft(stock=0, seen=12))


def test_an_empty_shelf_reads_habis(app: Flask, client: Client) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller, stock=1)
    actions.set_stock(seller.actor, product_id, 0, 1)
    assert "Habis" in client.get("/pasar").get_data(as_text=True)
    page = client.get(f"/pasar/p/{product_id}-keripik-pisang").get_data(as_text=True)
    assert "Habis" in page
    assert "Pesan, bayar saat ambil" not in page
    assert "Belum ada barang yang cocok" in client.get("/pasar?ada=1").get_data(as_text=True)


def test_pork_is_marked_wherever_the_product_is_shown(app: Flask, client: Client) -> None:
    seller = a_seller("Se'i Penfui")
    product_id, variant_id = a_product(seller, "Se'i babi", halal="not_halal")
    buyer = a_client(app, a_person("Rina").person_id)
    buyer.get("/akun")
    buyer.post("/keranjang/tambah", data={"barang": str(variant_id), "jumlah": "1"})
    slug = "sei-babi"
    for who, path in (
        (client, "/pasar"), (client, f"/pasar/p/{product_id}-{slug}"), (client, "/toko/sei-penfui"), (buyer, "/keranjang"), (buyer, "/pesan"),
    ):  # fmt: skip
        assert "Mengandung babi" in who.get(path).get_data(as_text=True), path


def test_only_what_staff_saw_is_green_and_an_edit_takes_it_back(app: Flask, client: Client) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    path = f"/pasar/p/{product_id}-keripik-pisang"
    assert "Menurut penjual: halal" in client.get(path).get_data(as_text=True)
    with transaction() as session:
        session.execute(update(Product).values(halal=Halal.CHECKED))
    assert "Halal, diperiksa" in client.get(path).get_data(as_text=True)
    actions.edit_product(seller.actor, product_id, a_draft(price=16_000, stock=24, seen=24))
    assert "Halal, diperiksa" in client.get(path).get_data(as_text=True)
    changed = a_draft(stock=24, seen=24)
    actions.edit_product(
        seller.actor,
        product_id,
        actions.ProductDraft(**{**{f: getattr(changed, f) for f in changed.__slots__}, "ingredients": "Pisang, lemak"}),
    )
    assert "Halal, diperiksa" not in client.get(path).get_data(as_text=True)


def test_a_wrong_slug_leads_to_the_right_one_for_good(app: Flask, client: Client) -> None:
    product_id, _variant = a_product(a_seller())
    answer = client.get(f"/pasar/p/{product_id}-salah")
    assert (answer.status_code, answer.location) == (301, f"/pasar/p/{product_id}-keripik-pisang")


def test_what_is_removed_answers_410_and_what_is_hidden_404(app: Flask, client: Client) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    path = f"/pasar/p/{product_id}-keripik-pisang"
    actions.show_product(seller.actor, product_id, ProductState.HIDDEN)
    assert client.get(path).status_code == 404
    actions.show_product(seller.actor, product_id, ProductState.SHOWN)
    assert client.get(path).status_code == 200
    actions.show_product(seller.actor, product_id, ProductState.REMOVED)
    assert client.get(path).status_code == 410
    with pytest.raises(NotThere):
        actions.show_product(seller.actor, product_id, ProductState.SHOWN)


def test_a_paused_shop_shows_no_goods(app: Flask, client: Client) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    actions.set_shop_open(seller.actor, seller.shop_id, False)
    assert "Keripik pisang" not in client.get("/pasar").get_data(as_text=True)
    assert client.get(f"/pasar/p/{product_id}-keripik-pisang").status_code == 404
    assert "sedang dijeda" in client.get("/toko/dapur-oesapa").get_data(as_text=True)
    actions.set_shop_open(seller.actor, seller.shop_id, True)
    assert "Keripik pisang" in client.get("/pasar").get_data(as_text=True)


def test_other_sellers_goods_do_not_exist_for_her(app: Flask) -> None:
    seller, other = a_seller(), a_seller("Tenun Liliba", "Mama Yanti")
    product_id, _variant = a_product(seller)
    with pytest.raises(NotThere):
        actions.edit_product(other.actor, product_id, a_draft())
    with pytest.raises(NotThere):
        actions.set_stock(other.actor, product_id, 1, 1)
    with pytest.raises(NotThere):
        actions.set_shop_open(other.actor, seller.shop_id, False)
    with pytest.raises(NotThere):
        actions.add_product(other.actor, seller.shop_id, a_draft(), once.new_key())


def test_whatsapp_is_shown_only_when_the_shop_gave_it(app: Flask, client: Client) -> None:
    product_id, _variant = a_product(a_seller())
    other_id, _other = a_product(a_seller("Tenun Liliba", "Mama Yanti", whatsapp="+6281234567890"), "Selendang")
    assert "wa.me" not in client.get(f"/pasar/p/{product_id}-keripik-pisang").get_data(as_text=True)
    assert "https://wa.me/6281234567890" in client.get(f"/pasar/p/{other_id}-selendang").get_data(as_text=True)


@pytest.mark.both
def test_a_product_page_tells_the_next_days_or_that_they_are_being_arranged(app: Flask, client: Client) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    path = f"/pasar/p/{product_id}-keripik-pisang"
    assert "Tempat ambil sedang diatur" in client.get(path).get_data(as_text=True)
    a_turn(seller)
    page = client.get(path).get_data(as_text=True)
    assert "M-07" in page
    assert "sedang diatur" not in page
    assert 'Dapur Oesapa</span> · <span class="whole">M-07</span>' in client.get("/pasar").get_data(as_text=True)


def test_search_knows_what_is_on_offer(app: Flask, run_outbox: Callable[[], int]) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    run_outbox()
    assert [hit.subject_id for hit in search.search("kripik", ["product"]).hits] == [product_id]
    actions.set_shop_open(seller.actor, seller.shop_id, False)
    run_outbox()
    assert search.search("keripik").hits == []


# The list


def many_goods(number: int) -> None:
    seller, now = a_seller(), clock.now()
    with transaction() as session:
        for n in range(number):
            product = Product(
                shop_id=seller.shop_id, title=f"Barang {n:03d}", category=Category.FOOD, unit="bungkus", price_rupiah=1_000 + (n * 37) % 50 * 100,
                made_at=now + timedelta(minutes=n // 3), changed_at=now,
            )  # fmt: skip
            session.add(product)
            session.flush()
            session.add(Variant(product_id=product.id, price_rupiah=product.price_rupiah, stock=5))


def titles(page: str) -> list[str]:
    return re.findall(r"Barang \d{3}(?=</a>)", page)


@pytest.mark.both
@pytest.mark.parametrize("order", ["", "urut=murah"])
def test_paging_meets_everything_once_and_finds_its_way_back(app: Flask, client: Client, order: str, sql_count: Callable[[], Any]) -> None:
    many_goods(2 * rules.PAGE_SIZE + 5)
    address, seen, pages, counts = f"/pasar?{order}", [], [], []
    while address:
        with sql_count() as counted:
            page = client.get(address).get_data(as_text=True)
        counts.append(len(counted))
        pages.append(titles(page))
        seen += pages[-1]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 2 * rules.PAGE_SIZE + 5
    assert max(counts) <= 4
    assert counts[-1] <= counts[0]
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back
    assert titles(client.get(back[1].replace("&amp;", "&")).get_data(as_text=True)) == pages[-2]


def test_filters_and_order(app: Flask, client: Client) -> None:
    seller = a_seller()
    a_product(seller, "Barang 001", price=90_000, category=Category.WEAVING, halal="not_food")
    a_product(seller, "Barang 002", price=10_000)
    a_product(seller, "Barang 003", price=20_000, halal="not_halal")
    a_product(seller, "Barang 004", price=30_000, stock=0, halal="unknown")

    def found(query: str) -> list[str]:
        return titles(client.get(f"/pasar?{query}").get_data(as_text=True))

    assert found("jenis=tenun") == ["Barang 001"]
    assert found("halal=p") == ["Barang 002"]
    assert found("halal=t") == ["Barang 003"]
    assert found("halal=b&halal=t") == ["Barang 004", "Barang 003"]
    assert found("maks=20.000") == ["Barang 003", "Barang 002"]
    assert found("ada=1&urut=murah") == ["Barang 002", "Barang 003", "Barang 001"]


def test_odd_arguments_are_just_a_list(app: Flask, client: Client) -> None:
    a_product(a_seller())
    for query in (
        "sesudah=x", "sesudah=99999999999999999.1", "sebelum=1.999999999999999999", "maks=-1", "maks=99999999999999999999", "halal=%00",
        "jenis=%F0%9F%8D%8C", "urut=%27", "sesudah=%C2%B2.%C2%B2",
    ):  # fmt: skip
        assert client.get(f"/pasar?{query}").status_code == 200, query


def test_pages_for_visitors_take_few_statements(app: Flask, client: Client, sql_count: Callable[[], Any]) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    a_product(seller, "Keripik singkong")
    a_turn(seller)
    client.get("/pasar")  # whether this is a sample database is asked once a process
    for path in ("/pasar", f"/pasar/p/{product_id}-keripik-pisang", "/toko/dapur-oesapa"):
        with sql_count() as counted:
            assert client.get(path).status_code == 200
        assert len(counted) <= 4, counted.statements


def test_seller_pages_do_not_grow_with_the_shop(app: Flask, sql_count: Callable[[], Any]) -> None:
    seller = a_seller()
    client = a_client(app, seller.actor.person_id)
    for n in range(30):
        a_product(seller, f"Barang {n:03d}")
    for path in ("/jualan", "/jualan/barang", "/jualan/pesanan", "/jualan/buku", "/jualan/toko"):
        with sql_count() as counted:
            assert client.get(path).status_code == 200
        assert len(counted) <= 12, counted.statements


def test_the_shop_keeps_its_address_when_its_name_changes(app: Flask) -> None:
    seller = a_seller()
    client = a_client(app, seller.actor.person_id)
    assert client.fill("/jualan/toko", {"name": "Dapur Oesapa Baru", "whatsapp": "0812-3456-7890"}).status_code == 303
    with reading() as session:
        shop = session.scalars(select(Shop)).one()
    assert (shop.slug, shop.name, shop.whatsapp) == ("dapur-oesapa", "Dapur Oesapa Baru", "+6281234567890")


def test_removing_asks_once(app: Flask) -> None:
    seller = a_seller()
    product_id, _variant = a_product(seller)
    client = a_client(app, seller.actor.person_id)
    assert (
        client.fill(f"/jualan/barang/{product_id}/hapus", {"jadi": "hapus"}, action=f"/jualan/barang/{product_id}/tampil").status_code
        == 303
    )
    with reading() as session:
        assert session.scalars(select(Product.state)).one() is ProductState.REMOVED
        assert session.scalar(select(func.count()).select_from(StockMovement)) == 1
