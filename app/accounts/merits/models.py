"""What an area noted in somebody's favour: the only place where facts of one area meet the decisions of another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class Merit(Base):
    """One fact: of this kind, once for each thing it came from. The thing itself stays with its area; here are its word and number only."""

    __tablename__ = "merit"
    __table_args__ = (UniqueConstraint("person_id", "kind", "source", "source_id", name="uq_merit_source"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(32))  # the code of a core.contrib.MeritKind
    source: Mapped[str] = mapped_column(String(16))  # the area's word for what it came from, such as "turn"
    source_id: Mapped[int] = mapped_column(Id)
    earned_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
