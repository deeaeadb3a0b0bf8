"""The written demo: complete, labelled as sample, and careful with people."""

import re

import phonenumbers
import pytest

from app.core.places import KELURAHAN
from app.demo.content import booths, courses, goods, people, rooms, shops, talk, words

# Words that mark or pity somebody, or a politician's stage: none of them belongs into the demo (domain.md section 11, product.md decision 3).
FORBIDDEN = re.compile(
    r"\bTKW\b|\bTKI\b|ilegal|pahlawan devisa|mantan pekerja|deportasi|Wali Kota|Gubernur|Menteri|purna PMI", re.IGNORECASE
)
COUNTRIES = re.compile(r"Malaysia|Hong ?Kong|Singapura|Arab|Taiwan|Sabah|Serawak|Brunei|Dubai|Johor", re.IGNORECASE)


def every_text() -> list[str]:
    """Whatever a reader of the demo can see."""
    texts = [post.text for thread in talk.threads() for post in thread.posts] + [thread.title for thread in talk.threads()]
    texts += [f"{room.name} {room.about}" for room in rooms.ROOMS]
    texts += [f"{good.name} {good.text} {good.ingredients} {good.alt}" for good in goods.GOODS]
    texts += [f"{shop.name} {shop.about} {shop.sells}" for shop in shops.SHOPS]
    texts += [str(course) for course in courses.COURSES] + [str(organisation) for organisation in courses.ORGANISATIONS]
    for line in (
        words.OPENINGS,
        words.MIDDLES,
        words.CALM_MIDDLES,
        words.CLOSINGS,
        words.GOODS_TEXT,
        words.STALL_ABOUT,
        *words.TITLES.values(),
    ):
        texts += line
    return texts


def test_the_numbers_of_the_dossier_are_met() -> None:
    assert len(rooms.ROOMS) == 10
    assert len(talk.threads()) == 21  # the twenty topics and a welcome
    assert all(4 <= len(thread.posts) <= 13 for thread in talk.threads())
    assert {thread.room for thread in talk.threads()} == {room.slug for room in rooms.ROOMS}
    assert len(courses.COURSES) == 15
    assert len(goods.GOODS) == 40
    assert [good.number for good in goods.GOODS] == list(range(1, 41))
    assert len({good.shop for good in goods.GOODS}) >= 12
    assert len(booths.SABOAK.booths) == 48
    assert sum(booth.accessible for booth in booths.SABOAK.booths) == 3
    assert {booth.code for booth in booths.SABOAK.booths if not booth.bookable} == {"L-01", "L-02"}
    assert len(booths.CONTAINER_SITES) == 5
    assert sum(len(site.units) for site in booths.CONTAINER_SITES) == 12


def test_every_zone_has_its_booths() -> None:
    counts = {zone.letter: sum(booth.zone == zone.letter for booth in booths.SABOAK.booths) for zone in booths.ZONES}
    assert counts == {"M": 16, "N": 6, "T": 8, "K": 8, "P": 5, "J": 3, "L": 2}


def test_no_two_booths_overlap_on_the_plan() -> None:
    drawn = booths.SABOAK.booths
    for n, one in enumerate(drawn):
        assert 0 <= one.x <= booths.PLAN_WIDTH - 38
        assert 0 <= one.y <= booths.PLAN_HEIGHT - 26
        for other in drawn[n + 1 :]:
            assert abs(one.x - other.x) >= 38 or abs(one.y - other.y) >= 26, (one.code, other.code)


def test_names_used_exist() -> None:
    keys = {human.key for human in people.HUMANS}
    kelurahan = {place.name for place in KELURAHAN}
    slugs = {shop.slug for shop in shops.SHOPS}
    codes = {booth.code for booth in booths.SABOAK.booths if booth.bookable}
    assert {post.person for thread in talk.threads() for post in thread.posts if not post.pseudonym} <= keys
    assert {human.home for human in people.HUMANS} | {shop.home for shop in shops.SHOPS} <= kelurahan
    assert {shop.owner for shop in shops.SHOPS if shop.owner} <= keys
    assert {good.shop for good in goods.GOODS} <= slugs
    assert {shop.booth for shop in shops.SHOPS} <= codes
    assert len({shop.booth for shop in shops.SHOPS}) == len(shops.SHOPS)
    assert all(shop.booth[0] == shop.zone for shop in shops.SHOPS)
    assert {course.organisation for course in courses.COURSES} <= {organisation.slug for organisation in courses.ORGANISATIONS}
    assert {(course.trainer, course.organisation) for course in courses.COURSES} <= set(courses.TRAINERS)
    assert all(human.name.replace(" ", "").isalpha() for human in people.HUMANS)


