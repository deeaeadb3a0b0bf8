"""For any WSGI server: `gunicorn wsgi:app`. Refuses to start, with one sentence, on bad settings or another schema."""

from app import create_app
from app.config import Settings, SettingsError
from app.core.schema import SchemaError

try:
    app = create_app(Settings.from_env())
except (SettingsError, SchemaError) as refusal:
    raise SystemExit(str(refusal)) from None
