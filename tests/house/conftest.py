"""The sample city is at hand in every house test."""

from tests.house.city import city, seen_city

__all__ = ["city", "seen_city"]
