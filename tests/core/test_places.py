"""Places of home: the right codes, and the many ways people spell them."""

from collections import Counter

import pytest

from app.core import places


def test_the_city_has_51_kelurahan_in_six_kecamatan() -> None:
    members = Counter(place.parent_code for place in places.KELURAHAN)
    assert [(kecamatan.name, members[kecamatan.code]) for kecamatan in places.KECAMATAN] == [
        ("Alak", 12),
        ("Maulafa", 9),
        ("Kelapa Lima", 5),
        ("Oebobo", 7),
        ("Kota Raja", 8),
        ("Kota Lama", 10),
    ]
    assert len(places.KELURAHAN) == 51
    assert len(places.REGENCIES) == 22
    assert len({place.code for place in places.PLACES}) == len(places.PLACES) == 51 + 21 + 1


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Naikoten I", "Naikoten Satu"),
        ("Naikoten 1", "Naikoten Satu"),
        ("naikoten satu", "Naikoten Satu"),
        ("Kel. Naikoten II", "Naikoten Dua"),
        ("NAIKOTEN2", "Naikoten Dua"),
        ("Bakunase II", "Bakunase Dua"),
        ("Bakunase", "Bakunase"),
        ("Bakunase I", "Bakunase"),
        ("Manulai 2", "Manulai II"),
        ("TDM", "Tuak Daun Merah"),
        ("tdm", "Tuak Daun Merah"),
        ("LLBK", "Lai Lai Bisi Kopan"),
        ("lai-lai bisi kopan", "Lai Lai Bisi Kopan"),
        ("  oesapa  ", "Oesapa"),
        ("Kelurahan Oesapa Barat", "Oesapa Barat"),
        ("Batuplat", "Batu Plat"),
        ("Kelapa Lima", "Kelapa Lima"),
        ("Belu", "Kabupaten Belu"),
        ("Kab. Belu", "Kabupaten Belu"),
        ("TTS", "Kabupaten Timor Tengah Selatan"),
        ("Kupang", "Kota Kupang"),
        ("Kota Kupang", "Kota Kupang"),
        ("Kabupaten Kupang", "Kabupaten Kupang"),
        ("Kab Kupang", "Kabupaten Kupang"),
        ("rote ndao", "Kabupaten Rote Ndao"),
        ("luar NTT", "Lainnya / luar NTT"),
    ],
)
def test_a_place_is_found_as_people_spell_it(said: str, name: str) -> None:
    place = places.find_place(said)
    assert place is not None
    assert place.name == name


@pytest.mark.parametrize("said", ["", " ", "Malang", "x" * 100_000, "\x00", "🙂", "Naikoten IX", "%", "kel."])
def test_what_is_no_place_is_none(said: str) -> None:
    assert places.find_place(said) is None


def test_every_place_is_found_by_its_own_name() -> None:
    for place in places.PLACES:
        found = places.find_place(place.name)
        assert found is not None
        assert found.code == place.code


def test_a_kelurahan_has_its_kemendagri_code() -> None:
    assert places.place_name("53.71.04.1010") == "Liliba"
    assert places.place_name("53.71.05.1004") == "Naikoten Satu"
    assert places.place_name(None) == places.place_name("99.99") == ""
