"""One Saturday, on phones 360 pixels wide: from a course to a sale in the book, without JavaScript and with it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.accounts.people.models import Person
from app.config import Settings
from app.core import clock, formats, totp
from app.core.audit import AuditRow
from app.core.db import reading
from app.core.outbox import OutboxRow
from app.core.payments.standin import SAMPLE_KEY, StandIn, running
from app.market.booths.models import Booth, BoothDay, BoothDayState
from app.market.ledger.models import Account, JournalLine
from app.market.orders.models import Order, OrderState, Payment, PaymentState, PaymentWay
from app.market.rota.models import Turn, TurnState
from app.market.shops.models import Product, Shop, StockMovement, Variant
from app.training.courses.models import Cohort
from tests import factories
from tests.conftest import Server
from tests.journeys.eyes import Eyes
from tests.journeys.factories import OFFICER, RESIDENT, TRAINER, WEAVER, City, a_city, a_photo

SECRET = "whsec_of_one_saturday"
ROS, ROS_PHONE, ROS_PASSWORD = "Mama Ros", "0812-3900-1234", "periuk tikar lesung"
SHOP, CHIPS, SHAWL = "Dapur Mama Ros", "Keripik pisang", "Selendang tenun"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """Stripe's stand-in; the journey tells it where the shop is."""
    with running("http://127.0.0.1:9/webhook/stripe", SECRET) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, standin: StandIn) -> Settings:
    return dataclasses.replace(
        settings, stripe_secret_key=SAMPLE_KEY, stripe_webhook_secret=SECRET, stripe_api_base=standin.base_url, page_cache=True
    )


def test_one_saturday(server: Server, standin: StandIn, new_page: Callable[..., Page], javascript: bool) -> None:
    standin.webhook_url = f"{server.url}/webhook/stripe"
    city = a_city()
    server.work()
    eyes = Eyes()

    def a_phone(of: str) -> Page:
        return eyes.watch(of, new_page(javascript=javascript))

    with eyes.pictured():
        trainer, ros, officer, weaver, resident = (a_phone(name) for name in (TRAINER, ROS, OFFICER, WEAVER, RESIDENT))
        somebody_signs_in(trainer, city, TRAINER)
        the_trainer_publishes_sewing(trainer)
        server.work()
        she_signs_up(ros)
        she_asks_in_the_community(ros)
        she_enrols(ros)
        she_opens_a_shop(ros)
        she_lists_chips_with_a_photo(ros)
        server.work()
        its_photo_tells_no_place(ros)
        she_applies_for_a_booth(ros, city)
        server.work()

        somebody_signs_in(officer, city, OFFICER)
        he_types_the_code_of_his_phone(officer)
        the_officer_assigns_her_a_booth(officer)
        server.work()
        she_says_that_she_comes(ros)

        somebody_signs_in(weaver, city, WEAVER)
        the_weaver_books_a_free_booth(weaver, city)
        server.work()
        everybody_sees_who_stands_where(weaver, city)

        a_resident_finds_the_chips(resident)
        he_reserves_two_bags_after_signing_in(resident, city)
        he_adds_one_shawl(resident)
        chips, shawl = he_makes_two_orders_and_pays_one_by_card(resident)
        server.work()
        he_sees_what_is_paid(resident, chips, shawl)

        she_prepares_hands_over_and_is_paid(ros, chips, server)
        he_hears_that_it_was_ready(resident, chips)
        her_book_shows_the_sale(ros, chips)
        the_weaver_sees_the_card_payment(weaver, shawl)
        the_trainer_sees_her_on_the_roster(trainer)
        server.work()
        what_is_stored_adds_up(chips, shawl)
        assert eyes.complaints == []


def somebody_signs_in(phone: Page, city: City, name: str) -> None:
    phone.goto("/masuk")
    fills_the_sign_in(phone, city, name)


