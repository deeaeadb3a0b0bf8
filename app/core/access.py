"""Who acts, and who may open a view.

Every view carries exactly one mark, directly under its route. The marks are read before the view runs:
a visitor is sent to sign in whether or not the thing exists; a member without the role gets 404.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from app.core import clock
from app.core.refusals import NotThere

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What a person may do beyond being a member. A seller is no role: she is a person with a shop."""

    TRAINER = "trainer"
    OFFICER = "officer"
    COUNSELLOR = "counsellor"
    DESK = "desk"
    MODERATOR = "moderator"
    ADMIN = "admin"


PROOF_HOLDS = timedelta(minutes=15)  # long enough to finish a form, too short for a phone left on a table
STAFF = frozenset({Role.OFFICER, Role.COUNSELLOR, Role.DESK, Role.MODERATOR, Role.ADMIN})


@dataclass(frozen=True)
class Actor:
    """Who acts in this request: a value, not a row."""

    person_id: int
    name: str
    roles: frozenset[Role] = frozenset()
    session_id: int = 0
    greeting: str = ""  # Kaka, Mama, Bapa, Om, Tanta or nothing
    unread: int = 0
    has_shop: bool = False
    csrf: str = field(default="", repr=False)
    held_back: frozenset[Role] = frozenset()  # staff roles that rest until a second factor is passed on this device
    proved_at: datetime | None = None  # when the person last proved on this device that it is she

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    def has_proved(self, now: datetime) -> bool:
        """Whether the last proof on this device is recent enough for a dangerous act."""
        return self.proved_at is not None and now - self.proved_at <= PROOF_HOLDS

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(STAFF)


@dataclass(frozen=True)
class Mark:
    kind: str  # public, signed_in, staff, webhook
    roles: frozenset[Role] = frozenset()


def _marked(view: View, mark: Mark) -> View:
    if hasattr(view, "access_mark"):
        raise RuntimeError(f"View {view.__name__!r} has two access marks.")
    view.access_mark = mark  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody may open it."""
    return _marked(view, Mark("public"))


def signed_in(view: View) -> View:
    """Members only; what each may see is the action's or query's business."""
    return _marked(view, Mark("signed_in"))


def webhook(view: View) -> View:
    """A machine calls it and proves itself by a signature: no session, no Origin check."""
    return _marked(view, Mark("webhook"))


def staff(*roles: Role) -> Callable[[View], View]:
    """People with one of these roles; for everybody else it does not exist."""
    if not roles:
        raise RuntimeError("@staff needs the roles that may enter.")
    return lambda view: _marked(view, Mark("staff", frozenset(roles)))


def freshly_proved(view: View) -> View:
    """Under a mark: a dangerous act. Whoever has not proved on this device lately that it is she, is asked to first, and comes back."""
    view.needs_proof = True  # type: ignore[attr-defined]
    return view


def visitor_or_actor() -> Actor | None:
    """Who acts, or None for a visitor."""
    if "actor" not in g:
        g.actor = current_app.extensions["actor_loader"]()
    found: Actor | None = g.actor
    return found


def actor() -> Actor:
    """Who acts, in a view that only signed-in people reach."""
    found = visitor_or_actor()
    if found is None:
        raise RuntimeError("actor() was asked in a view that visitors reach: use visitor_or_actor().")
    return found


def sign_in_page() -> ResponseReturnValue:
    """Send a visitor to sign in and back again."""
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else last_page()
    return redirect(url_for("people.sign_in", next=here if here != "/" else None), 303)


def proof_page() -> ResponseReturnValue:
    """Send a member to prove that it is she, and back again."""
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else last_page()
    return redirect(url_for("factors.prove", next=here), 303)


def last_page() -> str | None:
    """Path and query of the page the request came from, if it is a page of ours that can be opened; else None."""
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
        path = referer.path + (f"?{referer.query}" if referer.query else "")
        if referer.netloc != request.host or not path.startswith("/") or path.startswith(("//", "/\\")):
            return None
        # A form shown again stands at an address that only takes POST.
        current_app.create_url_adapter(request).match(referer.path, method="GET")  # type: ignore[union-attr]
    except (ValueError, HTTPException):
        return None
    return path


def enforce() -> ResponseReturnValue | None:
    """Before every view: read its mark, let in or turn away."""
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    mark: Mark | None = getattr(view, "access_mark", None)
    if mark is None:
        raise RuntimeError(f"View {request.endpoint!r} has no access mark. Add one of @public, @signed_in, @staff, @webhook.")
    if mark.kind in ("public", "webhook"):
        return None
    someone = visitor_or_actor()
    if someone is None:
        return sign_in_page()
    if mark.kind == "staff" and not someone.has(*mark.roles):
        raise NotThere
    if getattr(view, "needs_proof", False) and not someone.has_proved(clock.now()):
        return proof_page()
    return None