def test_every_role_has_an_account() -> None:
    by_key = {human.key: human for human in people.HUMANS}
    assert [role for role, _ in people.ACCOUNTS] == ["member", "seller", "trainer", "officer", "counsellor", "desk", "moderator", "admin"]
    for role, key in people.ACCOUNTS:
        if role == "seller":
            assert any(shop.owner == key for shop in shops.SHOPS)
        else:
            assert role in by_key[key].roles


def test_a_person_under_a_pseudonym_is_nobody_in_the_files() -> None:
    calm = [thread for thread in talk.threads() if thread.room == "hati-tenang"]
    staff = {human.key for human in people.HUMANS if human.roles != ("member",)}
    assert calm
    for post in (post for thread in calm for post in thread.posts):
        assert post.pseudonym or post.person in staff
    assert not [post for thread in talk.threads() if thread.room != "hati-tenang" for post in thread.posts if post.pseudonym]


@pytest.mark.parametrize("serial", [0, 1, 46, 99_999, 12_345_678, 99_999_999])
def test_numbers_are_valid_in_form_and_given_to_nobody(serial: int) -> None:
    number = phonenumbers.parse(people.phone(serial))
    assert phonenumbers.is_valid_number(number)
    assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert people.phone(serial).startswith("+62890")  # operators hold 0895 to 0899 of this range
    with pytest.raises(ValueError, match=r"100000000"):
        people.phone(100_000_000)


def test_no_text_marks_a_person_or_names_a_politician() -> None:
    for text in every_text():
        assert not FORBIDDEN.search(text), text


def test_no_country_of_work_and_no_phone_number_stands_in_any_text() -> None:
    for text in every_text():
        assert not re.search(r"\+?\d[\d\- ]{8,}\d", text), text
    for thread in talk.threads():
        for post in thread.posts:
            found = COUNTRIES.search(post.text)
            # Where guests come from is not where anybody worked.
            assert not found or "Tamu dari" in post.text, post.text


def test_papers_are_samples_and_pork_is_said() -> None:
    for good in goods.GOODS:
        assert good.alt.startswith("Gambar contoh: ")
        assert bool(good.sample_certificate) == (good.halal == goods.CERTIFIED)
        assert not good.sample_certificate or good.sample_certificate.startswith("CONTOH-")
        assert ("mengandung babi" in good.text) == (good.halal == goods.PORK) == ("babi" in good.name)
        assert (good.halal == goods.NOT_FOOD) == (not good.ingredients)
    pork_shops = {good.shop for good in goods.GOODS if good.halal == goods.PORK}
    assert not [good for good in goods.GOODS if good.shop in pork_shops and good.halal == goods.CERTIFIED]


def test_invented_hours_say_so() -> None:
    """The hours of three packages are known; the rest must say that they are a sample."""
    known = {"menjahit-pakaian", "plts-off-grid", "hidroponik-pekarangan"}
    for course in courses.COURSES:
        assert course.slug in known or "contoh" in course.summary.lower()
        assert 0 < course.min_participants <= course.quota
        assert course.taken <= course.quota
        assert course.waiting == 0 or course.taken == course.quota
    assert all("contoh" in organisation.name.lower() for organisation in courses.ORGANISATIONS)


def test_talk_reads_titles_posts_and_pseudonyms() -> None:
    found = talk.parse("modal", "# Satu\n@ina\nHalo.\n\n@~ Daun\n1. angka\n# Dua\n@usaha\nYa.\n")
    assert [(thread.title, [(post.person, post.pseudonym, post.text) for post in thread.posts]) for thread in found] == [
        ("Satu", [("ina", "", "Halo."), ("", "Daun", "1. angka")]),
        ("Dua", [("usaha", "", "Ya.")]),
    ]