def fills_the_sign_in(phone: Page, city: City, name: str) -> None:
    phone.get_by_label("Nomor HP").fill(city.phones[name])
    phone.get_by_label("Kata sandi", exact=True).fill(factories.PASSWORD)
    press(phone, "Masuk")


def he_types_the_code_of_his_phone(phone: Page) -> None:
    """Staff are asked for more than a password."""
    phone.get_by_label("Kode", exact=True).fill(totp.code_at(factories.TOTP_SECRET, clock.now()))
    press(phone, "Masuk")


def press(phone: Page, words: str, within: str = "main") -> None:
    """Press the one button with these words."""
    phone.locator(within).get_by_role("button", name=words, exact=True).click()


def follow(phone: Page, words: str, within: str = "main") -> None:
    phone.locator(within).get_by_role("link", name=words, exact=True).first.click()


def told(phone: Page, words: str) -> None:
    """The page says so at its top."""
    expect(phone.get_by_role("status").filter(has_text=words)).to_be_visible()


# The trainer


def the_trainer_publishes_sewing(phone: Page) -> None:
    today = clock.today()
    phone.goto("/pelatih")
    follow(phone, "Kelas baru")
    phone.get_by_label("Nama kelas").fill("Menjahit pakaian dengan mesin")
    phone.get_by_label("Bidang").select_option(label="Menjahit")
    phone.get_by_label("Satu atau dua kalimat").fill("Belajar menjahit baju sederhana dari pola sampai jadi.")
    phone.get_by_label("Lama belajar (JP)").fill("120")
    phone.get_by_label("Hari mulai").fill((today + timedelta(days=21)).isoformat())
    phone.get_by_label("Hari selesai").fill((today + timedelta(days=35)).isoformat())
    phone.get_by_label("Pendaftaran sampai").fill((today + timedelta(days=14)).isoformat())
    phone.get_by_label("Hari dan jam").fill("Senin sampai Jumat, 08.00–14.00 WITA")
    phone.get_by_label("Tempat", exact=True).fill("BLK Kupang, ruang jahit")
    phone.get_by_label("Jumlah kursi").fill("16")
    press(phone, "Terbitkan kelas")
    told(phone, "Kelas sudah terbit.")
    expect(phone.locator("main")).to_contain_text("0 dari 16 kursi")


def the_trainer_sees_her_on_the_roster(phone: Page) -> None:
    phone.goto("/pelatih")
    follow(phone, "Peserta")
    row = phone.get_by_role("row").filter(has_text=ROS)
    expect(row).to_contain_text("0812-3900-1234")
    expect(phone.locator("main")).to_contain_text("1 dari 16 kursi terisi")


# The officer


def the_officer_assigns_her_a_booth(phone: Page) -> None:
    phone.goto("/petugas")
    follow(phone, "Permohonan lapak")
    row = phone.get_by_role("row").filter(has_text=SHOP)
    expect(row).to_contain_text("belum pernah")
    row.get_by_label(f"Lapak untuk {SHOP}").select_option(label="K-02, Sabtu")
    row.get_by_role("button", name="Beri").click()
    told(phone, "Lapak diberikan.")
    with reading() as session:
        turn = session.execute(select(Turn.state, Booth.code).join(Booth, Booth.id == Turn.booth_id)).one()
        assert (turn.state, turn.code) == (TurnState.OFFERED, "K-02")
        assert session.scalar(select(func.count()).where(AuditRow.act == "turn.assigned")) == 1


# The weaver


def the_weaver_books_a_free_booth(phone: Page, city: City) -> None:
    phone.get_by_role("navigation", name="Utama").get_by_role("link", name="Lapak").click()
    follow(phone, "Pesan lapak langsung")
    phone.get_by_role("listitem").filter(has_text="T-03").get_by_role("button", name="Tahan").click()
    expect(phone.locator("#ditahan")).to_contain_text("Ditahan untuk Anda")
    phone.get_by_label("Barang yang dijual hari itu").fill("Selendang dan sarung tenun")
    phone.get_by_label("Saya datang sendiri").check()
    press(phone, "Pesan lapak")
    told(phone, "Lapak sudah dipesan.")
    expect(phone.locator("main")).to_contain_text("T-03")
    with reading() as session:
        held = (
            select(Booth.code, BoothDay.shop_id).join(BoothDay, BoothDay.booth_id == Booth.id).where(BoothDay.state == BoothDayState.HELD)
        )
        assert {code for code, _shop in session.execute(held)} == {"K-02", "T-03"}


