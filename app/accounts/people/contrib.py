"""What this slice offers to shared pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.people import rules
from app.core.access import Role
from app.core.contrib import NoticeKind
from app.core.words import _, _l


def _role(params: Mapping[str, Any]) -> str:
    return str(rules.ROLE_WORDS[Role(params["role"])])


def _given(params: Mapping[str, Any]) -> str:
    return _("Anda mendapat peran {role}.", role=_role(params))


def _taken(params: Mapping[str, Any]) -> str:
    return _("Peran {role} Anda sudah dilepas.", role=_role(params))


CONTRIBUTIONS: tuple[object, ...] = (
    NoticeKind("role.given", words=_given, neutral=_l("Ada perubahan pada akun Anda."), address=lambda _params: "/akun"),
    NoticeKind("role.taken", words=_taken, neutral=_l("Ada perubahan pada akun Anda."), address=lambda _params: "/akun"),
)
