"""Market sites, their 48 and 12 booths, and the container booths. Hours, sizes and power are demo values (the city has not published any)."""

from dataclasses import dataclass
from datetime import time

PLAN_WIDTH, PLAN_HEIGHT = 344, 452  # the drawn plan; booths are 38 by 26
STEP_FREE = ("M", "T", "K")  # the first booth of these zones is reached without a step


@dataclass(frozen=True, slots=True)
class BoothSpec:
    code: str
    zone: str
    kind: str  # tenda | meja | gerobak
    width_cm: int
    depth_cm: int
    power_va: int
    gas: bool
    accessible: bool
    bookable: bool
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class ZoneSpec:
    letter: str
    name: str
    box: tuple[int, int, int, int]  # x, y, width, height on the plan


@dataclass(frozen=True, slots=True)
class SiteSpec:
    slug: str
    name: str
    place: str
    home: str  # kelurahan; sources name Fatululi or Oebufu for the park
    about: str
    opens: time
    closes: time
    set_up: time
    check_in_by: time
    weekdays: tuple[int, ...]  # Monday is 0
    way: str  # how a booth is given: groups | direct
    zones: tuple[ZoneSpec, ...]
    booths: tuple[BoothSpec, ...]


ZONES = (
    ZoneSpec("M", "Makanan", (4, 34, 336, 140)),
    ZoneSpec("N", "Minuman", (4, 200, 246, 52)),
    ZoneSpec("T", "Tenun", (4, 256, 164, 80)),
    ZoneSpec("K", "Kriya", (176, 256, 164, 80)),
    ZoneSpec("P", "Pertanian", (4, 368, 204, 52)),
    ZoneSpec("J", "Jasa", (214, 368, 126, 52)),
    ZoneSpec("L", "Layanan", (256, 200, 84, 52)),
)


def _food_ring() -> list[tuple[int, int]]:
    """M-01 to M-16 clockwise round the tables."""
    top = [(53 + 40 * n, 56) for n in range(6)]
    right = [(296, 84), (296, 112)]
    bottom = [(253 - 40 * n, 140) for n in range(6)]
    return [*top, *right, *bottom, (10, 112), (10, 84)]


def _tent(code: str, power_va: int, x: int, y: int, *, gas: bool = False) -> BoothSpec:
    return BoothSpec(code, code[0], "tenda", 300, 300, power_va, gas, code[1:] == "-01" and code[0] in STEP_FREE, True, x, y)


def _table(code: str, power_va: int, x: int, y: int) -> BoothSpec:
    return BoothSpec(code, code[0], "meja", 200, 200, power_va, False, code[1:] == "-01" and code[0] in STEP_FREE, code[0] != "L", x, y)


def _saboak() -> tuple[BoothSpec, ...]:
    two_rows = [(7 + 40 * (n % 4), 276 + 28 * (n // 4)) for n in range(8)]
    booths = (
        *(_tent(f"M-{n:02d}", 450, x, y, gas=n <= 10) for n, (x, y) in enumerate(_food_ring(), start=1)),
        *(_table(f"N-{n:02d}", 200, 40 * n - 32, 220) for n in range(1, 7)),
        *(_tent(f"T-{n:02d}", 200, x, y) for n, (x, y) in enumerate(two_rows, start=1)),
        *(_table(f"K-{n:02d}", 200, x + 172, y) for n, (x, y) in enumerate(two_rows, start=1)),
        *(_table(f"P-{n:02d}", 0, 40 * n - 33, 388) for n in range(1, 6)),
        *(_tent(f"J-{n:02d}", 450, 178 + 40 * n, 388) for n in range(1, 4)),
        *(_table(f"L-{n:02d}", 200, 219 + 40 * n, 220) for n in range(1, 3)),
    )
    return tuple(sorted(booths, key=lambda booth: booth.code))


def _wednesday() -> tuple[BoothSpec, ...]:
    """Twelve tables of the weekday market, along the same paths."""
    by_code = {booth.code: booth for booth in _saboak()}
    codes = ("M-01", "M-02", "M-03", "M-04", "N-01", "N-02", "T-01", "T-02", "K-01", "K-02", "P-01", "J-01")
    return tuple(sorted((by_code[code] for code in codes), key=lambda booth: booth.code))


SABOAK = SiteSpec(
    "saboak",
    "SABOAK",
    "Taman Nostalgia",
    "Fatululi",
    "Pasar malam Sabtu dan Minggu di Taman Nostalgia. Lapak gratis, giliran berganti menurut kelompok. Jam dan ukuran di sini contoh.",
    time(16),
    time(22),
    time(14, 30),
    time(15, 45),
    (5, 6),
    "groups",
    ZONES,
    _saboak(),
)
WEDNESDAY = SiteSpec(
    "pasar-rabu",
    "Pasar Rabu",
    "Taman Nostalgia",
    "Fatululi",
    "Pasar kecil hari Rabu: dua belas lapak, pesan langsung tanpa menunggu giliran. Gratis. Jam dan ukuran di sini contoh.",
    time(16),
    time(21),
    time(14, 30),
    time(15, 45),
    (2,),
    "direct",
    tuple(zone for zone in ZONES if zone.letter != "L"),
    _wednesday(),
)
SITES = (SABOAK, WEDNESDAY)

CITY_DESKS = {"L-01": "Meja NIB", "L-02": "Meja Dukcapil dan bantuan"}


@dataclass(frozen=True, slots=True)
class UnitSpec:
    code: str
    is_large: bool  # 20 feet, 6.1 by 2.4 m; otherwise mini, 3 by 2.4 m
    power_va: int
    condition: str  # siap | diperbaiki
    note: str = ""


@dataclass(frozen=True, slots=True)
class ContainerSiteSpec:
    slug: str
    name: str
    letters: str
    home: str
    units: tuple[UnitSpec, ...]


def _unit(letters: str, n: int, is_large: bool = False, condition: str = "siap", note: str = "") -> UnitSpec:
    return UnitSpec(f"KT-{letters}-{n:02d}", is_large, 1300 if is_large else 900, condition, note)


CONTAINER_SITES = (
    ContainerSiteSpec(
        "taman-nostalgia",
        "Taman Nostalgia",
        "TN",
        "Fatululi",
        (_unit("TN", 1, True), _unit("TN", 2, note="pintu rata"), _unit("TN", 3), _unit("TN", 4, note="dekat air")),
    ),
    ContainerSiteSpec(
        "alun-alun",
        "Alun-alun Kota Kupang",
        "AA",
        "Kelapa Lima",
        (_unit("AA", 1, True), _unit("AA", 2), _unit("AA", 3, condition="diperbaiki", note="atap diganti")),
    ),
    ContainerSiteSpec(
        "kuliner-kelapa-lima",
        "Wisata Kuliner Kelapa Lima",
        "KL",
        "Kelapa Lima",
        (_unit("KL", 1, note="dekat air"), _unit("KL", 2, note="dekat air")),
    ),
    ContainerSiteSpec("llbk", "Kawasan LLBK", "LB", "Lai Lai Bisi Kopan", (_unit("LB", 1), _unit("LB", 2, True))),
    ContainerSiteSpec("taman-tagepe", "Taman Tagepe", "TG", "Kelapa Lima", (_unit("TG", 1, note="pintu rata"),)),
)
