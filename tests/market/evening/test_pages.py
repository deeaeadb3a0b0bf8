"""The market's pages as people use them: booking, asking, answering, looking; bad input; how many statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select, update

from app.core import clock, once
from app.core.contrib import HomeCard, offered
from app.core.db import reading, transaction
from app.market.applications import actions as applications
from app.market.applications.models import Application, ApplicationState
from app.market.booths.models import Edition, EditionState, Method, Zone
from app.market.leases import actions as leases
from app.market.leases.models import BoothMonth, Lease, LeaseState
from app.market.rota import actions
from app.market.rota.models import Turn, TurnState
from tests.market.applications.test_applications import apply
from tests.market.booths.counts import check_day
from tests.market.booths.factories import (
    a_direct_day,
    a_seller,
    a_site,
    an_actor,
    an_edition,
    an_officer,
    booth_of,
    containers,
    next_first,
    sellers,
    zone_of,
)

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Client

SignIn = Callable[[Any], "Client"]


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, f"{path} answered {answer.status_code}"
    return answer.get_data(as_text=True)


def stalls(edition_id: int, day: int, most: int) -> None:
    """That many sellers confirmed on a day that is booked directly."""
    codes = [f"K-{n:02d}" for n in range(1, most + 1)]
    for seller, code in zip(sellers(most), codes, strict=True):
        actions.confirm(seller.actor, actions.hold(seller.actor, day, code, None, once.new_key()), f"Barang {code}", once.new_key())


def test_a_seller_books_a_booth_in_three_taps(app: Flask, sign_in: SignIn) -> None:
    edition = a_direct_day()
    seller = a_seller()
    one = sign_in(seller.actor.person_id)
    page = edition.path + "/pesan"
    assert 'name="lapak" value="K-02"' in text_of(one, page)
    held = one.post(edition.path + "/tahan", data={"lapak": "K-02", "hari": edition.first_day.isoformat()})
    assert held.location.endswith("#ditahan")
    shown = text_of(one, page)
    assert "Ditahan untuk Anda" in shown
    assert shown.count("K-02") > 1
    refused = one.fill(page, {"goods": "Bakul dan tas"}, action=page)
    assert refused.status_code == 422
    body = refused.get_data(as_text=True)
    assert "Centang dulu" in body
    assert "Bakul dan tas" in body
    done = one.fill(page, {"goods": "Bakul dan tas", "agree": "y"}, action=page)
    assert done.location == "/lapak/giliran"
    assert "Lapak sudah dipesan" in text_of(one, "/lapak/giliran")
    public = text_of(app.test_client(), edition.path)  # type: ignore[arg-type]
    assert "Anyaman Mama Ina" in public
    assert "Bakul dan tas" in public
    check_day(edition.days[0].id, 5)


def test_not_taking_the_booth_needs_no_ticks(app: Flask, sign_in: SignIn) -> None:
    edition = a_direct_day()
    seller = a_seller()
    one = sign_in(seller.actor.person_id)
    one.post(edition.path + "/tahan", data={"lapak": "K-01", "hari": edition.first_day.isoformat()})
    gone = one.post(edition.path + "/pesan", data={"lepas": "1", "hari": edition.first_day.isoformat()})
    assert gone.status_code == 303
    with reading() as session:
        assert session.scalars(select(Turn.state)).all() == [TurnState.RELEASED]


def test_a_double_tap_on_hold_and_on_book_does_it_once(app: Flask, sign_in: SignIn) -> None:
    edition = a_direct_day()
    one = sign_in(a_seller().actor.person_id)
    day = {"hari": edition.first_day.isoformat(), "kunci": "kunci-satu-kali-12345"}
    for _tap in range(2):
        assert one.post(edition.path + "/tahan", data={"lapak": "K-01", **day}).status_code == 303
    again = {**day, "goods": "Bakul", "agree": "y", "kunci": "kunci-dua-kali-123456"}
    for _tap in range(2):
        assert one.post(edition.path + "/pesan", data=again).status_code == 303
    with reading() as session:
        assert session.scalars(select(Turn.state)).all() == [TurnState.CONFIRMED]


@pytest.mark.parametrize("code", ["", "X-99", "K-01' OR 1=1", "K\x00-01", "😀", "K" * 5000])
def test_a_booth_that_does_not_exist_is_not_an_error(app: Flask, sign_in: SignIn, code: str) -> None:
    edition = a_direct_day()
    one = sign_in(a_seller().actor.person_id)
    answer = one.post(edition.path + "/tahan", data={"lapak": code, "toko": "99999999999999999999", "hari": "bukan hari"})
    assert answer.status_code in (303, 404)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"goods": ""}, "belum diisi"),
        ({"goods": "x" * 121}, "Terlalu panjang"),
        ({"goods": "Kain\u202etenun"}, "tidak terlihat"),
        ({"zone": "999999"}, "Pilih salah satu"),
        ({"power": "-5"}, "Pilih salah satu"),
        ({"document": "paspor"}, "Pilih salah satu"),
    ],
)
def test_a_bad_application_gets_a_sentence_and_keeps_what_was_typed(
    app: Flask, sign_in: SignIn, typed: dict[str, str], sentence: str
) -> None:
    edition = an_edition(a_site())
    one = sign_in(a_seller().actor.person_id)
    good = {"zone": str(zone_of(edition.id, "K")), "goods": "Gelang manik", "power": "200", "document": "sku", "day": ""}
    answer = one.fill(edition.path + "/lamar", {**good, **typed}, action=edition.path + "/lamar")
    assert answer.status_code == 422
    body = answer.get_data(as_text=True)
    assert sentence in body
    if "goods" not in typed:
        assert "Gelang manik" in body
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Application)) == 0


def test_applying_assigning_and_answering_over_the_pages(app: Flask, sign_in: SignIn) -> None:
    edition = an_edition(a_site())
    seller = a_seller()
    one, desk = sign_in(seller.actor.person_id), sign_in(an_officer().person_id)
    wish = {"zone": str(zone_of(edition.id, "K")), "goods": "Gelang manik 😀", "power": "200", "document": "none", "day": ""}
    assert one.fill(edition.path + "/lamar", wish, action=edition.path + "/lamar").location == "/lapak/giliran"
    assert "nomor 1 dari 1" in text_of(one, "/lapak/giliran")
    assert desk.get("/petugas/lamaran").location == f"/petugas/edisi/{edition.id}/lamaran"
    queue = text_of(desk, f"/petugas/edisi/{edition.id}/lamaran")
    assert "Anyaman Mama Ina" in queue
    assert "belum pernah" in queue
    with reading() as session:
        application = session.scalars(select(Application.id)).one()
    given = desk.fill(f"/petugas/edisi/{edition.id}/lamaran", {}, action=f"/petugas/lamaran/{application}/beri")
    assert given.location == f"/petugas/edisi/{edition.id}/lamaran"
    mine = text_of(one, "/lapak/giliran")
    assert "Giliran Mama" in mine
    assert "Ya, saya datang" in mine
    assert "Mengapa saya dapat giliran ini?" in mine
    with reading() as session:
        turn = session.scalars(select(Turn.id)).one()
    assert one.post(f"/lapak/giliran/{turn}/jawab", data={"jawab": "ya"}).location == "/lapak/giliran"
    assert "Sudah dijawab: datang" in text_of(one, "/lapak/giliran")
    assert "Kembalikan giliran?" in text_of(one, f"/lapak/giliran/{turn}/kembalikan")
    assert one.post(f"/lapak/giliran/{turn}/kembalikan").location == "/lapak/giliran"
    assert "Dikembalikan" in text_of(one, "/lapak/giliran")


def test_refusing_needs_a_reason_and_the_applicant_reads_it(app: Flask, sign_in: SignIn) -> None:
    edition = an_edition(a_site())
    seller = a_seller()
    application = apply(seller, edition.id)
    desk = sign_in(an_officer().person_id)
    desk.post(f"/petugas/lamaran/{application}/tolak", data={"reason": ""})
    with reading() as session:
        assert session.scalars(select(Application.state)).one() is ApplicationState.SUBMITTED
    desk.post(f"/petugas/lamaran/{application}/tolak", data={"reason": "full"})
    mine = text_of(sign_in(seller.actor.person_id), "/lapak/giliran")
    assert "permohonan lebih banyak dari lapak yang ada" in mine


def test_an_officer_makes_opens_and_calls_off_an_edition(app: Flask, sign_in: SignIn) -> None:
    site = a_site()
    desk = sign_in(an_officer().person_id)
    first = clock.today() + timedelta(days=9)
    typed = {
        "site": str(site),
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=1)).isoformat(),
        "opens_at": "16.00",
        "closes_at": "22:00",
        "arrive_by": "15.45",
        "close_day": (first - timedelta(days=3)).isoformat(),
        "close_time": "23.59",
        "answer_day": (first - timedelta(days=1)).isoformat(),
        "answer_time": "12.00",
    }
    for wrong in (
        {"closes_at": "15.00"},
        {"last_day": "1999-01-01"},
        {"opens_at": "jam empat"},
        {"close_day": first.isoformat(), "close_time": "20.00"},
    ):
        refused = desk.fill("/petugas/edisi/baru", {**typed, **wrong})
        assert refused.status_code == 422, wrong
    made = desk.fill("/petugas/edisi/baru", typed)
    assert made.status_code == 303
    assert desk.fill("/petugas/edisi/baru", typed).status_code == 422  # the days are taken
    with reading() as session:
        edition = session.scalars(select(Edition.id)).one()
    address = f"/petugas/edisi/{edition}"
    assert "belum dibuka" in text_of(app.test_client(), f"/lapak/edisi/{first.isoformat()}")  # type: ignore[arg-type]
    desk.post(address + "/buka")
    assert "Lapak per hari" in text_of(desk, address)
    booth = booth_of("K-01")
    desk.post(f"{address}/lapak/{first.isoformat()}/{booth}", data={"jadi": "tutup"})
    assert "Buka lagi" in text_of(desk, f"{address}?hari={first.isoformat()}")
    desk.post(f"{address}/lapak/{first.isoformat()}/{booth}", data={"jadi": "buka"})
    assert desk.fill(address + "/ubah", {"closes_at": "21.30"}).status_code == 303
    assert "21.30" in text_of(desk, address)
    desk.post(address + "/tutup")
    assert desk.post(address + "/batal", data={"reason": ""}).status_code == 422
    desk.post(address + "/batal", data={"reason": "rain"})
    with reading() as session:
        assert session.scalars(select(Edition.state)).one() is EditionState.CANCELLED
    assert "hujan" in text_of(app.test_client(), f"/lapak/edisi/{first.isoformat()}")  # type: ignore[arg-type]


def test_a_later_day_of_an_edition_leads_to_it(app: Flask, client: Client) -> None:
    edition = an_edition(a_site())
    later = edition.last_day.isoformat()
    assert client.get(f"/lapak/edisi/{later}").location == f"{edition.path}?hari={later}"
    text_of(client, "/lapak/edisi/2020-01-01", 404)
    text_of(client, f"/lapak/edisi/{edition.first_day.isoformat()}/tidak-ada", 404)
    text_of(client, f"{edition.path}?hari=%00&q=%F0%9F%98%80%E2%80%AE")


def test_a_market_with_one_zone_to_book_offers_both_ways(app: Flask, client: Client) -> None:
    """How a booth is given is a setting of site and zone (product.md, decision 4)."""
    site_id = a_site(method=Method.ASSIGNED)
    edition = an_edition(site_id)
    shown = text_of(client, edition.path)
    assert f'href="{edition.path}/lamar"' in shown
    assert f"{edition.path}/pesan" not in shown
    with transaction() as session:
        session.execute(update(Zone).where(Zone.site_id == site_id, Zone.code == "K").values(method=Method.DIRECT))
    shown = text_of(client, edition.path)
    assert f'href="{edition.path}/lamar"' in shown
    assert f'href="{edition.path}/pesan?hari=' in shown


def test_who_was_only_offered_a_booth_is_not_named(app: Flask, client: Client) -> None:
    edition = an_edition(a_site())
    seller = a_seller()
    applications.assign(an_officer(), apply(seller, edition.id), edition.days[0].id, booth_of("K-01"), once.new_key())
    shown = text_of(client, f"{edition.path}?hari={edition.first_day.isoformat()}")
    assert "sedang ditawarkan" in shown
    assert "Anyaman Mama Ina" not in shown


def test_who_stands_where_can_be_searched(app: Flask, client: Client) -> None:
    edition = a_direct_day(booths=[f"K-{n:02d}" for n in range(1, 4)])
    stalls(edition.id, edition.days[0].id, 3)
    found = text_of(client, f"{edition.path}?q=barang%20k-02")
    assert "Barang K-02" in found
    assert "Barang K-01" not in found
    assert "Belum ketemu" in text_of(client, f"{edition.path}?q=zzz")


@pytest.mark.parametrize("most", [2, 14])
def test_pages_need_few_statements_however_many_booths(app: Flask, sign_in: SignIn, sql_count: Callable[[], Any], most: int) -> None:
    edition = a_direct_day(booths=[f"K-{n:02d}" for n in range(1, most + 1)])
    stalls(edition.id, edition.days[0].id, most)
    given = an_edition(a_site())
    apply(a_seller(), given.id)
    containers()
    member, desk = sign_in(a_seller("Mama Ros", "Toko Ros").actor.person_id), sign_in(an_officer().person_id)
    pages = ["/lapak", edition.path, given.path, "/lapak/kontainer", "/lapak/giliran", edition.path + "/pesan", given.path + "/lamar"]
    staff = ["/petugas/edisi", f"/petugas/edisi/{edition.id}", f"/petugas/edisi/{given.id}/lamaran", f"/petugas/edisi/{edition.id}/giliran"]
    counted_by_page = {}
    for client, paths in ((member, pages), (desk, [*staff, "/petugas/kontainer"])):
        for path in paths:
            text_of(client, path)
            with sql_count() as counted:
                text_of(client, path)
            counted_by_page[path] = len(counted)
    assert max(counted_by_page.values()) <= 12, counted_by_page
    assert counted_by_page[edition.path] <= 7, counted_by_page


def test_the_first_page_shows_the_next_market_with_two_statements(app: Flask, sql_count: Callable[[], Any]) -> None:
    edition = an_edition(a_site())
    seller = a_seller()
    turn = applications.assign(an_officer(), apply(seller, edition.id), edition.days[0].id, booth_of("K-01"), once.new_key())
    actions.accept(seller.actor, turn)
    card = next(c for c in offered(HomeCard) if c.slot == "evening")
    with reading() as session, sql_count() as counted:
        shown = card.load(session, seller.actor, clock.now())
    assert len(counted) <= 2
    assert (shown.standing, shown.free, shown.city_desks, shown.zones) == (1, 3, 1, (("Kriya", 1),))
    assert [ticket.booth_code for ticket in shown.tickets] == ["K-01"]


# Containers


def test_a_container_is_asked_for_approved_shown_and_ended_early(app: Flask, sign_in: SignIn) -> None:
    unit = containers()[0]
    seller = a_seller()
    one, desk = sign_in(seller.actor.person_id), sign_in(an_officer().person_id)
    typed = {"unit": str(unit), "use": "Kopi dan kue", "first_month": next_first().isoformat(), "months": "6"}
    for wrong in ({"months": "13"}, {"months": "-1"}, {"use": ""}, {"first_month": "2020-01-01"}, {"unit": "999"}):
        refused = one.fill("/lapak/kontainer", {**typed, **wrong}, action="/lapak/kontainer/ajukan")
        assert refused.status_code == 422, wrong
    assert one.fill("/lapak/kontainer", typed, action="/lapak/kontainer/ajukan").location == "/lapak/giliran#kontainer"
    with reading() as session:
        lease = session.scalars(select(Lease.id)).one()
    assert "KT-TN-01" in text_of(desk, "/petugas/kontainer")
    desk.post(f"/petugas/kontainer/{lease}/setujui")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(BoothMonth)) == 6
    assert "Disewa, kosong mulai" in text_of(app.test_client(), "/lapak/kontainer")  # type: ignore[arg-type]
    assert "Disetujui" in text_of(one, "/lapak/giliran")
    assert "Akhiri sewa" in text_of(desk, f"/petugas/kontainer/{lease}/akhiri")
    desk.post(f"/petugas/kontainer/{lease}/akhiri", data={"sampai": next_first().isoformat()})
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(BoothMonth)) == 1
        assert session.scalars(select(Lease.state)).one() is LeaseState.RUNNING
    other = a_seller("Mama Ros", "Toko Ros")
    with pytest.raises(leases.UnitTaken):
        leases.apply_for_unit(other.actor, unit, other.shop_id, next_first(), 2, "Sambal", once.new_key())


def test_a_refused_container_says_why_and_only_the_asker_withdraws(app: Flask, sign_in: SignIn) -> None:
    units = containers()
    seller, other = a_seller(), a_seller("Mama Ros", "Toko Ros")
    first = leases.apply_for_unit(seller.actor, units[0], seller.shop_id, next_first(), 3, "Kopi", once.new_key())
    second = leases.apply_for_unit(other.actor, units[0], other.shop_id, next_first(), 3, "Kue", once.new_key())
    assert sign_in(other.actor.person_id).post(f"/lapak/kontainer/permohonan/{first}/batal").status_code == 404
    desk = sign_in(an_officer().person_id)
    desk.post(f"/petugas/kontainer/{first}/tolak", data={"reason": "use_unfit"})
    assert "usahanya tidak cocok" in text_of(sign_in(seller.actor.person_id), "/lapak/giliran")
    assert sign_in(other.actor.person_id).post(f"/lapak/kontainer/permohonan/{second}/batal").status_code == 303


def test_somebody_without_a_shop_is_led_to_open_one(app: Flask, sign_in: SignIn) -> None:
    direct, given = a_direct_day(), an_edition(a_site())
    containers()
    one = sign_in(an_actor().person_id)
    for path in (direct.path + "/pesan", given.path + "/lamar", "/lapak/kontainer"):
        assert 'href="/jualan"' in text_of(one, path)
