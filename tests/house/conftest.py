"""The sample city is at hand in every house test."""

from tests.house.city import city

__all__ = ["city"]
