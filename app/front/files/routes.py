"""Public pictures: `/berkas/g/<key>-640.webp`, the same for ever."""

import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.core.access import public
from app.core.files import file_store
from app.core.pictures import FAMILY, WIDTHS
from app.core.refusals import NotThere

bp = Blueprint("files", __name__)

A_YEAR = 365 * 24 * 3600
_NAME = re.compile(rf"[0-9a-f]{{20}}-(?:{'|'.join(map(str, WIDTHS))})")
_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}


@bp.route(f"/berkas/{FAMILY}/<slug:name>.<any(webp,jpg):ending>")
@public
def picture(name: str, ending: str) -> ResponseReturnValue:
    """One size of a photo. A key is made once and never given other bytes, so its name is its ETag."""
    if not _NAME.fullmatch(name):
        raise NotThere
    response = Response(mimetype=_TYPES[ending])
    response.set_etag(f"{name}.{ending}")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    content = file_store().get(f"{FAMILY}/{name}.{ending}")
    if content is None:
        raise NotThere
    response.set_data(content)
    return response.make_conditional(request)
