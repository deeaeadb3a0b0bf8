"""The drawn pictures of goods and courses, through the same pipeline as everybody's photos."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from app.core.draw import sample_photo
from app.core.files import FileStore, file_store
from app.core.pictures import Photo, store_photo
from app.demo.content.courses import COURSES
from app.demo.content.goods import GOODS

DRAWN_SIZE = (640, 480)  # flat shapes gain nothing from more, and cost four times the time


def store_all() -> dict[str, Photo]:
    """Every picture once, by what it shows: "good:24", "course:menjahit-pakaian". Takes some seconds; outside transactions."""
    wanted = {f"good:{good.number}": (good.picture, good.seed) for good in GOODS}
    wanted |= {f"course:{course.slug}": (course.picture, course.title) for course in COURSES}
    store = file_store()
    # Painting and encoding happen outside Python's lock, so threads share the work of the processors.
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        photos = workers.map(lambda drawn: _drawn(drawn[0], drawn[1], store), wanted.values())
        return dict(zip(wanted, photos, strict=True))


def _drawn(kind: str, seed: str, store: FileStore) -> Photo:
    return store_photo(BytesIO(sample_photo(kind, seed, DRAWN_SIZE)), store)
