"""The three sizes of the sample city."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. People, posts and goods are exact; the rest follows from them."""

    name: str
    people: int
    shops: int
    posts: int
    goods: int
    past_weekends: int
    orders_a_day: int  # reserved for one past market day
    writes_talk: bool  # generated talk beside the written
    fills_index: bool  # the search index of a million posts takes longer than everything else together


DEMO = Size("demo", people=160, shops=123, posts=180, goods=40, past_weekends=8, orders_a_day=9, writes_talk=False, fills_index=True)
CITY = Size(
    "city", people=5_000, shops=600, posts=20_000, goods=3_000, past_weekends=52, orders_a_day=40, writes_talk=True, fills_index=True
)
PROVINCE = Size(
    "province",
    people=100_000,
    shops=10_000,
    posts=1_000_000,
    goods=100_000,
    past_weekends=52,
    orders_a_day=60,
    writes_talk=True,
    fills_index=False,
)

SIZES = {size.name: size for size in (DEMO, CITY, PROVINCE)}
