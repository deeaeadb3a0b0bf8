"""Drawings out of a seed: cloth for covers and edges, sample pictures of goods and courses. Pure: no file, no clock."""

from markupsafe import Markup

from app.core.draw.cloth import band, cloth, cover_svg, ground, loom
from app.core.draw.mark import mark_ico, mark_png, mark_svg
from app.core.draw.samples import KINDS, sample_photo, sample_picture


def cover_markup(seed: str) -> Markup:
    """The cover as markup for a template."""
    return Markup(cover_svg(seed))  # noqa: S704 - only numbers and colours of our own are in it


def loom_markup(seed: str = "katong") -> Markup:
    """The cloth on the loom as markup for a template."""
    return Markup(loom(seed).rstrip())  # noqa: S704 - only numbers and colours of our own are in it


def sample_markup(kind: str, seed: str) -> Markup:
    """A sample picture as markup for a template."""
    return Markup(sample_picture(kind, seed).rstrip())  # noqa: S704 - only numbers and colours of our own are in it


__all__ = [
    "KINDS",
    "band",
    "cloth",
    "cover_markup",
    "cover_svg",
    "ground",
    "loom",
    "loom_markup",
    "mark_ico",
    "mark_png",
    "mark_svg",
    "sample_markup",
    "sample_photo",
    "sample_picture",
]
