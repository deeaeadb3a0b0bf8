"""What this slice offers to shared pages."""

from __future__ import annotations

from app.core.access import Role
from app.core.contrib import DeskCard
from app.core.words import _l

CONTRIBUTIONS: tuple[object, ...] = (DeskCard("petugas", frozenset({Role.OFFICER}), _l("Edisi pasar"), "kalender", "booths.editions"),)