def everybody_sees_who_stands_where(phone: Page, city: City) -> None:
    for site, shop, code in (("taman-nostalgia", SHOP, "K-02"), ("pasar-sore", "Tenun Fontein", "T-03")):
        phone.goto(f"/lapak/edisi/{city.saturday.isoformat()}/{site}")
        expect(phone.locator(f"#{code.lower()}")).to_contain_text(shop)


def the_weaver_sees_the_card_payment(phone: Page, shawl: str) -> None:
    phone.goto("/jualan/pesanan")
    order = phone.locator(f"#{shawl}")
    expect(order).to_contain_text("Lunas")
    expect(order).to_contain_text(RESIDENT)
    phone.goto("/jualan/buku")
    expect(phone.locator("main")).to_contain_text("Rp150.000")


# The resident


def a_resident_finds_the_chips(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Cari", exact=True).click()
    phone.locator("main input[name=q]").fill("kripik")
    press(phone, "Cari")
    follow(phone, CHIPS)
    expect(phone.locator("h1")).to_have_text(CHIPS)
    expect(phone.locator("main")).to_contain_text("K-02")


def he_reserves_two_bags_after_signing_in(phone: Page, city: City) -> None:
    phone.get_by_label("Jumlah").fill("2")
    press(phone, "Masukkan keranjang")
    fills_the_sign_in(phone, city, RESIDENT)
    expect(phone.get_by_label("Jumlah")).to_have_value("2")
    press(phone, "Masukkan keranjang")
    told(phone, "Sudah masuk keranjang.")


def he_adds_one_shawl(phone: Page) -> None:
    phone.get_by_role("navigation", name="Utama").get_by_role("link", name="Pasar").click()
    follow(phone, SHAWL)
    press(phone, "Masukkan keranjang")
    told(phone, "Sudah masuk keranjang.")
    expect(phone.locator("main")).to_contain_text("Rp180.000")


def he_makes_two_orders_and_pays_one_by_card(phone: Page) -> tuple[str, str]:
    """The codes of the two orders: chips in cash, the shawl by card."""
    press(phone, "Periksa dan pesan")
    expect(phone.locator("main")).to_contain_text("2 toko, jadi 2 pesanan")
    phone.get_by_role("region", name="Tenun Fontein").get_by_label("Kartu lewat Stripe").check()
    press(phone, "Buat 2 pesanan")
    expect(phone.locator("body")).to_contain_text("MODE CONTOH")
    expect(phone.locator("body")).to_contain_text("Rp150.000")
    press(phone, "Bayar dengan kartu contoh")
    expect(phone.locator("main")).to_contain_text("Sudah lunas: Rp150.000")
    with reading() as session:
        codes = {shop: code for code, shop in session.execute(select(Order.code, Shop.name).join(Shop, Shop.id == Order.shop_id)).tuples()}
    return codes[SHOP], codes["Tenun Fontein"]


def he_sees_what_is_paid(phone: Page, chips: str, shawl: str) -> None:
    phone.goto(f"/pesanan/{shawl}")
    expect(phone.locator("main")).to_contain_text("Sudah lunas. Tidak perlu membayar lagi.")
    phone.goto(f"/pesanan/{chips}")
    expect(phone.locator("main")).to_contain_text("Bayar Rp30.000 ke penjual")
    expect(phone.locator("main .plate").first).to_have_text("K-02")


def he_hears_that_it_was_ready(phone: Page, chips: str) -> None:
    phone.get_by_role("link", name="Kabar").click()
    phone.locator("main").get_by_role("button").filter(has_text=chips).filter(has_text="siap").click()
    expect(phone.locator("h1")).to_contain_text(chips)
    expect(phone.locator("main")).to_contain_text("Sudah diambil")


# Mama Ros


def she_signs_up(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="Masuk").first.click()
    phone.get_by_role("link", name="Daftar").first.click()
    phone.get_by_label("Nama panggilan").fill(ROS)
    phone.get_by_label("Nomor HP").fill(ROS_PHONE)
    phone.get_by_label("Kata sandi", exact=True).fill(ROS_PASSWORD)
    phone.get_by_label("Kelurahan").fill("Oesapa")
    phone.get_by_label("Saya berumur 18 tahun").check()
    press(phone, "Buat akun")
    expect(phone.get_by_role("heading", name=f"Selamat datang, {ROS}")).to_be_visible()
    with reading() as session:
        assert session.execute(select(Person.phone, Person.place_code).where(Person.name == ROS)).one() == (
            "+6281239001234",
            "53.71.03.1010",
        )


def she_asks_in_the_community(phone: Page) -> None:
    phone.get_by_role("navigation", name="Utama").get_by_role("link", name="Komunitas").click()
    follow(phone, "Usaha & Jualan")
    phone.locator("main").get_by_role("link", name="Mulai obrolan").first.click()
    phone.get_by_label("Judul").fill("Kemasan apa yang tahan untuk keripik?")
    phone.get_by_label("Cerita atau pertanyaan").fill(
        "Saya mau jual keripik pisang di Taman Nostalgia. Plastik apa yang **tidak cepat melempem**?"
    )
    press(phone, "Kirim ke Usaha & Jualan")
    expect(phone.locator("h1")).to_have_text("Kemasan apa yang tahan untuk keripik?")
    expect(phone.locator("main strong")).to_have_text("tidak cepat melempem")


def she_opens_a_shop(phone: Page) -> None:
    phone.goto("/jualan")
    follow(phone, "Buka toko")
    phone.get_by_label("Nama toko").fill(SHOP)
    phone.get_by_label("Kelurahan").select_option(label="Oesapa")
    press(phone, "Buka toko")
    told(phone, "Toko sudah dibuka. Sekarang barang pertama.")


def she_lists_chips_with_a_photo(phone: Page) -> None:
    photo = a_photo()
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(0x8825), "the test's photo must say where it was taken"
    phone.get_by_label("Foto", exact=True).set_input_files({"name": "IMG_0412.JPG", "mimeType": "image/jpeg", "buffer": photo})
    phone.get_by_label("Nama barang").fill(CHIPS)
    phone.get_by_label("Makanan", exact=True).check()
    phone.get_by_label("Harga").fill("15.000")
    phone.get_by_label("Satuan").fill("bungkus 200 g")
    phone.get_by_label("Stok").fill("20")
    phone.get_by_role("group", name="Keterangan halal").get_by_role("radio").first.check()
    phone.get_by_label("Isi atau bahan").fill("Pisang kepok, minyak kelapa, garam")
    press(phone, "Tampilkan di pasar")
    told(phone, "Barang sudah tampil di pasar.")
    with reading() as session:
        assert session.execute(select(Product.price_rupiah, Variant.stock).join(Variant).where(Product.title == CHIPS)).one() == (
            15_000,
            20,
        )


def its_photo_tells_no_place(phone: Page) -> None:
    phone.goto("/pasar")
    address = phone.get_by_role("listitem").filter(has_text=CHIPS).locator("img").get_attribute("src")
    assert address
    for served in (address, *(address.replace("-320.webp", other) for other in ("-1280.webp", "-640.jpg"))):
        answer = phone.request.get(served)
        assert answer.ok, served
        kept = Image.open(io.BytesIO(answer.body()))
        assert not dict(kept.getexif()), served
        assert "exif" not in kept.info, served
        assert b"Kamera Contoh" not in answer.body(), served


def she_enrols(phone: Page) -> None:
    phone.get_by_role("navigation", name="Utama").get_by_role("link", name="Pelatihan").click()
    follow(phone, "Menjahit pakaian dengan mesin")
    expect(phone.locator("main")).to_contain_text("Sisa 16 kursi")
    press(phone, "Daftar kelas ini")
    told(phone, "Anda terdaftar.")
    with reading() as session:
        assert session.scalars(select(Cohort.seats_taken)).all() == [1]


def she_applies_for_a_booth(phone: Page, city: City) -> None:
    phone.get_by_role("navigation", name="Utama").get_by_role("link", name="Lapak").click()
    follow(phone, "Ajukan giliran")
    phone.get_by_label("Makanan dan kerajinan").check()
    phone.get_by_label(formats.weekday_month(city.saturday)).check()
    phone.get_by_label("Barang yang dijual").fill("Keripik pisang dan singkong")
    phone.get_by_label("Belum ada, minta dibantu").check()
    press(phone, "Kirim permohonan")
    told(phone, "Permohonan tersimpan.")


def she_says_that_she_comes(phone: Page) -> None:
    phone.get_by_role("link", name="Kabar").click()
    phone.locator("main").get_by_role("button").filter(has_text="K-02").click()
    expect(phone.locator("main")).to_contain_text("Perlu jawaban")
    press(phone, "Ya, saya datang")
    told(phone, "Terima kasih. Lapak itu milik Anda pada hari itu.")


def she_prepares_hands_over_and_is_paid(phone: Page, chips: str, server: Server) -> None:
    phone.goto("/jualan")
    phone.get_by_role("link", name="Pesanan", exact=True).first.click()
    order = phone.locator(f"#{chips}")
    expect(order).to_contain_text(RESIDENT)
    for button, words in (
        ("Sudah siap", "Pembeli diberi tahu"),
        ("Serahkan", "barang sudah diserahkan"),
        ("Lunas tunai", "Penjualan masuk buku Anda"),
    ):
        phone.locator(f"#{chips}").get_by_role("button", name=button, exact=True).click()
        told(phone, words)
    server.work()


def her_book_shows_the_sale(phone: Page, chips: str) -> None:
    phone.goto("/jualan/buku")
    expect(phone.locator("main .sum")).to_have_text("Rp30.000")
    row = phone.get_by_role("row").filter(has_text=chips)
    expect(row).to_contain_text("Tunai")
    expect(row).to_contain_text("Rp30.000")


# What the database holds


def what_is_stored_adds_up(chips: str, shawl: str) -> None:
    with reading() as session:
        orders = select(Order.code, Order.state, Order.paid_by, Order.total_rupiah)
        assert {row.code: tuple(row)[1:] for row in session.execute(orders)} == {
            chips: (OrderState.HANDED_OVER, PaymentWay.CASH, 30_000),
            shawl: (OrderState.RESERVED, PaymentWay.CARD, 150_000),
        }
        assert dict(session.execute(select(Product.title, Variant.stock).join(Variant)).tuples().all()) == {CHIPS: 18, SHAWL: 2}
        moved = select(StockMovement.variant_id, func.sum(StockMovement.delta)).group_by(StockMovement.variant_id)
        assert dict(session.execute(moved).tuples().all()) == dict(session.execute(select(Variant.id, Variant.stock)).tuples().all())
        assert session.scalars(select(Payment.amount_rupiah).where(Payment.state == PaymentState.PAID)).all() == [150_000]
        booked = select(JournalLine.account, func.sum(JournalLine.amount_rupiah)).group_by(JournalLine.account)
        assert dict(session.execute(booked).tuples().all()) == {Account.CASH: 30_000, Account.CARD: 150_000, Account.SALES: -180_000}
        assert session.scalar(select(func.count()).where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= clock.now())) == 0
