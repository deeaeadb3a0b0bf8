"""Read by a bare `gunicorn wsgi:app`: the same server settings as `make run`."""

from app.config import Settings
from app.core.serving import gunicorn_options

globals().update(gunicorn_options(Settings.from_env()))
