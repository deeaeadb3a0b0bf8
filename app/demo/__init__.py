"""The demo Kupang: invented people, talk, courses, booths and goods, loaded into an empty database at three sizes."""

from app.demo.loader import NotEmpty, load

__all__ = ["NotEmpty", "load"]
